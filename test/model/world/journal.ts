// What the threads have written since the setup, in order: the way back to every earlier state on this path.
//
// The hash of the memory is a sum with a term for each word that was written, which depends on its address and
// value. So a step changes it by what the step wrote, and nothing ever reads the memory as a whole: it makes no
// difference how large it is, or how far apart the words are.

import { Ground } from '../wasm/ground.ts';
import { Words } from './words.ts';

const { CURSOR, ENTRY_BYTES, JOURNAL, STEP } = Ground;

/** Words of an entry: address, what it held, what it holds. */
const ENTRY = 3;

export class Journal {
  /** Two halves of a 64-bit hash of the memory, relative to that after the setup. */
  lo = 0;
  hi = 0;
  private readonly entries = new Words();

  constructor(private readonly memory: Int32Array) {
    this.pause();
  }

  /** From here on nothing is recorded. */
  pause(): void {
    this.memory[CURSOR >> 2] = JOURNAL;
    this.memory[STEP >> 2] = 0;
  }

  /** From here on every write is recorded. */
  record(): void {
    this.memory[CURSOR >> 2] = JOURNAL;
    this.memory[STEP >> 2] = ENTRY_BYTES;
  }

  /** Names the state of the memory, for `undo` and `redo`. */
  get mark(): number {
    return this.entries.length;
  }

  /** Takes over what the instances have recorded. The memory then is as it was before; `redo` brings it forward. */
  settle(): void {
    const { memory, entries } = this;
    let from = memory[CURSOR >> 2]! >> 2;
    const first = JOURNAL >> 2;
    memory[CURSOR >> 2] = JOURNAL;
    const count = (from - first) >> 1;
    if (count === 0) return;
    entries.reserve(count * ENTRY);
    // Backwards, for a word may have been written twice: each entry then sees what that one write changed.
    let to = entries.length + count * ENTRY;
    entries.length = to;
    while (from > first) {
      from -= 2;
      to -= ENTRY;
      const address = memory[from]!;
      const old = memory[from + 1]!;
      const now = memory[address >> 2]!;
      memory[address >> 2] = old;
      entries.at[to] = address;
      entries.at[to + 1] = old;
      entries.at[to + 2] = now;
      if (old === now) continue;
      this.lo = (this.lo + low(address, now) - low(address, old)) | 0;
      this.hi = (this.hi + high(address, now) - high(address, old)) | 0;
    }
  }

  /** Writes again what was written since the mark, after `settle`. */
  redo(mark: number): void {
    const { at, length } = this.entries;
    for (let i = mark; i < length; i += ENTRY) this.memory[at[i]! >> 2] = at[i + 2]!;
  }

  /** Brings the memory back to the mark. The caller has kept `lo` and `hi`. */
  undo(mark: number): void {
    const { at, length } = this.entries;
    for (let i = length - ENTRY; i >= mark; i -= ENTRY) this.memory[at[i]! >> 2] = at[i + 1]!;
    this.entries.length = mark;
  }

  /** Forgets what `settle` took over since the mark, which is undone already. */
  drop(mark: number): void {
    this.entries.length = mark;
  }
}

function low(address: number, value: number): number {
  let x = Math.imul(address, 0x9e3779b1) ^ value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Mixes address and value in another way than `low`: what collides in one does not in the other. */
function high(address: number, value: number): number {
  let x = (Math.imul(value, 0x27d4eb2f) + Math.imul(address, 0x165667b1)) | 0;
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return x ^ (x >>> 15);
}
