// The timer heap of a processor: a pairing heap through the timer records themselves. Owner P only.
//
// I1: T_QUEUED is 1 exactly for the timers in the heap, and P_TIMERS is the earliest of them.
// I2: no timer is earlier than its parent; of two with the same time the older is earlier.
// I3: T_PREV of a first child is its parent, of any other child the sibling before it.
//
// Start is O(1), stop and the next due timer O(log n) amortised, and there is no array to grow: a million
// timers cost a million records. Rejected: Go's 4-ary heap in an array, which would have to move when full.

import { P_TIMERS, P_TIMER_SEQ, TRAP_HEAP, T_CHILD, T_NEXT, T_PREV, T_QUEUED, T_SEQ, T_WHEN } from './layout';
import { get, getF64, set, setF64 } from './memory';
import { p } from './proc';
import { debugCheck } from './trap';

/** Puts a timer into the heap, or moves it there, for absolute time `when` in milliseconds. */
export function heapInsert(t: i32, when: f64): void {
  heapRemove(t);
  const seq = get(p, P_TIMER_SEQ);
  set(p, P_TIMER_SEQ, seq + 1);
  setF64(t, T_WHEN, when);
  set(t, T_SEQ, seq);
  set(t, T_CHILD, 0);
  set(t, T_NEXT, 0);
  set(t, T_PREV, 0);
  set(t, T_QUEUED, 1);
  const root = get(p, P_TIMERS);
  set(p, P_TIMERS, root ? meld(root, t) : t);
}

/** Takes a timer out of the heap, if it is there. */
export function heapRemove(t: i32): void {
  if (!get(t, T_QUEUED)) return;
  set(t, T_QUEUED, 0);
  const root = get(p, P_TIMERS);
  const children = pairUp(get(t, T_CHILD));
  if (t == root) {
    set(p, P_TIMERS, children);
    return;
  }
  const next = get(t, T_NEXT);
  const prev = get(t, T_PREV);
  if (get(prev, T_CHILD) == t) set(prev, T_CHILD, next);
  else set(prev, T_NEXT, next);
  if (next) set(next, T_PREV, prev);
  if (children) set(p, P_TIMERS, meld(root, children));
}

function earlier(a: i32, b: i32): bool {
  const x = getF64(a, T_WHEN);
  const y = getF64(b, T_WHEN);
  // The difference survives the wrap of the counter.
  return x < y || (x == y && get(a, T_SEQ) - get(b, T_SEQ) < 0);
}

/** Joins two heaps; the later root becomes the first child of the other. */
function meld(a: i32, b: i32): i32 {
  if (earlier(b, a)) {
    const swap = a;
    a = b;
    b = swap;
  }
  const child = get(a, T_CHILD);
  set(b, T_NEXT, child);
  if (child) set(child, T_PREV, b);
  set(b, T_PREV, a);
  set(a, T_CHILD, b);
  set(a, T_NEXT, 0);
  set(a, T_PREV, 0);
  debugCheck(getF64(a, T_WHEN) <= getF64(b, T_WHEN), TRAP_HEAP);
  return a;
}

/** Melds a list of siblings into one heap: pairs from the left, then together from the right. */
function pairUp(first: i32): i32 {
  let pairs = 0;
  while (first) {
    const second = get(first, T_NEXT);
    const rest = second ? get(second, T_NEXT) : 0;
    const pair = second ? meld(first, second) : first;
    set(pair, T_NEXT, pairs);
    pairs = pair;
    first = rest;
  }
  let heap = 0;
  while (pairs) {
    const rest = get(pairs, T_NEXT);
    if (heap) heap = meld(heap, pairs);
    else {
      heap = pairs;
      set(heap, T_NEXT, 0);
      set(heap, T_PREV, 0);
    }
    pairs = rest;
  }
  return heap;
}
