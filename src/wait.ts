/** Waiting for the host, and giving way. */
import { CASE_HOST, CASE_READY } from '../assembly/layout.ts';
import { mistake } from './errors.ts';
import type { Go } from './goroutine.ts';
import { isGenerator, isThenable } from './runtime/kinds.ts';
import { type Op, Operation } from './op.ts';
import { parkedOr, writeCase } from './runtime/cases.ts';
import { parkHost, wake, yieldNow } from './runtime/core.ts';
import { kick } from './runtime/loop.ts';
import type { Waiter } from './runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result, VOID } from './runtime/result.ts';
import { NO } from './runtime/state.ts';

class WaitOp<T> extends Operation<T> {
  /** The use that is current; a promise that settles later than that is not listened to. */
  private waiting: Waiter | null = null;
  private failed = false;
  private outcome: unknown;

  constructor(private readonly promise: PromiseLike<T>) {
    super();
  }

  get label(): string {
    return 'wait()';
  }

  start(g: Waiter | null): Result {
    if (g === null) return BLOCKED;
    const r = parkedOr(parkHost(g.addr));
    this.listen(g, 0);
    return r;
  }

  override ready(): number {
    return NO;
  }

  describe(i: number, g: Waiter | null): void {
    writeCase(i, CASE_HOST, 0);
    if (g !== null) this.listen(g, i);
  }

  private listen(g: Waiter, index: number): void {
    this.waiting = g;
    // `resolve` answers a promise as it is, and tames a thenable that throws or calls back at once.
    Promise.resolve(this.promise).then(
      (value) => this.settled(index, false, value),
      (error: unknown) => this.settled(index, true, error),
    );
  }

  private settled(index: number, failed: boolean, outcome: unknown): void {
    const g = this.waiting;
    if (g === null) return;
    this.waiting = null;
    this.failed = failed;
    this.outcome = outcome;
    wake(g.addr, index, 0);
    kick();
  }

  finish(): Result {
    if (this.failed) throw this.outcome;
    return done(this.outcome);
  }

  commit(): Result {
    return this.finish();
  }

  override abandon(): void {
    this.waiting = null;
  }
}

/**
 * Waits for a promise of the host inside a generator goroutine: its value, or throws its reason. As a case of a select
 * that chooses another case, the promise is simply not listened to any more.
 *
 * While a goroutine waits here its program is not deadlocked, unless the host has nothing left to do at all.
 *
 * @throws TypeError unless `promise` is a promise or another thenable.
 * @example
 * const response = yield* wait(fetch(url));
 */
export function wait<T>(promise: PromiseLike<T>): Op<Awaited<T>> {
  if (!isThenable(promise)) throw mistake('wait', 'a promise', promise);
  return new WaitOp<T>(promise) as unknown as Op<Awaited<T>>;
}

/**
 * Whatever a function that may be a generator function, an async function or a plain one has given back: waits until it
 * is finished, and gives what it returns.
 */
export function* finished(result: unknown): Go<unknown> {
  if (result instanceof Operation) return yield* result as Op<unknown>;
  if (isGenerator(result)) return yield* result;
  return isThenable(result) ? yield* wait(result) : result;
}

/** For what `finished` will be given later: until then a rejection must not count as one that nobody handles. */
export function expected(result: unknown): void {
  if (isThenable(result) && !(result instanceof Operation)) Promise.resolve(result).catch(() => undefined);
}

class YieldOp extends Operation<void> {
  get label(): string {
    return 'gosched()';
  }

  start(g: Waiter | null): Result {
    if (g === null) return BLOCKED;
    yieldNow(g.addr);
    return PARKED;
  }

  finish(): Result {
    return VOID;
  }

  describe(i: number): void {
    writeCase(i, CASE_READY, 0);
  }

  commit(): Result {
    return VOID;
  }
}

/**
 * Gives way: every other goroutine that is ready runs before this one goes on.
 *
 * Source: Go's `runtime.Gosched`.
 *
 * @example
 * while (!ready()) yield* gosched();
 */
export function gosched(): Op<void> {
  return new YieldOp();
}
