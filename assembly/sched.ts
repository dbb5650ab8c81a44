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
  FAIR_TURNS,
  G_CLAIMED,
  G_CLOSED,
  G_DEAD,
  G_FREE,
  G_JOINERS,
  G_REASON,
  G_RUNNABLE,
  G_RUNNING,
  G_SELECT,
  G_STATUS,
  G_W,
  G_WAITING,
  NEXT_TASK,
  P_LIVE,
  P_TASKS,
  P_TURNS,
  R_BLOCK,
  R_PARKED,
  SELECT_SHARED,
  SLAB_G,
  TRAP_STATUS,
  WAIT_HOST,
  WAIT_JOIN,
  WAIT_NONE,
  W_G,
} from './layout';
import { takeInbox } from './fire';
import { atomicCas, atomicGet, get, pause, set } from './memory';
import { countHost, dropWaiters, parkOn, settle, wakeAll } from './park';
import { p } from './proc';
import { runqGet, runqKill, runqPutLast, runqPutNext } from './runq';
import { slabAlloc, slabFree } from './slab';
import { takeFair, takeTask } from './task';
import { check } from './trap';

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
  set(g + G_W, W_G, g);
  set(p, P_LIVE, get(p, P_LIVE) + 1);
  return g;
}

/**
 * Who runs now: a goroutine, with NEXT_CLOSED if a close woke it; or, when none is ready, a task to begin, with
 * NEXT_TASK; or 0.
 */
export function next(): i32 {
  const turns = get(p, P_TURNS);
  set(p, P_TURNS, turns - 1);
  if (turns <= 0) {
    const task = fairTurn();
    if (task) return task | NEXT_TASK;
  }
  let g = ready();
  while (g && atomicGet(g + G_STATUS) == G_DEAD) {
    slabFree(SLAB_G, g);
    g = ready();
  }
  if (!g) {
    const task = get(p, P_TASKS) ? takeTask() : 0;
    return task ? task | NEXT_TASK : 0;
  }
  if (get(g, G_SELECT) & SELECT_SHARED) settle(g);
  set(g, G_STATUS, G_RUNNING);
  return g | get(g, G_CLOSED);
}

function ready(): i32 {
  takeInbox();
  return runqGet();
}

/** The global queue goes first now and then, or local work that never ends would starve it. */
function fairTurn(): i32 {
  set(p, P_TURNS, FAIR_TURNS);
  return get(p, P_TASKS) ? takeFair() : 0;
}

/** Goes to the tail of the queue. */
export function yieldNow(g: i32): void {
  check(get(g, G_STATUS) == G_RUNNING, TRAP_STATUS);
  set(g, G_CLOSED, 0);
  runqPutLast(g);
}

/** The goroutine is over: wakes who joins it and frees the record, at once or when its turn comes. */
export function exit(g: i32): void {
  const status = atomicGet(g + G_STATUS);
  check(status != G_FREE && status != G_DEAD, TRAP_STATUS);
  set(p, P_LIVE, get(p, P_LIVE) - 1);
  let coming = status == G_RUNNABLE;
  if (get(g, G_SELECT) & SELECT_SHARED) {
    coming = atomicCas(g + G_STATUS, G_WAITING, G_RUNNING) != G_WAITING;
    // Whoever claimed it has let go of its waiter when we get the lock of what it waited on.
    dropWaiters(g);
    set(g, G_SELECT, 0);
  } else if (status == G_WAITING) dropWaiters(g);
  wakeAll(g + G_JOINERS, 0);
  if (coming) runqKill(g);
  else slabFree(SLAB_G, g);
}

/** Parks `g` until `target` ends. The API knows which goroutines have ended already. */
export function join(target: i32, g: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, target + G_JOINERS, CASE_JOIN, WAIT_JOIN);
  return R_PARKED;
}

/** Parks `g` on a promise: `wake` ends it. */
export function parkHost(g: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, 0, CASE_HOST, WAIT_HOST);
  countHost(1);
  return R_PARKED;
}

/** Parks `g` for good, as an operation on a nil channel does. */
export function parkForever(g: i32, reason: i32): i32 {
  if (!g) return R_BLOCK;
  parkOn(g, 0, 0, reason);
  return R_PARKED;
}

/** Whether a goroutine was woken and has not run since: 1. 2: another thread is just doing it, and takes its time. */
export function woken(g: i32): i32 {
  for (let i = 0; i < PATIENCE && atomicGet(g + G_STATUS) == G_CLAIMED; i++) {
    pause();
    takeInbox();
  }
  const status = atomicGet(g + G_STATUS);
  return status == G_RUNNABLE ? 1 : status == G_CLAIMED ? 2 : 0;
}

/** A claimed goroutine is here within a microsecond, unless the thread that claimed it has lost its core, or died. */
const PATIENCE: i32 = 1024;

/** WAIT_* of a waiting goroutine, WAIT_NONE of any other. */
export function reasonOf(g: i32): i32 {
  return atomicGet(g + G_STATUS) == G_WAITING ? get(g, G_REASON) : WAIT_NONE;
}
