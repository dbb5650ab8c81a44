/** Other people's pools, and the platform's own channel. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { measure, timed } from '../measure.ts';
import { program } from '../runtimes.ts';
import type { Measure } from './bench.ts';
import { IN_FLIGHT } from './ours.ts';
import { forPool, forPorts, type Part, roles } from './worker.ts';

/** Hands one task that does nothing to a pool of two workers. */
type Submit = () => PromiseLike<unknown>;

/** One op: one task that does nothing, from its start until its answer. */
export function pool(open: () => Promise<Submit>): Measure {
  return async (ms) => {
    const submit = await open();
    return measure({}, ms, timed(inFlight(submit)));
  };
}

function inFlight(submit: Submit): (n: number) => Promise<unknown> {
  return (n) => {
    const lane = async (): Promise<void> => {
      while (n-- > 0) await submit();
    };
    return Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  };
}

export async function piscina(): Promise<Submit> {
  const { Piscina } = await import('piscina');
  const workers = new Piscina({ filename: program, name: 'noop', minThreads: 2, maxThreads: 2 });
  return () => workers.run(undefined);
}

export async function tinypool(): Promise<Submit> {
  const { Tinypool } = await import('tinypool');
  const workers = new Tinypool({ filename: program, name: 'noop', minThreads: 2, maxThreads: 2 });
  return () => workers.run(undefined);
}

export async function workerpool(): Promise<Submit> {
  const { default: lib } = await import('workerpool');
  const workers = lib.pool(program, {
    minWorkers: 2,
    maxWorkers: 2,
    workerType: 'thread',
    workerThreadOpts: { workerData: forPool },
  });
  return () => workers.exec('noop', []);
}

type Role = Part['role'];

function act(worker: Worker, part: Part): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage(part, [part.port]);
  });
}

/**
 * A MessageChannel between two workers, or between a worker and the main thread. A new one for each batch: no credit of
 * the one before may be under way.
 */
export function ports(first: Role, second: Role, secondIsMain = false): Measure {
  return async (ms) => {
    const a = new Worker(program, { workerData: forPorts });
    const b = secondIsMain ? undefined : new Worker(program, { workerData: forPorts });
    const batch = async (n: number): Promise<void> => {
      const { port1, port2 } = new MessageChannel();
      const other = b ? act(b, { role: second, port: port2, n }) : roles[second](port2, n);
      await Promise.all([act(a, { role: first, port: port1, n }), other]);
    };
    return measure({}, ms, timed(batch));
  };
}
