// select: one of several cases, at one instant.
//
// The API writes the cases into the case table and calls `select`.
// Pass 1 counts those that are ready and performs one of them, each equally likely.
// Pass 2, when none is: one waiter a case, in all lists at once; the first to be fired wins (park.ts I2).
// I1: nothing is in any list before all waiters are allocated: without memory nothing has changed.
// I2: local cases: owner P only, so nothing can happen between the passes. Shared cases: the locks of all their
//     objects are held over both passes. That is the one instant.

import {
  CASES, CASE_ADDR, CASE_HOST, CASE_JOIN, CASE_KIND, CASE_NEVER, CASE_READY, CASE_RECV, CASE_SEMA, CASE_SEND,
  CASE_SIZE, CASE_SLEEP, CASE_SRECV, CASE_SSEND, CASE_TASK, CASE_TIMER, CASE_WHEN, C_RECVQ, C_SENDQ, G_JOINERS, G_W,
  P_CASE, R_BLOCK, R_MEMORY, R_PARKED, R_SLOT, SC_RECVQ, SC_SENDQ, SELECT_MANY, SELECT_SHARED, SLAB_T, SLAB_W, S_WAITQ,
  TRAP_CASE, T_WAITQ, WAIT_SELECT, WAIT_SELECT_EMPTY, W_CASE_SHIFT, W_SIBLING, W_VALUE,
} from './layout';
import { canRecv, canSend, chanRecv, chanSend } from './chan';
import { handOver } from './fire';
import { heapInsert } from './heap';
import { lockAll, unlockAll } from './lockall';
import { copyValue, get, getF64, set } from './memory';
import { aim, countHost, park } from './park';
import { p } from './proc';
import { random } from './rand';
import { canRecvShared, canSendShared, recvShared, sendShared } from './schan';
import { canAcquire, freeze, take, thaw } from './sema';
import { slabAlloc, slabFree } from './slab';
import { sleepRecord } from './timer';
import { check } from './trap';
import { enqueue, listOf } from './waitq';

/** Performs a ready case (its index goes to P_CASE), or parks `g` on all; R_BLOCK when `g` is 0. */
export function select(n: i32, g: i32): i32 {
  let shared = 0;
  for (let i = 0; i < n; i++) {
    if (get(entryOf(i), CASE_KIND) >= CASE_SRECV) shared++;
  }
  if (shared) return selectShared(n, g);
  const r = choose(n);
  return r != R_BLOCK || !g ? r : parkOnAll(n, g);
}

/** Pass 2 alone: the API has looked at the cases, which are all local, and found none of them ready. */
export function parkOnAll(n: i32, g: i32): i32 {
  return reserve(n, g, false) ? enterAll(n, g, SELECT_MANY) : R_MEMORY;
}

/** Room for the waiters is made before the locks are taken: nobody spins while pages are asked for. */
function selectShared(n: i32, g: i32): i32 {
  if (g && !reserve(n, g, true)) return R_MEMORY;
  const locks = lockAll(n);
  eachSema(n, true);
  let r = choose(n);
  const parks = r == R_BLOCK && g != 0;
  if (parks) r = enterAll(n, g, SELECT_MANY | SELECT_SHARED);
  eachSema(n, false);
  unlockAll(locks);
  handOver();
  if (g && !parks) release(n, g);
  return r;
}

/** Freezes the semaphores among the cases, or thaws them. */
function eachSema(n: i32, stop: bool): void {
  for (let i = 0; i < n; i++) {
    const entry = entryOf(i);
    if (get(entry, CASE_KIND) != CASE_SEMA) continue;
    if (stop) freeze(get(entry, CASE_ADDR));
    else thaw(get(entry, CASE_ADDR));
  }
}

// @ts-ignore: decorator
@inline
function entryOf(i: i32): i32 {
  return p + CASES + i * CASE_SIZE;
}

/** Performs one of the cases that are ready, each equally likely, or answers R_BLOCK. */
function choose(n: i32): i32 {
  let result = R_BLOCK;
  let ready = 0;
  do {
    let index = 0;
    ready = 0;
    for (let i = 0; i < n; i++) {
      if (!isReady(entryOf(i))) continue;
      if (!ready) index = i;
      ready++;
    }
    if (ready > 1) {
      for (let skip = random(ready); skip; skip--) {
        do index++; while (!isReady(entryOf(index)));
      }
    }
    if (ready) {
      set(p, P_CASE, index);
      result = perform(entryOf(index));
    }
    // Its partner may have been claimed by another thread, and is out of the list now: look again.
  } while (ready && result == R_BLOCK);
  return result;
}

function isReady(entry: i32): bool {
  const kind = get(entry, CASE_KIND);
  const on = get(entry, CASE_ADDR);
  if (kind == CASE_RECV) return canRecv(on);
  if (kind == CASE_SEND) return canSend(on);
  if (kind == CASE_READY) return true;
  if (kind == CASE_SEMA) return canAcquire(on, get(entry, CASE_WHEN));
  if (kind == CASE_SRECV) return canRecvShared(on);
  if (kind == CASE_SSEND) return canSendShared(on);
  // The API has looked at its own timers, goroutines and promises already.
  check((kind as u32) <= (CASE_SEMA as u32), TRAP_CASE);
  return false;
}

/** What the case stands for. It is ready. */
function perform(entry: i32): i32 {
  const kind = get(entry, CASE_KIND);
  const on = get(entry, CASE_ADDR);
  if (kind == CASE_RECV) return chanRecv(on, 0);
  if (kind == CASE_SEND) return chanSend(on, 0);
  if (kind == CASE_SRECV) return recvShared(on);
  if (kind == CASE_SSEND) return sendShared(on, entry + CASE_WHEN);
  if (kind == CASE_SEMA) take(on, get(entry, CASE_WHEN));
  return R_SLOT;
}

/** Pass 2. The waiters are there. */
function enterAll(n: i32, g: i32, how: i32): i32 {
  // First the goroutine, then its waiters: a shared one may be fired as soon as its lock is free.
  park(g, n ? WAIT_SELECT : WAIT_SELECT_EMPTY, how);
  let w = g + G_W;
  if (how & SELECT_SHARED) w = get(w, W_SIBLING);
  for (let i = 0; i < n; i++) {
    const entry = entryOf(i);
    const kind = get(entry, CASE_KIND);
    const on = get(entry, CASE_ADDR);
    aim(w, g, kind | (i << W_CASE_SHIFT));
    if (kind == CASE_HOST) countHost(1);
    if (kind == CASE_SLEEP) heapInsert(on, getF64(entry, CASE_WHEN));
    if (kind >= CASE_SSEND) copyValue(w + W_VALUE, entry + CASE_WHEN);
    if (kind >= CASE_RECV) enqueue(listOf(on, kind), w);
    w = get(w, W_SIBLING);
  }
  return R_PARKED;
}

/**
 * Chains a waiter a case onto `g` and gives each sleep its timer; all or nothing. If objects are shared, that of `g` itself
 * serves for no case: whoever wakes it may write there, while the others stand in lists still.
 */
function reserve(n: i32, g: i32, shared: bool): bool {
  let last = g + G_W;
  for (let i = 0; i < n; i++) {
    if (i || shared) {
      const w = slabAlloc(SLAB_W);
      if (!w) return release(i, g);
      set(last, W_SIBLING, w);
      last = w;
    }
    const entry = entryOf(i);
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
    const entry = entryOf(i);
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
