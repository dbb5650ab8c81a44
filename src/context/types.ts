/** Contexts, as types. */
import type { RecvChan } from '../chantypes.ts';
import type { SharedObject } from '../shared/shared.ts';

/**
 * What must be known of a context to derive others from it. A class of one's own that has these four can be the parent
 * of contexts; if it also has `afterFunc(f)`, which calls `f` when it is done and answers a function that takes that
 * back, no goroutine is needed to watch it.
 */
export interface ContextLike {
  /** As of `Context`; the same channel every time. */
  done(): RecvChan<unknown>;
  err(): Error | undefined;
  deadline(): number | undefined;
  value(key: unknown): unknown;
}

/**
 * Carries a cancellation, a deadline and values from a caller to whatever works for it, also on other threads: given to a
 * task, or sent inside a value, it stays one and the same context.
 *
 * Source: Go's `context.Context`.
 *
 * @example
 * function* worker(ctx: Context, jobs: RecvChan<Job>): Go {
 *   for (;;) {
 *     const s = yield* select({ job: jobs.next(), quit: ctx.done().recv() });
 *     if (s.key === 'quit') throw ctx.err();
 *     if (s.value.done) return;
 *     work(s.value.value);
 *   }
 * }
 */
export interface Context extends ContextLike, SharedObject {
  /** Closed when the context is over; the nil channel if it never can be. The same channel every time. */
  done(): RecvChan<never>;
  /**
   * Undefined as long as the context lasts; then `Canceled` or `DeadlineExceeded`, for ever. Reads the clock, and what
   * other threads have done, so it is true at once, even in a loop that never waits.
   */
  err(): Error | undefined;
  /** When it will be over at the latest, in milliseconds since 1970; undefined without a deadline. */
  deadline(): number | undefined;
  /**
   * The value that this context or one above it has for the key, the innermost if there are several; undefined if none
   * has. Keys are compared with `===`.
   */
  value(key: unknown): unknown;
  /**
   * Aborted when the context is over, with `cause(ctx)` as its reason: for `fetch` and the rest of the platform. Made
   * when it is first asked for, and then the same every time. From then on the context is held by those above it until
   * it is over, for somebody may listen.
   */
  readonly signal: AbortSignal;
  /** How it was made, as `context.Background.WithCancel`: for logs. */
  toString(): string;
}

/**
 * Ends a context and all below it with `Canceled`, at once; does nothing if it is over already. Does not wait for what
 * works for it.
 *
 * Source: Go's `context.CancelFunc`.
 */
export type CancelFunc = () => void;

/**
 * As `CancelFunc`, and says why: `cause(ctx)` answers that. Without a cause it is `Canceled`.
 *
 * Source: Go's `context.CancelCauseFunc`.
 */
export type CancelCauseFunc = (cause?: unknown) => void;
