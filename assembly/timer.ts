// Timers: sleepers, whom the core wakes itself, and timers of the API, which is told when they are due.
//
// I1: a TIMER_SLEEP record lives exactly as long as its one waiter: whoever drops the waiter frees it.
// I2: a TIMER_API record is allocated and freed by the API alone.
// Times are absolute milliseconds of the API's monotonic clock.
// Owner P only.

import {
  CASE_SLEEP,
  CASE_TIMER,
  P_TIMERS,
  Q_FIRST,
  TRAP_BUSY,
  R_BLOCK,
  R_MEMORY,
  R_PARKED,
  SLAB_T,
  TIMER_API,
  TIMER_SLEEP,
  T_KIND,
  T_WAITQ,
  T_WHEN,
  WAIT_RECV,
  WAIT_SLEEP,
} from './layout';
import { get, getF64, set } from './memory';
import { heapInsert, heapRemove } from './heap';
import { parkOn, wakeFirst } from './park';
import { p } from './proc';
import { slabAlloc, slabFree } from './slab';
import { check } from './trap';

/** Parks `g` until `when`. */
export function sleep(when: f64, g: i32): i32 {
  if (!g) return R_BLOCK;
  const t = slabAlloc(SLAB_T);
  if (!t) return R_MEMORY;
  parkOn(g, t + T_WAITQ, CASE_SLEEP, WAIT_SLEEP);
  heapInsert(t, when);
  return R_PARKED;
}

/** The earliest timer's time, or -1. */
export function timerNext(): f64 {
  const t = get(p, P_TIMERS);
  return t ? getF64(t, T_WHEN) : -1;
}

/** Wakes every sleeper that is due by `now`; stops at the first due timer of the API and answers it, or 0. */
export function timerPop(now: f64): i32 {
  let t = get(p, P_TIMERS);
  while (t && getF64(t, T_WHEN) <= now) {
    heapRemove(t);
    if (get(t, T_KIND) == TIMER_API) return t;
    wakeFirst(t + T_WAITQ);
    t = get(p, P_TIMERS);
  }
  return 0;
}

export function timerNew(): i32 {
  const t = slabAlloc(SLAB_T);
  if (t) set(t, T_KIND, TIMER_API);
  return t;
}

export function timerFree(t: i32): void {
  check(!get(t + T_WAITQ, Q_FIRST), TRAP_BUSY);
  heapRemove(t);
  slabFree(SLAB_T, t);
}

/** Parks `g` on a timer of the API. */
export function timerWait(t: i32, g: i32): i32 {
  parkOn(g, t + T_WAITQ, CASE_TIMER, WAIT_RECV);
  return R_PARKED;
}

/** Wakes the longest waiter of a timer; answers it, tagged, or 0. */
export function timerFire(t: i32): i32 {
  return wakeFirst(t + T_WAITQ);
}

/** A sleep as a case of a select: the timer record, or 0 without memory. */
export function sleepRecord(): i32 {
  const t = slabAlloc(SLAB_T);
  if (t) set(t, T_KIND, TIMER_SLEEP);
  return t;
}
