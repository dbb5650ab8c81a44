import { RULE_READERS, WAIT_RW_READ, WAIT_RW_WRITE } from '../../assembly/layout.ts';
import { Panic } from '../errors.ts';
import type { Op } from '../op.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { TAG_RW_MUTEX } from '../shared/shareable.ts';
import { shareRecord } from './handles.ts';
import { LOCK, type LockInfo, type Locker, type OwnLocker } from './locker.ts';
import { Sema } from './sema.ts';
import { SemaOp } from './semaop.ts';

/** A permit for each reader there can be; who writes needs all of them. */
const READERS = 1 << 30;

/**
 * A lock for any number of readers or one writer.
 *
 * As soon as somebody waits to write, who comes to read waits, too: so a goroutine that reads must not read-lock again.
 * When a writer unlocks, all who came to read meanwhile go before the next writer. A lock to read cannot become one to
 * write, nor the other way round. It works between threads, as a Mutex does.
 *
 * Source: Go's `sync.RWMutex`.
 *
 * @example
 * const rw = new RWMutex();
 * {
 *   using _ = yield* rw.rLock();
 *   yield* wait(respond(table.get(key)));
 * }
 */
export class RWMutex implements OwnLocker, SharedObject {
  declare readonly [sharedBrand]: true;
  readonly #sema = new Sema(READERS, RULE_READERS, READERS);
  readonly #write: Disposable = { [Symbol.dispose]: () => this.unlock() };
  readonly #read: Disposable = { [Symbol.dispose]: () => this.rUnlock() };
  #keptWrite: SemaOp<Disposable> | null = null;
  #keptRead: SemaOp<Disposable> | null = null;

  static {
    shareRecord(
      TAG_RW_MUTEX,
      RWMutex,
      (rw) => rw.#sema.give(rw),
      (addr) => {
        const rw = new RWMutex();
        rw.#sema.adopt(addr, rw);
        return rw;
      },
    );
  }

  /** Waits until nobody reads or writes, and locks to write. Disposing the result unlocks. */
  lock(): Op<Disposable> {
    const kept = this.#keptWrite;
    if (kept !== null && kept.rearm()) return kept;
    const op = this.#newLock();
    if (op.keepable) this.#keptWrite ??= op;
    return op;
  }

  /** Waits until nobody writes or waits to, and locks to read. Disposing the result unlocks. */
  rLock(): Op<Disposable> {
    const kept = this.#keptRead;
    if (kept !== null && kept.rearm()) return kept;
    const op = this.#newRLock();
    if (op.keepable) this.#keptRead ??= op;
    return op;
  }

  /** Locks to write if nobody reads or writes; says whether it did. */
  tryLock(): boolean {
    return this.#sema.tryAcquire(READERS);
  }

  /** Locks to read if nobody writes or waits to; says whether it did. */
  tryRLock(): boolean {
    return this.#sema.tryAcquire(1);
  }

  /**
   * Gives the lock to write back.
   *
   * @throws Panic `sync: Unlock of unlocked RWMutex`, also when it is locked to read.
   */
  unlock(): void {
    if (this.#sema.free !== 0 || !this.#sema.release(READERS)) {
      throw new Panic('sync: Unlock of unlocked RWMutex', 'ERR_UNLOCK_OF_UNLOCKED');
    }
  }

  /**
   * Gives one lock to read back.
   *
   * @throws Panic `sync: RUnlock of unlocked RWMutex`, also when it is locked to write.
   */
  rUnlock(): void {
    if (this.#sema.free === 0 || !this.#sema.release(1)) {
      throw new Panic('sync: RUnlock of unlocked RWMutex', 'ERR_UNLOCK_OF_UNLOCKED');
    }
  }

  /**
   * A view whose `lock` and `unlock` are `rLock` and `rUnlock`, for what takes a `Locker`.
   *
   * Source: Go's `RWMutex.RLocker`.
   */
  rLocker(): Locker {
    return new Reader(this, () => this.#info(true));
  }

  #newLock(): SemaOp<Disposable> {
    return new SemaOp('lock()', this.#sema, READERS, WAIT_RW_WRITE, this.#write);
  }

  #newRLock(): SemaOp<Disposable> {
    return new SemaOp('rLock()', this.#sema, 1, WAIT_RW_READ, this.#read);
  }

  /** @internal */
  get [LOCK](): LockInfo {
    return this.#info(false);
  }

  #info(reads: boolean): LockInfo {
    const { free } = this.#sema;
    return {
      locked: reads ? free > 0 && free < READERS : free === 0,
      tryLock: () => (reads ? this.tryRLock() : this.tryLock()),
      op: () => (reads ? this.#newRLock() : this.#newLock()),
      handle: this,
      tag: TAG_RW_MUTEX,
      reads,
    };
  }
}

/** The view for readers. */
class Reader implements OwnLocker {
  constructor(
    private readonly rw: RWMutex,
    private readonly info: () => LockInfo,
  ) {}

  lock(): Op<Disposable> {
    return this.rw.rLock();
  }

  unlock(): void {
    this.rw.rUnlock();
  }

  get [LOCK](): LockInfo {
    return this.info();
  }
}
