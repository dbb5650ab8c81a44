/** One measurement, in the process that it runs in. */
import { go, type Go, run } from 'goroutines';
import type { Batch, Bench } from './bench.ts';

/** What a batch of `n` operations took, and what its body answered. */
export interface Taken {
  readonly ms: number;
  readonly count: number;
}

/** What `measure` must know of a benchmark. */
export type Sizes = Pick<Bench, 'step' | 'max'>;

type RunBatch<B> = (bench: B, n: number) => Promise<Pick<Taken, 'ms'>>;

/** Runs the body as a goroutine of its own, as Go does. */
export async function runBatch(bench: Bench, n: number): Promise<Taken> {
  let start = 0;
  const batch: Batch = { n, resetTimer: () => void (start = performance.now()) };
  return await run(function* (): Go<Taken> {
    const g = go(bench.body, batch);
    batch.resetTimer();
    const count = yield* g.join();
    return { ms: performance.now() - start, count };
  });
}

/** Runs the same on the plain channel. */
export async function runBaseline(bench: Bench, n: number): Promise<Taken> {
  if (bench.baseline === undefined) throw new Error(`${bench.name} has no baseline`);
  const start = performance.now();
  const count = bench.baseline(n);
  return { ms: performance.now() - start, count };
}

/** Runs whatever does `n` operations. */
export function timed(work: (n: number) => PromiseLike<unknown>): RunBatch<unknown> {
  return async (_, n) => {
    const start = performance.now();
    await work(n);
    return { ms: performance.now() - start };
  };
}

/** The batch size nearest to `n` that the benchmark can do. */
export function fit(bench: Sizes, n: number): number {
  const { step = 1, max = Infinity } = bench;
  return Math.max(1, Math.round(Math.min(n, max) / step)) * step;
}

/** V8 compiles beside the program: on a busy machine it takes this long until all that is hot has been compiled. */
const WARM_UP_MS = 500;

/** Nanoseconds an operation takes: warms up, then measures for `ms` or nearly so. */
export async function measure<B extends Sizes>(bench: B, ms: number, batch: RunBatch<B>): Promise<number> {
  let n = fit(bench, 1);
  for (let spent = 0; ;) {
    const taken = await batch(bench, n);
    spent += taken.ms;
    // As Go does it: what would take `ms` at the pace seen, but never too big a step, for the first pace is a guess.
    n = fit(bench, Math.min((n * ms) / Math.max(taken.ms, 1e-3), 100 * n));
    if (spent >= WARM_UP_MS) break;
  }
  let spent = 0;
  let operations = 0;
  while (spent < 0.8 * ms) {
    spent += (await batch(bench, n)).ms;
    operations += n;
  }
  return (spent * 1e6) / operations;
}
