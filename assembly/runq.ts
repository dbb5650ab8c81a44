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
import { get, set } from './memory';

/** Makes a goroutine ready to run, before the queue if that place is free. */
export function runqPutNext(g: i32): void {
  set(g, G_STATUS, G_RUNNABLE);
  if (get(P_RUNNEXT, 0)) push(g);
  else set(P_RUNNEXT, 0, g);
}

/** Puts a goroutine behind all others: `runnext` becomes the head, or a later turn could put it behind `g`. */
export function runqPutLast(g: i32): void {
  const next = get(P_RUNNEXT, 0);
  if (next) {
    const head = get(P_RUNQ_HEAD, 0);
    set(next, G_LINK, head);
    set(P_RUNQ_HEAD, 0, next);
    if (!head) set(P_RUNQ_TAIL, 0, next);
    set(P_RUNNEXT, 0, 0);
  }
  set(g, G_STATUS, G_RUNNABLE);
  push(g);
}

function push(g: i32): void {
  set(g, G_LINK, 0);
  const tail = get(P_RUNQ_TAIL, 0);
  if (tail) set(tail, G_LINK, g);
  else set(P_RUNQ_HEAD, 0, g);
  set(P_RUNQ_TAIL, 0, g);
}

/** The goroutine whose turn it is, or 0. One that ended in the queue comes out as G_DEAD. */
export function runqGet(): i32 {
  const next = get(P_RUNNEXT, 0);
  const head = get(P_RUNQ_HEAD, 0);
  if (next) {
    set(P_RUNNEXT, 0, 0);
    const tick = get(P_TICK, 0);
    if (!head) return next;
    if (tick < RUNNEXT_TURNS) {
      set(P_TICK, 0, tick + 1);
      return next;
    }
    push(next);
  }
  if (!head) return 0;
  set(P_TICK, 0, 0);
  const rest = get(head, G_LINK);
  set(P_RUNQ_HEAD, 0, rest);
  if (!rest) set(P_RUNQ_TAIL, 0, 0);
  return head;
}

// @ts-ignore: decorator
@inline
export function runqEmpty(): bool {
  return !get(P_RUNNEXT, 0) && !get(P_RUNQ_HEAD, 0);
}

/** Ends a goroutine that stands in the queue; it is freed when its turn comes. */
export function runqKill(g: i32): void {
  set(g, G_STATUS, G_DEAD);
}
