/** Handles of shared things inside values: given once, adopted once, or discarded. */
import { beforeEach, expect, test } from 'vitest';
import { decodeArgs, dropEncoded, encodeArgs, undoEncoded } from '../../src/shared/args.ts';
import { TAG_CHAN, TAG_MUTEX, shareable } from '../../src/shared/shareable.ts';
import { buffer, chanOf, f64, i32, string, struct, value } from '../../src/shared/types.ts';
import { through } from './codec.ts';
import { freshHeap, type TestHeap } from './heap.ts';

let heap: TestHeap;
let log: string[];
/** References by address: of handles and of messages. */
let references: Map<number, number>;

beforeEach(() => {
  heap = freshHeap();
  log = [];
  references = new Map();
});

function count(address: number, by: number): void {
  references.set(address, (references.get(address) ?? 0) + by);
}

const unadoptable = 16384;

class Lock {
  readonly address: number;
  closed = false;
  failing = false;
  constructor(address: number) {
    this.address = address;
    count(address, 1);
  }
}
class Chan {
  readonly address: number;
  readonly type: string;
  constructor(address: number, type: string) {
    this.address = address;
    this.type = type;
  }
}

shareable(TAG_MUTEX, Lock, {
  refuse: (lock) => (lock.closed ? 'a closed lock' : undefined),
  give(lock) {
    if (lock.failing) throw new Error('give failed');
    log.push(`give ${lock.address}`);
    count(lock.address, 1);
    return [lock.address, `lock ${lock.address}`];
  },
  adopt(address, description) {
    if (address === unadoptable) throw new Error('adopt failed');
    log.push(`adopt ${address} ${description}`);
    count(address, -1);
    return new Lock(address);
  },
  discard(address, description) {
    log.push(`discard ${address} ${description}`);
    count(address, -1);
  },
});
shareable(TAG_CHAN, Chan, {
  give: (ch) => (log.push(`give ${ch.address}`), [ch.address, ch.type]),
  adopt: (address, type) => (log.push(`adopt ${address}`), new Chan(address, type)),
  discard: (address, type) => void log.push(`discard ${address} ${type}`),
});

const any = value<unknown>();

test('a handle that stands twice is given and adopted once', () => {
  const lock = new Lock(8);
  const got = through<unknown>(any, {
    a: lock,
    list: [1, new Map([['l', lock]])],
    other: new Lock(2 ** 32 - 8),
  });
  const { a, list, other } = got as { a: Lock; list: [number, Map<string, Lock>]; other: Lock };
  expect(a).toBeInstanceOf(Lock);
  expect(a).not.toBe(lock);
  expect(list[1].get('l')).toBe(a);
  expect(other.address).toBe(2 ** 32 - 8);
  expect(log).toEqual(['give 8', 'give 4294967288', 'adopt 8 lock 8', 'adopt 4294967288 lock 4294967288']);
  expect(references.get(8)).toBe(2);
  expect(heap.live).toBe(0);
});

test('subclasses are shareable too, also as the value itself and in an error', () => {
  const sub = new (class extends Lock {})(16);
  expect(through<unknown>(any, sub)).toMatchObject({ address: 16 });
  expect(through(any, Object.assign(new Error('e'), { lock: sub }))).toMatchObject({ lock: { address: 16 } });
});

test('dropped unread: discarded', () => {
  any.codec.write({ big: new Uint8Array(5000), a: new Lock(8) }, 'send');
  any.codec.drop();
  expect(log).toEqual(['give 8', 'discard 8 lock 8']);
  dropEncoded(encodeArgs([1, [new Lock(24)]], 'go(task)'));
  expect(log.slice(2)).toEqual(['give 24', 'discard 24 lock 24']);
  expect(heap.live).toBe(0);
});

test('a handle that cannot be adopted: the message and its other handles are gone', () => {
  any.codec.write([new Lock(8), new Lock(unadoptable), new Lock(24), buffer(3)], 'send');
  log = [];
  expect(() => any.codec.read()).toThrow('adopt failed');
  expect(log).toEqual(['adopt 8 lock 8', 'discard 24 lock 24']);
  expect(heap.live).toBe(0);
});

test('refused: nothing was given', () => {
  const closed = new Lock(8);
  closed.closed = true;
  expect(() => any.codec.write([new Lock(16), { x: closed }], 'send')).toThrow(
    'send: value[1].x: a closed lock cannot be shared',
  );
  expect(() => any.codec.write([new Lock(16), () => 0], 'send')).toThrow(TypeError);
  expect(log).toEqual([]);
});

test('in a field of an error that is left out: not given', () => {
  through(any, [Object.assign(new Error('e'), { bad: [new Lock(8), () => 0] }), new Lock(16)]);
  expect(log).toEqual(['give 16', 'adopt 16 lock 16']);
});

test('a give that fails, or no memory after all were given: the others are taken back', () => {
  const failing = new Lock(8);
  failing.failing = true;
  const b = buffer(4);
  expect(() => any.codec.write([new Lock(16), b, failing, new Lock(24)], 'send')).toThrow('give failed');
  expect(log).toEqual(['give 16', 'discard 16 lock 16']);
  expect(b.bytes.length).toBe(4);
  heap.failAt = heap.allocations;
  expect(() => any.codec.write([new Lock(32), b], 'send')).toThrow('out of memory');
  expect(log.slice(2)).toEqual(['give 32', 'discard 32 lock 32']);
  expect(b.bytes.length).toBe(4);
  b[Symbol.dispose]();
});

test('a buffer moves inside a value, and is back when the value was not sent', () => {
  const b = buffer(100);
  b.bytes[99] = 7;
  const got = through<unknown>(any, { b, again: b }) as { b: typeof b; again: typeof b };
  expect(() => b.bytes).toThrow(TypeError);
  expect(got.b.bytes[99]).toBe(7);
  expect(got.again).toBe(got.b);

  any.codec.write({ x: got.b }, 'send');
  expect(got.b.byteLength).toBe(0);
  any.codec.undo();
  expect(got.b.bytes[99]).toBe(7);

  undoEncoded(encodeArgs([got.b], 'go(task)'));
  expect(got.b.bytes[99]).toBe(7);

  const [c] = decodeArgs(encodeArgs([got.b], 'go(task)')) as [typeof b];
  expect(() => encodeArgs([1, { frame: got.b }], 'go(task)')).toThrow(
    new TypeError('go(task): argument 2.frame: a buffer that was sent cannot be shared'),
  );
  expect(heap.live).toBe(1);
  dropEncoded(encodeArgs([c], 'go(task)'));
  expect(heap.live).toBe(0);
});

test('a struct that cannot be sent gives its buffers back', () => {
  const type = struct({ a: buffer, v: any, s: string });
  const [a, v] = [buffer(1), buffer(2)];
  expect(() => type.codec.write({ a, v: [v], s: 5 as never }, 'send')).toThrow(
    'send: value.s: expected a string',
  );
  expect([a.byteLength, v.byteLength]).toEqual([1, 2]);
  expect(() => type.codec.write({ a, v: [a], s: '' }, 'send')).toThrow(
    'send: value.v[0]: a buffer that was sent',
  );
  expect(a.byteLength).toBe(1);
  type.codec.write({ a, v: [v], s: 'x' }, 'send');
  expect([a.byteLength, v.byteLength]).toEqual([0, 0]);
  type.codec.undo();
  expect([a.byteLength, v.byteLength]).toEqual([1, 2]);
  type.codec.write({ a, v: [v], s: 'x' }, 'send');
  type.codec.drop();
  expect(heap.live).toBe(0);
});

test('chanOf takes channels of its type only', () => {
  const type = chanOf(i32);
  const ch = new Chan(64, 'i32') as never;
  expect(through(type, ch)).toMatchObject({ address: 64, type: 'i32' });
  type.codec.write(ch, 'send');
  type.codec.drop();
  expect(log).toEqual(['give 64', 'adopt 64', 'give 64', 'discard 64 i32']);
  expect(() => type.codec.write(new Chan(72, 'f64') as never, 'send')).toThrow(
    'send: expected a shared channel of i32, got one of f64',
  );
  expect(log.slice(4)).toEqual(['give 72', 'discard 72 f64']);
  expect(() => type.codec.write(new Lock(8) as never, 'send')).toThrow(
    'send: expected a shared channel of i32, got an object of Lock',
  );
  expect(() => chanOf(f64).codec.write(null as never, 'send')).toThrow('got null');
});
