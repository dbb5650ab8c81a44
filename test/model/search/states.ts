// The states that were visited, by a hash of 64 bits.
//
// Two states with equal hashes would be taken for one. Among a million states that happens once in thirty
// million explorations.

import { Words } from '../world/words.ts';

export class States {
  private readonly lo = new Words();
  private readonly hi = new Words();
  private table = new Int32Array(1 << 12).fill(-1);

  get count(): number {
    return this.lo.length;
  }

  /** The number of a state; the next free one if it is new. */
  find(lo: number, hi: number): number {
    let mask = this.table.length - 1;
    let slot = lo & mask;
    for (let id; (id = this.table[slot]!) >= 0; slot = (slot + 1) & mask) {
      if (this.lo.at[id] === lo && this.hi.at[id] === hi) return id;
    }
    const id = this.count;
    this.lo.push(lo);
    this.hi.push(hi);
    this.table[slot] = id;
    if (2 * this.count <= this.table.length) return id;
    this.table = new Int32Array(2 * this.table.length).fill(-1);
    mask = this.table.length - 1;
    for (let i = 0; i < this.count; i++) {
      let free = this.lo.at[i]! & mask;
      while (this.table[free]! >= 0) free = (free + 1) & mask;
      this.table[free] = i;
    }
    return id;
  }
}
