import { beforeEach, expect, test } from 'vitest';
import * as a from '../../src/shared/args.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});

test('arguments', () => {
  expect(a.encodeArgs([], 'go(task)')).toBe(0);
  expect(a.decodeArgs(0)).toEqual([]);
  for (const args of [[1], [1, -0, NaN], Array.from({ length: 40 }, (_, i) => i), ['a', { b: [1] }, null]]) {
    expect(a.decodeArgs(a.encodeArgs(args, 'go(task)'))).toEqual(args);
  }
  expect(heap.live).toBe(0);
});

test('an argument that cannot be shared is named', () => {
  expect(() => a.encodeArgs([1, { items: [0, 0, 0, () => 1] }], 'go(task)')).toThrow(
    new TypeError('go(task): argument 2.items[3]: a function cannot be shared'),
  );
  expect(() => a.encodeArgs([Symbol('x')], 'go(task)')).toThrow(
    'go(task): argument 1: a symbol cannot be shared',
  );
  expect(heap.live).toBe(0);
});

test('results', () => {
  expect(a.encodeResult(undefined, 'go(task)')).toBe(0);
  expect(a.decodeResult(0)).toBe(undefined);
  expect(a.decodeResult(a.encodeResult({ x: [1] }, 'go(task)'))).toEqual({ x: [1] });
  expect(() => a.encodeResult(new WeakMap(), 'go(task)')).toThrow(
    'go(task): result: an object of WeakMap cannot be shared',
  );
  expect(heap.live).toBe(0);
});

test('arguments are one message: what is the same in two of them arrives as the same', () => {
  const o = { a: 1 };
  const [x, y] = a.decodeArgs(a.encodeArgs([o, [o]], 'go(task)')) as [object, object[]];
  expect(y[0]).toBe(x);
});

test('what is dropped leaves nothing', () => {
  for (const address of [0, a.encodeArgs([1, 2], 'go(task)'), a.encodeError(new Error('e'))])
    a.dropEncoded(address);
  for (const address of [0, a.encodeArgs([1, 2], 'go(task)'), a.encodeResult('x', 'go(task)')]) {
    a.undoEncoded(address);
  }
  expect(heap.live).toBe(0);
});
