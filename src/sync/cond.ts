import { RULE_NOTIFY, S_PERMITS, WAIT_COND } from '../../assembly/layout.ts';
import { mistake } from '../errors.ts';
import { type Op, Operation, SELECTABLE } from '../op.ts';
import { semaAcquire } from '../runtime/core.ts';
import type { Waiter } from '../runtime/processor.ts';
import { BLOCKED, PARKED, type Result, VOID } from '../runtime/result.ts';
import { NO } from '../runtime/state.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { shareable, sharingOfTag, TAG_COND } from '../shared/shareable.ts';
import { handleAt, release } from './handles.ts';
import { LOCK, type Locker, type OwnLocker } from './locker.ts';
import type { RWMutex } from './rwmutex.ts';
import { Sema } from './sema.ts';
import type { SemaOp } from './semaop.ts';

/**
 * Goroutines that wait until something has changed, and are told so. What they wait for is looked at and changed under
 * the lock `l`. It works between threads, with its lock, when it is given to a task or sent.
 *
 * A channel that is closed does the work of `broadcast`, and one that is sent on that of `signal`; both can be a case of a
 * select, which this cannot.
 *
 * Source: Go's `sync.Cond`.
 *
 * @example
 * const cond = new Cond(new Mutex());
 * {
 *   using _ = yield* cond.l.lock();
 *   while (items.length === 0) yield* cond.wait();
 *   use(items.pop());
 * }
 * // elsewhere
 * items.push(item);
 * cond.signal();
 */
export class Cond implements SharedObject {
  declare readonly [sharedBrand]: true;
  /** The lock that is held to look at and to change what they wait for. Go's `L`. */
  readonly l: Locker;
  readonly #sema = new Sema(0, RULE_NOTIFY, S_PERMITS);

  static {
    const lockOf = (cond: Cond) => (cond.l as OwnLocker)[LOCK];
    shareable(TAG_COND, Cond, {
      give(cond) {
        const { handle, tag, reads } = lockOf(cond);
        const [lock] = sharingOfTag(tag).give(handle);
        return [cond.#sema.give(cond), `${tag} ${lock} ${reads ? 1 : 0}`];
      },
      adopt(addr, description) {
        const [tag, lock, reads] = numbersOf(description);
        const known = handleAt(addr);
        if (known !== undefined) {
          release(addr); // it has the references already
          sharingOfTag(tag).discard(lock, '');
          return known as Cond;
        }
        const locker = sharingOfTag(tag).adopt(lock, '') as Locker;
        const cond = new Cond(reads === 1 ? (locker as RWMutex).rLocker() : locker);
        cond.#sema.adopt(addr, cond);
        return cond;
      },
      discard(addr, description) {
        const [tag, lock] = numbersOf(description);
        release(addr);
        sharingOfTag(tag).discard(lock, '');
      },
    });
  }

  /**
   * @param l a Mutex, an RWMutex or its `rLocker()`.
   * @throws TypeError if it is something else.
   */
  constructor(l: Locker) {
    if ((l as Partial<OwnLocker> | null | undefined)?.[LOCK] === undefined) {
      throw mistake('Cond', 'a Mutex, an RWMutex or its rLocker()', l);
    }
    this.l = l;
  }

  /**
   * Unlocks `l`, waits for `signal` or `broadcast`, and locks `l` again: it misses none that comes after it was called.
   * Nobody is woken for nothing, but somebody else may have been quicker to get the lock: look again, in a loop.
   *
   * It cannot be a case of a select.
   *
   * @throws Panic `sync: unlock of unlocked mutex` if `l` is not locked.
   */
  wait(): Op<void> {
    return new CondOp(this.#sema, this.l as OwnLocker);
  }

  /** Wakes the goroutine that waits longest, if there is one. `l` may be locked, and need not be. */
  signal(): void {
    this.#sema.notify(1);
  }

  /** Wakes all that wait now. `l` may be locked, and need not be. */
  broadcast(): void {
    this.#sema.notify(S_PERMITS);
  }
}

function numbersOf(description: string): [tag: number, lock: number, reads: number] {
  return description.split(' ').map(Number) as [number, number, number];
}

class CondOp extends Operation<void> {
  /** It waits to be told. */
  private holding = false;
  /** It was told, and locks again. */
  private relock: SemaOp<Disposable> | null = null;

  constructor(
    private readonly sema: Sema,
    private readonly l: OwnLocker,
  ) {
    super();
  }

  get label(): string {
    return 'wait()';
  }

  override get outside(): boolean {
    return this.sema.outside;
  }

  override get [SELECTABLE](): number {
    return NO;
  }

  start(g: Waiter | null): Result {
    // Who unlocks what is not locked is told so before he waits.
    if (!this.l[LOCK].locked) this.l.unlock();
    if (g === null) return BLOCKED;
    this.sema.hold();
    this.holding = true;
    // First in the list, then unlocked: whoever changes something under the lock finds it there.
    semaAcquire(this.sema.addr, 1, g.addr, WAIT_COND, 0);
    this.l.unlock();
    return PARKED;
  }

  finish(g: Waiter): Result {
    this.told();
    const r = this.relock === null ? (this.relock = this.l[LOCK].op()).start(g) : this.relock.finish(g);
    if (!r.done) return r;
    this.relock = null;
    return VOID;
  }

  private told(): void {
    if (this.holding) this.sema.letGo();
    this.holding = false;
  }

  // It is ended. What it does in `finally` will unlock: so nothing is given back that it has got again already, and if
  // it has not, and the lock is free, it gets it.
  override abandon(): void {
    if (!this.holding && this.relock === null) return; // it never waited, and unlocked nothing
    this.told();
    this.relock?.abandon();
    this.l[LOCK].tryLock();
  }

  // Not selectable: never called.
  describe(): void {}
  commit(): Result {
    return BLOCKED;
  }
}
