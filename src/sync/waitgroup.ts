import { CASE_ZERO } from '../../assembly/layout.ts';
import { mistake, Panic } from '../errors.ts';
import { checkStartable, startCounted } from '../go.ts';
import type { Go, Goroutine } from '../goroutine.ts';
import type { Op } from '../op.ts';
import { semaAdd, semaWaitZero } from '../runtime/core.ts';
import { kickIfReady } from '../runtime/loop.ts';
import type { Task } from '../task.ts';
import { Sema, SemaOp } from './sema.ts';

/**
 * Waits for a number of goroutines to finish.
 *
 * Source: Go's `sync.WaitGroup`.
 *
 * @example
 * const wg = new WaitGroup();
 * for (const url of urls) wg.go(fetchOne, url);
 * yield* wg.wait();
 */
export class WaitGroup {
  readonly #sema = new Sema(0);
  #kept: SemaOp<void> | null = null;

  /**
   * Adds to the counter; at zero everybody who waits goes on.
   *
   * @param delta an integer; may be negative.
   * @throws Panic `sync: negative WaitGroup counter`; the counter is unchanged.
   * @throws TypeError unless `delta` is an integer.
   */
  add(delta: number): void {
    if (!Number.isInteger(delta)) throw mistake('WaitGroup.add', 'an integer', delta);
    const sema = this.#sema;
    const count = sema.count + delta;
    if (count < 0 || count > 0x7fffffff) {
      throw new Panic('sync: negative WaitGroup counter', 'ERR_NEGATIVE_WAIT_GROUP');
    }
    if (count > 0 || !sema.waited) {
      sema.count = count;
      return;
    }
    semaAdd(sema.addr, delta);
    kickIfReady();
  }

  /** One less: `add(-1)`. */
  done(): void {
    this.add(-1);
  }

  /** Waits until the counter is zero. */
  wait(): Op<void> {
    const kept = this.#kept;
    return kept !== null && kept.rearm() ? kept : this.#newWait();
  }

  #newWait(): Op<void> {
    const op = new SemaOp<void>('wait()', this.#sema, CASE_ZERO, semaWaitZero, undefined);
    if (op.keepable) this.#kept ??= op;
    return op;
  }

  /**
   * Adds one, runs `body` as a goroutine, and takes the one away when it has returned. If it throws, the counter stays:
   * the program panics, and whoever waits must not go on as if all were well.
   *
   * Source: Go's `WaitGroup.Go`.
   *
   * @throws TypeError if `body` is not a function.
   */
  go<A extends unknown[], T>(body: Task<A, T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => Go<T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => Promise<T>, ...args: A): Goroutine<T>;
  go<A extends unknown[], T>(body: (...args: A) => T, ...args: A): Goroutine<T>;
  go(body: unknown, ...args: unknown[]): Goroutine<unknown> {
    checkStartable('WaitGroup.go', body);
    this.add(1);
    try {
      return startCounted(body, args, () => this.done(), this.go);
    } catch (error) {
      this.done();
      throw error;
    }
  }
}
