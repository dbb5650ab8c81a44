// The ABI and nothing else: fixed arity, i32 and f64 only. What the results mean: layout.ts, R_*.

import {
  C_CLOSED,
  G_CASE,
  HEADER_LIMIT,
  HEADER_PAGES,
  HEADER_VERSION,
  LAYOUT_VERSION,
  PAGES_FIRST_FREE,
  P_HOST,
  P_LIVE,
} from './layout';
import { atomicGet, atomicSet, get, set } from './memory';
import { runqEmpty } from './runq';

export { chanClose, chanFree, chanLength, chanNew, chanRecv, chanRelease, chanSend } from './chan';
export { heapInsert as timerSet, heapRemove as timerClear } from './heap';
export { wake } from './park';
export { seed } from './rand';
export { exit, join, next, parkForever, parkHost, reasonOf, spawn, waiter, woken, yieldNow } from './sched';
export { parkOnAll, select } from './select';
export { semaAcquire, semaAdd, semaFree, semaNew, semaRelease, semaWaitZero } from './sema';
export { sleep, timerFire, timerFree, timerNew, timerNext, timerPop, timerWait } from './timer';

/** Once a memory. */
export function init(limit: i32): void {
  atomicSet(HEADER_VERSION, LAYOUT_VERSION);
  atomicSet(HEADER_PAGES, PAGES_FIRST_FREE);
  atomicSet(HEADER_LIMIT, limit);
  set(0, C_CLOSED, 1); // a channel without a record answers R_CLOSED to everything
}

export function layoutVersion(): i32 {
  return LAYOUT_VERSION;
}

export function setLimit(pages: i32): void {
  atomicSet(HEADER_LIMIT, pages);
}

export function pagesUsed(): i32 {
  return atomicGet(HEADER_PAGES);
}

/** The case that woke a select. */
export function caseOf(g: i32): i32 {
  return get(g, G_CASE);
}

export function live(): i32 {
  return get(P_LIVE, 0);
}

export function waitingOnHost(): i32 {
  return get(P_HOST, 0);
}

export function idle(): bool {
  return runqEmpty();
}
