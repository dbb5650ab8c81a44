/** Random values arrive equal, and nothing is left in the heap. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { bytes, string, value } from '../../src/shared/types.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});

const any = value<unknown>();

/** Strings with everything that a JavaScript string may hold, lone surrogates too. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
    .map((codes) => String.fromCharCode(...codes)),
);

const anything = fc
  .anything({
    maxDepth: 4,
    key: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', 'length')),
    values: [
      text,
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt(),
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
      fc.boolean(),
      fc.constantFrom<unknown>(null, undefined, -0, NaN),
      fc.uint8Array({ maxLength: 2000 }),
      fc.date({ noInvalidDate: true }), // an invalid one is not equal to itself
    ],
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
    withBigInt: true,
  })
  .filter((v) => isDeepStrictEqual(v, v)); // an invalid Date is not equal to itself

test('values', () => {
  fc.assert(
    fc.property(anything, (v) => {
      const got = through(any, v);
      expect(isDeepStrictEqual(got, v)).toBe(true);
      expect(heap.live).toBe(0);
    }),
    { numRuns: 1500 },
  );
});

/** Objects that mention each other at random: all kinds of containers, cycles and repetitions. */
const graph = fc
  .array(fc.tuple(fc.nat(5), fc.array(fc.nat(30), { maxLength: 5 }), text), { minLength: 1, maxLength: 30 })
  .map((nodes) => {
    const made = nodes.map(
      ([kind]) => [{}, [], new Map(), new Set(), new Error('e'), new AggregateError([])][kind]!,
    );
    nodes.forEach(([, links, name], i) => {
      const node = made[i]!;
      links.forEach((to, n) => {
        const other = made[to % made.length]!;
        if (Array.isArray(node)) node.push(other, name);
        else if (node instanceof Map) node.set(n % 2 ? other : `${name}${n}`, n % 2 ? name : other);
        else if (node instanceof Set) node.add(other);
        else if (node instanceof AggregateError) node.errors.push(other);
        else if (node instanceof Error)
          Object.defineProperty(node, 'cause', { value: other, configurable: true });
        else Object.assign(node, { [`${name}${n}`]: other });
      });
    });
    return made[0]!;
  });

test('graphs: what was one object arrives as one object', () => {
  fc.assert(
    fc.property(graph, (root) => {
      const got = through(any, root);
      sameShape(root, got, new Map());
      expect(heap.live).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

/** Walks both at once: `pairs` says which object here is which there, and it must be so at every mention. */
function sameShape(a: unknown, b: unknown, pairs: Map<unknown, unknown>): void {
  // Not with `toBe`, which compares whole graphs for its message.
  if (typeof a !== 'object' || a === null || pairs.has(a)) {
    return expect(Object.is(b, pairs.get(a) ?? a)).toBe(true);
  }
  pairs.set(a, b);
  expect(a === b).toBe(false);
  expect(Object.prototype.toString.call(b)).toBe(Object.prototype.toString.call(a));
  const [x, y] = [partsOf(a), partsOf(b)];
  expect(y.length).toBe(x.length);
  x.forEach((part, i) => sameShape(part, y[i], pairs));
}

function partsOf(v: unknown): unknown[] {
  const parts: unknown[] = Object.entries(v as object).flat();
  if (v instanceof Map) for (const [key, item] of v as Map<unknown, unknown>) parts.push(key, item);
  if (v instanceof Set) parts.push(...(v as Set<unknown>));
  if (v instanceof AggregateError) parts.push(v.errors);
  if (v instanceof Error) parts.push(v.name, v.message, v.stack, v.cause);
  return parts;
}

test('strings and bytes', () => {
  fc.assert(
    fc.property(text, fc.uint8Array({ maxLength: 300 }), (s, b) => {
      expect(through(string, s)).toBe(s);
      expect(through(bytes, b)).toStrictEqual(b);
      expect(heap.live).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

test('every length of string around the limits of its forms', () => {
  for (const c of ['a', 'ÿ', 'Ā', '\ud800', '😀', '\ufeff']) {
    for (let n = 0; n < 140; n++) expect(through(string, c.repeat(n))).toBe(c.repeat(n));
    for (const n of [4095, 4096, 4097, 21845, 21846, 70000])
      expect(through(string, c.repeat(n))).toBe(c.repeat(n));
  }
  expect(heap.live).toBe(0);
});
