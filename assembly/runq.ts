// The run queue of a processor: `runnext`, then a list first in first out. Owner P only.
//
// I1: a goroutine is in the queue exactly while its status is G_RUNNABLE or G_DEAD.
// I2: `runnext` is filled only when empty, so goroutines made ready one after another run in that order.
// I3: after RUNNEXT_TURNS turns of `runnext` in a row its holder goes to the tail: a pair that keeps waking
//     each other cannot starve the rest.
//
// Linked through G_LINK instead of Go's ring of 256: a ring serves thieves, and a started goroutine is never
// stolen, for its stack is a generator of this thread. A list has no overflow and needs no memory of its own.

import {
  G_DEAD, G_LINK, G_RUNNABLE, G_STATUS, P_RUNNEXT, P_RUNQ_HEAD, P_RUNQ_TAIL, P_TICK, RUNNEXT_TURNS,
} from './layout';
import { atomicSet, get, set } from './memory';
import { p } from './proc';

/** Makes a goroutine ready to run, before the queue if that place is free. */
// @ts-ignore: decorator
@inline
export function runqPutNext(g: i32): void {
  set(g, G_STATUS, G_RUNNABLE);
  if (get(p, P_RUNNEXT)) push(g);
  else set(p, P_RUNNEXT, g);
}

/** The same for a goroutine whose status other threads may look at. */
export function runqReady(g: i32): void {
  atomicSet(g + G_STATUS, G_RUNNABLE);
  if (get(p, P_RUNNEXT)) push(g);
  else set(p, P_RUNNEXT, g);
}

/** Puts a goroutine behind all others: `runnext` becomes the head, or a later turn could put it behind `g`. */
export function runqPutLast(g: i32): void {
  const next = get(p, P_RUNNEXT);
  if (next) {
    const head = get(p, P_RUNQ_HEAD);
    set(next, G_LINK, head);
    set(p, P_RUNQ_HEAD, next);
    if (!head) set(p, P_RUNQ_TAIL, next);
    set(p, P_RUNNEXT, 0);
  }
  set(g, G_STATUS, G_RUNNABLE);
  push(g);
}

/** Appends a goroutine whose status says already that it is in the queue. */
export function push(g: i32): void {
  set(g, G_LINK, 0);
  const tail = get(p, P_RUNQ_TAIL);
  if (tail) set(tail, G_LINK, g);
  else set(p, P_RUNQ_HEAD, g);
  set(p, P_RUNQ_TAIL, g);
}

/** The goroutine whose turn it is, or 0. One that ended in the queue comes out as G_DEAD. */
// @ts-ignore: decorator
@inline
export function runqGet(): i32 {
  const next = get(p, P_RUNNEXT);
  const head = get(p, P_RUNQ_HEAD);
  if (next) {
    set(p, P_RUNNEXT, 0);
    const tick = get(p, P_TICK);
    if (!head) return next;
    if (tick < RUNNEXT_TURNS) {
      set(p, P_TICK, tick + 1);
      return next;
    }
    push(next);
  }
  if (!head) return 0;
  set(p, P_TICK, 0);
  const rest = get(head, G_LINK);
  set(p, P_RUNQ_HEAD, rest);
  if (!rest) set(p, P_RUNQ_TAIL, 0);
  return head;
}

// @ts-ignore: decorator
@inline
export function runqEmpty(): bool {
  return !get(p, P_RUNNEXT) && !get(p, P_RUNQ_HEAD);
}

/** Ends a goroutine that stands in the queue, or is on its way there; it is freed when its turn comes. */
export function runqKill(g: i32): void {
  atomicSet(g + G_STATUS, G_DEAD);
}
