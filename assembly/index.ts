// The ABI and nothing else: fixed arity, i32 and f64 only. What the results mean: layout.ts, R_*.

import {
  C_CLOSED, G_CASE, HEADER_CORES, HEADER_LIMIT, HEADER_PAGES, HEADER_VERSION, LAYOUT_VERSION, P0, PAGES_FIRST_FREE,
  P_HOST, P_LIVE,
} from './layout';
import { atomicGet, atomicSet, get, set } from './memory';
import { attach as attachTo, hasWork, p, procAdd } from './proc';
import { runqEmpty } from './runq';

export { chanClose, chanFree, chanLength, chanNew, chanRecv, chanRelease, chanSend } from './chan';
export { heapInsert as timerSet, heapRemove as timerClear } from './heap';
export { blockAlloc, blockFree, blockSize } from './mheap';
export { wake } from './park';
export { procNew, sleepNow, spin, takeTasks, wakeUp } from './proc';
export { seed } from './rand';
export { runBegin, runEnd, runIds, runIs } from './runs';
export {
  schanClose, schanClosed, schanLength, schanNew, schanRecv, schanRecvMany, schanRefs, schanSend, schanSendMany, valueOf,
} from './schan';
export { exit, join, next, parkForever, parkHost, reasonOf, spawn, waiter, woken, yieldNow } from './sched';
export { parkOnAll, select } from './select';
export { semaAcquire, semaAdd, semaFree, semaNew, semaRelease, semaWaitZero } from './sema';
export { taskEnd, taskForget, taskFree, taskNew, taskStart } from './task';
export { sleep, timerFire, timerFree, timerNew, timerNext, timerPop, timerWait } from './timer';

/** Once a memory: `limit` in pages, `cores` of the machine. The caller is its first processor. */
export function init(limit: i32, cores: i32): void {
  atomicSet(HEADER_VERSION, LAYOUT_VERSION);
  atomicSet(HEADER_PAGES, PAGES_FIRST_FREE);
  atomicSet(HEADER_LIMIT, limit);
  atomicSet(HEADER_CORES, cores);
  set(0, C_CLOSED, 1); // a channel without a record answers R_CLOSED to everything
  procAdd(P0);
  attachTo(P0);
}

/** Once a further instance: the P block that its thread is to be. */
export function attach(block: i32): void {
  attachTo(block);
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
  return get(p, P_LIVE);
}

export function waitingOnHost(): i32 {
  return get(p, P_HOST);
}

export function idle(): bool {
  return runqEmpty() && !hasWork();
}
