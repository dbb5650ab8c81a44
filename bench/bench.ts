/** What a benchmark is. The measuring is in measure.ts, the list of them in rows.ts. */
import type { Go } from 'goroutines';

/** Go's `testing.B`, as far as the bodies need it. */
export interface Batch {
  /** Operations to do. */
  readonly n: number;
  /** What came before was preparation and does not count. */
  resetTimer(): void;
}

/**
 * The body of a benchmark: does `n` operations and answers how many values it moved, or whatever else can be counted,
 * so that a test can see that it did its work.
 */
export type Body = (batch: Batch) => Go<number>;

export interface Bench {
  readonly name: string;
  /** Go's benchmark of the same operation; `own`: of bench/go. */
  readonly go: { readonly package: 'runtime' | 'sync' | 'context' | 'own'; readonly pattern: string };
  readonly body: Body;
  /** What the body must answer for `n` operations. Default: `n`. */
  readonly count?: (n: number) => number;
  /** The operations come in batches of so many. Default: 1. */
  readonly step?: number;
  /** At most so many operations at once; a measurement is then the sum of several. */
  readonly max?: number;
  /** The same operations on the channel of baseline.ts. */
  readonly baseline?: (n: number) => number;
  /** Ours over Go's time must not exceed this. */
  readonly target?: number;
  /** What a reader of the table must know. */
  readonly note?: string;
}

/** Go takes new work from the shared counter in batches of so many operations. */
export const CALLS_PER_SCHED = 1000;
