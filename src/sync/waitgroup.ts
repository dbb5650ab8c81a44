import { RULE_ZERO, S_PERMITS, WAIT_GROUP } from '../../assembly/layout.ts';
import { mistake, Panic } from '../errors.ts';
import { checkStartable, startCounted } from '../go.ts';
import type { Go, Goroutine } from '../goroutine.ts';
import type { Op } from '../op.ts';
import type { Result } from '../runtime/result.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { TAG_WAIT_GROUP } from '../shared/shareable.ts';
import type { Task } from '../task.ts';
import { shareRecord } from './handles.ts';
import { Sema } from './sema.ts';
import { SemaOp } from './semaop.ts';

/**
 * Waits for a number of goroutines to finish. It works between threads when it is given to a task or sent.
 *
 * Source: Go's `sync.WaitGroup`.
 *
 * @example
 * const wg = new WaitGroup();
 * for (const url of urls) wg.go(fetchOne, url);
 * yield* wg.wait();
 */
export class WaitGroup implements SharedObject {
  declare readonly [sharedBrand]: true;
  /** The counter: permits that nobody takes. */
  readonly #sema = new Sema(0, RULE_ZERO, S_PERMITS);
  #kept: GroupOp | null = null;

  static {
    shareRecord(
      TAG_WAIT_GROUP,
      WaitGroup,
      (wg) => wg.#sema.give(wg),
      (addr) => {
        const wg = new WaitGroup();
        wg.#sema.adopt(addr, wg);
        return wg;
      },
    );
  }

  /**
   * Adds to the counter; at zero everybody who waits goes on.
   *
   * @param delta an integer; may be negative.
   * @throws Panic `sync: negative WaitGroup counter`; the counter is unchanged.
   * @throws TypeError unless `delta` is an integer.
   */
  add(delta: number): void {
    if (!Number.isInteger(delta)) throw mistake('WaitGroup.add', 'an integer', delta);
    // A larger number would lose bits on its way to the core.
    if (Math.abs(delta) > S_PERMITS || !this.#sema.release(delta)) {
      throw new Panic('sync: negative WaitGroup counter', 'ERR_NEGATIVE_WAIT_GROUP');
    }
  }

  /** One less: `add(-1)`. */
  done(): void {
    this.add(-1);
  }

  /**
   * Waits until the counter is zero.
   *
   * @throws Panic `sync: WaitGroup is reused before previous Wait has returned` if it is not zero any more when this
   *   goroutine goes on: wait for the next round only after all who wait for this one have gone on.
   */
  wait(): Op<void> {
    const kept = this.#kept;
    return kept !== null && kept.rearm() ? kept : this.#newWait();
  }

  #newWait(): Op<void> {
    const op = new GroupOp('wait()', this.#sema, 0, WAIT_GROUP, undefined);
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

class GroupOp extends SemaOp<void> {
  override finish(): Result {
    const { free } = this.sema;
    const r = this.won();
    if (free === 0) return r;
    throw new Panic('sync: WaitGroup is reused before previous Wait has returned', 'ERR_WAIT_GROUP_REUSED');
  }
}
