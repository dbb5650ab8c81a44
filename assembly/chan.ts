// A local channel: who waits and where the values stand. The values themselves stay in JavaScript, in an array
// at the same indices. Owner P only: no lock, no atomics.
//
// I1: at least one of RECVQ and SENDQ is empty, except for a goroutine that waits in a select on both sides.
// I2: COUNT > 0 implies RECVQ is empty; COUNT < CAPACITY implies SENDQ is empty.
//     A waiter whose goroutine another thread is waking (park.ts I2) counts as gone.
// I3: a value handed to a waiting receiver is the receiver's from that moment: nobody can take it from it.
// I4: a select never meets itself: it polls before it enters any list, and leaves all lists when it fires.

import {
  CASE_RECV, CASE_SEND, C_CAPACITY, C_CLOSED, C_COUNT, C_HEAD, C_RECVQ, C_SENDQ, P_PARTNER, Q_FIRST, R_BLOCK,
  R_CLOSED, R_PARKED, R_REFILL, R_SLOT, SLAB_C, TAG_SHIFT, TRAP_BUSY, WAIT_RECV, WAIT_SEND,
} from './layout';
import { get, set } from './memory';
import { claimFirst, fire, parkOn, wakeAll } from './park';
import { p } from './proc';
import { slabAlloc, slabFree } from './slab';
import { check } from './trap';
import { first } from './waitq';

/** A new channel, or 0 without memory. */
export function chanNew(capacity: i32): i32 {
  const c = slabAlloc(SLAB_C);
  if (c) set(c, C_CAPACITY, capacity);
  return c;
}

/** Only once no handle is left, so nobody can wait. */
export function chanFree(c: i32): void {
  check(!get(c + C_RECVQ, Q_FIRST) && !get(c + C_SENDQ, Q_FIRST), TRAP_BUSY);
  slabFree(SLAB_C, c);
}

/** Gives the record of an empty channel back, if nobody waits: 1 if it did. The API knows whether it was closed. */
export function chanRelease(c: i32): i32 {
  if (get(c, C_COUNT) || first(c + C_RECVQ) || first(c + C_SENDQ)) return 0;
  slabFree(SLAB_C, c);
  return 1;
}

export function chanSend(c: i32, g: i32): i32 {
  const result = sendNow(c);
  if (result != R_BLOCK || !g) return result;
  parkOn(g, c + C_SENDQ, CASE_SEND, WAIT_SEND);
  return R_PARKED;
}

export function chanRecv(c: i32, g: i32): i32 {
  const result = recvNow(c);
  if (result != R_BLOCK || !g) return result;
  parkOn(g, c + C_RECVQ, CASE_RECV, WAIT_RECV);
  return R_PARKED;
}

/** The send that need not wait, or R_BLOCK. */
// @ts-ignore: decorator
@inline
function sendNow(c: i32): i32 {
  if (get(c, C_CLOSED)) return R_CLOSED;
  const receiver = claimFirst(c + C_RECVQ);
  if (receiver) return fire(receiver, 0);
  const count = get(c, C_COUNT);
  const capacity = get(c, C_CAPACITY);
  if (count >= capacity) return R_BLOCK;
  let slot = get(c, C_HEAD) + count;
  if (slot >= capacity) slot -= capacity;
  set(c, C_COUNT, count + 1);
  return (slot << TAG_SHIFT) | R_SLOT;
}

/** Whether a send need not wait. */
// @ts-ignore: decorator
@inline
export function canSend(c: i32): bool {
  return get(c, C_COUNT) < get(c, C_CAPACITY) || get(c, C_CLOSED) || first(c + C_RECVQ);
}

/** The receive that need not wait, or R_BLOCK. */
// @ts-ignore: decorator
@inline
function recvNow(c: i32): i32 {
  const count = get(c, C_COUNT);
  const sender = claimFirst(c + C_SENDQ);
  if (count > 0) {
    const head = get(c, C_HEAD);
    set(c, C_HEAD, head + 1 == get(c, C_CAPACITY) ? 0 : head + 1);
    if (sender) {
      // The buffer is full: the oldest value leaves and the sender's takes its slot, which is now the tail.
      set(p, P_PARTNER, fire(sender, 0));
      return (head << TAG_SHIFT) | R_REFILL;
    }
    set(c, C_COUNT, count - 1);
    return (head << TAG_SHIFT) | R_SLOT;
  }
  if (sender) return fire(sender, 0);
  return get(c, C_CLOSED) ? R_CLOSED : R_BLOCK;
}

/** Whether a receive need not wait. */
// @ts-ignore: decorator
@inline
export function canRecv(c: i32): bool {
  return get(c, C_COUNT) > 0 || first(c + C_SENDQ) || get(c, C_CLOSED);
}

/** Closes and wakes everybody; R_CLOSED if it was closed before. */
export function chanClose(c: i32): i32 {
  if (get(c, C_CLOSED)) return R_CLOSED;
  set(c, C_CLOSED, 1);
  wakeAll(c + C_RECVQ, 1);
  wakeAll(c + C_SENDQ, 1);
  return R_SLOT;
}
