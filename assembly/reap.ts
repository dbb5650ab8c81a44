// After the death of a processor: a worker may end at any point of the core. What it held is let go, what it was doing is
// undone or finished, what waits for it is told, and its records are free again. Done by a living processor.
//
// A thread is ended by its host only where compiled code looks for that: at the entry of a function and at the head of
// a loop. What stands between two such points is done whole, so no list is ever found half linked.
//
// 1. `reapLocks`: its locks are free. May be done ahead, in the middle of anything, by whoever waits for one of them.
// 2. `reapWork`: waiters, tasks, what it was doing. After it nothing living waits for the dead.
// 3. `reapRecords`: once no living processor is still handing a goroutine of the dead over. Tried again until then.

import {
  CLASS_CACHED, CLASS_MIN, G_CLAIMED, G_DEAD, G_LINK, G_SELECT, G_SIZE, G_STATUS, G_W, G_WAITING, HEADER_IDLE,
  HEADER_PS, HEADER_SPINNING, HELD_SEMA, J_QUEUED, J_RUNNER, J_SIZE, J_SPAWNER, J_STANDIN, J_STARTED, J_STATE,
  J_TAKEN, J_TRIES, LOCK, LOCKS, OUTCOME_LOST, PAGE, PROC_FREE, PTABLE, P_ASLEEP, P_CACHE, P_CASE, P_CLAIM, P_FIRED,
  P_GS, P_HELD, P_HELD_CASES, P_INBOX, P_LOAD, P_LOOKS, P_MIDWAY, P_QUIET, P_STATE, P_TASK, P_TASKS, SC_CLOSED,
  SC_RECVQ, SC_SENDQ, SELECT_SHARED, SLAB_G, SLAB_J, SLAB_W, S_PERMITS, TRIES_MAX, W_G, W_LIST, W_OUT, W_PREV,
  W_SIZE,
} from './layout';
import { dequePop } from './deque';
import { handOver } from './fire';
import { globqPut } from './globq';
import { lock, unlock } from './lock';
import { atomicAdd, atomicCas, atomicGet, atomicSet, clear, get, set } from './memory';
import { flushOf } from './mheap';
import { leaveShared } from './park';
import { p, wakeProc } from './proc';
import { collectAll, refill } from './schan';
import { semaRelease } from './sema';
import { nextPage, recarve } from './slab';
import { finish } from './task';
import { putBack } from './waitq';

export function reapWork(dead: i32): void {
  atomicSet(dead + P_TASKS, 0);
  atomicSet(dead + P_GS, 0);
  reapLocks(dead);
  if (get(dead, P_LOOKS)) atomicAdd(HEADER_SPINNING, -1);
  set(dead, P_LOOKS, 0);
  // What it had decided is carried out as if by us.
  set(p, P_FIRED, get(dead, P_FIRED));
  set(dead, P_FIRED, 0);
  handOver();
  finishMidway(dead);
  // Permits may have come back, and those who wait for them not have been served.
  const held = get(dead, P_HELD);
  if (held & HELD_SEMA) semaRelease(held - HELD_SEMA, 0, S_PERMITS);
  set(dead, P_HELD, 0);
  set(dead, P_HELD_CASES, 0);
  leaveLists(dead);
  const inHand = get(dead, P_TASK);
  if (inHand && get(inHand, J_STATE) == J_QUEUED) globqPut(inHand);
  set(dead, P_TASK, 0);
  for (let task = dequePop(dead); task; task = dequePop(dead)) globqPut(task);
  for (let page = nextPage(1, 0, SLAB_J); page; page = nextPage(page + 1, 0, SLAB_J)) {
    for (let task = page * PAGE; task < (page + 1) * PAGE; task += J_SIZE) reapTask(dead, task);
  }
  // It may have made work for somebody, or called him, and not have woken him yet.
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) wakeProc(atomicGet(PTABLE + (i << 2)));
}

/** Unfinished: what it had claimed waits again, at the front. Then its locks are free. Takes none itself. */
export function reapLocks(dead: i32): void {
  const w = get(dead, P_CLAIM);
  if (w) {
    if (get(w, W_LIST) && get(w, W_PREV) == W_OUT) putBack(w);
    atomicCas(get(w, W_G) + G_STATUS, G_CLAIMED, G_WAITING);
    set(dead, P_CLAIM, 0);
  }
  breakLock(dead, get(dead, P_HELD) & ~HELD_SEMA);
  const n = get(dead, P_HELD_CASES);
  for (let i = 0; i < n; i++) breakLock(dead, get(dead + LOCKS, i << 2));
}

function breakLock(dead: i32, object: i32): void {
  if (object) atomicCas(object + LOCK, dead, 0);
}

/** It was waking those who wait on a channel, one by one: the rest is woken. */
function finishMidway(dead: i32): void {
  const c = get(dead, P_MIDWAY);
  if (!c) return;
  set(dead, P_MIDWAY, 0);
  lock(c);
  if (get(c, SC_CLOSED)) {
    collectAll(c + SC_RECVQ);
    collectAll(c + SC_SENDQ);
  } else refill(c);
  unlock(c);
  handOver();
}

/**
 * Nobody finds its goroutines in a wait list any more. Looks at all its waiters, and not along the chains of its
 * goroutines: it may have been taking one apart.
 */
function leaveLists(dead: i32): void {
  for (let page = nextPage(1, dead, SLAB_G); page; page = nextPage(page + 1, dead, SLAB_G)) {
    for (let g = page * PAGE; g < (page + 1) * PAGE; g += G_SIZE) {
      if (get(g, G_SELECT) & SELECT_SHARED) atomicCas(g + G_STATUS, G_WAITING, G_DEAD);
      leaveShared(g + G_W);
    }
  }
  for (let page = nextPage(1, dead, SLAB_W); page; page = nextPage(page + 1, dead, SLAB_W)) {
    for (let w = page * PAGE; w < (page + 1) * PAGE; w += W_SIZE) leaveShared(w);
  }
}

function reapTask(dead: i32, task: i32): void {
  if (get(task, J_SPAWNER) == dead) {
    lock(task);
    if (get(task, J_SPAWNER) == dead) set(task, J_STANDIN, 0);
    unlock(task);
  }
  const state = get(task, J_STATE);
  if (get(task, J_RUNNER) != dead || (state != J_TAKEN && state != J_STARTED)) return;
  const tries = get(task, J_TRIES) + 1;
  if (state == J_STARTED || tries == TRIES_MAX) {
    finish(task, OUTCOME_LOST, 0);
  } else {
    set(task, J_TRIES, tries);
    set(task, J_RUNNER, 0);
    set(task, J_STATE, J_QUEUED);
    globqPut(task);
  }
}

/** Frees the records and the block for the next processor; 0 if somebody is still handing a goroutine of it over. */
export function reapRecords(dead: i32): i32 {
  let coming = 0;
  for (let page = nextPage(1, dead, SLAB_G); page; page = nextPage(page + 1, dead, SLAB_G)) {
    for (let g = page * PAGE; g < (page + 1) * PAGE; g += G_SIZE) {
      if (atomicGet(g + G_STATUS) == G_CLAIMED) coming++;
    }
  }
  for (let g = atomicGet(dead + P_INBOX); g; g = get(g, G_LINK)) {
    if (atomicGet(g + G_STATUS) == G_CLAIMED) coming--;
  }
  if (coming && !nobodyHandsOver()) return 0;
  atomicSet(dead + P_INBOX, 0);
  // Not tasks: those of the dead may run elsewhere.
  for (let slab = SLAB_G; slab < SLAB_J; slab++) recarve(dead, slab);
  for (let k = CLASS_MIN; k <= CLASS_CACHED; k++) flushOf(dead, k, get(dead, P_CACHE + (k << 3) + 4));
  clear(dead, P_CASE); // queue, timers and counts
  atomicSet(dead + P_QUIET, 0);
  atomicSet(dead + P_LOAD, 0);
  // It counts as asleep until a thread attaches.
  if (atomicCas(dead + P_ASLEEP, 0, 1) == 0) atomicAdd(HEADER_IDLE, 1);
  atomicSet(dead + P_STATE, PROC_FREE);
  return 1;
}

/**
 * Whether no processor is handing anything over. Since `reapWork` nobody can begin to with a goroutine of the dead, so those
 * that seem to come then are not on their way: it had them in hand itself.
 */
function nobodyHandsOver(): bool {
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) {
    if (atomicGet(atomicGet(PTABLE + (i << 2)) + P_FIRED)) return false;
  }
  return true;
}
