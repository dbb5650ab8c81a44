import { CASE_READY } from '../../assembly/layout.ts';
import { chan } from '../chan.ts';
import type { Chan } from '../chantypes.ts';
import { withCancelCause } from '../context/make.ts';
import type { CancelCauseFunc, Context, ContextLike } from '../context/types.ts';
import { mistake, Panic } from '../errors.ts';
import { checkStartable, startWatched } from '../go.ts';
import type { Go } from '../goroutine.ts';
import { type Op, Operation } from '../op.ts';
import { writeCase } from '../runtime/cases.ts';
import { type Result, VOID } from '../runtime/result.ts';
import { type Trace, trace } from '../runtime/site.ts';
import { unshareable } from '../shared/shareable.ts';
import { WaitGroup } from '../sync/waitgroup.ts';
import type { Task } from '../task.ts';

/** `go` of a group without a limit: starts at once. */
class StartOp extends Operation<void> {
  readonly label = 'go()';

  constructor(private readonly begin: () => void) {
    super();
  }

  start(): Result {
    this.begin();
    return VOID;
  }

  finish(): Result {
    return VOID;
  }

  describe(i: number): void {
    writeCase(i, CASE_READY, 0);
  }

  commit(): Result {
    return this.start();
  }
}

/**
 * Goroutines that work on parts of one thing: the first error counts, and can cancel the rest. Bodies are generator,
 * async or plain functions, or tasks, which spread over the processors.
 *
 * What a body throws is the error of the group, not a panic of the program: JavaScript has one way for both.
 *
 * Source: `errgroup.Group` of golang.org/x/sync.
 *
 * @example
 * const [group, ctx] = withContext(background());
 * for (const url of urls) yield* group.go(fetchOne, ctx, url);
 * yield* group.wait(); // throws the first error, if there was one
 */
export class Group {
  readonly #all = new WaitGroup();
  readonly #cancel: CancelCauseFunc | undefined;
  readonly #returned = (): void => this.#done();
  readonly #threw = (error: unknown): void => {
    this.#fail(error);
    this.#done();
  };
  #active = 0;
  /** Holds as much as there are goroutines, if there is a limit. */
  #slots: Chan<void> | undefined = undefined;
  #failed = false;
  #error: unknown = undefined;

  /** @internal */
  constructor(cancel?: CancelCauseFunc) {
    this.#cancel = cancel;
  }

  /**
   * Starts `body` with `args` as a goroutine, as `go` does; if the group is at its limit, waits until one of it has
   * ended. An operation: without `yield*` or `await` nothing is started.
   *
   * Source: `Group.Go`.
   *
   * @throws TypeError if `body` is neither a function nor a task; from the wait, if an argument of a task cannot be
   *   shared. Nothing is started then.
   * @example
   * yield* group.go(resize, image, 100);
   */
  go<A extends unknown[]>(body: Task<A, unknown>, ...args: A): Op<void>;
  go<A extends unknown[]>(body: (...args: A) => Go<unknown>, ...args: A): Op<void>;
  go<A extends unknown[]>(body: (...args: A) => Promise<unknown>, ...args: A): Op<void>;
  go<A extends unknown[]>(body: (...args: A) => unknown, ...args: A): Op<void>;
  go(body: unknown, ...args: unknown[]): Op<void> {
    checkStartable('Group.go', body);
    const made = trace(this.go);
    const begin = (): void => this.#begin(body, args, made);
    return this.#slots === undefined ? new StartOp(begin) : this.#slots.send().map(begin);
  }

  /**
   * As `go` if the group is below its limit; says whether it was.
   *
   * Source: `Group.TryGo`.
   *
   * @throws as `go`.
   * @example
   * if (!group.tryGo(prefetch, url)) skipped++;
   */
  tryGo<A extends unknown[]>(body: Task<A, unknown>, ...args: A): boolean;
  tryGo<A extends unknown[]>(body: (...args: A) => Go<unknown>, ...args: A): boolean;
  tryGo<A extends unknown[]>(body: (...args: A) => Promise<unknown>, ...args: A): boolean;
  tryGo<A extends unknown[]>(body: (...args: A) => unknown, ...args: A): boolean;
  tryGo(body: unknown, ...args: unknown[]): boolean {
    checkStartable('Group.tryGo', body);
    if (this.#slots?.trySend() === false) return false;
    this.#begin(body, args, trace(this.tryGo));
    return true;
  }

  /** A slot is taken, if there are any. */
  #begin(body: unknown, args: unknown[], made: Trace | undefined): void {
    this.#all.add(1);
    this.#active++;
    try {
      startWatched(body, args, made, this.#returned, this.#threw);
    } catch (error) {
      this.#done();
      throw error;
    }
  }

  #done(): void {
    this.#active--;
    this.#slots?.tryRecv();
    this.#all.done();
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#error = error;
    this.#cancel?.(error);
  }

  /**
   * At most so many goroutines at once; a negative number: no limit, as at first. 0: none can start.
   *
   * Source: `Group.SetLimit`.
   *
   * @throws Panic `errgroup: modify limit while n goroutines in the group are still active`.
   * @throws TypeError unless `n` is an integer.
   */
  setLimit(n: number): void {
    if (!Number.isInteger(n)) throw mistake('Group.setLimit', 'an integer', n);
    if (this.#active > 0) {
      throw new Panic(
        `errgroup: modify limit while ${this.#active} goroutines in the group are still active`,
        'ERR_GROUP_LIMIT',
      );
    }
    this.#slots = n < 0 ? undefined : chan<void>(n);
  }

  /**
   * Waits until all goroutines of the group have ended. Then the context of `withContext` is over, too.
   *
   * Source: `Group.Wait`.
   *
   * @throws the first error that one of them threw, if any did: every time.
   * @example
   * const s = yield* select({ all: group.wait(), late: after(1000).recv() });
   */
  wait(): Op<void> {
    return this.#all.wait().map(() => {
      this.#cancel?.(this.#error);
      if (this.#failed) throw this.#error;
    });
  }
}

/**
 * A group, and a context below `parent` that is over at the first error of the group, with that as its cause, or when
 * `wait` is.
 *
 * Source: `errgroup.WithContext`.
 *
 * @throws Panic `cannot create context from nil parent`.
 * @throws TypeError unless `parent` is a context.
 * @example
 * const [group, ctx] = withContext(background());
 */
export function withContext(parent: ContextLike): [group: Group, ctx: Context] {
  const [ctx, cancel] = withCancelCause(parent);
  return [new Group(cancel), ctx];
}

unshareable(Group, 'an errgroup (give the tasks its context, and make a group where they run)');
