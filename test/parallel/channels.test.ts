/** Shared channels and select between threads. */
import {
  bool,
  buffer,
  bytes,
  chan,
  chanOf,
  f32,
  f64,
  go,
  gosched,
  i32,
  i64,
  run,
  select,
  type SharedChan,
  shutdown,
  sleep,
  string,
  struct,
  type Type,
  u32,
  u64,
  value,
} from 'goroutines';
import { afterAll, describe, expect, test } from 'vitest';
import * as tasks from './fixtures/tasks.mjs';

afterAll(() => shutdown());

const point = struct({ x: f64, n: i32, name: string });
const samples: [string, unknown, unknown[]][] = [
  ['i32', i32, [0, -1, 2147483647, -2147483648]],
  ['u32', u32, [0, 4294967295]],
  ['f32', f32, [0.5, -0, Infinity, NaN]],
  ['f64', f64, [Math.PI, -0, NaN, 2 ** 53, Number.MIN_VALUE]],
  ['i64', i64, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x7ff8000000000001n, 0x7ff0000000000001n]],
  ['u64', u64, [0n, 2n ** 64n - 1n]],
  ['bool', bool, [true, false]],
  ['string', string, ['', 'abc', 'ä€😀', '\ud800', 'x'.repeat(1_000_000)]],
  ['bytes', bytes, [new Uint8Array(0), new Uint8Array([1, 2, 255])]],
  ['struct', point, [{ x: 1.5, n: -3, name: 'p' }]],
  ['value', value(), [null, undefined, [1, { a: new Map([[1, new Set(['x'])]]) }], new Date(5), 10n ** 30n]],
];

describe.each([0, 3])('a task echoes, capacity %s', (capacity) => {
  test.each(samples)('%s', async (_, type, values) => {
    const got = await run(
      function* () {
        const [input, output] = [
          chan(type as Type<unknown>, capacity),
          chan(type as Type<unknown>, capacity),
        ];
        const g = go(tasks.echo, input, output);
        go(function* () {
          for (const v of values) yield* input.send(v);
          input.close();
        });
        const received: unknown[] = [];
        for (;;) {
          const step = yield* output.next();
          if (step.done) break;
          received.push(step.value);
        }
        yield* g.join();
        return received;
      },
      { procs: 2 },
    );
    expect(got).toEqual(values);
    got.forEach((v, i) => expect(Object.is(v, values[i]) || typeof v === 'object').toBe(true));
  });
});

test('a buffer moves, and a channel goes through a channel', async () => {
  await run(
    function* () {
      const [input, output] = [chan(buffer), chan(buffer)];
      const g = go(tasks.echo, input, output);
      const sent = buffer(8);
      sent.bytes.set([1, 2, 3]);
      yield* input.send(sent);
      expect(sent.byteLength).toBe(0);
      expect(() => sent.bytes).toThrow(TypeError);
      const got = yield* output.recv();
      expect([...got!.bytes]).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
      input.close();
      yield* g.join();

      const [channels, back] = [chan(chanOf(f64)), chan(chanOf(f64))];
      const h = go(tasks.echo, channels, back);
      const inner = chan(f64, 1);
      yield* channels.send(inner);
      expect(yield* back.recv()).toBe(inner);
      channels.close();
      yield* h.join();
    },
    { procs: 2 },
  );
});

describe.each([0, 1, 7, 100])('3 senders and 3 receivers, capacity %s', (capacity) => {
  test('every value arrives once, and in the order of its sender', async () => {
    const EACH = 3000;
    const received = await run(
      function* () {
        const ch = chan(i32, capacity);
        const senders = [0, 1].map((i) => go(tasks.produce, ch, i * EACH, (i + 1) * EACH));
        senders.push(
          go(function* () {
            for (let v = 2 * EACH; v < 3 * EACH; v++) yield* ch.send(v);
          }),
        );
        const receivers = [go(tasks.consume, ch), go(tasks.consume, ch)];
        const own: number[] = [];
        const mine = go(function* () {
          yield* ch.each((v) => void own.push(v));
        });
        for (const g of senders) yield* g.join();
        ch.close();
        yield* mine.join();
        const all: number[][] = [own];
        for (const g of receivers) all.push((yield* g.join()) as number[]);
        return all;
      },
      { procs: 3 },
    );
    const all = received.flat().sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 3 * EACH }, (_, i) => i));
    for (const list of received)
      for (let s = 0; s < 3; s++) {
        const ofOne = list.filter((v) => Math.floor(v / EACH) === s);
        expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
      }
  });
});

describe('select across threads', () => {
  test.each([0, 2])(
    'sends and receives on two channels in one select, capacity %s: nothing is lost or doubled',
    async (capacity) => {
      const EACH = 2000;
      const got = await run(
        function* () {
          const [a, b] = [chan(i32, capacity), chan(i32, capacity)];
          const done = chan(i32);
          const rest = [go(tasks.drain, a, b, done)];
          const workers = [0, 1, 2].map((i) => go(tasks.both, a, b, i * EACH, (i + 1) * EACH));
          const all: number[] = [];
          for (const g of workers) all.push(...((yield* g.join()) as number[]));
          for (let v: number | undefined; (v = (a.tryRecv() ?? b.tryRecv())?.value) !== undefined;)
            all.push(v);
          done.close();
          for (const g of rest) all.push(...((yield* g.join()) as number[]));
          return all;
        },
        { procs: 3 },
      );
      expect(got.sort((x, y) => x - y)).toEqual(Array.from({ length: 3 * EACH }, (_, i) => i));
    },
  );

  test('local and shared channels and a timer in one select', async () => {
    const count = await run(
      function* () {
        const shared = chan(i32);
        const g = go(tasks.mixed, shared);
        for (let i = 0; i < 50; i++) yield* shared.send(i);
        return yield* g.join();
      },
      { procs: 2 },
    );
    expect(count).toEqual({ local: 50, shared: 50, late: 0 });
  });

  test('a loser is as if it had not waited', async () => {
    await run(
      function* () {
        const ch = chan(i32) as SharedChan<number>;
        const quit = chan(i32, 1);
        const never = chan(value<string>());
        go(tasks.produce, quit, 1, 2);
        const s = yield* select({ v: ch.recv(), quit: quit.recv(), out: never.send('x') });
        expect(s.key).toBe('quit');
        expect([ch.trySend(1), never.tryRecv()]).toEqual([false, undefined]);
      },
      { procs: 2 },
    );
  });
});

test('sendMany and recvMany take and fill typed arrays', async () => {
  const N = 50_000;
  const got = await run(
    function* () {
      const ch = chan(f64, 1000);
      const back = chan(f64, 1000);
      const g = go(tasks.echo, ch, back);
      go(function* () {
        yield* ch.sendMany(Float64Array.from({ length: N }, (_, i) => i));
        ch.close();
      });
      const pieces: ArrayLike<number>[] = [];
      for (;;) {
        const piece = yield* back.recvMany(5000);
        if (piece.length === 0) break;
        pieces.push(piece);
      }
      yield* g.join();
      return pieces;
    },
    { procs: 2 },
  );
  expect(got[0]).toBeInstanceOf(Float64Array);
  expect(got.flatMap((piece) => Array.from(piece))).toEqual(Array.from({ length: N }, (_, i) => i));
});

test('block() waits in synchronous code of a task', async () => {
  const got = await run(
    function* () {
      const [input, output] = [chan(i32), chan(i32)];
      const g = go(tasks.blocks, input, output);
      const doubled: unknown[] = [];
      for (let i = 1; i <= 3; i++) {
        yield* input.send(i);
        doubled.push(yield* output.recv());
      }
      input.close();
      yield* g.join();
      return doubled;
    },
    { procs: 2 },
  );
  expect(got).toEqual([2, 4, 6]);
});

test('what does not fit is not sent', async () => {
  await run(function* () {
    const ch = chan(i32, 1);
    expect(() => ch.trySend(1.5)).toThrow(/expected an i32/);
    expect(ch.length).toBe(0);
    const op = ch.send('x' as unknown as number);
    const send = function* () {
      yield* op;
    };
    expect(() => [...send()]).toThrow(TypeError);
    expect(ch.length).toBe(0);
    yield* sleep(0);
  });
});

test('a receiver of strings is ended with its program, just when it had to give way', async () => {
  const ch = chan(string, 50_000);
  const text = (i: number) => `${i}`.padStart(400, 'x');
  let received = 0;
  await run(function* () {
    go(function* () {
      yield* ch.each(() => void received++);
    });
    yield* gosched();
    ch.trySend(text(0)); // given to it while it waits
    yield* gosched();
    for (let i = 1; i <= 20_000; i++) ch.trySend(text(i));
    while (received === 1) yield* gosched();
  });
  // One value was the receiver's already, though it never had a turn with it.
  for (let i = received + 1; i <= 20_000; i++) expect(ch.tryRecv()?.value === text(i)).toBe(true);
  expect(ch.tryRecv()).toBeUndefined();
});
