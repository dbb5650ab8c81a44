/** What can be locked, and what a Cond must know of it. */
import type { Op } from '../op.ts';
import type { SemaOp } from './semaop.ts';

/** What has `lock` and `unlock`: Mutex, RWMutex, and what `rLocker` gives. Source: Go's `sync.Locker`. */
export interface Locker {
  /** Waits until it has the lock. Disposing the result unlocks. */
  lock(): Op<Disposable>;
  /** Gives the lock back. */
  unlock(): void;
}

export interface LockInfo {
  /** Somebody has it. */
  readonly locked: boolean;
  /** Locks it, if it is free. */
  tryLock(): boolean;
  /** A `lock()` that nobody else has. */
  op(): SemaOp<Disposable>;
  /** What crosses threads, and its tag. */
  readonly handle: object;
  readonly tag: number;
  /** It is the view of an RWMutex for readers. */
  readonly reads: boolean;
}

/** Locks of this package answer it. */
export const LOCK = Symbol('lock');

export interface OwnLocker extends Locker {
  readonly [LOCK]: LockInfo;
}
