// Wait lists: intrusive, doubly linked, first in first out. Owner P only.
//
// I1: W_LIST of a waiter names the list it stands in, or is 0; a waiter stands in one list at most.
// I2: the longest waiter is first, and is served first.
// I3: removal is O(1) from anywhere: a select's losers leave without a search.

import { Q_FIRST, Q_LAST, TRAP_LIST, W_LIST, W_NEXT, W_PREV } from './layout';
import { get, set } from './memory';
import { check, debugCheck } from './trap';

// @ts-ignore: decorator
@inline
export function first(list: i32): i32 {
  return get(list, Q_FIRST);
}

export function enqueue(list: i32, w: i32): void {
  check(!get(w, W_LIST), TRAP_LIST);
  const last = get(list, Q_LAST);
  set(w, W_LIST, list);
  set(w, W_NEXT, 0);
  set(w, W_PREV, last);
  if (last) set(last, W_NEXT, w);
  else set(list, Q_FIRST, w);
  set(list, Q_LAST, w);
  verify(list);
}

/** Takes the waiter out of whatever list it stands in. */
export function unlink(w: i32): void {
  const list = get(w, W_LIST);
  if (!list) return;
  const next = get(w, W_NEXT);
  const prev = get(w, W_PREV);
  if (next) set(next, W_PREV, prev);
  else set(list, Q_LAST, prev);
  if (prev) set(prev, W_NEXT, next);
  else set(list, Q_FIRST, next);
  set(w, W_LIST, 0);
  verify(list);
}

function verify(list: i32): void {
  if (isDefined(CHECK)) {
    let before = 0;
    for (let w = get(list, Q_FIRST); w; w = get(w, W_NEXT)) {
      debugCheck(get(w, W_LIST) == list && get(w, W_PREV) == before, TRAP_LIST);
      before = w;
    }
    debugCheck(get(list, Q_LAST) == before, TRAP_LIST);
  }
}
