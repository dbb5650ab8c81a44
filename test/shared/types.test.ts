import { beforeEach, describe, expect, test } from 'vitest';
import * as types from '../../src/shared/types.ts';
import { typeNamed } from '../../src/shared/typename.ts';
import { word } from '../../src/shared/word.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

const { i32, u32, f32, f64, i64, u64, bool, string, bytes, value, buffer, chanOf, struct } = types;

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});

describe('numbers', () => {
  test.each([
    [
      i32,
      [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)],
      [2 ** 31, -(2 ** 31) - 1, 1.5, NaN, Infinity, '1', 1n, null, true],
    ],
    [u32, [0, 1, 2 ** 32 - 1], [-1, 2 ** 32, 0.5, NaN, '1', undefined]],
    [f64, [0, -0, 0.1, NaN, -Infinity, 2 ** 60], ['1', 1n, null, {}]],
    [f32, [0, -0, 0.5, NaN, Infinity], ['1', 1n]],
    [i64, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)], [1, 2n ** 63n, -(2n ** 63n) - 1n]],
    [u64, [0n, 2n ** 64n - 1n], [1, -1n, 2n ** 64n]],
    [bool, [true, false], [0, 1, 'true', null]],
  ] as [types.AnyType, unknown[], unknown[]][])('%o', (type, good, bad) => {
    for (const v of good) expect(through(type, v)).toBe(v);
    for (const v of bad) {
      word.f64[0] = 42;
      expect(() => type.codec.write(v, 'send')).toThrow(TypeError);
      expect(() => type.codec.write(v, 'send')).toThrow(/^send: expected an? (i|u|f|bool)/);
      expect(word.f64[0]).toBe(42);
    }
    expect(heap.allocations).toBe(0);
  });

  test('say what was expected and what came', () => {
    expect(() => i32.codec.write(1.5, 'send')).toThrow(
      'send: expected an i32 (integer from -2147483648 to 2147483647), got 1.5',
    );
  });

  test('f32 rounds, i32 has no -0', () => {
    expect(through(f32, 0.1)).toBe(Math.fround(0.1));
    expect(through(i32, -0)).toBe(0);
  });
});

describe('struct', () => {
  const inner = struct({ b: bool, s: string });
  const all = struct({
    b: bool,
    x: f64,
    n: i32,
    s: string,
    big: u64,
    data: bytes,
    v: value<unknown>(),
    inner,
  });
  const sample = () => ({
    b: true,
    x: -0,
    n: -5,
    s: 'hé',
    big: 2n ** 64n - 1n,
    data: new Uint8Array([1, 2]),
    v: [1, { a: 2 }],
    inner: { b: false, s: '漢' },
  });

  test('arrives as it was, in the order of its fields', () => {
    expect(through(all, sample())).toStrictEqual(sample());
    expect(heap.live).toBe(0);
  });

  test('says which field does not fit, and has allocated nothing', () => {
    const wrong = { ...sample(), inner: { b: false, s: 5 } };
    expect(() => all.codec.write(wrong as never, 'send')).toThrow(
      'send: value.inner.s: expected a string, got 5',
    );
    expect(() => all.codec.write({ ...sample(), v: [() => 0] }, 'send')).toThrow(
      'send: value.v[0]: a function cannot be shared',
    );
    expect(heap.live).toBe(0);
  });

  test('has allocated nothing when there is no memory', () => {
    for (heap.failAt = 0; heap.failAt < 6; heap.failAt++) {
      heap.allocations = 0;
      expect(() => all.codec.write(sample(), 'send')).toThrow('out of memory');
      expect(heap.live).toBe(0);
    }
  });

  test('takes types only, and no field that would be a prototype', () => {
    expect(() => struct({ x: 5 as never })).toThrow('struct: x: expected a type such as i32, got 5');
    expect(() => struct({ ['__proto__']: i32 })).toThrow('struct: __proto__ cannot be the name of a field');
    expect(() => chanOf({} as never)).toThrow('chanOf: expected a type such as i32, got an object of Object');
  });

  test('drop frees all', () => {
    all.codec.write(sample(), 'send');
    expect(heap.live).toBe(6);
    all.codec.drop();
    expect(heap.live).toBe(0);
  });
});

test('types are found again by their names', () => {
  const t = struct({ x: f64, 'two words': chanOf(i32), inner: struct({ v: value<number>(), b: buffer }) });
  expect(t.name).toBe('struct{x:f64,"two words":chan(i32),inner:struct{v:value,b:buffer}}');
  expect(typeNamed(t.name).name).toBe(t.name);
  expect(typeNamed(t.name)).toBe(typeNamed(t.name));
  for (const type of [i32, u32, f32, f64, i64, u64, bool, string, bytes, buffer, value<number>()]) {
    expect(typeNamed(type.name)).toBe(type);
  }
});
