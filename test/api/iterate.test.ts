/** Loops over channels, and bridges to iterables and streams. */
import { chan, fromIterable, fromStream, go, gosched, run, select, sleep, toStream, wait } from 'goroutines';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection } from './support.ts';

function filled<T>(...values: T[]) {
  const ch = chan<T>(values.length);
  for (const value of values) ch.trySend(value);
  ch.close();
  return ch;
}

describe('each', () => {
  test.each(['plain', 'generator', 'async'])('takes every value in order, with a %s body', async (kind) => {
    const seen: number[] = [];
    const bodies: Record<string, (v: number) => unknown> = {
      plain: (v) => void seen.push(v),
      *generator(v) {
        yield* sleep(0.1);
        seen.push(v);
      },
      async async(v) {
        await hostTurn();
        seen.push(v);
      },
    };
    await run(function* () {
      yield* filled(1, 2, 3).each(bodies[kind] as (v: number) => unknown);
      expect(seen).toEqual([1, 2, 3]); // each has waited for its bodies
    });
  });

  test('takes undefined for a value, and ends at once on a closed channel', async () => {
    let calls = 0;
    await run(function* () {
      yield* filled<undefined>(undefined, undefined).each(() => void calls++);
      yield* filled<number>().each(() => void (calls += 100));
    });
    expect(calls).toBe(2);
  });

  test('a body that throws ends it; the values behind stay', async () => {
    const ch = filled(1, 2, 3);
    const error = await rejection(
      run(function* () {
        yield* ch.each((v) => {
          if (v === 2) throw new Error('no');
        });
      }),
    );
    expect((error as Error).message).toBe('no');
    expect(ch.tryRecv()?.value).toBe(3);
  });

  test('a body may close the channel, send on it, and receive from it', async () => {
    const seen: number[] = [];
    await run(function* () {
      const ch = chan<number>(4);
      yield* ch.sendMany([1, 2]);
      yield* ch.each((v) => {
        seen.push(v);
        if (v === 1) ch.trySend(3);
        if (v === 2) ch.close();
      });
    });
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('for await', () => {
  test('takes every value; break leaves the rest', async () => {
    const ch = filled(1, 2, 3, 4);
    const seen: number[] = [];
    for await (const v of ch) {
      seen.push(v);
      if (v === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    expect(ch.length).toBe(2);
    for await (const v of ch) seen.push(v);
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});

test('a map callback may use the channel it came from', async () => {
  await run(function* () {
    const ch = chan<number>(1);
    yield* ch.send(1);
    const v = yield* ch.recv().map((v) => (ch.trySend((v ?? 0) + 1), ch.close(), v));
    expect(v).toBe(1);
    expect(yield* ch.recv()).toBe(2);
    expect(yield* ch.recv()).toBeUndefined();
  });
});

describe('fromIterable', () => {
  test('takes no more than was received, the capacity, and one in hand', async () => {
    for (const capacity of [0, 3]) {
      let taken = 0;
      const ch = fromIterable(
        (function* () {
          for (;;) yield ++taken;
        })(),
        capacity,
      );
      await hostTurn(5);
      expect(taken).toBeLessThanOrEqual(capacity + 1);
      expect(await ch.recv()).toBe(1);
      await hostTurn(5);
      expect(taken).toBeLessThanOrEqual(capacity + 2);
    }
  });

  test('sync and async sources, closed at the end', async () => {
    const sources = [[1, 2, 3], new Set([1, 2, 3]), asynchronous()];
    for (const source of sources) {
      const seen: number[] = [];
      for await (const v of fromIterable(source)) seen.push(v);
      expect(seen).toEqual([1, 2, 3]);
    }

    async function* asynchronous() {
      for (const v of [1, 2, 3]) {
        await hostTurn();
        yield v;
      }
    }
  });

  test('a source that throws: the program panics with its error', async () => {
    const error = await rejection(
      run(function* () {
        const ch = fromIterable(
          (function* () {
            yield 1;
            throw new Error('dry');
          })(),
        );
        yield* ch.recv();
        yield* sleep(500);
      }),
    );
    expect((error as Error).message).toBe('panic: dry');
  });
});

/** What ends its program while a source is open. */
const endings = {
  'the source is asked for more': 0,
  'a value waits for a receiver': 1,
};

describe('the program ends before the source', () => {
  test.each(Object.entries(endings))('an async iterable is closed; %s', async (_, ready) => {
    let closed = 0;
    await run(function* () {
      fromIterable({
        [Symbol.asyncIterator]: () => ({
          next: async () => (ready-- > 0 ? { done: false, value: 1 } : new Promise<never>(() => undefined)),
          return: async () => (closed++, { done: true, value: undefined }),
        }),
      });
      yield* sleep(5);
      expect(closed).toBe(0);
    });
    expect(closed).toBe(1);
  });

  test('an iterable is closed, and its finally runs', async () => {
    const events: string[] = [];
    function* source() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        events.push('closed');
      }
    }
    await run(function* () {
      const ch = fromIterable(source());
      expect(yield* ch.recv()).toBe(0);
    });
    expect(events).toEqual(['closed']);
  });

  test('one whose close fails does no harm; one that ended or failed is not closed again', async () => {
    let closed = 0;
    const close = (): never => {
      closed++;
      throw new Error('in return');
    };
    const source = (next: () => IteratorResult<number, undefined>) => ({
      [Symbol.iterator]: () => ({ next, return: close }),
    });
    await run(function* () {
      yield* fromIterable(source(() => ({ done: true, value: undefined }))).each(() => undefined);
    });
    await run(
      function* () {
        const ch = fromIterable(source(close));
        yield* gosched();
        yield* select({ value: ch.recv(), late: sleep(5) });
      },
      { onPanic: () => undefined },
    );
    expect(closed).toBe(1); // by `next`
    await run(
      () =>
        void fromIterable(source(() => ({ done: false, value: 1 })))
          .recv()
          .block(),
    );
    expect(closed).toBe(2);
    await hostTurn(5);
  });

  test.each([...Object.entries(endings), ['nobody had a turn yet', -1] as const])(
    'a stream is cancelled; %s',
    async (_, ready) => {
      let cancelled = 0;
      let left = ready;
      const stream = new ReadableStream<number>(
        {
          pull: (c) => (left-- > 0 ? c.enqueue(1) : new Promise<void>(() => undefined)),
          cancel: () => void cancelled++,
        },
        { highWaterMark: 0 },
      );
      await run(function* () {
        fromStream(stream);
        if (ready >= 0) yield* sleep(5);
        expect(cancelled).toBe(0);
      });
      expect(cancelled).toBe(1);
    },
  );
});

test('fromIterable waits for promises in an iterable, as `for await` does; a string is one', async () => {
  const seen: unknown[] = [];
  for await (const v of fromIterable([Promise.resolve(1), 2])) seen.push(v);
  for await (const v of fromIterable('ab')) seen.push(v);
  expect(seen).toEqual([1, 2, 'a', 'b']);
});

describe('streams', () => {
  test('there and back, with the end', async () => {
    const seen: number[] = [];
    const stream = toStream(fromStream(toStream(filled(1, 2, 3))));
    for await (const v of stream as unknown as AsyncIterable<number>) seen.push(v);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('toStream receives only what is asked for', async () => {
    const ch = filled(1, 2, 3);
    const reader = toStream(ch).getReader();
    await hostTurn(2);
    expect(ch.length).toBe(3);
    expect((await reader.read()).value).toBe(1);
    await hostTurn(2);
    expect(ch.length).toBe(2);
  });

  test('fromStream reads no more than its capacity and one in hand', async () => {
    let pulled = 0;
    const stream = new ReadableStream<number>({ pull: (c) => c.enqueue(++pulled) }, { highWaterMark: 0 });
    const ch = fromStream(stream, 2);
    await hostTurn(5);
    expect(pulled).toBeLessThanOrEqual(3);
    expect(await ch.recv()).toBe(1);
  });

  test('a stream that fails: the program panics with its error', async () => {
    const error = await rejection(
      run(function* () {
        const ch = fromStream(new ReadableStream<number>({ pull: (c) => c.error(new Error('torn')) }));
        go(function* () {
          yield* ch.recv();
        });
        yield* sleep(500);
      }),
    );
    expect((error as Error).message).toBe('panic: torn');
  });

  test('a stream that is cancelled while it waits takes no value with it', async () => {
    const ch = chan<number>();
    const reader = toStream(ch).getReader();
    const reading = reader.read();
    await hostTurn(1);
    await reader.cancel();
    expect((await reading).done).toBe(true);
    await hostTurn(1);
    expect(ch.trySend(1)).toBe(false);
    await Promise.resolve(gosched());
  });

  test('a stream that is cancelled says so to whom it was told to', async () => {
    await run(function* () {
      const quit = chan<never>();
      const ch = chan<number>();
      const reasons: unknown[] = [];
      const sender = go(function* () {
        for (let n = 0; ; n++) {
          const s = yield* select({ sent: ch.send(n), quit: quit.recv() });
          if (s.key === 'quit') return n;
        }
      });
      const stream = toStream(ch, function* (reason) {
        yield* gosched();
        reasons.push(reason);
        quit.close();
      });
      const reader = stream.getReader();
      expect((yield* wait(reader.read())).value).toBe(0);
      yield* wait(reader.cancel('enough'));
      expect(yield* sender.join()).toBe(1);
      expect(reasons).toEqual(['enough']);
      expect(() => toStream(ch, 1 as never)).toThrow('toStream');
    });
  });

  test('without that, who sends goes on waiting, and another reader may come', async () => {
    await run(function* () {
      const ch = chan<number>();
      const sender = go(function* () {
        for (const n of [1, 2]) yield* ch.send(n);
      });
      const reader = toStream(ch).getReader();
      expect((yield* wait(reader.read())).value).toBe(1);
      yield* wait(reader.cancel());
      yield* sleep(1);
      expect((yield* wait(toStream(ch).getReader().read())).value).toBe(2);
      yield* sender.join();
    });
  });
});
