// The lock of a shared object: held for tens of nanoseconds, by a thread that never waits meanwhile.
//
// I1: LOCK is 0 or the P block of the holder, so that the lock of a processor that died can be found and broken.
// I2: no lock is taken while another is held, but for those of one select, in the order of their addresses.
// I3: P_HELD names the lock before it is taken and until it is free: reap.ts looks there.
// Nobody is woken under a lock: what was fired is collected (fire.ts) and handed over when it is free.
//
// Spins: it may be taken on a page's main thread, which must not block. `pause` is the host's: it lets a thread that
// may sleep do so after many rounds, for the holder may have lost its core.

import { LOCK, P_HELD, TRAP_LOCK } from './layout';
import { atomicCas, atomicGet, atomicSet, pause, set } from './memory';
import { p } from './proc';
import { debugCheck } from './trap';

export function lock(object: i32): void {
  set(p, P_HELD, object);
  acquire(object);
}

export function unlock(object: i32): void {
  release(object);
  set(p, P_HELD, 0);
}

/** Without note of who holds it: for select, which notes its locks together. */
// @ts-ignore: decorator
@inline
export function acquire(object: i32): void {
  debugCheck(atomicGet(object + LOCK) != p, TRAP_LOCK);
  while (atomicCas(object + LOCK, 0, p)) pause();
}

// @ts-ignore: decorator
@inline
export function release(object: i32): void {
  debugCheck(atomicGet(object + LOCK) == p, TRAP_LOCK);
  atomicSet(object + LOCK, 0);
}
