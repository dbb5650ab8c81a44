/** Wrong arguments: the right error at the call, and nothing enqueued, started or lost. */
import {
  type Chan,
  chan,
  defer,
  fromIterable,
  fromStream,
  go,
  numGoroutine,
  type Op,
  Panic,
  run,
  type RunOptions,
  select,
  sleep,
  toStream,
  trySelect,
  wait,
  WaitGroup,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection, thrownBy } from './support.ts';

const any = <T>(value: unknown): T => value as T;

describe('chan', () => {
  test.each([-1, 0.5, NaN, Infinity, -Infinity, 2 ** 28, 2 ** 53, '3', null, {}, [], true, 3n])(
    'capacity %s is out of range',
    (capacity) => {
      const error = thrownBy(() => chan(any<number>(capacity)));
      expect(error).toBeInstanceOf(Panic);
      expect(error).toMatchObject({ message: 'makechan: size out of range', code: 'ERR_CHAN_SIZE' });
    },
  );

  test('the largest capacity costs nothing until it is used', () => {
    const ch = chan<number>(2 ** 28 - 1);
    expect(ch.capacity).toBe(2 ** 28 - 1);
    for (let i = 0; i < 100; i++) expect(ch.trySend(i)).toBe(true);
    expect(ch.length).toBe(100);
  });
});

const notFunctions = [null, undefined, 0, 'f', {}, [], Promise.resolve()];

test.each(notFunctions.map((f) => [f === null ? 'null' : typeof f, f]))(
  '%s as a body is refused everywhere',
  async (_name, f) => {
    const before = numGoroutine();
    const wg = new WaitGroup();
    const ch = chan<number>(1);
    ch.trySend(1);
    expect(() => go(any<() => void>(f))).toThrow(TypeError);
    expect(() => wg.go(any<() => void>(f))).toThrow(TypeError);
    expect(() => defer(any<() => void>(f))).toThrow(TypeError);
    expect(() => sleep(0).map(any<() => void>(f))).toThrow(TypeError);
    expect(() => ch.each(any<() => void>(f)).next()).toThrow(TypeError);
    expect(await rejection(run(any<() => void>(f)))).toBeInstanceOf(TypeError);
    await hostTurn();
    expect(numGoroutine()).toBe(before);
    await wg.wait(); // its counter is still zero
    expect(ch.length).toBe(1);
  },
);

test('an operation whose map was refused can still be used', async () => {
  const ch = chan<number>(1);
  const op = ch.send(5);
  expect(() => op.map(any<() => void>(null))).toThrow(TypeError);
  await op;
  expect(ch.tryRecv()?.value).toBe(5);
});

test('wait refuses what is no promise', () => {
  for (const value of [null, undefined, 1, 'p', {}, [], () => 1, { then: 1 }]) {
    expect(() => wait(any<Promise<void>>(value))).toThrow(TypeError);
  }
});

test('sendMany and recvMany', () => {
  const ch = chan<number>(5);
  for (const values of [null, undefined, 5, 'ab', {}, new Set([1])]) {
    expect(() => ch.sendMany(any<number[]>(values))).toThrow(TypeError);
  }
  ch.trySend(1);
  for (const max of [0, -1, 0.5, NaN, Infinity, '2', null, undefined]) {
    expect(() => ch.recvMany(any<number>(max))).toThrow(TypeError);
  }
  expect(ch.length).toBe(1);
});

describe('select', () => {
  const foreign = [null, undefined, 5, {}, Promise.resolve(1), chan(), function* () {}, { then: () => 1 }];

  test.each(foreign.map((value) => [typeof value, value]))(
    'a case that is no operation (%s): TypeError names it, the others stay usable',
    async (_type, value) => {
      const ch = chan<number>(2);
      const [a, b] = [ch.send(1), ch.send(2)];
      const cases = any<Record<string, Op<unknown>>>({ a, wrong: value, b });
      expect(() => select(cases)).toThrow(/case wrong/);
      expect(() => trySelect(cases)).toThrow(TypeError);
      expect(() => select(any<Op<unknown>[]>([a, value, b]))).toThrow(/case 1/);
      expect(ch.length).toBe(0);
      await a;
      await b;
      expect(ch.length).toBe(2);
    },
  );

  test('the same operation twice: TypeError, nothing sent, and it can be used after all', async () => {
    const ch = chan<number>(2);
    const op = ch.send(1);
    expect(() => select([op, op])).toThrow(TypeError);
    expect(() => trySelect({ a: op, b: op })).toThrow(TypeError);
    expect(ch.length).toBe(0);
    await op;
    expect(ch.length).toBe(1);
  });

  test('no object at all', () => {
    for (const cases of [null, undefined, 5, 'ab']) {
      expect(() => select(any<Op<unknown>[]>(cases))).toThrow(TypeError);
      expect(() => trySelect(any<Op<unknown>[]>(cases))).toThrow(TypeError);
    }
  });

  test('another select or sendMany as a case: TypeError, and they stay usable', async () => {
    const ch = chan<number>(4);
    const many = ch.sendMany([1, 2]);
    const inner = select([ch.send(3)]);
    expect(() => select([many])).toThrow(/cannot be a case/);
    expect(() => select([inner])).toThrow(/cannot be a case/);
    await many;
    await inner;
    expect(ch.length).toBe(3);
  });

  test('65,536 cases are allowed, and all leave no trace; one more is refused as in Go', async () => {
    const max = 65_536;
    const ch = chan<number>();
    const last = chan<number>();
    const cases = (n: number): Op<unknown>[] =>
      Array.from({ length: n }, (_, i) => (i === n - 1 ? last.recv() : ch.recv()));
    expect(() => select(cases(max + 1))).toThrow(/too many cases \(max 65536\)/);
    const chosen = run(function* () {
      return yield* select(cases(max));
    });
    await hostTurn(1);
    expect(last.trySend(7)).toBe(true);
    expect(await chosen).toEqual([max - 1, 7]);
    expect(ch.trySend(1)).toBe(false);
  });
});

describe('run', () => {
  const wrong: Record<string, unknown> = {
    'options null': null,
    'options a number': 5,
    'seed a fraction': { seed: 1.5 },
    'seed NaN': { seed: NaN },
    'seed a string': { seed: '1' },
    'signal an object': { signal: {} },
    'signal a string': { signal: 'stop' },
    'onPanic a string': { onPanic: 'log' },
    'memory a number': { memory: 7 },
    'memory null': { memory: null },
    'maximum zero': { memory: { maximum: 0 } },
    'maximum negative': { memory: { maximum: -1 } },
    'maximum NaN': { memory: { maximum: NaN } },
    'maximum a string': { memory: { maximum: '1000000000' } },
  };
  test.each(Object.keys(wrong))('%s: a rejection with TypeError, main does not run', async (name) => {
    let ran = false;
    const error = await rejection(
      run(() => {
        ran = true;
      }, wrong[name] as RunOptions),
    );
    await hostTurn();
    expect(error).toBeInstanceOf(TypeError);
    expect(ran).toBe(false);
  });
});

test('WaitGroup.add refuses what is no integer', () => {
  const wg = new WaitGroup();
  for (const delta of [0.5, NaN, Infinity, '1', null, undefined, 1n]) {
    expect(() => wg.add(any<number>(delta))).toThrow(TypeError);
  }
  expect(() => wg.done()).toThrow('sync: negative WaitGroup counter');
});

test('streams and iterables', () => {
  for (const value of [null, undefined, 5, {}, () => 1]) {
    expect(() => fromIterable(any<Iterable<number>>(value))).toThrow(TypeError);
    expect(() => fromStream(any<ReadableStream<number>>(value))).toThrow(TypeError);
    expect(() => toStream(any<Chan<number>>(value))).toThrow(TypeError);
  }
  expect(() => fromIterable([1], -1)).toThrow('makechan: size out of range');
  expect(() => fromStream(new ReadableStream<number>(), 0.5)).toThrow('makechan: size out of range');
});

test('a stream is not locked by a refused fromStream', () => {
  const stream = new ReadableStream<number>();
  expect(() => fromStream(stream, -1)).toThrow(Panic);
  expect(stream.locked).toBe(false);
});
