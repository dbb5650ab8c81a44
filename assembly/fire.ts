// Waking across processors: a goroutine that waits on a shared object is claimed, collected, and handed over to its
// processor's inbox once no lock is held.
//
//   waiting in a list ──claimFirst──▶ P_CLAIM ──collect──▶ P_FIRED ──handOver──▶ inbox of its processor ──▶ run queue
//
// I1: from the moment it is taken out of its list a goroutine is named by exactly one of P_CLAIM, P_FIRED and an
//     inbox: when the waker's processor dies half way, reap.ts puts it back or sends it on.
// I2: P_CLAIM is not decided: nothing of the operation has happened yet. In P_FIRED it is. What lies between is inlined,
//     for a thread may be ended at the entry of a function (reap.ts).
// I3: an inbox is a stack that other threads push to and the owner takes as a whole: no ABA.
//
// Orderings: push to the inbox, then read P_ASLEEP (proc.ts).

import {
  G_CASE, G_CLAIMED, G_CLOSED, G_LINK, G_RUNNABLE, G_STATUS, G_W, G_WAITING, P_CLAIM,
  P_FIRED, P_FIRED_LAST, P_INBOX, W_CASE_SHIFT, W_G, W_KIND, W_VALUE,
} from './layout';
import { atomicCas, atomicGet, atomicSet, atomicSwap, copyValue, get, set } from './memory';
import { ownerOf } from './pages';
import { p, wakeProc } from './proc';
import { push, runqReady } from './runq';
import { first, unlink } from './waitq';

/** The longest waiter of a shared list, claimed: `collect` must follow. Or 0. The lock is held. */
export function claimShared(list: i32): i32 {
  for (let w = first(list); w; w = first(list)) if (claimIt(w)) return w;
  return 0;
}

/** Takes a waiter out of its list and claims it: `collect` must follow. Or it is somebody else's. The lock is held. */
export function claimIt(w: i32): bool {
  unlink(w);
  set(p, P_CLAIM, w);
  if (atomicCas(get(w, W_G) + G_STATUS, G_WAITING, G_CLAIMED) == G_WAITING) return true;
  set(p, P_CLAIM, 0);
  return false;
}

/** Claims the stand-in of a task, whom nobody else wakes: `collect` must follow. */
// @ts-ignore: decorator
@inline
export function claimStandin(g: i32): i32 {
  set(p, P_CLAIM, g + G_W);
  atomicCas(g + G_STATUS, G_WAITING, G_CLAIMED);
  return g + G_W;
}

/** Gives a claimed receiver its value. */
// @ts-ignore: decorator
@inline
export function give(w: i32, from: i32): void {
  copyValue(get(w, W_G) + G_W + W_VALUE, from);
  collect(w, 0);
}

/** The operation of a claimed waiter has happened. */
// @ts-ignore: decorator
@inline
export function collect(w: i32, closed: i32): void {
  const g = get(w, W_G);
  set(g, G_CASE, get(w, W_KIND) >>> W_CASE_SHIFT);
  set(g, G_CLOSED, closed);
  set(g, G_LINK, 0);
  if (get(p, P_FIRED)) set(get(p, P_FIRED_LAST), G_LINK, g);
  else set(p, P_FIRED, g);
  set(p, P_FIRED_LAST, g);
  set(p, P_CLAIM, 0);
}

/** Hands over what was collected. No lock is held. */
// @ts-ignore: decorator
@inline
export function handOver(): void {
  if (get(p, P_FIRED)) handOverAll();
}

function handOverAll(): void {
  for (let g = get(p, P_FIRED); g; ) {
    const rest = get(g, G_LINK);
    const owner = ownerOf(g);
    if (owner == p) {
      set(p, P_FIRED, rest);
      runqReady(g);
    } else {
      for (;;) {
        const head = atomicGet(owner + P_INBOX);
        set(g, G_LINK, head);
        if (atomicCas(owner + P_INBOX, head, g) == head) break;
        set(g, G_LINK, rest); // P_FIRED must be whole where a loop begins: the thread may end there
      }
      atomicSet(p + P_FIRED, rest); // reap.ts reads it
      wakeProc(owner);
    }
    g = rest;
  }
}


/** Puts everybody in the inbox into the run queue, the first to come first. */
// @ts-ignore: decorator
@inline
export function takeInbox(): void {
  if (atomicGet(p + P_INBOX)) takeAll();
}

function takeAll(): void {
  let reversed = 0;
  for (let g = atomicSwap(p + P_INBOX, 0); g; ) {
    const rest = get(g, G_LINK);
    set(g, G_LINK, reversed);
    reversed = g;
    g = rest;
  }
  for (let g = reversed; g; ) {
    const rest = get(g, G_LINK);
    // One that was ended on its way stays so; its record is freed in its turn.
    atomicCas(g + G_STATUS, G_CLAIMED, G_RUNNABLE);
    push(g);
    g = rest;
  }
}

