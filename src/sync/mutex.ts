import { R_PARKED, RULE_COMPETE, RULE_QUEUE, WAIT_MUTEX } from '../../assembly/layout.ts';
import { Panic } from '../errors.ts';
import type { Op } from '../op.ts';
import { semaAcquire } from '../runtime/core.ts';
import { clock, p, type Waiter } from '../runtime/processor.ts';
import { PARKED, type Result } from '../runtime/result.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { TAG_MUTEX } from '../shared/shareable.ts';
import { shareRecord } from './handles.ts';
import { LOCK, type LockInfo, type OwnLocker } from './locker.ts';
import { Sema } from './sema.ts';
import { SemaOp } from './semaop.ts';

/** A lock that somebody has waited for longer than this goes straight to those who wait, as in Go. Milliseconds. */
const STARVING = 1;

/**
 * A mutual exclusion lock. Not reentrant; any goroutine may unlock it.
 *
 * Who waits is woken in the order of arrival, and then competes for the lock with newcomers, who need not wait for it to
 * be woken: that is much quicker. If it loses, it waits on at the front; and once it has waited for a millisecond, the
 * lock is handed straight to the first in line and nobody can overtake, until the line is gone or moves quickly again. A
 * select gets the lock handed over, too.
 *
 * It works between threads when it is given to a task or sent. If a thread dies while one of its goroutines holds the
 * lock, the lock stays locked, for nobody can tell in what state it left what the lock protects.
 *
 * Source: Go's `sync.Mutex`.
 *
 * @example
 * const mu = new Mutex();
 * {
 *   using _ = yield* mu.lock();
 *   balance += yield* wait(fetchAmount());
 * } // unlocked here
 */
export class Mutex implements OwnLocker, SharedObject {
  declare readonly [sharedBrand]: true;
  readonly #sema = new Sema(1, RULE_COMPETE, 1);
  readonly #lock: Disposable = { [Symbol.dispose]: () => this.unlock() };
  #kept: LockOp | null = null;

  static {
    shareRecord(
      TAG_MUTEX,
      Mutex,
      (mu) => mu.#sema.give(mu),
      (addr) => {
        const mu = new Mutex();
        mu.#sema.adopt(addr, mu);
        return mu;
      },
    );
  }

  /** Waits until the lock is free and takes it. Disposing the result unlocks. */
  lock(): Op<Disposable> {
    const kept = this.#kept;
    return kept !== null && kept.rearm() ? kept : this.#newLock();
  }

  #newLock(): Op<Disposable> {
    const op = new LockOp(this.#sema, this.#lock);
    if (op.keepable) this.#kept ??= op;
    return op;
  }

  /** Takes the lock if it is free, past those who wait; says whether it did. */
  tryLock(): boolean {
    return this.#sema.tryAcquire(1);
  }

  /**
   * Frees the lock.
   *
   * @throws Panic `sync: unlock of unlocked mutex`.
   */
  unlock(): void {
    if (!this.#sema.release(1)) throw new Panic('sync: unlock of unlocked mutex', 'ERR_UNLOCK_OF_UNLOCKED');
  }

  /** @internal */
  get [LOCK](): LockInfo {
    const locked = this.#sema.free === 0;
    return {
      locked,
      tryLock: () => this.tryLock(),
      op: () => new LockOp(this.#sema, this.#lock),
      handle: this,
      tag: TAG_MUTEX,
      reads: false,
    };
  }
}

class LockOp extends SemaOp<Disposable> {
  /** When it began to wait; 0 in a select. */
  private since = 0;

  constructor(sema: Sema, value: Disposable) {
    super('lock()', sema, 1, WAIT_MUTEX, value);
  }

  protected override park(g: Waiter): Result {
    this.since = clock();
    return super.park(g);
  }

  override finish(g: Waiter): Result {
    const { sema } = this;
    const starved = clock() - this.since > STARVING;
    if (p.closed) {
      // Woken to compete.
      if (semaAcquire(sema.addr, 1, g.addr, this.reason, 1) === R_PARKED) {
        if (starved) sema.mode = RULE_QUEUE;
        return PARKED;
      }
    } else if (!starved || !sema.waited) sema.mode = RULE_COMPETE;
    this.since = 0;
    return this.won();
  }
}
