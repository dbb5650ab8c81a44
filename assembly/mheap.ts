// The payload heap: blocks of 2^k bytes for whatever does not fit into a word. Any thread may free what another one
// has allocated.
//
// Small blocks come from a cache of the processor, refilled from and flushed to the class's list in batches; larger ones
// from that list. A block never changes its class, and pages are never taken back: addresses are stable.
// I1: a free block is in one list, or in one cache, linked by its first word; its CLASS is negative.
// I2: a cache holds at most two batches, so what one thread allocates and another frees goes round.
//
// Rejected: joining neighbours. It would need boundary tags and a lock around every free, to save less than the half
// that rounding to a power of two costs at worst.

import {
  BLOCK_CLASS, BLOCK_HEAD, BLOCK_BYTES, CLASS_CACHED, CLASS_MAX, CLASS_MIN, MHEAP, MHEAP_HEAD, MHEAP_SHIFT, PAGE,
  P_CACHE, TRAP_BLOCK,
} from './layout';
import { lock, unlock } from './lock';
import { get, set } from './memory';
import { takePages } from './pages';
import { p } from './proc';
import { check } from './trap';

/** Bytes that move between a cache and the class's list at once. */
const BATCH_BYTES: i32 = 16384;
const BATCH_BLOCKS: i32 = 64;

/** The address of `size` bytes, 8-aligned, or 0 without memory. */
export function blockAlloc(size: i32): i32 {
  if (size < 0 || size > (1 << CLASS_MAX) - BLOCK_HEAD) return 0;
  const k = max(CLASS_MIN, 32 - clz(size + BLOCK_HEAD - 1));
  const block = k <= CLASS_CACHED ? cached(k) : pop(k);
  if (!block) return 0;
  const address = block + BLOCK_HEAD;
  set(address, BLOCK_BYTES, size);
  set(address, BLOCK_CLASS, k);
  return address;
}

export function blockFree(address: i32): void {
  const k = get(address, BLOCK_CLASS);
  check(k >= CLASS_MIN && k <= CLASS_MAX, TRAP_BLOCK);
  set(address, BLOCK_CLASS, -1);
  const block = address - BLOCK_HEAD;
  if (k > CLASS_CACHED) return push(k, block);
  const cache = p + P_CACHE + (k << 3);
  set(block, 0, get(cache, 0));
  set(cache, 0, block);
  const count = get(cache, 4) + 1;
  set(cache, 4, count);
  if (count > batchOf(k) * 2) flush(k, count - batchOf(k));
}

function cached(k: i32): i32 {
  const cache = p + P_CACHE + (k << 3);
  let block = get(cache, 0);
  if (!block) {
    fill(k);
    block = get(cache, 0);
    if (!block) return 0;
  }
  set(cache, 0, get(block, 0));
  set(cache, 4, get(cache, 4) - 1);
  return block;
}

function batchOf(k: i32): i32 {
  return max(1, min(BATCH_BLOCKS, BATCH_BYTES >> k));
}

// @ts-ignore: decorator
@inline
function listOf(k: i32): i32 {
  return MHEAP + (k << MHEAP_SHIFT);
}

/** Fills the cache of this processor, which is empty: from the list, or else from a new page. */
function fill(k: i32): void {
  const cache = p + P_CACHE + (k << 3);
  const list = listOf(k);
  let n = batchOf(k);
  lock(list);
  while (n && get(list, MHEAP_HEAD)) {
    const block = get(list, MHEAP_HEAD);
    set(list, MHEAP_HEAD, get(block, 0));
    keep(cache, block);
    n--;
  }
  unlock(list);
  if (get(cache, 0)) return;
  const page = takePages(1);
  if (!page) return;
  const start = page * PAGE;
  for (let block = start + PAGE - (1 << k); block >= start; block -= 1 << k) keep(cache, block);
  const count = get(cache, 4);
  if (count > batchOf(k)) flush(k, count - batchOf(k));
}

// @ts-ignore: decorator
@inline
function keep(cache: i32, block: i32): void {
  set(block, 0, get(cache, 0));
  set(cache, 0, block);
  set(cache, 4, get(cache, 4) + 1);
}

/** Moves `n` blocks of the cache to the list. */
export function flush(k: i32, n: i32): void {
  flushOf(p, k, n);
}

/** The same for the cache of a processor that has died. */
export function flushOf(proc: i32, k: i32, n: i32): void {
  const cache = proc + P_CACHE + (k << 3);
  const list = listOf(k);
  lock(list);
  while (n-- > 0 && get(cache, 0)) {
    const block = get(cache, 0);
    set(cache, 0, get(block, 0));
    set(cache, 4, get(cache, 4) - 1);
    set(block, 0, get(list, MHEAP_HEAD));
    set(list, MHEAP_HEAD, block);
  }
  unlock(list);
}

/** A block of a class that is not cached. */
function pop(k: i32): i32 {
  const list = listOf(k);
  lock(list);
  const block = get(list, MHEAP_HEAD);
  if (block) set(list, MHEAP_HEAD, get(block, 0));
  unlock(list);
  if (block) return block;
  return takePages((1 << k) / PAGE) * PAGE;
}

function push(k: i32, block: i32): void {
  const list = listOf(k);
  lock(list);
  set(block, 0, get(list, MHEAP_HEAD));
  set(list, MHEAP_HEAD, block);
  unlock(list);
}
