// The ABI and nothing else: fixed arity, i32 and f64 only. What the results mean: layout.ts, R_*.
//
// What is but a word of memory the API reads itself.

import {
  C_CLOSED, HEADER_CORES, HEADER_LIMIT, HEADER_PAGES, HEADER_VERSION, LAYOUT_VERSION, P0, PAGES_FIRST_FREE,
} from './layout';
import { atomicSet, set } from './memory';
import { attach as attachTo, hasWork, procAdd } from './proc';
import { runqEmpty } from './runq';

export { chanClose, chanFree, chanNew, chanRecv, chanRelease, chanSend } from './chan';
export { heapInsert as timerSet, heapRemove as timerClear } from './heap';
export { blockAlloc, blockFree } from './mheap';
export { wake } from './park';
export { procNew, sleepNow, spin, takeTasks, wakeUp } from './proc';
export { seed } from './rand';
export { schanClose, schanNew, schanRecv, schanRecvMany, schanSend, schanSendMany, valueOf } from './schan';
export { exit, join, next, parkForever, parkHost, reasonOf, spawn, waiter, woken, yieldNow } from './sched';
export { parkOnAll, select } from './select';
export { semaAcquire, semaRelease } from './sema';
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

export function idle(): bool {
  return runqEmpty() && !hasWork();
}
