// Which words threads really share: at all others nobody needs to stop.
//
// An access commutes with everything that the other threads may still do if none of them will access the same
// words, or none will write them and this access only reads. It is called quiet, and the thread just goes on.
// Nothing is lost by that: any order of events that was left out ends in the same states as one that was not.
//
// What threads may still do is not known but learned. For every word and thread we remember the last phase, that
// is, the number of calls it had begun, in which it read and wrote the word. Every quiet access relies on what
// was known at that moment; if it turns out wrong later, `broken` is set and the search has to be repeated, with
// what was learned. A search that ends unbroken relied on nothing that it has not seen to be true in every state
// that it visited.
//
// Why those states are enough: suppose a path from a visited state, without thread t, to an access that
// conflicts with the quiet one of t. Each of its accesses before is independent of what t did, so the same path
// leads on from the state behind the quiet access, and its end is an access by a thread that stands there before
// it: a state that the search visits, where it learns of the conflict.

import { PHASE_ENDED } from '../world/steps.ts';

export class Sharing {
  /** A quiet access relied on something that was not true. */
  broken = false;

  /** For each word of the core's memory that was ever accessed, the number of its row. */
  private readonly rows: Int32Array;
  private used = 1;
  // A byte for each row and thread. LAST_*: 1 + the last phase with a read, a write; 0 if there was none.
  private lastRead = new Uint8Array(1024);
  private lastWrite = new Uint8Array(1024);
  // NO_*: from which phase of that thread on it was relied upon that it does not write, does not access the word.
  private noWrite = new Uint8Array(1024).fill(PHASE_ENDED);
  private noAccess = new Uint8Array(1024).fill(PHASE_ENDED);

  constructor(
    memoryWords: number,
    private readonly threads: number,
    /** The phases that the threads are in. */
    private readonly phase: Int32Array,
  ) {
    this.rows = new Int32Array(memoryWords);
  }

  /** Before the search is repeated: keeps what was learned and relies on nothing. */
  renew(): void {
    this.broken = false;
    this.noWrite.fill(PHASE_ENDED);
    this.noAccess.fill(PHASE_ENDED);
  }

  /** Learns of an access by thread t to `size` bytes. */
  seen(t: number, address: number, size: number, writes: boolean): void {
    const last = (address + size - 1) >>> 2;
    for (let word = address >>> 2; word <= last; word++)
      this.learn(this.rowOf(word) + t, this.phase[t]!, writes);
  }

  /** The same, and answers whether the access is quiet. */
  quiet(t: number, address: number, size: number, writes: boolean): boolean {
    this.seen(t, address, size, writes);
    const last = (address + size - 1) >>> 2;
    for (let word = address >>> 2; word <= last; word++) {
      if (!this.alone(this.rowOf(word), t, writes)) return false;
    }
    for (let word = address >>> 2; word <= last; word++) this.rely(this.rowOf(word), t, writes);
    return true;
  }

  /** Where the bytes of a word begin. */
  private rowOf(word: number): number {
    return (this.rows[word] || this.add(word)) * this.threads;
  }

  private learn(cell: number, now: number, writes: boolean): void {
    const seen = writes ? this.lastWrite : this.lastRead;
    if (seen[cell]! > now) return;
    seen[cell] = now + 1;
    if (now >= this.noAccess[cell]! || (writes && now >= this.noWrite[cell]!)) this.broken = true;
  }

  private alone(row: number, t: number, writes: boolean): boolean {
    for (let u = 0; u < this.threads; u++) {
      if (u === t) continue;
      const now = this.phase[u]!;
      if (this.lastWrite[row + u]! > now || (writes && this.lastRead[row + u]! > now)) return false;
    }
    return true;
  }

  private rely(row: number, t: number, writes: boolean): void {
    const promised = writes ? this.noAccess : this.noWrite;
    for (let u = 0; u < this.threads; u++) {
      if (u !== t && this.phase[u]! < promised[row + u]!) promised[row + u] = this.phase[u]!;
    }
  }

  private add(word: number): number {
    const row = this.used++;
    if (this.used * this.threads > this.lastRead.length) {
      this.lastRead = larger(this.lastRead, 0);
      this.lastWrite = larger(this.lastWrite, 0);
      this.noWrite = larger(this.noWrite, PHASE_ENDED);
      this.noAccess = larger(this.noAccess, PHASE_ENDED);
    }
    this.rows[word] = row;
    return row;
  }
}

function larger(bytes: Uint8Array, rest: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(2 * bytes.length).fill(rest);
  copy.set(bytes);
  return copy;
}
