/** What cannot be shared is refused with its place, and nothing has changed. */
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, test } from 'vitest';
import { unshareable } from '../../src/shared/shareable.ts';
import { string, struct, value } from '../../src/shared/types.ts';
import { word } from '../../src/shared/word.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});

const any = value<unknown>();

class Local {}
unshareable(Local, 'a local thing');
class Point {
  x = 1;
}
class Tagged extends Map {}
const transferred = new ArrayBuffer(8);
const viewOfTransferred = new Uint8Array(transferred);
structuredClone(transferred, { transfer: [transferred] });
const deep = Array.from({ length: 2000 }).reduce<unknown>((inner) => [inner], 0);

test.each([
  ['function', () => 0, 'send: a function cannot be shared'],
  ['symbol', Symbol('s'), 'send: a symbol cannot be shared'],
  ['class', new Point(), 'send: an object of Point cannot be shared'],
  ['inside', { items: [0, { f: () => 0 }] }, 'send: value.items[1].f: a function cannot be shared'],
  ['odd key', { 'a b': [Symbol.iterator] }, 'send: value["a b"][0]: a symbol cannot be shared'],
  [
    'map value',
    new Map([['k', [new Point()]]]),
    'send: value.get("k")[0]: an object of Point cannot be shared',
  ],
  ['map key', [new Map([[new Point(), 1]])], 'send: value[0].keys(): an object of Point cannot be shared'],
  ['set', { s: new Set([() => 0]) }, 'send: value.s.values(): a function cannot be shared'],
  ['sparse', Object.assign([], { 7: () => 0 }), 'send: value[7]: a function cannot be shared'],
  ['subclass of Map', new Tagged(), 'send: an object of Tagged cannot be shared'],
  ['subclass of Array', new (class List extends Array {})(), 'send: an object of List cannot be shared'],
  ['promise', Promise.resolve(), 'send: an object of Promise cannot be shared'],
  ['weak map', new WeakMap(), 'send: an object of WeakMap cannot be shared'],
  ['boxed', Object(1), 'send: an object of Number cannot be shared'],
  ['not a Map', Object.create(Map.prototype), 'send: an object of Map cannot be shared'],
  ['generator', (function* () {})(), 'send: an object of a class cannot be shared'],
  [
    'SharedArrayBuffer',
    new SharedArrayBuffer(8),
    'send: a SharedArrayBuffer (buffer(n) makes memory that can be) cannot be shared',
  ],
  ['transferred', transferred, 'send: an ArrayBuffer that was transferred away cannot be shared'],
  [
    'its view',
    viewOfTransferred,
    'send: a view of an ArrayBuffer that was transferred away cannot be shared',
  ],
  ['named', [new Local()], 'send: value[0]: a local thing cannot be shared'],
])('%s', (_name, v: unknown, message) => {
  word.f64[0] = 42;
  expect(() => any.codec.write(v, 'send')).toThrow(new TypeError(message));
  expect(word.f64[0]).toBe(42);
  expect(heap.allocations).toBe(0);
  expect(through(any, 'next')).toBe('next');
});

test('too deep', () => {
  expect(() => any.codec.write(deep, 'send')).toThrow(
    /\[0\]: a value nested more than 1000 levels deep cannot/,
  );
  expect(heap.allocations).toBe(0);
});

test('a getter that throws: its error comes through, nothing has changed', () => {
  const v = {
    a: [1],
    get b(): never {
      throw new RangeError('mine');
    },
  };
  expect(() => any.codec.write(v, 'send')).toThrow(new RangeError('mine'));
  expect(() => struct({ a: any, b: any }).codec.write(v, 'send')).toThrow(new RangeError('mine'));
  expect(heap.live).toBe(0);
  expect(through(any, [1])).toEqual([1]);
});

test('a getter that sends something itself', () => {
  const inner: unknown[] = [];
  const v = {
    a: 'before',
    get b() {
      inner.push(through(any, { c: ['inner'] }), through(string, 'x'));
      return 'b';
    },
    d: ['after'],
  };
  expect(through<unknown>(any, v)).toEqual({ a: 'before', b: 'b', d: ['after'] });
  expect(through<unknown>(struct({ a: string, b: string }), v)).toEqual({ a: 'before', b: 'b' });
  expect(inner).toEqual([{ c: ['inner'] }, 'x', { c: ['inner'] }, 'x']);
  expect(heap.live).toBe(0);
});

test('a getter that transfers what is being sent', () => {
  const content = new Uint8Array(5000);
  const v = {
    content,
    get b() {
      structuredClone(content.buffer, { transfer: [content.buffer] });
      return 0;
    },
  };
  expect(() => any.codec.write(v, 'send')).toThrow('a getter has transferred');
  expect(heap.live).toBe(0);
});

test('a getter that changes what is being walked', () => {
  const list: unknown[] = [0, 1, 2, 3];
  Object.defineProperty(list, 1, {
    enumerable: true,
    get() {
      list.length = 2;
      return 'one';
    },
  });
  expect(through<unknown>(any, [list, 'after'])).toEqual([[0, 'one', undefined, undefined], 'after']);
});

test('no memory: nothing has changed', () => {
  heap.failAt = 0;
  expect(() => any.codec.write({ a: 1 }, 'send')).toThrow('out of memory');
  expect(through(any, { a: 1 })).toEqual({ a: 1 });
  expect(heap.live).toBe(0);
});

test('what was refused leaves nothing behind in the encoder', () => {
  const shared = Array.from({ length: 20 }, (_, i) => ({ i }));
  expect(() => any.codec.write([...shared, () => 0], 'send')).toThrow(TypeError);
  expect(through(any, [shared[0], 1, shared[0]])).toEqual([{ i: 0 }, 1, { i: 0 }]);
  const error = Object.assign(new Error('e'), { bad: [...shared, () => 0], good: 1 });
  const got = through<unknown>(any, [1, error, ...shared]) as [number, Error, ...object[]];
  expect(got[1]).toMatchObject({ message: 'e', good: 1 });
  expect(got[1]).not.toHaveProperty('bad');
  expect(got.slice(2)).toEqual(shared);
});

test('nor does a field of an error that was left out', () => {
  const objects = Array.from({ length: 20 }, (_, i) => ({ i }));
  const error = Object.assign(new Error('e'), { bad: [new Uint8Array(5000), ...objects, () => 0] });
  expect(through<unknown>(any, error)).toEqual(new Error('e'));
  const got = through<unknown>(any, [...objects, error, 'end']) as unknown[];
  expect(got.slice(0, 20)).toEqual(objects);
  expect(got[20]).toEqual(new Error('e'));
  expect(got[21]).toBe('end');
});

test('prototypes are not polluted', () => {
  const got = through<unknown>(
    any,
    JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}'),
  );
  expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
  expect(Object.keys(got as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
});

test('a toJSON and a then are keys as all others', () => {
  expect(through<unknown>(any, { toJSON: 1, then: 2 })).toEqual({ toJSON: 1, then: 2 });
});

test('values of another realm', () => {
  const foreign = runInNewContext(`({
    a: [1, { b: 2 }], m: new Map([[1, 2]]), s: new Set([3]), d: new Date(5), r: /x/g, e: new TypeError('te'),
    u: new Uint8Array([7]), f: new Float64Array([0.5]), ab: new ArrayBuffer(2), v: new DataView(new ArrayBuffer(1)),
  })`) as unknown;
  const e = new TypeError('te');
  const got = through<unknown>(any, foreign) as Record<string, object>;
  expect({ ...got, e: 0 }).toStrictEqual({
    a: [1, { b: 2 }],
    m: new Map([[1, 2]]),
    s: new Set([3]),
    d: new Date(5),
    r: /x/g,
    e: 0,
    u: new Uint8Array([7]),
    f: new Float64Array([0.5]),
    ab: new ArrayBuffer(2),
    v: new DataView(new ArrayBuffer(1)),
  });
  expect(got['e']).toEqual(e);
  expect(got['e']).toBeInstanceOf(TypeError);
  expect(() => any.codec.write(runInNewContext('new (class Foo extends Map {})()'), 'send')).toThrow(
    'send: an object of Foo cannot be shared',
  );
});

test('a Buffer of Node arrives as a Uint8Array, and does not share its pool', () => {
  const got = through<unknown>(any, [Buffer.from('abc')]) as [Uint8Array];
  expect(got).toStrictEqual([new Uint8Array([97, 98, 99])]);
  expect(got[0].buffer.byteLength).toBe(3);
});

test('what arrives shares no memory with messages, nor with what was sent', () => {
  const big = new Uint8Array(10_000).fill(1);
  const v = { small: new Uint8Array([1, 2]), big };
  const first = through(any, v);
  big.fill(2);
  through(any, v);
  expect(first.small).toEqual(new Uint8Array([1, 2]));
  expect(first.big.every((b) => b === 1)).toBe(true);
});
