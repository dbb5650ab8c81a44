// Wait lists: intrusive, doubly linked, first in first out. Owner P only; those of a shared object under its lock.
//
// I1: W_LIST of a waiter names the list it waits in, or is 0; it stands in that list unless W_PREV is W_OUT.
// I2: the longest waiter is first, and is served first.
// I3: removal is O(1) from anywhere: a select's losers leave without a search.

import { Q_FIRST, Q_LAST, TRAP_LIST, WAITQ, WAITQ2, W_LIST, W_NEXT, W_OUT, W_PREV } from './layout';
import { get, set } from './memory';
import { check, debugCheck } from './trap';

/** The list of a record in which a waiter of this kind stands. */
// @ts-ignore: decorator
@inline
export function listOf(record: i32, kind: i32): i32 {
  return record + WAITQ + (kind & 1) * (WAITQ2 - WAITQ);
}

/** The record that the list of a waiter of this kind belongs to. */
// @ts-ignore: decorator
@inline
export function recordOf(list: i32, kind: i32): i32 {
  return list - WAITQ - (kind & 1) * (WAITQ2 - WAITQ);
}

// @ts-ignore: decorator
@inline
export function first(list: i32): i32 {
  return get(list, Q_FIRST);
}

// @ts-ignore: decorator
@inline
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

/** Puts back at the front a waiter that was taken out of its list for nothing. */
export function putBack(w: i32): void {
  const list = get(w, W_LIST);
  const next = get(list, Q_FIRST);
  set(w, W_NEXT, next);
  set(w, W_PREV, 0);
  if (next) set(next, W_PREV, w);
  else set(list, Q_LAST, w);
  set(list, Q_FIRST, w);
  verify(list);
}

/** Takes the waiter out of the list it stands in, if it does; W_LIST still names it. */
export function unlink(w: i32): void {
  if (get(w, W_LIST) && get(w, W_PREV) != W_OUT) leaveList(w);
}

/** Takes the waiter out of the list it stands in. */
// @ts-ignore: decorator
@inline
export function leaveList(w: i32): void {
  const list = get(w, W_LIST);
  const prev = get(w, W_PREV);
  const next = get(w, W_NEXT);
  if (next) set(next, W_PREV, prev);
  else set(list, Q_LAST, prev);
  if (prev) set(prev, W_NEXT, next);
  else set(list, Q_FIRST, next);
  set(w, W_PREV, W_OUT);
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
