// Parking and waking: how a goroutine comes to wait, and how it comes back.
//
// A goroutine waits through one waiter for a plain operation, or through a chain of them for a select.
// I1: while G_WAITING, its waiters are exactly the chain from G_W along W_SIBLING; when it runs the chain is G_W
//     alone with kind CASE_NEVER and in no list.
// I2: one case fires. On local objects alone, whoever wakes it takes all its waiters out of all lists first. If it
//     waits on a shared object, too (SELECT_SHARED), other threads may try to wake it at the same time: whoever moves
//     its status from G_WAITING to G_CLAIMED does, everybody else passes its waiters over, and its own processor
//     takes them out of the lists before its turn. Either way the losers leave no trace.
// I3: P_HOST counts the waiters of kind CASE_HOST.
// Owner P only.

import {
  CASE_HOST, CASE_NEVER, CASE_SEMA, CASE_SLEEP, CASE_SRECV, G_CASE, G_CLAIMED, G_CLOSED, G_REASON, G_SELECT, G_STATUS,
  G_W, G_WAITING, P_HOST, R_DIRECT, R_SELECT, SELECT_MANY, SELECT_SHARED, SLAB_T, SLAB_W,
  TRAP_STATUS, W_CASE_SHIFT, W_G, W_KIND, W_KIND_MASK, W_LIST, W_SIBLING,
} from './layout';
import { heapRemove } from './heap';
import { lock, unlock } from './lock';
import { atomicCas, atomicSet, get, set } from './memory';
import { p } from './proc';
import { runqPutNext, runqReady } from './runq';
import { semaLeave } from './sema';
import { slabFree } from './slab';
import { check } from './trap';
import { enqueue, first, leaveList, recordOf, unlink } from './waitq';

/** Parks `g` on one list of this processor's, or on none when `list` is 0. */
export function parkOn(g: i32, list: i32, kind: i32, reason: i32): void {
  set(g + G_W, W_KIND, kind);
  if (list) enqueue(list, g + G_W);
  park(g, reason, 0);
}

/** Parks `g` on a list of a shared object, whose lock is held. */
export function parkShared(g: i32, list: i32, kind: i32, reason: i32): void {
  aim(g + G_W, g, kind);
  enqueue(list, g + G_W);
  park(g, reason, SELECT_SHARED);
}

/** Says what a waiter waits for: the kind of its case, and its index. */
export function aim(w: i32, g: i32, kindAndCase: i32): void {
  set(w, W_G, g);
  set(w, W_KIND, kindAndCase);
}

// @ts-ignore: decorator
@inline
export function park(g: i32, reason: i32, select: i32): void {
  check(get(g, G_STATUS) != G_WAITING, TRAP_STATUS);
  set(g, G_REASON, reason);
  set(g, G_SELECT, select);
  if (select & SELECT_SHARED) atomicSet(g + G_STATUS, G_WAITING);
  else set(g, G_STATUS, G_WAITING);
}

/** One goroutine more, or less, waits for the host. */
export function countHost(delta: i32): void {
  set(p, P_HOST, get(p, P_HOST) + delta);
}

/** The longest waiter of a list, claimed: `fire` must follow. Or 0. */
// @ts-ignore: decorator
@inline
export function claimFirst(list: i32): i32 {
  let w = first(list);
  while (w && !claim(get(w, W_G))) {
    unlink(w); // another thread is waking it
    w = first(list);
  }
  return w;
}

/** Wakes the longest waiter of a list; answers it, tagged, or 0. */
export function wakeFirst(list: i32): i32 {
  const w = claimFirst(list);
  return w ? fire(w, 0) : 0;
}

/** Whether the caller may wake a goroutine that waits. */
// @ts-ignore: decorator
@inline
export function claim(g: i32): bool {
  return !(get(g, G_SELECT) & SELECT_SHARED) || atomicCas(g + G_STATUS, G_WAITING, G_CLAIMED) == G_WAITING;
}

/** Wakes the goroutine of a claimed waiter; answers it, tagged R_DIRECT or R_SELECT. */
export function fire(w: i32, closed: i32): i32 {
  const g = get(w, W_G);
  const select = get(g, G_SELECT);
  const kind = get(w, W_KIND);
  if (!select && kind != CASE_SLEEP) {
    // The usual case, on its own for speed: one waiter, and nothing but its place in the list to give back.
    leaveList(w);
    set(w, W_KIND, CASE_NEVER);
    set(w, W_LIST, 0);
    set(g, G_CLOSED, closed);
    runqPutNext(g);
    return g | R_DIRECT;
  }
  if (select & SELECT_SHARED) unlink(w);
  wakeClaimed(g, kind >>> W_CASE_SHIFT, closed);
  return g | (select & SELECT_MANY ? R_SELECT : R_DIRECT);
}

/** Wakes everybody who waits in a list. */
export function wakeAll(list: i32, closed: i32): void {
  for (;;) {
    const w = claimFirst(list);
    if (!w) return;
    fire(w, closed);
  }
}

/** Makes a waiting goroutine ready, by the given case; 0 if another thread was faster. */
export function wake(g: i32, index: i32, closed: i32): i32 {
  if (!claim(g)) return 0;
  check((get(g, G_SELECT) & SELECT_SHARED) != 0 || get(g, G_STATUS) == G_WAITING, TRAP_STATUS);
  wakeClaimed(g, index, closed);
  return 1;
}

function wakeClaimed(g: i32, index: i32, closed: i32): void {
  set(g, G_CASE, index);
  set(g, G_CLOSED, closed);
  if (get(g, G_SELECT) & SELECT_SHARED) return runqReady(g);
  dropWaiters(g);
  runqPutNext(g);
}

/** The turn of a goroutine has come that waited on shared objects: takes the losers out of the lists. */
export function settle(g: i32): void {
  // A plain wait has one waiter, which the waker took out.
  if (get(g, G_SELECT) & SELECT_MANY) dropWaiters(g);
  else if (get(g + G_W, W_KIND) == CASE_SEMA && get(g, G_CLOSED)) return; // it competes (sema.ts I4)
  settled(g);
}

/** It stands in no list any more. */
export function settled(g: i32): void {
  set(g + G_W, W_KIND, CASE_NEVER);
  set(g + G_W, W_LIST, 0);
  set(g, G_SELECT, 0);
}

/** Takes all waiters of a goroutine out of their lists and frees those outside its record. No lock may be held. */
export function dropWaiters(g: i32): void {
  let w = get(g + G_W, W_SIBLING);
  drop(g + G_W);
  set(g + G_W, W_SIBLING, 0);
  while (w) {
    const sibling = get(w, W_SIBLING);
    drop(w);
    slabFree(SLAB_W, w);
    w = sibling;
  }
}

function drop(w: i32): void {
  const kind = get(w, W_KIND) & W_KIND_MASK;
  if (kind >= CASE_SRECV) leave(w, kind);
  else unlink(w);
  if (kind == CASE_SLEEP) {
    const timer = recordOf(get(w, W_LIST), kind);
    heapRemove(timer);
    slabFree(SLAB_T, timer);
  } else if (kind == CASE_HOST) {
    countHost(-1);
  }
  set(w, W_KIND, CASE_NEVER);
  set(w, W_LIST, 0);
}

/** Takes a waiter out of a list of a shared object. */
function leave(w: i32, kind: i32): void {
  const object = recordOf(get(w, W_LIST), kind);
  if (kind == CASE_SEMA) return semaLeave(object, w);
  lock(object);
  unlink(w);
  unlock(object);
}

/** Takes a waiter of a dead processor out of the list of a shared object, if it stands in one; forgets any other list. */
export function leaveShared(w: i32): void {
  if (!get(w, W_LIST)) return;
  const kind = get(w, W_KIND) & W_KIND_MASK;
  if (kind >= CASE_SRECV) leave(w, kind);
  set(w, W_LIST, 0); // the record will be free, and be looked at again when its next processor dies
}
