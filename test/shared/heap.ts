/** A heap for tests, which finds blocks freed twice, forgotten or overrun, and hands freed ones out again at once. */
import { outOfMemory } from '../../src/errors.ts';
import { setHeap, type Heap } from '../../src/shared/heap.ts';

const CANARY = 0xa5;
const GAP = 8;

export class TestHeap implements Heap {
  /** Throw out of memory at the allocation with this number, counted from 0. */
  failAt = -1;
  allocations = 0;
  private memory = new Uint8Array(new SharedArrayBuffer(1 << 16));
  private top = 64;
  private readonly sizes = new Map<number, number>();
  private readonly spare = new Map<number, number[]>();

  alloc(size: number): number {
    if (this.allocations++ === this.failAt) throw outOfMemory();
    const room = Math.ceil(size / 8) * 8;
    let address = this.spare.get(room)?.pop();
    if (address === undefined) {
      address = this.top + GAP;
      this.top = address + room;
      this.grow(this.top + GAP);
    }
    this.memory.fill(CANARY, address - GAP, address + room + GAP);
    this.sizes.set(address, size);
    return address;
  }

  sizeOf(address: number): number {
    const size = this.sizes.get(address);
    if (size === undefined) throw new Error(`no block at ${address}`);
    return size;
  }

  free(address: number): void {
    const size = this.sizeOf(address);
    const end = address + Math.ceil(size / 8) * 8;
    for (let at = address - GAP; at < address; at++) this.intact(at);
    for (let at = address + size; at < end; at++) this.intact(at);
    this.memory.fill(0xdd, address, address + size);
    this.sizes.delete(address);
    const room = end - address;
    this.spare.set(room, [...(this.spare.get(room) ?? []), address]);
  }

  u8(): Uint8Array {
    return this.memory;
  }

  /** Blocks that are not free. */
  get live(): number {
    return this.sizes.size;
  }

  private intact(at: number): void {
    if (this.memory[at] !== CANARY) throw new Error(`overrun at ${at}`);
  }

  /** Another object when it has grown, as of a WebAssembly memory; the old one misses what is new. */
  private grow(end: number): void {
    if (end <= this.memory.length) return;
    const larger = new Uint8Array(new SharedArrayBuffer(2 * end));
    larger.set(this.memory);
    this.memory = larger;
  }
}

/** A new heap, used from now on. */
export function freshHeap(): TestHeap {
  const heap = new TestHeap();
  setHeap(heap);
  return heap;
}
