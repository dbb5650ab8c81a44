/**
 * Types whose values lie in the word itself: nothing to allocate, nothing to free.
 *
 * A number is an f64 in the word, whatever its type, so that one `Float64Array.set` moves many of any type. Only i64
 * and u64 do not fit into an f64: they are 64 raw bits.
 */
import type { BigArray, Bulk, Codec, NumberArray, Slot } from './codec.ts';
import { inside, mismatch } from './mismatch.ts';
import { word } from './word.ts';

type Numeric = new (length: number) => NumberArray;

const nothing = (): void => {};

/** `fitting`: typed arrays all of whose elements fit. */
function numberCodec(
  slot: Slot,
  expected: string,
  fits: (value: number) => boolean,
  Array: Numeric,
  fitting: readonly Numeric[],
): Codec<number> {
  const check = (value: unknown, where: string): void => {
    if (typeof value !== 'number' || !fits(value)) throw mismatch(where, expected, value);
  };
  const bulk: Bulk = {
    wide: false,
    pack(values, where) {
      if (fitting.some((Kind) => values instanceof Kind)) return values as NumberArray;
      return packed(new Array(values.length), values, where, check);
    },
    make: (length) => new Array(length),
  };
  return { slot, bulk, ...inWord, write: writer(slot, check) };
}

const inWord = { read: (): number => word.f64[0]!, drop: nothing, undo: nothing };

/** One function for each rounding: they are the hot path of channels of numbers. */
function writer(
  slot: Slot,
  check: (value: unknown, where: string) => void,
): (v: number, where: string) => void {
  switch (slot) {
    case 'i32':
      return (v, where) => {
        if (typeof v !== 'number' || v !== (v | 0)) check(v, where);
        word.f64[0] = v | 0; // not -0
      };
    case 'u32':
      return (v, where) => {
        if (typeof v !== 'number' || v !== v >>> 0) check(v, where);
        word.f64[0] = v >>> 0;
      };
    case 'f32':
      return (v, where) => {
        if (typeof v !== 'number') check(v, where);
        word.f64[0] = Math.fround(v);
      };
    default:
      return (v, where) => {
        if (typeof v !== 'number') check(v, where);
        word.f64[0] = v;
      };
  }
}

/** Copies checked values into `into`. */
function packed<A extends NumberArray | BigArray>(
  into: A,
  values: ArrayLike<unknown>,
  where: string,
  check: (value: unknown, where: string) => void,
): A {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    try {
      check(value, where);
    } catch (error) {
      throw inside(`s[${i}]`, error); // of `values`
    }
    into[i] = value as never;
  }
  return into;
}

const BYTES: Numeric[] = [Uint8Array, Uint8ClampedArray];
const SMALL: Numeric[] = [...BYTES, Int8Array, Int16Array, Uint16Array];

export const i32Codec = numberCodec(
  'i32',
  'an i32 (integer from -2147483648 to 2147483647)',
  (v) => v === (v | 0),
  Int32Array,
  [Int32Array, ...SMALL],
);
export const u32Codec = numberCodec(
  'u32',
  'a u32 (integer from 0 to 4294967295)',
  (v) => v === v >>> 0,
  Uint32Array,
  [Uint32Array, ...BYTES, Uint16Array],
);
export const f32Codec = numberCodec('f32', 'an f32 (a number)', () => true, Float32Array, [
  Float32Array,
  ...SMALL,
]);
export const f64Codec = numberCodec('f64', 'an f64 (a number)', () => true, Float64Array, [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  ...SMALL,
]);

function bigCodec(
  expected: string,
  wrap: (bits: number, value: bigint) => bigint,
  Array: new (length: number) => BigArray,
): Codec<bigint> {
  const check = (value: unknown, where: string): void => {
    if (typeof value !== 'bigint' || wrap(64, value) !== value) throw mismatch(where, expected, value);
  };
  return {
    slot: 'i64',
    write(value, where) {
      check(value, where);
      word.i64[0] = value; // keeps the low 64 bits, of a u64 too
    },
    read: () => wrap(64, word.i64[0]!),
    drop: nothing,
    undo: nothing,
    bulk: {
      wide: true,
      pack: (values, where) =>
        values instanceof Array ? values : packed(new Array(values.length), values, where, check),
      make: (length) => new Array(length),
    },
  };
}

export const i64Codec = bigCodec(
  'an i64 (a bigint from -9223372036854775808 to 9223372036854775807)',
  BigInt.asIntN,
  BigInt64Array,
);
export const u64Codec = bigCodec(
  'a u64 (a bigint from 0 to 18446744073709551615)',
  BigInt.asUintN,
  BigUint64Array,
);

export const boolCodec: Codec<boolean> = {
  slot: 'u8',
  write(value, where) {
    if (typeof value !== 'boolean') throw mismatch(where, 'a bool (true or false)', value);
    word.f64[0] = value ? 1 : 0;
  },
  read: () => word.f64[0] === 1,
  drop: nothing,
  undo: nothing,
};
