/** What is measured over seconds: the cost of waiting, and how well the main thread is left alone. */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { bool, chan, go, type Go, run, type SharedChan, sleep, task } from 'goroutines';
import type { Measure } from './bench.ts';

const IDLE_MS = 10_000;
const IDLE_PROCS = 4;
const IDLE_GOROUTINES = 400;

const nap = task(import.meta.url, 'nap', function* (asleep: SharedChan<boolean>): Go {
  yield* asleep.send(true);
  yield* sleep(IDLE_MS);
});

/** Per cent of one core that the whole process takes while all its goroutines wait for timers. */
export const idle: Measure = () =>
  run(
    function* () {
      const asleep = chan(bool);
      const naps = Array.from({ length: IDLE_GOROUTINES }, () => go(nap, asleep));
      for (let i = 0; i < naps.length; i++) yield* asleep.recv();
      const [start, before] = [performance.now(), process.cpuUsage()];
      for (const n of naps) yield* n.join();
      const { user, system } = process.cpuUsage(before);
      return (100 * (user + system)) / 1000 / (performance.now() - start);
    },
    { procs: IDLE_PROCS },
  );

const BEAT_MS = 10;
const BUSY_MS = 3000;

/** Computes, and never gives way. */
export function compute(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

const computing = task(import.meta.url, 'computing', compute);

/** Per cent of its beats that an interval of the main thread keeps until `work` ends. */
async function beats(work: () => PromiseLike<unknown>): Promise<number> {
  let count = 0;
  const timer = setInterval(() => count++, BEAT_MS);
  const start = performance.now();
  await work();
  clearInterval(timer);
  return (100 * BEAT_MS * count) / (performance.now() - start);
}

export const beatsBesideTasks: Measure = () =>
  run(
    async () => {
      const all = (): Promise<unknown> =>
        Promise.all([go(computing, BUSY_MS).join(), go(computing, BUSY_MS).join()]);
      return beats(all);
    },
    { procs: 2 },
  );

/** The same with plain workers: what the operating system leaves to the main thread. */
export const beatsBesideWorkers: Measure = () => {
  const code = `(${compute.toString()})(${BUSY_MS})`;
  const worker = (): Promise<unknown> =>
    new Promise((resolve) => new Worker(code, { eval: true }).on('exit', resolve));
  return beats(() => Promise.all([worker(), worker()]));
};

/** The same with nothing else to do: what an interval keeps at best. */
export const beatsAlone: Measure = () => beats(() => delay(BUSY_MS));
