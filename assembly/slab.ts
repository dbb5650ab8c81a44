// Records of fixed size, carved from pages; one free list a kind and processor.
//
// Owner P only, but for the count of pages, which all processors draw from.
// I1: a free record is linked through its word at +4 and in no other structure.
// I2: a page once given to a slab stays with it: record addresses are stable, and a stale one still names
//     a record of its kind.
// I3: an allocation either answers a zeroed record or 0 and has changed nothing.
//
// Rejected: AssemblyScript's allocator (state in a global of each instance: two threads are handed the same
// address) and growing by doubling (records would move).

import {
  G_SIZE,
  C_SIZE,
  HEADER_LIMIT,
  HEADER_PAGES,
  PAGE,
  P_SLABS,
  SLAB_C,
  SLAB_G,
  SLAB_S,
  SLAB_T,
  S_SIZE,
  T_SIZE,
  TRAP_SLAB,
  W_SIZE,
} from './layout';
import { atomicAdd, atomicGet, clear, get, growBy, pagesNow, set } from './memory';
import { debugCheck } from './trap';

const LINK: i32 = 4;
/** Pages asked from the host at once: growing has a fixed cost. */
const GROWTH: i32 = 64;

function sizeOf(slab: i32): i32 {
  if (slab == SLAB_G) return G_SIZE;
  if (slab == SLAB_C) return C_SIZE;
  if (slab == SLAB_S) return S_SIZE;
  if (slab == SLAB_T) return T_SIZE;
  return W_SIZE;
}

/** A zeroed record, or 0 when the memory is at its limit. */
export function slabAlloc(slab: i32): i32 {
  const list = P_SLABS + (slab << 2);
  let record = get(list, 0);
  if (!record) {
    record = carve(slab);
    if (!record) return 0;
  }
  set(list, 0, get(record, LINK));
  clear(record, sizeOf(slab));
  return record;
}

export function slabFree(slab: i32, record: i32): void {
  const list = P_SLABS + (slab << 2);
  if (isDefined(CHECK)) {
    for (let free = get(list, 0); free; free = get(free, LINK)) debugCheck(free != record, TRAP_SLAB);
  }
  set(record, 0, 0); // G_FREE, for a goroutine
  set(record, LINK, get(list, 0));
  set(list, 0, record);
}

/** Turns one more page into free records, lowest address first; answers the first, or 0. */
function carve(slab: i32): i32 {
  const page = takePage();
  if (!page) return 0;
  const size = sizeOf(slab);
  const start = page * PAGE;
  let next = 0;
  for (let record = start + PAGE - size; record >= start; record -= size) {
    set(record, LINK, next);
    next = record;
  }
  return next;
}

function takePage(): i32 {
  const page = atomicAdd(HEADER_PAGES, 1);
  if (page < atomicGet(HEADER_LIMIT) && reach(page)) return page;
  atomicAdd(HEADER_PAGES, -1);
  return 0;
}

/** Grows the memory until it holds the page. Another thread may grow it meanwhile: hence the loop. */
function reach(page: i32): bool {
  while (pagesNow() <= page) {
    const room = atomicGet(HEADER_LIMIT) - pagesNow();
    if (!growBy(room < GROWTH ? max(room, 1) : GROWTH) && !growBy(1)) return false;
  }
  return true;
}
