/** Section 1.1 of the conformance inventory: what an operation does in each state of a channel. */
import {
  type Chan,
  chan,
  go,
  gosched,
  nilChan,
  Panic,
  type RecvChan,
  run,
  select,
  trySelect,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import { closedChan, filled, settle, thrown } from './helpers.ts';

const SEND_ON_CLOSED = 'send on closed channel';

function panics(f: () => unknown, message: string, code: string): void {
  const error = thrown(f);
  expect(error).toBeInstanceOf(Panic);
  expect(error).toMatchObject({ message, code });
}

describe('C1 send', () => {
  test('C1 a send on the nil channel blocks for ever', async () => {
    const error = await run(function* () {
      yield* nilChan.send(1);
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ goroutines: [{ id: 1, reason: 'chan send (nil chan)' }] });
  });

  test('C1 an unbuffered send proceeds only when a receiver is there', async () => {
    await run(function* () {
      const ch = chan<number>();
      let sent = false;
      go(function* () {
        yield* ch.send(1);
        sent = true;
      });
      yield* settle();
      expect(sent).toBe(false);
      expect(yield* ch.recv()).toBe(1);
      yield* gosched();
      expect(sent).toBe(true);
    });
  });

  test('C1 a buffered send proceeds while there is room, and then blocks', async () => {
    await run(function* () {
      for (const capacity of [1, 2, 5, 64]) {
        const ch = chan<number>(capacity);
        let sent = 0;
        go(function* () {
          for (let i = 0; i <= capacity; i++) {
            yield* ch.send(i);
            sent++;
          }
        });
        yield* settle();
        expect(sent).toBe(capacity);
        expect(yield* ch.recv()).toBe(0);
        yield* settle();
        expect(sent).toBe(capacity + 1);
      }
    });
  });

  test('C1 a blocked send is reported as chan send', async () => {
    const error = await run(function* () {
      yield* chan<number>().send(1);
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ goroutines: [{ reason: 'chan send' }] });
  });

  test.each([0, 3])('C1 a send on a closed channel of capacity %i panics', async (capacity) => {
    const main = run(function* () {
      yield* closedChan<number>(capacity).send(1);
    });
    await expect(main).rejects.toMatchObject({ message: SEND_ON_CLOSED, code: 'ERR_SEND_ON_CLOSED' });
    const inAsync = run(async () => closedChan<number>(capacity).send(1));
    await expect(inAsync).rejects.toBeInstanceOf(Panic);
  });
});

describe('C2 receive', () => {
  test('C2 a receive from the nil channel blocks for ever', async () => {
    const error = await run(function* () {
      yield* nilChan.recv();
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ goroutines: [{ reason: 'chan receive (nil chan)' }] });
  });

  test.each([0, 2])(
    'C2 a receive from an empty channel of capacity %i waits for a value',
    async (capacity) => {
      await run(function* () {
        const ch = chan<string>(capacity);
        const log: string[] = [];
        go(function* () {
          log.push((yield* ch.recv()) as string);
        });
        yield* settle();
        expect(log).toEqual([]);
        yield* ch.send('now');
        yield* gosched();
        expect(log).toEqual(['now']);
      });
    },
  );

  test('C2 a closed channel is drained in order and then gives undefined, any number of times', async () => {
    await run(function* () {
      const ch = filled('a', 'b', 'c');
      ch.close();
      for (const expected of ['a', 'b', 'c', undefined, undefined, undefined]) {
        expect(yield* ch.recv()).toBe(expected);
      }
    });
  });
});

describe('C3 receive with ok', () => {
  test('C3 next blocks for ever on the nil channel', async () => {
    await expect(
      run(function* () {
        yield* nilChan.next();
      }),
    ).rejects.toMatchObject({ goroutines: [{ reason: 'chan receive (nil chan)' }] });
  });

  test('C3 next tells a value from the end, also when the value is undefined', async () => {
    await run(function* () {
      const ch = filled<number | undefined>(7, undefined);
      ch.close();
      expect(yield* ch.next()).toEqual({ done: false, value: 7 });
      expect(yield* ch.next()).toEqual({ done: false, value: undefined });
      expect(yield* ch.next()).toEqual({ done: true, value: undefined });
      expect(yield* ch.next()).toEqual({ done: true, value: undefined });
    });
  });

  test('C3 a parked next gets a sent undefined as a value, and the close as the end', async () => {
    await run(function* () {
      const ch = chan<undefined>();
      const got: unknown[] = [];
      go(function* () {
        got.push(yield* ch.next(), yield* ch.next());
      });
      yield* gosched();
      yield* ch.send(undefined);
      yield* gosched();
      ch.close();
      yield* gosched();
      expect(got).toEqual([
        { done: false, value: undefined },
        { done: true, value: undefined },
      ]);
    });
  });
});

describe('C4 close', () => {
  test('C4 close of the nil channel and of a closed one panics', () => {
    panics(() => nilChan.close(), 'close of nil channel', 'ERR_CLOSE_OF_NIL');
    const ch = chan();
    ch.close();
    panics(() => ch.close(), 'close of closed channel', 'ERR_CLOSE_OF_CLOSED');
    expect(ch.closed).toBe(true);
  });

  test('C4 close wakes all parked receivers', async () => {
    await run(function* () {
      const ch = chan<number>();
      const got: unknown[] = [];
      for (let i = 0; i < 4; i++) {
        go(function* () {
          got.push(yield* ch.recv());
        });
        go(function* () {
          got.push((yield* ch.next()).done);
        });
        go(async () => {
          got.push(await ch.recv());
        });
        go(function* () {
          got.push((yield* select({ v: ch.recv() })).value);
        });
      }
      yield* settle();
      expect(got).toEqual([]);
      ch.close();
      yield* settle();
      expect(got.filter((v) => v === undefined)).toHaveLength(12);
      expect(got.filter((v) => v === true)).toHaveLength(4);
    });
  });

  test.each([0, 2])('C4 close makes all parked senders panic, capacity %i', async (capacity) => {
    await run(function* () {
      const ch = chan<number>(capacity);
      for (let i = 0; i < capacity; i++) yield* ch.send(i);
      const errors: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        go(function* () {
          try {
            yield* ch.send(i);
          } catch (error) {
            errors.push(error);
          }
        });
        go(async () => {
          await ch.send(i).then(undefined, (error: unknown) => errors.push(error));
        });
      }
      yield* settle();
      ch.close();
      yield* settle();
      expect(errors).toHaveLength(6);
      for (const error of errors) expect(error).toMatchObject({ message: SEND_ON_CLOSED });
    });
  });
});

describe('C5 length and capacity', () => {
  test('C5 of the nil channel both are 0', () => {
    expect([nilChan.length, nilChan.capacity]).toEqual([0, 0]);
  });

  test('C5 of an unbuffered channel both are 0, also with parked senders', async () => {
    await run(function* () {
      const ch = chan<number>();
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* ch.send(i);
        });
      }
      yield* settle();
      expect([ch.length, ch.capacity]).toEqual([0, 0]);
      expect(ch.tryRecv()).toEqual({ done: false, value: 0 }); // they were parked indeed
    });
  });

  test('C5 length counts what is queued and falls as a closed channel is drained', () => {
    const ch = chan<number>(3);
    expect([ch.length, ch.capacity]).toEqual([0, 3]);
    const lengths: number[] = [];
    for (let i = 0; i < 3; i++) {
      ch.trySend(i);
      lengths.push(ch.length);
    }
    ch.close();
    expect(ch.capacity).toBe(3);
    while (ch.tryRecv()?.done === false) lengths.push(ch.length);
    expect(lengths).toEqual([1, 2, 3, 2, 1, 0]);
  });
});

describe('C6 range', () => {
  test('C6 each and for await block for ever on the nil channel', async () => {
    const each = run(function* () {
      yield* nilChan.each(() => undefined);
    });
    await expect(each).rejects.toMatchObject({ goroutines: [{ reason: 'chan receive (nil chan)' }] });
    const forAwait = run(async () => {
      for await (const _ of nilChan) throw new Error('a value');
    });
    await expect(forAwait).rejects.toMatchObject({ goroutines: [{ reason: 'chan receive (nil chan)' }] });
  });

  test('C6 the range ends when the channel is closed and drained', async () => {
    const produce = (ch: Chan<number>): RecvChan<number> => {
      go(function* () {
        for (let i = 0; i < 10; i++) yield* ch.send(i);
        ch.close();
      });
      return ch;
    };
    for (const capacity of [0, 3, 20]) {
      const seen: number[] = [];
      await run(function* () {
        yield* produce(chan<number>(capacity)).each(function* (v) {
          yield* gosched();
          seen.push(v);
        });
      });
      await run(async () => {
        for await (const v of produce(chan<number>(capacity))) seen.push(v + 100);
      });
      const expected = Array.from({ length: 10 }, (_, i) => i);
      expect(seen).toEqual([...expected, ...expected.map((v) => v + 100)]);
    }
  });
});

describe('C7 send that does not wait', () => {
  test('C7 takes the default on the nil channel, without room, and without a receiver', () => {
    for (const ch of [nilChan as Chan<number>, chan<number>(), filled(1)]) {
      expect(ch.trySend(2)).toBe(false);
      expect(trySelect({ sent: ch.send(2) })).toBeUndefined();
    }
  });

  test('C7 sends if there is room or a receiver', async () => {
    await run(function* () {
      const ch = chan<number>(2);
      expect(ch.trySend(1)).toBe(true);
      expect(trySelect({ sent: ch.send(2) })).toEqual({ key: 'sent', value: undefined });
      expect([yield* ch.recv(), yield* ch.recv()]).toEqual([1, 2]);
      const direct = chan<number>();
      const receiver = go(function* () {
        return [yield* direct.recv(), yield* direct.recv()];
      });
      yield* gosched();
      expect(direct.trySend(3)).toBe(true);
      expect(direct.trySend(4)).toBe(false); // the receiver has not come back yet
      yield* gosched();
      expect(trySelect([direct.send(5)])).toEqual([0, undefined]);
      expect(yield* receiver.join()).toEqual([3, 5]);
    });
  });

  test.each([0, 1])(
    'C7 panics on a closed channel of capacity %i: the default does not protect',
    (capacity) => {
      const ch = closedChan<number>(capacity);
      panics(() => ch.trySend(1), SEND_ON_CLOSED, 'ERR_SEND_ON_CLOSED');
      panics(() => trySelect({ sent: ch.send(1) }), SEND_ON_CLOSED, 'ERR_SEND_ON_CLOSED');
    },
  );
});

describe('C8 receive that does not wait', () => {
  test('C8 takes the default on the nil channel and on an empty one', () => {
    for (const ch of [nilChan as Chan<number>, chan<number>(), chan<number>(1)]) {
      expect(ch.tryRecv()).toBeUndefined();
      expect(trySelect({ v: ch.recv() })).toBeUndefined();
      expect(trySelect({ v: ch.next() })).toBeUndefined();
    }
  });

  test('C8 takes a value that is there', () => {
    expect(filled(1).tryRecv()).toEqual({ done: false, value: 1 });
    expect(trySelect({ v: filled(2).recv() })).toEqual({ key: 'v', value: 2 });
  });

  test('C8 on a closed channel the case is chosen, never the default', () => {
    const ch = closedChan<number>();
    for (let i = 0; i < 100; i++) {
      expect(ch.tryRecv()).toEqual({ done: true, value: undefined });
      expect(trySelect({ v: ch.recv() })).toEqual({ key: 'v', value: undefined });
      expect(trySelect({ v: ch.next() })).toMatchObject({ value: { done: true } });
    }
  });
});

describe('C9 make', () => {
  test('C9 the capacity is 0 when it is left out', () => {
    expect(chan().capacity).toBe(0);
    expect(chan(7).capacity).toBe(7);
  });

  test.each([-1, -(2 ** 40), 2 ** 31, 2 ** 53, 1.5, NaN, Infinity, -Infinity])(
    'C9 capacity %d panics with makechan: size out of range',
    (capacity) => {
      panics(() => chan(capacity), 'makechan: size out of range', 'ERR_CHAN_SIZE');
    },
  );
});
