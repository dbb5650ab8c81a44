// Semaphores: permits, and who waits for them. The root of everything in package sync, by RULE_*. Any thread.
//
// STATE holds the free permits. As long as nobody waits, the API changes it by compare-and-swap and never comes here:
//
//   acquire n    STATE >= n ? CAS(STATE, STATE - n) : here        A negative STATE, with S_WAITED, is neither
//   release n    STATE >= 0 ? CAS(STATE, STATE + n) : here
//
// I1: with S_WAITED only the holder of LOCK changes STATE: who comes here sets the bit first, and the API's
//     compare-and-swap fails from then on.
// I2: when LOCK is let go, and somebody waits, S_WAITED is set, or somebody was woken to compete, and comes here.
//     So no release passes a waiter unseen: it saw the bit, or it came before and the waiter saw what it released.
//     Go's semaphore orders a count against a number of waiters for that; one word needs no order.
// I3: nobody waits in front who could be served. Who leaves the list may have stood in the way: `semaLeave`.
// I4: competing: a permit is offered and not given. STATE is then as if nobody waited, and whoever is first takes it; who
//     was woken tries again, waits at the front if it lost, and restores I2 either way. Until then its waiter keeps
//     KIND and LIST, so that if it is ended, or its thread is, the next is woken in its place: through `semaLeave`.
// I5: every step leaves STATE true. A thread that dies under the lock leaves S_WAITED set, and P_HELD says whom to serve
//     (reap.ts).

import {
  CASE_SEMA, G_SELECT, G_W, HELD_SEMA, P_HELD, RULE_COMPETE, RULE_NOTIFY, RULE_READERS, RULE_ZERO, R_BLOCK, R_CLOSED,
  R_PARKED, R_SLOT, SELECT_MANY, SELECT_SHARED, S_PERMITS, S_RULE, S_STATE, S_WAITED, S_WAITQ, W_G, W_NEXT, W_VALUE,
} from './layout';
import { claimIt, collect, handOver } from './fire';
import { lock, unlock } from './lock';
import { atomicAdd, atomicAnd, atomicGet, atomicOr, atomicSet, get, set } from './memory';
import { park, parkShared, settled } from './park';
import { p } from './proc';
import { first, putBack, unlink } from './waitq';

/**
 * Takes `n` permits, or parks `g`, or answers R_BLOCK if that is 0. `again`: it was woken to compete.
 */
export function semaAcquire(s: i32, n: i32, g: i32, reason: i32, again: i32): i32 {
  enter(s);
  let r = R_SLOT;
  if (canAcquire(s, n) || (again && permits(s) >= n)) {
    take(s, n);
    if (again) settled(g);
  } else if (!g) {
    r = R_BLOCK;
  } else {
    set(g + G_W, W_VALUE, n);
    if (again) {
      putBack(g + G_W);
      park(g, reason, SELECT_SHARED);
    } else parkShared(g, s + S_WAITQ, CASE_SEMA, reason);
    r = R_PARKED;
  }
  leave(s);
  return r;
}

/** Gives `n` permits back, or takes them away; R_CLOSED, and nothing has changed, if there would be more than `most` or less than 0. */
export function semaRelease(s: i32, n: i32, most: i32): i32 {
  enter(s);
  const free = permits(s) + n;
  const may = (free as u32) <= (most as u32);
  if (may) {
    atomicAdd(s + S_STATE, n);
    serve(s, n);
  }
  leave(s);
  return may ? R_SLOT : R_CLOSED;
}

/** Takes a waiter out of the list, or one that was woken to compete out of the competition. */
export function semaLeave(s: i32, w: i32): void {
  enter(s);
  unlink(w);
  serve(s, 0);
  leave(s);
}

/** Whether an acquire need not wait. STATE is frozen. */
export function canAcquire(s: i32, n: i32): bool {
  const rule = atomicGet(s + S_RULE);
  return suffices(s, rule, n) && (rule == RULE_COMPETE || !first(s + S_WAITQ));
}

// @ts-ignore: decorator
@inline
function suffices(s: i32, rule: i32, n: i32): bool {
  return rule == RULE_ZERO ? !permits(s) : permits(s) >= n;
}

// @ts-ignore: decorator
@inline
function permits(s: i32): i32 {
  return atomicGet(s + S_STATE) & S_PERMITS;
}

// @ts-ignore: decorator
@inline
export function take(s: i32, n: i32): void {
  atomicAdd(s + S_STATE, -n);
}

function enter(s: i32): void {
  lock(s);
  set(p, P_HELD, s + HELD_SEMA);
  freeze(s);
}

function leave(s: i32): void {
  thaw(s);
  unlock(s);
  handOver();
}

/** From now on STATE changes under the lock only. */
// @ts-ignore: decorator
@inline
export function freeze(s: i32): void {
  atomicOr(s + S_STATE, S_WAITED);
}

/** The same as before, if somebody waits. */
// @ts-ignore: decorator
@inline
export function thaw(s: i32): void {
  if (!first(s + S_WAITQ)) atomicAnd(s + S_STATE, S_PERMITS);
}

/** `released` permits came back: gives them to those who wait, as far as they go. */
function serve(s: i32, released: i32): void {
  const rule = atomicGet(s + S_RULE);
  // Go's rule: those who came to read while somebody wrote do so before the next one writes, whatever their places.
  if (rule == RULE_READERS && released > 1) serveSome(s, rule, true);
  serveSome(s, rule, false);
  if (rule == RULE_NOTIFY) atomicSet(s + S_STATE, S_WAITED);
}

function serveSome(s: i32, rule: i32, readers: bool): void {
  let w = first(s + S_WAITQ);
  while (w) {
    const next = get(w, W_NEXT);
    const n = get(w, W_VALUE);
    if (readers ? n == 1 : suffices(s, rule, n)) {
      if (claimIt(w)) {
        if (rule == RULE_COMPETE && !(get(get(w, W_G), G_SELECT) & SELECT_MANY)) {
          atomicAnd(s + S_STATE, S_PERMITS);
          collect(w, 1);
          return;
        }
        take(s, n);
        collect(w, 0);
      }
    } else if (!readers) return;
    w = next;
  }
}
