// Parking and waking: how a goroutine comes to wait, and how it comes back.
//
// A goroutine waits through one waiter for a plain operation, or through a chain of them for a select.
// I1: while G_WAITING, its waiters are exactly the chain from G_W along W_SIBLING; otherwise the chain is
//     G_W alone with kind CASE_NEVER and in no list.
// I2: whoever wakes it takes all its waiters out of all lists first: one case fires, and the losers leave
//     no trace.
// I3: P_HOST counts the waiters of kind CASE_HOST.
// Owner P only.

import {
  CASE_HOST,
  CASE_NEVER,
  CASE_SLEEP,
  G_CASE,
  G_CLOSED,
  G_REASON,
  G_SELECT,
  G_STATUS,
  G_W,
  G_WAITING,
  P_HOST,
  R_DIRECT,
  R_SELECT,
  SLAB_T,
  SLAB_W,
  TRAP_STATUS,
  WAIT_NONE,
  W_CASE,
  W_G,
  W_KIND,
  W_ON,
  W_SIBLING,
} from './layout';
import { get, set } from './memory';
import { runqPutNext } from './runq';
import { slabFree } from './slab';
import { heapRemove } from './heap';
import { check } from './trap';
import { enqueue, unlink } from './waitq';

/** Parks `g` on one list, or on none when `list` is 0. */
export function parkOn(g: i32, list: i32, kind: i32, on: i32, reason: i32): void {
  const w = g + G_W;
  aim(w, g, 0, kind, on);
  if (list) enqueue(list, w);
  park(g, reason, 0);
}

/** Says what a waiter waits for. */
export function aim(w: i32, g: i32, index: i32, kind: i32, on: i32): void {
  set(w, W_G, g);
  set(w, W_CASE, index);
  set(w, W_KIND, kind);
  set(w, W_ON, on);
  if (kind == CASE_HOST) set(P_HOST, 0, get(P_HOST, 0) + 1);
}

export function park(g: i32, reason: i32, select: i32): void {
  check(get(g, G_STATUS) != G_WAITING, TRAP_STATUS);
  set(g, G_STATUS, G_WAITING);
  set(g, G_REASON, reason);
  set(g, G_SELECT, select);
}

/** Wakes the goroutine of a waiter; answers it, tagged R_DIRECT or R_SELECT. */
export function fire(w: i32, closed: i32): i32 {
  const g = get(w, W_G);
  wake(g, get(w, W_CASE), closed);
  return g | (get(g, G_SELECT) ? R_SELECT : R_DIRECT);
}

/** Makes a waiting goroutine ready, by the given case. */
export function wake(g: i32, index: i32, closed: i32): void {
  check(get(g, G_STATUS) == G_WAITING, TRAP_STATUS);
  dropWaiters(g);
  set(g, G_CASE, index);
  set(g, G_CLOSED, closed);
  set(g, G_REASON, WAIT_NONE);
  runqPutNext(g);
}

/** Takes all waiters of a goroutine out of their lists and frees those outside its record. */
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
  unlink(w);
  const kind = get(w, W_KIND);
  if (kind == CASE_SLEEP) {
    const t = get(w, W_ON);
    heapRemove(t);
    slabFree(SLAB_T, t);
  } else if (kind == CASE_HOST) {
    set(P_HOST, 0, get(P_HOST, 0) - 1);
  }
  set(w, W_KIND, CASE_NEVER);
}
