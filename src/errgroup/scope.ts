import { background, withCancelCause } from '../context/make.ts';
import type { CancelCauseFunc, Context, ContextLike } from '../context/types.ts';
import { checkStartable, startWatched } from '../go.ts';
import { checkBody, type CountedG, type Go, type Goroutine } from '../goroutine.ts';
import { LaunchOp } from '../launch.ts';
import type { Op } from '../op.ts';
import { trace } from '../runtime/site.ts';
import { unshareable } from '../shared/shareable.ts';
import { WaitGroup } from '../sync/waitgroup.ts';
import type { Task } from '../task.ts';

/**
 * What `scope` gives: goroutines that are started here have ended when it is left.
 *
 * @example
 * function* load(s: Scope): Go<[string, string]> {
 *   const [a, b] = [s.go(fetchOne, s.ctx, 'a'), s.go(fetchOne, s.ctx, 'b')];
 *   return [yield* a.join(), yield* b.join()];
 * }
 */
export interface Scope extends AsyncDisposable {
  /** Over at the first error, and when the scope is left. Give it to whatever should end then. */
  readonly ctx: Context;
  /**
   * Starts a goroutine in this scope, as `go` does. If it throws, the context is over, and that is what the scope throws
   * unless something else has thrown before; joining it is not needed.
   *
   * @throws as `go`; TypeError if the scope has been left.
   */
  go<A extends unknown[], T>(body: Task<A, T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => Go<T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => Promise<T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => T, ...args: A): Goroutine<T>;
  /** Ends the context, as of `withCancelCause`. */
  cancel(cause?: unknown): void;
}

class OpenScope implements Scope {
  readonly ctx: Context;
  readonly cancel: CancelCauseFunc;
  private readonly all = new WaitGroup();
  private readonly returned = (): void => this.all.done();
  private readonly threw = (error: unknown): void => {
    this.fail(error);
    this.all.done();
  };
  private failed = false;
  private error: unknown = undefined;
  private left = false;

  constructor(parent: ContextLike) {
    [this.ctx, this.cancel] = withCancelCause(parent);
  }

  go(body: unknown, ...args: unknown[]): CountedG<never> {
    if (this.left) throw new TypeError('Scope.go: the scope has been left');
    checkStartable('Scope.go', body);
    this.all.add(1);
    try {
      return startWatched(body, args, trace(this.go), this.returned, this.threw) as CountedG<never>;
    } catch (error) {
      this.all.done();
      throw error;
    }
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.error = error;
    this.cancel(error);
  }

  /** Waits until all have ended. */
  leave(): Op<void> {
    return this.all.wait().map(() => {
      this.left = true;
      this.cancel();
      if (this.failed) throw this.error;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

unshareable(OpenScope, 'a scope (give the tasks its context, and open one where they run)');

/**
 * Runs `body` with a scope, and waits until it and every goroutine that was started in the scope have ended. At the first
 * error, of the body or of a goroutine, the context of the scope is over, which tells the others to end; and when they
 * have, that error is thrown. So nothing outlives it, and no error gets lost.
 *
 * As a case of a select that chooses another one its context is cancelled, and nobody waits for the rest.
 *
 * `scope()` without a body is for `await using`, which waits at the end of the block. When an error leaves the block
 * JavaScript does not tell, so `cancel` must be called if goroutines wait for that.
 *
 * @param parent of the scope's context; default `background()`.
 * @returns what `body` returns.
 * @throws TypeError if `body` is not a function; what `withCancel` throws.
 * @example
 * const pages = yield* scope(function* (s) {
 *   const started = urls.map((url) => s.go(fetchPage, s.ctx, url));
 *   const pages: string[] = [];
 *   for (const g of started) pages.push(yield* g.join());
 *   return pages;
 * });
 */
export function scope<T>(body: (scope: Scope) => Go<T>, parent?: ContextLike): Op<T>;
export function scope<T>(body: (scope: Scope) => Promise<T>, parent?: ContextLike): Op<T>;
export function scope<T>(body: (scope: Scope) => T, parent?: ContextLike): Op<T>;
export function scope(parent?: ContextLike): Scope;
export function scope(
  first: ((scope: Scope) => unknown) | ContextLike = background(),
  parent: ContextLike = background(),
): unknown {
  if (typeof first !== 'function') return new OpenScope(first);
  checkBody('scope', first);
  let open: OpenScope;
  const launch = (): Op<unknown> => {
    open = new OpenScope(parent);
    const main = open.go(first, open);
    return open.leave().map(() => main.value);
  };
  return new LaunchOp('scope()', launch, () => open.cancel());
}
