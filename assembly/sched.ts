// Goroutines and their turns: birth, next, yield, end. Owner P only.
//
//   spawn → RUNNABLE ──next──▶ RUNNING ──park──▶ WAITING ──wake──▶ RUNNABLE
//                       ▲          │ yield                │ kill
//                       └──────────┘     exit ▶ freed ◀───┘
//
// I1: P_LIVE counts the records between spawn and exit or kill.

import {
  CASE_HOST,
  CASE_JOIN,
  G_CLOSED,
  G_DEAD,
  G_FREE,
  G_JOINERS,
  G_REASON,
  G_RUNNABLE,
  G_RUNNING,
  G_STATUS,
  G_WAITING,
  P_LIVE,
  R_BLOCK,
  R_PARKED,
  SLAB_G,
  TRAP_STATUS,
  WAIT_HOST,
  WAIT_JOIN,
  WAIT_NONE,
} from './layout';
import { get, set } from './memory';
import { dropWaiters, fire, parkOn } from './park';
import { runqGet, runqKill, runqPutLast, runqPutNext } from './runq';
import { slabAlloc, slabFree } from './slab';
import { check } from './trap';
import { first } from './waitq';

/** A goroutine that runs when its turn comes, or 0 without memory. */
export function spawn(): i32 {
  const g = waiter();
  if (g) runqPutNext(g);
  return g;
}

/** A record only to wait with: for async functions and for blocking calls. Or 0 without memory. */
export function waiter(): i32 {
  const g = slabAlloc(SLAB_G);
  if (!g) return 0;
  set(g, G_STATUS, G_RUNNING);
  set(P_LIVE, 0, get(P_LIVE, 0) + 1);
  return g;
}

/** The goroutine to run now, with NEXT_CLOSED if a close woke it, or 0. */
export function next(): i32 {
  for (;;) {
    const g = runqGet();
    if (!g) return 0;
    if (get(g, G_STATUS) == G_DEAD) {
      slabFree(SLAB_G, g);
      continue;
    }
    set(g, G_STATUS, G_RUNNING);
    return g | get(g, G_CLOSED);
  }
}

/** Goes to the tail of the queue. */
export function yieldNow(g: i32): void {
  check(get(g, G_STATUS) == G_RUNNING, TRAP_STATUS);
  set(g, G_CLOSED, 0);
  runqPutLast(g);
}

/** The goroutine is over: wakes who joins it and frees the record, at once or when its turn comes. */
export function exit(g: i32): void {
  const status = get(g, G_STATUS);
  check(status != G_FREE && status != G_DEAD, TRAP_STATUS);
  if (status == G_WAITING) dropWaiters(g);
  for (let w = first(g + G_JOINERS); w; w = first(g + G_JOINERS)) fire(w, 0);
  set(P_LIVE, 0, get(P_LIVE, 0) - 1);
  if (status == G_RUNNABLE) runqKill(g);
  else slabFree(SLAB_G, g);
}

/** Parks `g` until `target` ends. The API knows which goroutines have ended already. */
export function join(target: i32, g: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, target + G_JOINERS, CASE_JOIN, target, WAIT_JOIN);
  return R_PARKED;
}

/** Parks `g` on a promise: `wake` ends it. */
export function parkHost(g: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, 0, CASE_HOST, 0, WAIT_HOST);
  return R_PARKED;
}

/** Parks `g` for good, as an operation on a nil channel does. */
export function parkForever(g: i32, reason: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, 0, 0, 0, reason);
  return R_PARKED;
}

/** Whether a goroutine was woken and has not run since. */
export function woken(g: i32): i32 {
  return get(g, G_STATUS) == G_RUNNABLE ? 1 : 0;
}

/** WAIT_* of a waiting goroutine, WAIT_NONE of any other. */
export function reasonOf(g: i32): i32 {
  return get(g, G_STATUS) == G_WAITING ? get(g, G_REASON) : WAIT_NONE;
}
