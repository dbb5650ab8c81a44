// What a thread has besides the shared memory, while it is suspended: each different one is kept once.
//
// A step changes the context of the thread that ran and no other, so a state is the hash of the memory and a
// number for each thread; and two threads or states with equal contexts share the bytes.

import { Words } from './words.ts';

/** What a thread can do next. */
export const Status = { READY: 0, ASLEEP: 1, ENDED: 2 } as const;

/** The words of a context; the globals and the stack come behind. */
export const Head = {
  /** One of `Status`. */
  STATUS: 0,
  /** The site of the access that comes next, and its address and argument. Site 0: it goes on without one. */
  SITE: 1,
  ADDRESS: 2,
  ARGUMENT: 3,
  /** What the point answers when the thread goes on. */
  ANSWER: 4,
  /** The step of its body that it is in. */
  STEP: 5,
  /** How many calls it has begun: see sharing.ts. */
  PHASE: 6,
  WORDS: 7,
} as const;

export class Contexts {
  /** The context that is being made, for `keep`. */
  readonly draft = new Int32Array(8192);
  private readonly pool = new Words();
  private readonly starts = new Words();
  private table = new Int32Array(4096).fill(-1);

  /** The words of all contexts; the one with the number `id` begins at `start(id)`. */
  get words(): Int32Array {
    return this.pool.at;
  }

  start(id: number): number {
    return this.starts.at[id]!;
  }

  end(id: number): number {
    // The word behind a context holds its hash.
    return (id + 1 < this.starts.length ? this.starts.at[id + 1]! : this.pool.length) - 1;
  }

  /** The number of a context with exactly the first `length` words of the draft. */
  keep(length: number): number {
    const { draft } = this;
    let hash = length;
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ draft[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.table.length - 1;
    let slot = hash & mask;
    for (; this.table[slot]! >= 0; slot = (slot + 1) & mask) {
      if (this.equals(this.table[slot]!, length)) return this.table[slot]!;
    }
    const id = this.starts.length;
    this.starts.push(this.pool.length);
    this.pool.reserve(length + 1);
    this.pool.at.set(draft.subarray(0, length), this.pool.length);
    this.pool.length += length;
    this.pool.push(hash);
    this.table[slot] = id;
    if (2 * this.starts.length > this.table.length) this.grow();
    return id;
  }

  /** The context `id` with another head. */
  withHead(id: number, change: (draft: Int32Array) => void): number {
    const start = this.start(id);
    const length = this.end(id) - start;
    this.draft.set(this.pool.at.subarray(start, start + length));
    change(this.draft);
    return this.keep(length);
  }

  private equals(id: number, length: number): boolean {
    const start = this.start(id);
    if (this.end(id) - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.pool.at[start + i] !== this.draft[i]) return false;
    return true;
  }

  private grow(): void {
    this.table = new Int32Array(2 * this.table.length).fill(-1);
    const mask = this.table.length - 1;
    for (let id = 0; id < this.starts.length; id++) {
      let slot = this.pool.at[this.end(id)]! & mask;
      while (this.table[slot]! >= 0) slot = (slot + 1) & mask;
      this.table[slot] = id;
    }
  }
}
