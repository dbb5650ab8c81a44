// Semaphores: a count and a wait list, the root of Mutex and WaitGroup. Owner P only.
//
// I1: a waiter of kind CASE_SEMA waits only while COUNT is 0; a released permit goes straight to the first of
//     them, so a newcomer cannot overtake it.
// I2: a waiter of kind CASE_ZERO waits only while COUNT is not 0. One semaphore has waiters of one kind.

import {
  CASE_SEMA, CASE_ZERO, Q_FIRST, R_BLOCK, R_PARKED, R_SLOT, SLAB_S, S_COUNT, S_WAITQ, TRAP_BUSY, WAIT_GROUP,
  WAIT_MUTEX,
} from './layout';
import { get, set } from './memory';
import { claimFirst, fire, parkOn, wakeAll } from './park';
import { slabAlloc, slabFree } from './slab';
import { check } from './trap';

/** A new semaphore, or 0 without memory. */
export function semaNew(count: i32): i32 {
  const s = slabAlloc(SLAB_S);
  if (s) set(s, S_COUNT, count);
  return s;
}

export function semaFree(s: i32): void {
  check(!get(s + S_WAITQ, Q_FIRST), TRAP_BUSY);
  slabFree(SLAB_S, s);
}

// @ts-ignore: decorator
@inline
export function semaCount(s: i32): i32 {
  return get(s, S_COUNT);
}

export function semaAcquire(s: i32, g: i32): i32 {
  if (acquireNow(s) == R_SLOT) return R_SLOT;
  if (!g) return R_BLOCK;
  parkOn(g, s + S_WAITQ, CASE_SEMA, WAIT_MUTEX);
  return R_PARKED;
}

export function acquireNow(s: i32): i32 {
  const count = get(s, S_COUNT);
  if (count == 0) return R_BLOCK;
  set(s, S_COUNT, count - 1);
  return R_SLOT;
}

/** Gives a permit to the first waiter, or back to the count. */
export function semaRelease(s: i32): void {
  const w = claimFirst(s + S_WAITQ);
  if (w) fire(w, 0);
  else set(s, S_COUNT, get(s, S_COUNT) + 1);
}

/** Adds to the count; at zero wakes everybody who waits for that. */
export function semaAdd(s: i32, delta: i32): void {
  const count = get(s, S_COUNT) + delta;
  set(s, S_COUNT, count);
  if (count) return;
  wakeAll(s + S_WAITQ, 0);
}

export function semaWaitZero(s: i32, g: i32): i32 {
  if (!get(s, S_COUNT)) return R_SLOT;
  if (!g) return R_BLOCK;
  parkOn(g, s + S_WAITQ, CASE_ZERO, WAIT_GROUP);
  return R_PARKED;
}
