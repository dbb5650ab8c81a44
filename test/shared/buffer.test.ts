import { afterEach, beforeEach, expect, test } from 'vitest';
import { SharedBuffer } from '../../src/shared/buffer.ts';
import { buffer, string } from '../../src/shared/types.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

// Every test leaves it empty: a handle that is collected later would free a block of the next test.
let heap: TestHeap;
beforeEach(() => {
  heap = freshHeap();
});
afterEach(() => {
  expect(heap.live).toBe(0);
});

/** Lets the collector run until `done`. */
async function collect(done: () => boolean): Promise<void> {
  for (let i = 0; i < 20 && !done(); i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('is as long as asked for, all 0, in shared memory, 8-aligned', () => {
  const used = buffer(24);
  used.bytes.fill(255);
  used[Symbol.dispose]();
  const b = buffer(24);
  expect(b.byteLength).toBe(24);
  expect([...b.bytes]).toEqual(new Array(24).fill(0));
  expect(b.bytes.buffer).toBe(heap.u8().buffer);
  expect(b.bytes.byteOffset % 8).toBe(0);
  expect(b).toBeInstanceOf(SharedBuffer);
  b[Symbol.dispose]();
});

test.each([-1, 1.5, NaN, '8', undefined])('not %s bytes', (n) => {
  expect(() => buffer(n as number)).toThrow(
    /^buffer: expected a size in bytes \(an integer, 0 or more\), got /,
  );
});

test('moves: the bytes stay where they are, the handle is dead', () => {
  const a = buffer(10);
  const { byteOffset } = a.bytes;
  a.bytes[3] = 7;
  buffer.codec.write(a, 'send');
  expect(() => a.bytes).toThrow(new TypeError('a buffer that was sent has no bytes any more'));
  expect(a.byteLength).toBe(0);
  expect(() => buffer.codec.write(a, 'send')).toThrow(
    new TypeError('send: a buffer that was sent cannot be shared'),
  );
  a[Symbol.dispose](); // no effect
  const b = buffer.codec.read();
  expect(b.bytes.byteOffset).toBe(byteOffset);
  expect(b.bytes[3]).toBe(7);
  b[Symbol.dispose]();
  b[Symbol.dispose]();
  expect(() => b.bytes).toThrow(new TypeError('a buffer that was freed has no bytes any more'));
  expect(heap.live).toBe(0);
});

test('an empty one needs no memory', () => {
  const a = buffer(0);
  const b = through(buffer, a);
  expect(b.bytes.length).toBe(0);
  expect(b).not.toBe(a);
  b[Symbol.dispose]();
  expect(heap.allocations).toBe(0);
});

test('only buffers', () => {
  expect(() => buffer.codec.write(new Uint8Array(3) as never, 'send')).toThrow(
    'send: expected a buffer (made by buffer(n)), got an object of Uint8Array',
  );
});

test('its bytes are right after the memory has grown', () => {
  const b = buffer(16);
  b.bytes[0] = 1;
  const before = b.bytes.buffer;
  const big = buffer(1 << 20);
  expect(heap.u8().buffer).not.toBe(before);
  expect(b.bytes.buffer).toBe(heap.u8().buffer);
  expect(b.bytes[0]).toBe(1);
  expect(through(string, 'x'.repeat(200))).toBe('x'.repeat(200));
  big[Symbol.dispose]();
  b[Symbol.dispose]();
});

test('dropped unread: freed', () => {
  buffer.codec.write(buffer(3), 'send');
  buffer.codec.drop();
  expect(heap.live).toBe(0);
});

test('not sent after all: the handle lives again; without it the bytes are freed', async () => {
  const a = buffer(3);
  buffer.codec.write(a, 'send');
  buffer.codec.undo();
  expect(a.byteLength).toBe(3);
  a[Symbol.dispose]();
  (() => buffer.codec.write(buffer(4), 'send'))();
  await collect(() => false);
  buffer.codec.undo();
});

test('a forgotten handle frees its bytes, a forgotten dead one does not', async () => {
  const kept = (() => {
    const sent = buffer(5);
    return through(buffer, sent);
  })();
  (() => buffer(6))();
  expect(heap.live).toBe(2);
  await collect(() => heap.live === 1);
  expect(heap.live).toBe(1);
  expect(kept.bytes.length).toBe(5);
  kept[Symbol.dispose]();
});

test('bytes that are still in use keep their handle', async () => {
  let bytes = (() => buffer(7).bytes)();
  await collect(() => false);
  expect(heap.live).toBe(1);
  expect(bytes.length).toBe(7);
  bytes = new Uint8Array(0);
  await collect(() => heap.live === 0);
});
