// Records of fixed size, carved from pages; one free list a kind and processor.
//
// Owner P only. The page map says whose a page is: other threads find the processor of a goroutine by it.
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
  HEADER_PAGES,
  PAGE,
  PAGE_KIND,
  PAGE_MAP,
  P_SLABS,
  SLAB_C,
  SLAB_G,
  SLAB_J,
  SLAB_T,
  T_SIZE,
  TRAP_SLAB,
  W_SIZE,
} from './layout';
import { atomicGet, clear, get, set } from './memory';
import { mapPage, takePages } from './pages';
import { p } from './proc';
import { debugCheck } from './trap';

const LINK: i32 = 4;

function sizeOf(slab: i32): i32 {
  if (slab == SLAB_G || slab == SLAB_J) return G_SIZE;
  if (slab == SLAB_C) return C_SIZE;
  if (slab == SLAB_T) return T_SIZE;
  return W_SIZE;
}

/** A zeroed record, or 0 when the memory is at its limit. */
export function slabAlloc(slab: i32): i32 {
  const list = p + P_SLABS + (slab << 2);
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
  const list = p + P_SLABS + (slab << 2);
  if (isDefined(CHECK)) {
    for (let free = get(list, 0); free; free = get(free, LINK)) debugCheck(free != record, TRAP_SLAB);
  }
  set(record, 0, 0); // G_FREE, for a goroutine
  set(record, LINK, get(list, 0));
  set(list, 0, record);
}

/** Turns one more page into free records, lowest address first; answers the first, or 0. */
function carve(slab: i32): i32 {
  const page = takePages(1);
  if (!page) return 0;
  mapPage(page, p + 1 + slab);
  const size = sizeOf(slab);
  const start = page * PAGE;
  let next = 0;
  for (let record = start + PAGE - size; record >= start; record -= size) {
    set(record, LINK, next);
    next = record;
  }
  return next;
}

/** The first page at or behind `page` that belongs to a slab of `proc`, or of any when that is 0; 0 at the end. */
export function nextPage(page: i32, proc: i32, slab: i32): i32 {
  const end = atomicGet(HEADER_PAGES);
  for (; page < end; page++) {
    const entry = atomicGet(PAGE_MAP + (page << 2));
    if (proc ? entry == proc + 1 + slab : (entry & PAGE_KIND) == 1 + slab) return page;
  }
  return 0;
}

/** Makes all records of a slab free again: its processor has died. */
export function recarve(proc: i32, slab: i32): void {
  const size = sizeOf(slab);
  let next = 0;
  for (let page = nextPage(1, proc, slab); page; page = nextPage(page + 1, proc, slab)) {
    const start = page * PAGE;
    for (let record = start + PAGE - size; record >= start; record -= size) {
      set(record, 0, 0);
      set(record, LINK, next);
      next = record;
    }
  }
  set(proc, P_SLABS + (slab << 2), next);
}
