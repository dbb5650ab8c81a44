import { host } from './host/index.ts';

/**
 * How many processors the machine lets this process use.
 *
 * Source: Go's `runtime.NumCPU`.
 *
 * @example
 * for (let i = 0; i < numCPU(); i++) go(worker, jobs, results);
 */
export function numCPU(): number {
  return host.numCPU();
}
