// The locks of one select: of every shared object among its cases, once each, in the order of their addresses, so that
// two selects never wait for each other.

import { CASES, CASE_ADDR, CASE_KIND, CASE_SIZE, CASE_SRECV, LOCKS, P_HELD_CASES } from './layout';
import { acquire, release } from './lock';
import { get, set } from './memory';
import { p } from './proc';

/** Takes them; answers how many. */
export function lockAll(n: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const entry = p + CASES + i * CASE_SIZE;
    if (get(entry, CASE_KIND) >= CASE_SRECV) count = insert(get(entry, CASE_ADDR), count);
  }
  set(p, P_HELD_CASES, count);
  for (let i = 0; i < count; i++) acquire(get(p + LOCKS, i << 2));
  return count;
}

/** Inserts an address into the sorted list, unless it is there; answers its length. Cases often come in order. */
function insert(object: i32, count: i32): i32 {
  const locks = p + LOCKS;
  let at = count;
  while (at && get(locks, (at - 1) << 2) > object) at--;
  if (at && get(locks, (at - 1) << 2) == object) return count;
  for (let i = count; i > at; i--) set(locks, i << 2, get(locks, (i - 1) << 2));
  set(locks, at << 2, object);
  return count + 1;
}

export function unlockAll(n: i32): void {
  for (let i = 0; i < n; i++) release(get(p + LOCKS, i << 2));
  set(p, P_HELD_CASES, 0);
}
