/** Why a context is over. */

/**
 * The two errors that `ctx.err()` knows, `Canceled` and `DeadlineExceeded`: compare with `===`. They are the same objects
 * in every thread, also when they cross inside a value or as what a task threw.
 */
export class ContextError extends Error {
  readonly #late: boolean;

  constructor(name: string, message: string, late: boolean) {
    super(message);
    Object.defineProperty(this, 'name', { value: name });
    this.stack = `${name}: ${message}`; // made once, so the place where it was made says nothing
    this.#late = late;
  }

  /** Whether a deadline has passed: what network libraries in Go ask for. */
  timeout(): boolean {
    return this.#late;
  }

  /** The same, as in Go. */
  temporary(): boolean {
    return this.#late;
  }
}

/**
 * The context was cancelled.
 *
 * Source: Go's `context.Canceled`.
 *
 * @example
 * if (ctx.err() === Canceled) return;
 */
export const Canceled = new ContextError('Canceled', 'context canceled', false);

/**
 * The deadline of the context has passed.
 *
 * Source: Go's `context.DeadlineExceeded`.
 *
 * @example
 * if (ctx.err() === DeadlineExceeded) retryLater();
 */
export const DeadlineExceeded = new ContextError('DeadlineExceeded', 'context deadline exceeded', true);
