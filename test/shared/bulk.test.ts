/** Many numbers at once: what a channel's ring gets is what single words would be. */
import { expect, test } from 'vitest';
import type { BigArray, NumberArray } from '../../src/shared/codec.ts';
import { bool, f32, f64, i32, i64, string, u32, u64, type AnyType } from '../../src/shared/types.ts';

/** Through the slots of a ring. */
function through(type: AnyType, values: ArrayLike<unknown>): NumberArray | BigArray {
  const bulk = type.codec.bulk!;
  const packed = bulk.pack(values, 'sendMany');
  const got = bulk.make(values.length);
  if (bulk.wide) {
    const slots = new BigInt64Array(values.length + 2);
    slots.set(packed as BigArray, 1);
    (got as BigArray).set(slots.subarray(1, -1));
  } else {
    const slots = new Float64Array(values.length + 2);
    slots.set(packed as NumberArray, 1);
    (got as NumberArray).set(slots.subarray(1, -1));
  }
  return got;
}

test.each([
  [i32, Int32Array, [0, -1, 2 ** 31 - 1, -(2 ** 31)], [1.5, 2 ** 31, '1', NaN]],
  [u32, Uint32Array, [0, 2 ** 32 - 1], [-1, 2 ** 32]],
  [f32, Float32Array, [0.5, NaN, -0, Infinity], ['1', 1n]],
  [f64, Float64Array, [0.1, NaN, -0, -Infinity], ['1', null]],
  [i64, BigInt64Array, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)], [1, 2n ** 63n]],
  [u64, BigUint64Array, [0n, 2n ** 64n - 1n], [1, -1n]],
] as const)('%o', (type: AnyType, Array, good, bad) => {
  const array = new Array(good.length) as NumberArray;
  array.set(good as never);
  expect(through(type, good)).toStrictEqual(array);
  expect(through(type, array)).toStrictEqual(array);
  expect(type.codec.bulk!.pack(array, 'sendMany')).toBe(array);
  for (const v of bad) {
    expect(() => type.codec.bulk!.pack([...good, v], 'sendMany')).toThrow(
      new RegExp(`^sendMany: values\\[${good.length}\\]: expected an? ${type.name} `),
    );
  }
  expect(() => type.codec.bulk!.pack([good[0], , good[0]], 'sendMany')).toThrow(
    'sendMany: values[1]: expected',
  );
});

test('typed arrays of other types: as they are if all fit, else element by element', () => {
  expect(through(i32, new Uint8Array([255]))).toStrictEqual(new Int32Array([255]));
  expect(through(i32, new Float64Array([5]))).toStrictEqual(new Int32Array([5]));
  expect(() => through(i32, new Float64Array([5, 0.5]))).toThrow('sendMany: values[1]: expected an i32');
  expect(() => through(u32, new Int32Array([-1]))).toThrow('sendMany: values[0]: expected a u32');
  expect(() => through(u32, new Int8Array([-1]))).toThrow('sendMany: values[0]: expected a u32');
  expect(through(f32, new Float64Array([0.1]))).toStrictEqual(new Float32Array([0.1]));
  expect(through(f64, new Float32Array([0.1]))).toStrictEqual(new Float64Array([Math.fround(0.1)]));
  expect(() => through(i64, new BigUint64Array([2n ** 63n]))).toThrow('sendMany: values[0]: expected an i64');
  expect(() => through(u64, new Int32Array([1]))).toThrow('sendMany: values[0]: expected a u64');
});

test('only numeric types', () => {
  expect(bool.codec.bulk).toBe(undefined);
  expect(string.codec.bulk).toBe(undefined);
});
