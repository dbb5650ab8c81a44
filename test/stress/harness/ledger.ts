/**
 * Counters that every thread sees and that outlive it: a task that is killed has noted there what it did. They lie in the
 * core's memory, the only one that all threads have: a buffer that is never sent.
 */
import { workerData } from 'node:worker_threads';
import { buffer, type SharedBuffer } from 'goroutines';

export class Ledger {
  private readonly held: SharedBuffer;
  readonly words: Int32Array;

  constructor(readonly length: number) {
    this.held = buffer(4 * length);
    const { bytes } = this.held;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, length);
  }

  /** What tasks find it by. */
  get address(): number {
    return this.words.byteOffset;
  }

  free(): void {
    this.held[Symbol.dispose]();
  }
}

/** In a task: the counters of a ledger of the main thread. */
export function ledgerAt(address: number, length: number): Int32Array {
  const { memory } = workerData as { memory: WebAssembly.Memory };
  return new Int32Array(memory.buffer, address, length);
}
