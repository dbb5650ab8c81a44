// A shared channel: the same as a local one between threads. Values are words of eight bytes, in a ring behind the
// record or in the waiter of whoever waits; what a word means is the API's.
//
// Under the channel's lock; operations of one call happen at one instant, and nobody is handed over before unlock.
// I1: at least one of RECVQ and SENDQ has nobody who can be claimed, except for a goroutine that waits in a select on
//     both sides.
// I2: COUNT > 0 implies that nobody in RECVQ can be claimed; COUNT < CAPACITY the same of SENDQ.
// I3: a word is in one place: with its sender, in the ring, or with its receiver.
// I4: REFS counts the handles of all threads and the messages that name the channel; at 0 nobody can wait.

import {
  BATCH, CASE_SRECV, CASE_SSEND, CLASS_MAX, G_W, P_MIDWAY, P_VALUE, R_BLOCK, R_CLOSED, R_PARKED, R_SLOT, SC_CAPACITY,
  SC_CLOSED, SC_COUNT, SC_HEAD, SC_RECVQ, SC_REFS, SC_RING, SC_SENDQ, TAG_SHIFT, WAIT_RECV, WAIT_SEND, W_VALUE,
} from './layout';
import { claimShared, collect, give, handOver } from './fire';
import { lock, unlock } from './lock';
import { atomicSet, clear, copyValue, copyValues, get, set } from './memory';
import { blockAlloc } from './mheap';
import { parkShared } from './park';
import { p } from './proc';
import { first } from './waitq';

/** A new channel with one reference, or 0 without memory. */
export function schanNew(capacity: i32): i32 {
  if (capacity > (1 << (CLASS_MAX - 3)) - 8) return 0;
  const c = blockAlloc(SC_RING + (capacity << 3));
  if (!c) return 0;
  clear(c, SC_RING);
  set(c, SC_CAPACITY, capacity);
  atomicSet(c + SC_REFS, 1);
  return c;
}

/** Sends the word in P_VALUE. */
export function schanSend(c: i32, g: i32): i32 {
  lock(c);
  let r = sendShared(c, p + P_VALUE);
  if (r == R_BLOCK && g) {
    copyValue(g + G_W + W_VALUE, p + P_VALUE);
    parkShared(g, c + SC_SENDQ, CASE_SSEND, WAIT_SEND);
    r = R_PARKED;
  }
  unlock(c);
  handOver();
  return r;
}

/** Receives a word into P_VALUE. */
export function schanRecv(c: i32, g: i32): i32 {
  lock(c);
  let r = recvShared(c);
  if (r == R_BLOCK && g) {
    parkShared(g, c + SC_RECVQ, CASE_SRECV, WAIT_RECV);
    r = R_PARKED;
  }
  unlock(c);
  handOver();
  return r;
}

/** The send that need not wait, or R_BLOCK. The lock is held. */
export function sendShared(c: i32, from: i32): i32 {
  if (get(c, SC_CLOSED)) return R_CLOSED;
  const w = claimShared(c + SC_RECVQ);
  if (w) {
    give(w, from);
    return R_SLOT;
  }
  if (get(c, SC_COUNT) >= get(c, SC_CAPACITY)) return R_BLOCK;
  append(c, from);
  return R_SLOT;
}

/** Whether a send need not wait, as far as can be told before a receiver is claimed. The lock is held. */
export function canSendShared(c: i32): bool {
  return get(c, SC_COUNT) < get(c, SC_CAPACITY) || get(c, SC_CLOSED) || first(c + SC_RECVQ);
}

/** The same of a receive. */
export function canRecvShared(c: i32): bool {
  return get(c, SC_COUNT) > 0 || get(c, SC_CLOSED) || first(c + SC_SENDQ);
}

/** The receive that need not wait, or R_BLOCK. The lock is held. */
export function recvShared(c: i32): i32 {
  return takeShared(c, p + P_VALUE) ? R_SLOT : get(c, SC_CLOSED) ? R_CLOSED : R_BLOCK;
}

/** Takes the oldest word, of the ring or of a waiting sender; says whether there was one. */
function takeShared(c: i32, to: i32): bool {
  const count = get(c, SC_COUNT);
  if (!count) {
    const w = claimShared(c + SC_SENDQ);
    if (!w) return false;
    copyValue(to, w + W_VALUE);
    collect(w, 0);
    return true;
  }
  const head = get(c, SC_HEAD);
  copyValue(to, c + SC_RING + (head << 3));
  set(p, P_MIDWAY, c);
  set(c, SC_HEAD, head + 1 == get(c, SC_CAPACITY) ? 0 : head + 1);
  atomicSet(c + SC_COUNT, count - 1);
  refill(c);
  return true;
}

/** There is room: waiting senders fill it. P_MIDWAY says so: if the thread ends meanwhile, reap.ts does the rest. */
export function refill(c: i32): void {
  while (get(c, SC_COUNT) < get(c, SC_CAPACITY)) {
    const w = claimShared(c + SC_SENDQ);
    if (!w) break;
    append(c, w + W_VALUE);
    collect(w, 0);
  }
  set(p, P_MIDWAY, 0);
}

// @ts-ignore: decorator
@inline
function append(c: i32, from: i32): void {
  const count = get(c, SC_COUNT);
  const capacity = get(c, SC_CAPACITY);
  let slot = get(c, SC_HEAD) + count;
  if (slot >= capacity) slot -= capacity;
  copyValue(c + SC_RING + (slot << 3), from);
  atomicSet(c + SC_COUNT, count + 1);
}

/** Sends the first `n` words of the batch as far as it goes: how many, above the tag. One more is parked with `g`. */
export function schanSendMany(c: i32, n: i32, g: i32): i32 {
  lock(c);
  let i = 0;
  let r = R_SLOT;
  if (get(c, SC_CLOSED)) r = R_CLOSED;
  else {
    while (i < n && first(c + SC_RECVQ) && sendShared(c, batch(i)) == R_SLOT) i++;
    i += appendMany(c, i, n - i);
    if (i < n && g) {
      copyValue(g + G_W + W_VALUE, batch(i));
      parkShared(g, c + SC_SENDQ, CASE_SSEND, WAIT_SEND);
      r = R_PARKED;
    } else if (!i) r = R_BLOCK;
  }
  unlock(c);
  handOver();
  return r | (i << TAG_SHIFT);
}

/** Receives up to `max` words into the batch, at least one: how many, above the tag. */
export function schanRecvMany(c: i32, max: i32, g: i32): i32 {
  lock(c);
  let n = takeMany(c, max);
  while (n < max && takeShared(c, batch(n))) n++;
  let r = R_SLOT;
  if (!n) {
    r = get(c, SC_CLOSED) ? R_CLOSED : R_BLOCK;
    if (r == R_BLOCK && g) {
      parkShared(g, c + SC_RECVQ, CASE_SRECV, WAIT_RECV);
      r = R_PARKED;
    }
  }
  unlock(c);
  handOver();
  return r | (n << TAG_SHIFT);
}

// @ts-ignore: decorator
@inline
function batch(i: i32): i32 {
  return p + BATCH + (i << 3);
}

/** Copies words of the batch into the ring, in at most two pieces. */
function appendMany(c: i32, from: i32, n: i32): i32 {
  const count = get(c, SC_COUNT);
  const capacity = get(c, SC_CAPACITY);
  n = min(n, capacity - count);
  if (n <= 0) return 0;
  let slot = get(c, SC_HEAD) + count;
  if (slot >= capacity) slot -= capacity;
  const piece = min(n, capacity - slot);
  copyValues(c + SC_RING + (slot << 3), batch(from), piece);
  if (n > piece) copyValues(c + SC_RING, batch(from + piece), n - piece);
  atomicSet(c + SC_COUNT, count + n);
  return n;
}

/** Copies words of the ring into the batch, in at most two pieces; waiting senders fill the room. */
function takeMany(c: i32, max: i32): i32 {
  const count = get(c, SC_COUNT);
  const n = min(max, count);
  if (!n) return 0;
  const capacity = get(c, SC_CAPACITY);
  const head = get(c, SC_HEAD);
  const piece = min(n, capacity - head);
  copyValues(batch(0), c + SC_RING + (head << 3), piece);
  if (n > piece) copyValues(batch(piece), c + SC_RING, n - piece);
  set(c, SC_HEAD, head + n >= capacity ? head + n - capacity : head + n);
  set(p, P_MIDWAY, c);
  atomicSet(c + SC_COUNT, count - n);
  refill(c);
  return n;
}

/** Closes and wakes everybody; R_CLOSED if it was closed before. */
export function schanClose(c: i32): i32 {
  lock(c);
  const was = get(c, SC_CLOSED);
  if (!was) {
    set(p, P_MIDWAY, c);
    atomicSet(c + SC_CLOSED, 1);
    collectAll(c + SC_RECVQ);
    collectAll(c + SC_SENDQ);
    set(p, P_MIDWAY, 0);
  }
  unlock(c);
  handOver();
  return was ? R_CLOSED : R_SLOT;
}

/** Wakes everybody who waits for what is closed. If the thread ends meanwhile, reap.ts does the rest. */
export function collectAll(list: i32): void {
  for (;;) {
    const w = claimShared(list);
    if (!w) return;
    collect(w, 1);
  }
}

/** Puts the word that a woken receiver was given into P_VALUE. */
export function valueOf(g: i32): void {
  copyValue(p + P_VALUE, g + G_W + W_VALUE);
}
