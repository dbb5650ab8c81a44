import { CASE_SEMA } from '../../assembly/layout.ts';
import { Panic } from '../errors.ts';
import type { Op } from '../op.ts';
import { semaAcquire, semaRelease } from '../runtime/core.ts';
import { kickIfReady } from '../runtime/loop.ts';
import { Sema, SemaOp } from './sema.ts';

/**
 * A mutual exclusion lock. Not reentrant; any goroutine may unlock it. Waiters get it in the order they came, straight
 * from the one who unlocks: a newcomer cannot overtake them.
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
export class Mutex {
  readonly #sema = new Sema(1);
  readonly #lock: Disposable = { [Symbol.dispose]: () => this.unlock() };
  #kept: SemaOp<Disposable> | null = null;

  /** Waits until the lock is free and takes it. Disposing the result unlocks. */
  lock(): Op<Disposable> {
    const kept = this.#kept;
    return kept !== null && kept.rearm() ? kept : this.#newLock();
  }

  #newLock(): Op<Disposable> {
    const op = new SemaOp('lock()', this.#sema, CASE_SEMA, semaAcquire, this.#lock);
    if (op.keepable) this.#kept ??= op;
    return op;
  }

  /** Takes the lock if it is free; says whether it did. */
  tryLock(): boolean {
    const free = this.#sema.count > 0;
    if (free) this.#sema.count = 0;
    return free;
  }

  /**
   * Frees the lock, or hands it to the goroutine that waits longest.
   *
   * @throws Panic `sync: unlock of unlocked mutex`.
   */
  unlock(): void {
    const sema = this.#sema;
    if (sema.count > 0) throw new Panic('sync: unlock of unlocked mutex', 'ERR_UNLOCK_OF_UNLOCKED');
    if (!sema.waited) {
      sema.count = 1;
      return;
    }
    semaRelease(sema.addr);
    kickIfReady();
  }
}
