/**
 * Atomic values. As long as one belongs to one thread it is a JavaScript value; it moves to shared memory when it is
 * given to a task or sent.
 */
import { S_REFS } from '../../assembly/layout.ts';
import { mistake } from '../errors.ts';
import { reach } from '../runtime/core.ts';
import { p } from '../runtime/processor.ts';
import { alloc } from '../shared/heap.ts';
import { shareable, TAG_ATOMIC } from '../shared/shareable.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { handleAt, publish, release } from './handles.ts';

// The record: a value of eight bytes, and references where semaphores have them.
const SIZE = S_REFS + 4;

/** All of the memory as 64 bits. */
let longs: BigInt64Array = new BigInt64Array(0);

abstract class Atomic implements SharedObject {
  declare readonly [sharedBrand]: true;
  /** Of the record, once it is shared. */
  protected addr = 0;

  /** What `adopt` makes of it. */
  protected abstract get kind(): string;
  /** Writes the value into the record. */
  protected abstract move(): void;

  static {
    shareable(TAG_ATOMIC, Atomic, {
      give(atomic) {
        atomic.publish();
        Atomics.add(p.words, (atomic.addr + S_REFS) >> 2, 1);
        return [atomic.addr, atomic.kind];
      },
      adopt(addr, kind) {
        const known = handleAt(addr);
        if (known !== undefined) {
          release(addr); // it has one already
          return known as Atomic;
        }
        const atomic = new (KINDS[kind] as new () => Atomic)();
        reach(addr);
        atomic.addr = addr;
        publish(addr, atomic, atomic);
        return atomic;
      },
      discard: release,
    });
  }

  private publish(): void {
    if (this.addr !== 0) return;
    const addr = alloc(SIZE);
    reach(addr);
    p.words[(addr + S_REFS) >> 2] = 1;
    this.addr = addr;
    this.move();
    publish(addr, this, this);
  }
}

/**
 * A 32-bit integer that threads may use at the same time. Sums wrap around, as in Go.
 *
 * Source: Go's `atomic.Int32`.
 *
 * @example
 * const hits = new Int32();
 * hits.add(1); // 1: the new value, unlike Atomics.add
 */
export class Int32 extends Atomic {
  #value: number;

  /** @throws TypeError unless `value` is an integer of 32 bits. */
  constructor(value = 0) {
    super();
    this.#value = int32('Int32', value);
  }

  protected get kind(): string {
    return 'i32';
  }

  protected move(): void {
    Atomics.store(p.words, this.addr >> 2, this.#value);
  }

  /** The value. */
  load(): number {
    return this.addr === 0 ? this.#value : Atomics.load(p.words, this.addr >> 2);
  }

  /** Sets the value. @throws TypeError unless it is an integer of 32 bits. */
  store(value: number): void {
    int32('store', value);
    if (this.addr === 0) this.#value = value;
    else Atomics.store(p.words, this.addr >> 2, value);
  }

  /** Adds, and gives the new value. @throws TypeError unless `delta` is an integer of 32 bits. */
  add(delta: number): number {
    int32('add', delta);
    if (this.addr !== 0) return (Atomics.add(p.words, this.addr >> 2, delta) + delta) | 0;
    return (this.#value = (this.#value + delta) | 0);
  }

  /** Sets the value, and gives the old one. @throws TypeError unless it is an integer of 32 bits. */
  swap(value: number): number {
    int32('swap', value);
    if (this.addr !== 0) return Atomics.exchange(p.words, this.addr >> 2, value);
    const old = this.#value;
    this.#value = value;
    return old;
  }

  /** Sets the value to `next` if it is `old`, and says whether it was. @throws TypeError unless both are integers of 32 bits. */
  compareAndSwap(old: number, next: number): boolean {
    int32('compareAndSwap', old);
    int32('compareAndSwap', next);
    if (this.addr !== 0) return Atomics.compareExchange(p.words, this.addr >> 2, old, next) === old;
    if (this.#value !== old) return false;
    this.#value = next;
    return true;
  }
}

/**
 * A 64-bit integer, a bigint, that threads may use at the same time. Sums wrap around, as in Go.
 *
 * Source: Go's `atomic.Int64`.
 *
 * @example
 * const bytes = new Int64();
 * bytes.add(BigInt(chunk.length)); // the new value
 */
export class Int64 extends Atomic {
  #value: bigint;

  /** @throws TypeError unless `value` is a bigint of 64 bits. */
  constructor(value = 0n) {
    super();
    this.#value = int64('Int64', value);
  }

  protected get kind(): string {
    return 'i64';
  }

  /** The word of the record, in memory as it is now. */
  get #at(): number {
    if (longs.buffer !== p.words.buffer) longs = new BigInt64Array(p.words.buffer);
    return this.addr >> 3;
  }

  protected move(): void {
    const at = this.#at;
    Atomics.store(longs, at, this.#value);
  }

  /** The value. */
  load(): bigint {
    if (this.addr === 0) return this.#value;
    const at = this.#at;
    return Atomics.load(longs, at);
  }

  /** Sets the value. @throws TypeError unless it is a bigint of 64 bits. */
  store(value: bigint): void {
    int64('store', value);
    if (this.addr === 0) this.#value = value;
    else {
      const at = this.#at;
      Atomics.store(longs, at, value);
    }
  }

  /** Adds, and gives the new value. @throws TypeError unless `delta` is a bigint of 64 bits. */
  add(delta: bigint): bigint {
    int64('add', delta);
    if (this.addr === 0) return (this.#value = BigInt.asIntN(64, this.#value + delta));
    const at = this.#at;
    return BigInt.asIntN(64, Atomics.add(longs, at, delta) + delta);
  }

  /** Sets the value, and gives the old one. @throws TypeError unless it is a bigint of 64 bits. */
  swap(value: bigint): bigint {
    int64('swap', value);
    if (this.addr === 0) {
      const old = this.#value;
      this.#value = value;
      return old;
    }
    const at = this.#at;
    return Atomics.exchange(longs, at, value);
  }

  /** Sets the value to `next` if it is `old`, and says whether it was. @throws TypeError unless both are bigints of 64 bits. */
  compareAndSwap(old: bigint, next: bigint): boolean {
    int64('compareAndSwap', old);
    int64('compareAndSwap', next);
    if (this.addr === 0) {
      if (this.#value !== old) return false;
      this.#value = next;
      return true;
    }
    const at = this.#at;
    return Atomics.compareExchange(longs, at, old, next) === old;
  }
}

/**
 * A boolean that threads may use at the same time.
 *
 * Source: Go's `atomic.Bool`.
 *
 * @example
 * if (started.compareAndSwap(false, true)) go(serve);
 */
export class Bool extends Atomic {
  #value: boolean;

  /** @throws TypeError unless `value` is a boolean. */
  constructor(value = false) {
    super();
    this.#value = boolean('Bool', value);
  }

  protected get kind(): string {
    return 'bool';
  }

  protected move(): void {
    Atomics.store(p.words, this.addr >> 2, Number(this.#value));
  }

  /** The value. */
  load(): boolean {
    return this.addr === 0 ? this.#value : Atomics.load(p.words, this.addr >> 2) !== 0;
  }

  /** Sets the value. @throws TypeError unless it is a boolean. */
  store(value: boolean): void {
    boolean('store', value);
    if (this.addr === 0) this.#value = value;
    else Atomics.store(p.words, this.addr >> 2, Number(value));
  }

  /** Sets the value, and gives the old one. @throws TypeError unless it is a boolean. */
  swap(value: boolean): boolean {
    boolean('swap', value);
    if (this.addr !== 0) return Atomics.exchange(p.words, this.addr >> 2, Number(value)) !== 0;
    const old = this.#value;
    this.#value = value;
    return old;
  }

  /** Sets the value to `next` if it is `old`, and says whether it was. @throws TypeError unless both are booleans. */
  compareAndSwap(old: boolean, next: boolean): boolean {
    boolean('compareAndSwap', old);
    boolean('compareAndSwap', next);
    if (this.addr !== 0) {
      const expected = Number(old);
      return Atomics.compareExchange(p.words, this.addr >> 2, expected, Number(next)) === expected;
    }
    if (this.#value !== old) return false;
    this.#value = next;
    return true;
  }
}

const KINDS: Readonly<Record<string, new () => Int32 | Int64 | Bool>> = {
  i32: Int32,
  i64: Int64,
  bool: Bool,
};

function int32(where: string, value: number): number {
  if ((value | 0) !== value) throw mistake(where, 'an integer of 32 bits', value);
  return value;
}

function int64(where: string, value: bigint): bigint {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) {
    throw mistake(where, 'a bigint of 64 bits', value);
  }
  return value;
}

function boolean(where: string, value: boolean): boolean {
  if (typeof value !== 'boolean') throw mistake(where, 'a boolean', value);
  return value;
}
