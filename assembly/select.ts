// select: one of several cases, at one instant.
//
// The API writes the cases into the case table and calls `select`.
// Pass 1 polls them in a random order, each order equally likely, and performs the first that is ready.
// Pass 2, when none is: one waiter a case, in all lists at once; the first to be fired wins (park.ts I2).
// I1: nothing is in any list before all waiters are allocated: without memory nothing has changed.
// Owner P only, so nothing can happen between the passes: that is the one instant.

import {
  CASES,
  CASE_ADDR,
  CASE_HOST,
  CASE_JOIN,
  CASE_KIND,
  CASE_NEVER,
  CASE_ORDER,
  CASE_READY,
  CASE_RECV,
  CASE_SEMA,
  CASE_SEND,
  CASE_SIZE,
  CASE_SLEEP,
  CASE_TIMER,
  CASE_WHEN,
  CASE_ZERO,
  C_RECVQ,
  C_SENDQ,
  G_JOINERS,
  G_W,
  P_CASE,
  R_BLOCK,
  R_MEMORY,
  R_PARKED,
  R_SLOT,
  SLAB_T,
  SLAB_W,
  S_WAITQ,
  TRAP_CASE,
  T_WAITQ,
  WAIT_SELECT,
  WAIT_SELECT_EMPTY,
  W_SIBLING,
} from './layout';
import { recvNow, sendNow } from './chan';
import { heapInsert } from './heap';
import { get, getF64, set } from './memory';
import { aim, park } from './park';
import { random } from './rand';
import { acquireNow, semaCount } from './sema';
import { slabAlloc, slabFree } from './slab';
import { sleepRecord } from './timer';
import { check } from './trap';
import { enqueue } from './waitq';

/** Performs a ready case (its index goes to P_CASE), or parks `g` on all; R_BLOCK when `g` is 0. */
export function select(n: i32, g: i32): i32 {
  for (let i = 0; i < n; i++) set(CASE_ORDER + (i << 2), 0, i);
  for (let i = 0; i < n; i++) {
    // One step of Fisher and Yates: a case not polled yet, all equally likely.
    const at = CASE_ORDER + (i << 2);
    const pick = i + 1 < n ? at + (random(n - i) << 2) : at;
    const index = get(pick, 0);
    set(pick, 0, get(at, 0));
    const result = poll(CASES + index * CASE_SIZE);
    if (result != R_BLOCK) {
      set(P_CASE, 0, index);
      return result;
    }
  }
  if (!g) return R_BLOCK;
  return parkOnAll(n, g);
}

function poll(entry: i32): i32 {
  const kind = get(entry, CASE_KIND);
  const on = get(entry, CASE_ADDR);
  if (kind == CASE_RECV) return recvNow(on);
  if (kind == CASE_SEND) return sendNow(on);
  if (kind == CASE_READY) return R_SLOT;
  if (kind == CASE_SEMA) return acquireNow(on);
  if (kind == CASE_ZERO) return semaCount(on) ? R_BLOCK : R_SLOT;
  // The API has looked at its own timers, goroutines and promises already.
  check(
    kind == CASE_NEVER || kind == CASE_SLEEP || kind == CASE_TIMER || kind == CASE_JOIN || kind == CASE_HOST,
    TRAP_CASE,
  );
  return R_BLOCK;
}

/** Pass 2 alone: the API has found none of the cases ready. */
export function parkOnAll(n: i32, g: i32): i32 {
  if (!reserve(n, g)) return R_MEMORY;
  let w = g + G_W;
  for (let i = 0; i < n; i++) {
    const entry = CASES + i * CASE_SIZE;
    const kind = get(entry, CASE_KIND);
    const on = get(entry, CASE_ADDR);
    aim(w, g, i, kind, on);
    if (kind == CASE_SLEEP) heapInsert(on, getF64(entry, CASE_WHEN));
    const list = listOf(kind, on);
    if (list) enqueue(list, w);
    w = get(w, W_SIBLING);
  }
  park(g, n ? WAIT_SELECT : WAIT_SELECT_EMPTY, 1);
  return R_PARKED;
}

/** Chains a waiter a case onto `g` and gives each sleep its timer; all or nothing. */
function reserve(n: i32, g: i32): bool {
  let last = g + G_W;
  for (let i = 0; i < n; i++) {
    if (i) {
      const w = slabAlloc(SLAB_W);
      if (!w) return release(i, g);
      set(last, W_SIBLING, w);
      last = w;
    }
    const entry = CASES + i * CASE_SIZE;
    if (get(entry, CASE_KIND) == CASE_SLEEP) {
      const t = sleepRecord();
      if (!t) return release(i, g);
      set(entry, CASE_ADDR, t);
    }
  }
  return true;
}

/** Undoes `reserve`, which got as far as case `n`. */
function release(n: i32, g: i32): bool {
  for (let i = 0; i < n; i++) {
    const entry = CASES + i * CASE_SIZE;
    if (get(entry, CASE_KIND) == CASE_SLEEP) slabFree(SLAB_T, get(entry, CASE_ADDR));
  }
  let w = get(g + G_W, W_SIBLING);
  set(g + G_W, W_SIBLING, 0);
  while (w) {
    const sibling = get(w, W_SIBLING);
    slabFree(SLAB_W, w);
    w = sibling;
  }
  return false;
}

function listOf(kind: i32, on: i32): i32 {
  if (kind == CASE_RECV) return on + C_RECVQ;
  if (kind == CASE_SEND) return on + C_SENDQ;
  if (kind == CASE_SLEEP || kind == CASE_TIMER) return on + T_WAITQ;
  if (kind == CASE_JOIN) return on + G_JOINERS;
  if (kind == CASE_SEMA || kind == CASE_ZERO) return on + S_WAITQ;
  return 0;
}
