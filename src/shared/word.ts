/**
 * The word through which values enter and leave the core: 8 bytes, which a codec fills before a send and empties after
 * a receive. The core moves words and never looks inside.
 *
 * Owner: one thread. Whoever fills the word hands it to the core before any other code runs.
 *
 * Stable: `word`, `setWord`.
 */

/** Two views of the same 8 bytes: a number (also an address), or 64 bits. */
export const word = view(new ArrayBuffer(8), 0);

/** Lays the word over 8 bytes of memory, 8-aligned: the binding to the core does, once it knows its processor's. */
export function setWord(memory: ArrayBufferLike, byteOffset: number): void {
  Object.assign(word, view(memory, byteOffset));
}

function view(memory: ArrayBufferLike, byteOffset: number) {
  return { f64: new Float64Array(memory, byteOffset, 1), i64: new BigInt64Array(memory, byteOffset, 1) };
}
