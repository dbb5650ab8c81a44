import { host } from './host/index.ts';

/**
 * How many processors the machine lets this process use.
 *
 * Source: Go's `runtime.NumCPU`.
 */
export function numCPU(): number {
  return host.numCPU();
}
