// Pages of the memory: given out once, in order, and never taken back. Any thread.
//
// I1: HEADER_PAGES moves by compare-and-swap, and only over pages that the memory has: no page is given out twice,
//     and one that cannot be had changes nothing.

import { HEADER_LIMIT, HEADER_PAGES, PAGE_KIND, PAGE_MAP } from './layout';
import { atomicCas, atomicGet, atomicSet, growBy, pagesNow } from './memory';

/** Pages asked from the host at once: growing has a fixed cost. */
const GROWTH: i32 = 64;

/** The first of `n` pages in a row, or 0. */
export function takePages(n: i32): i32 {
  let page = atomicGet(HEADER_PAGES);
  while (page + n <= atomicGet(HEADER_LIMIT) && reach(page + n)) {
    const seen = atomicCas(HEADER_PAGES, page, page + n);
    if (seen == page) return page;
    page = seen;
  }
  return 0;
}

/** Grows the memory until it has so many pages. Another thread may grow it meanwhile: hence the loop. */
function reach(pages: i32): bool {
  for (let now = pagesNow(); now < pages; now = pagesNow()) {
    const room = min(atomicGet(HEADER_LIMIT) - now, GROWTH);
    if (!growBy(max(room, pages - now)) && !growBy(pages - now) && pagesNow() < pages) return false;
  }
  return true;
}

/** The processor whose slab an address lies in. */
// @ts-ignore: decorator
@inline
export function ownerOf(address: i32): i32 {
  return atomicGet(PAGE_MAP + ((address >>> 16) << 2)) & ~PAGE_KIND;
}

export function mapPage(page: i32, entry: i32): void {
  atomicSet(PAGE_MAP + (page << 2), entry);
}
