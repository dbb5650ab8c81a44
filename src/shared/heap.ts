/**
 * The payload heap: blocks in memory that all threads share. A block belongs to whoever holds its address; sending the
 * address gives it away.
 *
 * Stable: `Heap`, `setHeap`, `alloc`, `sizeOf`, `free`, `u8`, `view`.
 */

/** What stands behind it: the core, or a double in tests. */
export interface Heap {
  /** The address, a multiple of 8 and not 0, of `size` bytes of any content. Throws `outOfMemory()`. */
  alloc(size: number): number;
  /** The size that was asked for. */
  sizeOf(address: number): number;
  free(address: number): void;
  /** The whole memory as it is now; the same object as long as it has not grown. */
  u8(): Uint8Array;
}

let heap: Heap;
let cached: DataView;
let cachedFor: Uint8Array;

/** Puts a heap behind the functions below. */
export function setHeap(backing: Heap): void {
  heap = backing;
}

/** @throws Panic `out of memory`. */
export function alloc(size: number): number {
  return heap.alloc(size);
}

/** The size that was asked for. */
export function sizeOf(address: number): number {
  return heap.sizeOf(address);
}

export function free(address: number): void {
  heap.free(address);
}

/** The whole memory. Not to be kept over an `alloc`: when the memory grows, old views miss the new pages. */
export function u8(): Uint8Array {
  return heap.u8();
}

/** The same as a DataView; the same rule. */
export function view(): DataView {
  const bytes = heap.u8();
  if (cachedFor !== bytes) {
    cachedFor = bytes;
    cached = new DataView(bytes.buffer);
  }
  return cached;
}
