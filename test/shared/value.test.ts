import { isDeepStrictEqual } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { value } from '../../src/shared/types.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});

const any = value<unknown>();

function node(): Record<string, unknown> {
  const a: Record<string, unknown> = { name: 'a' };
  a['self'] = a;
  a['list'] = [a, [a]];
  return a;
}

const CASES: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  true: true,
  zero: 0,
  'minus zero': -0,
  'nested minus zero': [-0, { z: -0 }],
  NaN: NaN,
  infinities: [Infinity, -Infinity],
  integers: [63, 64, -1, -64, 255, 65536, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53)],
  fractions: [0.1, 1e300, 5e-324],
  bigints: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 2n ** 64n, -(2n ** 200n), 10n ** 400n],
  'empty string': '',
  'short strings': ['a', 'ÿ', 'Ā', '漢字', '😀', 'a\0b'],
  'lone surrogates': ['\ud800', 'a\udc00b', 'x'.repeat(100) + '\ud800', '\udc00' + '漢'.repeat(70)],
  'long strings': [
    'x'.repeat(63),
    'x'.repeat(64),
    'é'.repeat(64),
    '漢'.repeat(500),
    '\ufeffbom' + 'x'.repeat(80),
  ],
  date: new Date(1234567890123),
  'early date': new Date(-8.64e15),
  regexp: /a\/b[/]/giu,
  map: new Map<unknown, unknown>([
    [{ a: 1 }, [2]],
    ['k', new Map()],
    [NaN, -0],
  ]),
  set: new Set<unknown>([1, 'a', { a: 1 }, new Set([2])]),
  'typed arrays': [
    new Int8Array([-1]),
    new Uint8Array([1, 2, 3]),
    new Uint8ClampedArray([255]),
    new Int16Array([-300]),
    new Uint16Array([65535]),
    new Int32Array([1 << 30]),
    new Uint32Array([2 ** 32 - 1]),
    new Float32Array([1.5, NaN]),
    new Float64Array([-0, 1e300]),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array(0),
  ],
  'array buffer': new Uint8Array([1, 2, 3]).buffer,
  'data view': new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  'sparse arrays': [[1, , 3], [, ,], Object.assign([], { 1000000: 'far' })],
  undefineds: [undefined, { a: undefined }],
  'long array': Array.from({ length: 1000 }, (_, i) => i),
  'wide object': Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, { [`z${i}`]: i }])),
  'number keys': { 1: 'a', '-1': 'b', '1.5': 'c' },
  'odd keys': { '': 1, 'two words': 2, 漢字: 3, '😀': 4, ['x'.repeat(100)]: 5, '\ud800': 6 },
  '__proto__ as a key': JSON.parse('{"__proto__": {"polluted": true}, "b": 1}') as unknown,
  'names of Object.prototype': JSON.parse(
    '{"constructor": 1, "toString": 2, "hasOwnProperty": 3}',
  ) as unknown,
  'no prototype': Object.assign(Object.create(null) as object, { a: 1 }),
  cycle: node(),
  'map with itself': (() => {
    const m = new Map<unknown, unknown>();
    return m.set(m, m);
  })(),
  deep: Array.from({ length: 900 }).reduce<unknown>((inner) => [inner], 'end'),
};

test.each(Object.entries(CASES))('%s', (_name, v) => {
  const got = through(any, v);
  expect(isDeepStrictEqual(got, v)).toBe(true);
  expect(heap.live).toBe(0);
});

test('an invalid date', () => {
  expect(Number.isNaN((through<unknown>(any, new Date(NaN)) as Date).getTime())).toBe(true);
});

test('a sparse array takes as much memory as its elements, not as its length', () => {
  const sparse: number[] = [];
  sparse[1_000_000] = 1;
  const before = process.memoryUsage().heapUsed;
  const kept: number[][] = [];
  for (let i = 0; i < 50; i++) kept.push(through(any, sparse));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50e6); // it would be 8 MB each
  for (const copy of kept) expect([copy.length, copy[1_000_000]]).toEqual([1_000_001, 1]);
});
