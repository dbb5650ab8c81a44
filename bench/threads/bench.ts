/** What a benchmark across threads is. The contestants differ from row to row, and not everything is a time. */

/** Measures once, for about `ms`, in a process that does nothing else; answers in the unit of the row. */
export type Measure = (ms: number) => Promise<number>;

export interface Entrant {
  readonly name: string;
  readonly measure: Measure;
  /** Must come to at least so many times what the first entrant comes to. */
  readonly times?: number;
}

export interface ThreadBench {
  readonly name: string;
  /** `ns` are those of one operation. */
  readonly unit: 'ns' | 'ms' | '%';
  /** The first is what the row is about: this library, or this library on more processors. */
  readonly entrants: readonly [Entrant, ...Entrant[]];
  /** What the first must come to. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** At most so many rounds: for what takes its time. */
  readonly rounds?: number;
  /** What a reader must know, given what the first came to. */
  readonly note?: (median: number) => string;
}
