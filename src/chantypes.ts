/** The two sides of a channel, as types. */
import type { Op, Parked } from './op.ts';

/**
 * The receiving side of a channel.
 *
 * @example
 * function* consumer(ch: RecvChan<string>): Go {
 *   yield* ch.each((line) => console.log(line));
 * }
 */
export interface RecvChan<out T> extends AsyncIterable<T, undefined> {
  /**
   * Receives a value: the oldest in the buffer, or the one of the sender that waits longest. `undefined` once the
   * channel is closed and drained; use `next` where `undefined` may also be a value.
   *
   * Source: the Go specification, "Receive operator".
   */
  recv(): Op<T | undefined>;
  /**
   * Receives with Go's `v, ok`: `{ done: false, value }`, or `{ done: true, value: undefined }` once the channel is
   * closed and drained.
   */
  next(): Op<IteratorResult<T, undefined>>;
  /** Receives if that needs no waiting; `undefined` if it would block. */
  tryRecv(): IteratorResult<T, undefined> | undefined;
  /**
   * Calls `body` with every value until the channel is closed and drained: Go's `for v := range ch`. `body` may be a
   * generator function, which may wait.
   *
   * @example
   * yield* jobs.each(function* (job) {
   *   yield* results.send(job * 2);
   * });
   */
  each(body: (value: T) => unknown): Generator<Parked, void, void>;
  /**
   * Receives up to `max` values, at least one unless the channel is closed and drained: then none. Waits for the
   * first only.
   *
   * @throws TypeError unless `max` is a positive integer.
   */
  recvMany(max: number): Op<T[]>;
  /** Values in the buffer now. Always 0 for an unbuffered channel. */
  readonly length: number;
  /** Size of the buffer. */
  readonly capacity: number;
  /** Whether `close` was called; values may still be left in the buffer. */
  readonly closed: boolean;
}

/**
 * The sending side of a channel.
 *
 * @example
 * function* producer(ch: SendChan<number>): Go {
 *   for (let i = 0; i < 10; i++) yield* ch.send(i);
 *   ch.close();
 * }
 */
export interface SendChan<in T> {
  /**
   * Sends a value: to the receiver that waits longest, or into the buffer, or waits until one of the two is possible.
   * An unbuffered send completes only when a receiver has the value.
   *
   * Source: the Go specification, "Send statements".
   *
   * @throws Panic `send on closed channel`, also when the channel is closed while it waits.
   */
  send(value: T): Op<void>;
  /**
   * Sends if that needs no waiting; says whether it did.
   *
   * @throws Panic `send on closed channel`.
   */
  trySend(value: T): boolean;
  /**
   * Sends the values in order, waiting as often as needed.
   *
   * @throws Panic `send on closed channel`; the values before were sent.
   */
  sendMany(values: readonly T[]): Op<void>;
  /**
   * Closes the channel: receivers get what is left in the buffer and then `undefined`; waiting senders panic.
   *
   * @throws Panic `close of closed channel`.
   */
  close(): void;
  /** Values in the buffer now. */
  readonly length: number;
  /** Size of the buffer. */
  readonly capacity: number;
  /** Whether `close` was called. */
  readonly closed: boolean;
}

/**
 * A channel: both sides. Give a function only the side it needs.
 *
 * @example
 * const ch: Chan<string> = chan<string>(10);
 */
export interface Chan<T> extends SendChan<T>, RecvChan<T> {}
