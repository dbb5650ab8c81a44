/**
 * How values of one type get into words and out of them.
 *
 * Stable: `Codec`, `Bulk`, `NumberArray`, `BigArray`.
 */

export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type BigArray = BigInt64Array | BigUint64Array;

/** What a field of a struct holds: a small form of the word, or the word as number or as 64 bits. */
export type Slot = 'u8' | 'i32' | 'u32' | 'f32' | 'f64' | 'i64';

/** Values of type `T` as words. A word owns what it points to until `read`, `drop` or `undo` took it. */
export interface Codec<T> {
  /**
   * Puts a value into the word. `where` begins the message of an error, such as `send`.
   *
   * @throws TypeError that says what was expected and what came; nothing has changed then.
   * @throws Panic `out of memory`; nothing has changed then either.
   */
  write(value: T, where: string): void;
  /** Takes the word: frees its block and makes the receiver's own value. */
  read(): T;
  /** Frees what the word owns: nobody will read it. */
  drop(): void;
  /** As `drop`, for a word that was written and could not be sent: handles that it had moved live again. */
  undo(): void;
  readonly slot: Slot;
  /** For numeric types: many at once. */
  readonly bulk?: Bulk;
}

/** Many numbers at once: what lies in the 8-byte slots of a channel's ring is what the word would hold. */
export interface Bulk {
  /** Whether slots hold 64 raw bits (i64, u64: use a BigInt64Array of the ring) or an f64 (use a Float64Array). */
  readonly wide: boolean;
  /**
   * Checks all values, and gives what `slots.set(…)` stores: the typed array itself if its type says that all fit, or
   * a checked copy.
   *
   * @throws TypeError that names the first value that does not fit.
   */
  pack(values: ArrayLike<unknown>, where: string): NumberArray | BigArray;
  /** What `recvMany` answers: an array of `length` that is filled by `array.set(slots, at)`. */
  make(length: number): NumberArray | BigArray;
}
