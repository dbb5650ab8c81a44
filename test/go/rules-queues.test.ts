/** Section 1.2 of the conformance inventory: order, hand-off, and the queues of a channel. */
import {
  type Chan,
  chan,
  go,
  gosched,
  nilChan,
  type RecvChan,
  run,
  select,
  type SendChan,
  sleep,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import { collect, settle } from './helpers.ts';

/** Starts one receiver after another, each parked before the next one starts. */
function* parkReceivers(ch: RecvChan<number>, log: string[], n: number) {
  for (let i = 0; i < n; i++) {
    go(function* () {
      log.push(`${i} got ${yield* ch.recv()}`);
    });
    yield* gosched();
  }
}

describe('Q1 a queue of values', () => {
  test.each([0, 1, 7, 100])(
    'Q1 values of one sender arrive in the order sent, capacity %i',
    async (capacity) => {
      await run(function* () {
        const ch = chan<number>(capacity);
        go(function* () {
          for (let i = 0; i < 500; i++) yield* ch.send(i);
          ch.close();
        });
        let next = 0;
        yield* ch.each((v) => expect(v).toBe(next++));
        expect(next).toBe(500);
      });
    },
  );

  test('Q1 also when sends and receives mix plain operations, selects, and tries', async () => {
    await run(
      function* () {
        const ch = chan<number>(3);
        go(function* () {
          for (let i = 0; i < 300; i += 3) {
            yield* ch.send(i);
            yield* select({ a: ch.send(i + 1), off: nilChan.send(0) });
            while (!ch.trySend(i + 2)) yield* gosched();
          }
        });
        for (let i = 0; i < 300;) {
          expect(yield* ch.recv()).toBe(i++);
          expect((yield* select([ch.recv()]))[1]).toBe(i++);
          for (;;) {
            const step = ch.tryRecv();
            if (step === undefined) yield* gosched();
            else {
              expect(step.value).toBe(i++);
              break;
            }
          }
        }
      },
      { seed: 3 },
    );
  });
});

describe('Q2 queues of waiters', () => {
  test('Q2 parked receivers are served in the order they came', async () => {
    await run(function* () {
      const ch = chan<number>();
      const log: string[] = [];
      yield* parkReceivers(ch, log, 5);
      for (let i = 0; i < 5; i++) yield* ch.send(i * 10);
      yield* settle();
      expect(log.sort()).toEqual(['0 got 0', '1 got 10', '2 got 20', '3 got 30', '4 got 40']);
    });
  });

  test.each([0, 2])('Q2 parked senders are served in the order they came, capacity %i', async (capacity) => {
    await run(function* () {
      const ch = chan<number>(capacity);
      for (let i = 0; i < 8; i++) {
        go(function* () {
          if (i % 3 === 0) yield* select({ sent: ch.send(i), off: nilChan.recv() });
          else yield* ch.send(i);
        });
        yield* gosched();
      }
      const got: unknown[] = [];
      for (let i = 0; i < 8; i++) got.push(yield* ch.recv());
      expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });
  });

  test('Q2 one queue for plain receives, selects, and async functions', async () => {
    await run(function* () {
      const ch = chan<number>();
      const log: string[] = [];
      for (let i = 0; i < 9; i++) {
        if (i % 3 === 0) go(async () => void log.push(`${i} got ${await ch.recv()}`));
        else {
          go(function* () {
            const v = i % 3 === 1 ? yield* ch.recv() : (yield* select({ v: ch.recv() })).value;
            log.push(`${i} got ${v}`);
          });
        }
        yield* settle();
      }
      for (let i = 0; i < 9; i++) expect(ch.trySend(i)).toBe(true);
      yield* settle();
      expect(log.sort()).toEqual(Array.from({ length: 9 }, (_, i) => `${i} got ${i}`));
    });
  });
});

describe('Q3 direct hand-off', () => {
  test.each([0, 1, 4])(
    'Q3 a value given to a parked receiver cannot be stolen, capacity %i',
    async (capacity) => {
      await run(function* () {
        const ch = chan<number>(capacity);
        const log: string[] = [];
        yield* parkReceivers(ch, log, 1);
        expect(ch.trySend(42)).toBe(true);
        expect(ch.length).toBe(0); // past the buffer
        expect(ch.tryRecv()).toBeUndefined(); // the receiver has not run yet
        const second = go(function* () {
          return yield* ch.recv();
        });
        yield* gosched();
        expect(log).toEqual(['0 got 42']);
        yield* ch.send(43);
        expect(yield* second.join()).toBe(43);
      });
    },
  );

  test('Q3 a select that was given a value has it, though another case became ready before it ran', async () => {
    await run(function* () {
      const a = chan<string>();
      const b = chan<string>(1);
      const chosen = go(function* () {
        return yield* select({ a: a.recv(), b: b.recv() });
      });
      yield* gosched();
      expect(a.trySend('first')).toBe(true);
      expect(b.trySend('second')).toBe(true);
      expect(yield* chosen.join()).toEqual({ key: 'a', value: 'first' });
      expect(b.length).toBe(1);
    });
  });
});

test('Q4 a receive from a full buffer with parked senders keeps the order and the buffer full', async () => {
  await run(function* () {
    const ch = chan<number>(2);
    const sent: number[] = [];
    for (let i = 0; i < 5; i++) {
      go(function* () {
        yield* ch.send(i);
        sent.push(i);
      });
    }
    yield* settle();
    expect(sent.toSorted()).toEqual([0, 1]); // the first gives way in between if its slice is over
    for (let i = 0; i < 3; i++) {
      expect(ch.tryRecv()).toEqual({ done: false, value: i });
      expect(ch.length).toBe(2); // at once: the sender itself has not run yet
      yield* settle();
      expect(sent).toHaveLength(3 + i);
      expect(sent.at(-1)).toBe(2 + i);
    }
    expect([yield* ch.recv(), yield* ch.recv(), ch.length]).toEqual([3, 4, 0]);
  });
});

test('Q5 a receive from an unbuffered channel takes the value of the parked sender', async () => {
  await run(function* () {
    const ch = chan<object>();
    const value = {};
    let resumed = false;
    go(function* () {
      yield* ch.send(value);
      resumed = true;
    });
    yield* gosched();
    const step = ch.tryRecv();
    expect(step?.value).toBe(value);
    expect(resumed).toBe(false);
    yield* gosched();
    expect(resumed).toBe(true);
  });
});

describe('Q6 invariants', () => {
  test.each([0, 1, 3])('Q6 nobody waits for what is there, capacity %i', async (capacity) => {
    // A random walk: senders and receivers start in a random order; after each step the counts must fit.
    let state = 12345 + capacity;
    const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    await run(function* () {
      const ch = chan<number>(capacity);
      let senders = 0;
      let receivers = 0;
      for (let i = 0; i < 400; i++) {
        if (random() < 0.5) {
          senders++;
          go(function* () {
            if (i % 2) yield* ch.send(i);
            else yield* select({ s: ch.send(i), off: nilChan.recv() });
            senders--;
          });
        } else {
          receivers++;
          go(function* () {
            if (i % 2) yield* ch.recv();
            else yield* select([nilChan.recv(), ch.recv()]);
            receivers--;
          });
        }
        yield* gosched();
        yield* gosched();
        if (senders > 0) expect([receivers, ch.length]).toEqual([0, capacity]);
        if (receivers > 0) expect([senders, ch.length]).toEqual([0, 0]);
      }
    });
  });

  test('Q6 the exception: one select stands in both queues of a channel', async () => {
    await run(function* () {
      const ch = chan<number>();
      const both = go(function* () {
        return (yield* select({ r: ch.recv(), s: ch.send(1) })).key;
      });
      yield* gosched();
      expect(ch.tryRecv()).toEqual({ done: false, value: 1 });
      expect(ch.trySend(2)).toBe(false); // it left the other queue too
      expect(yield* both.join()).toBe('s');
    });
  });
});

test.each([0, 2])('Q7 values of parked senders are dropped by close, capacity %i', async (capacity) => {
  await run(function* () {
    const ch = chan<number>(capacity);
    let panics = 0;
    for (let i = 0; i < 5; i++) {
      go(function* () {
        try {
          yield* ch.send(i);
        } catch {
          panics++;
        }
      });
    }
    yield* settle();
    ch.close();
    const left: number[] = [];
    yield* ch.each((v) => left.push(v));
    expect(left).toEqual([0, 1].slice(0, capacity));
    yield* settle();
    expect(panics).toBe(5 - capacity);
  });
});

test('Q8 close does not wait, and whoever it wakes sees the channel closed', async () => {
  await run(function* () {
    const ch = chan<number>();
    const seen: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      go(function* () {
        const { done } = yield* ch.next();
        seen.push(done === true && ch.closed && ch.tryRecv()?.done === true);
      });
    }
    yield* settle();
    ch.close();
    expect(seen).toEqual([]); // close has returned, and nobody has run
    yield* settle();
    expect(seen).toEqual([true, true, true]);
  });
});

describe('Q9 a received value is not kept alive', () => {
  type Way = (ch: Chan<object>, value: object) => Promise<void>;
  const ways: Record<string, [capacity: number, way: Way]> = {
    'the buffer': [4, (ch, v) => run(async () => void (await ch.send(v), await ch.recv()))],
    tries: [1, (ch, v) => Promise.resolve(void (ch.trySend(v), ch.tryRecv()))],
    'a parked sender': [
      0,
      (ch, v) =>
        run(function* () {
          go(function* (value: object) {
            yield* ch.send(value);
          }, v);
          yield* gosched();
          yield* ch.recv();
          yield* gosched();
        }),
    ],
    'a parked receiver': [
      0,
      (ch, v) =>
        run(function* () {
          go(function* () {
            yield* ch.recv();
          });
          yield* gosched();
          yield* ch.send(v);
          yield* gosched();
        }),
    ],
    'a refilled buffer': [
      1,
      (ch, v) =>
        run(function* () {
          yield* ch.send({});
          go(function* (value: object) {
            yield* ch.send(value);
          }, v);
          yield* gosched();
          yield* ch.recv();
          yield* ch.recv();
          yield* gosched();
        }),
    ],
    'a select': [
      1,
      (ch, v) =>
        run(function* () {
          yield* select({ s: ch.send(v) });
          yield* select({ r: ch.recv() });
        }),
    ],
    'a losing send of a select': [
      0,
      (ch, v) =>
        run(function* () {
          const other = chan<number>();
          go(function* (value: object) {
            yield* select({ s: ch.send(value), other: other.recv() });
          }, v);
          yield* gosched();
          yield* other.send(1);
          yield* gosched();
        }),
    ],
    'a sender that met a close': [
      0,
      (ch, v) =>
        run(function* () {
          go(function* (value: object) {
            try {
              yield* ch.send(value);
            } catch {
              // send on closed channel
            }
          }, v);
          yield* gosched();
          ch.close();
          yield* gosched();
        }),
    ],
    many: [2, (ch, v) => run(async () => void (await ch.sendMany([v]), await ch.recvMany(5)))],
  };

  test.each(Object.entries(ways))('Q9 through %s', async (_name, [capacity, way]) => {
    const ch = chan<object>(capacity);
    const ref = await (async () => {
      const value = { big: new Array(1000).fill(0) };
      await way(ch, value);
      return new WeakRef(value);
    })();
    expect(await collect(() => ref.deref() === undefined)).toBe(true);
    expect(ch.length).toBe(0); // the channel itself is alive
  });
});

test('Q10 in whatever order woken goroutines run, each runs once', async () => {
  await run(function* () {
    const ch = chan<number>();
    const ran: number[] = [];
    for (let i = 0; i < 5; i++) {
      go(function* () {
        yield* ch.recv();
        ran.push(i);
      });
    }
    yield* settle();
    for (let i = 0; i < 3; i++) yield* ch.send(i);
    ch.close();
    yield* settle();
    expect(ran.sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

test('Q11 any number of goroutines use one channel for everything', async () => {
  await run(function* () {
    const ch = chan<number>(3);
    const done = chan<number>();
    let lengths = 0;
    for (let s = 0; s < 10; s++) {
      go(function* () {
        for (let i = 0; i < 50; i++) yield* ch.send(1);
        yield* done.send(0);
      });
      go(async () => {
        for (let i = 0; i < 50; i++) await ch.send(1);
        await done.send(0);
      });
      go(function* () {
        const end = performance.now() + 2000; // so that starvation fails the test and does not hang it
        while (performance.now() < end) {
          if (ch.length > ch.capacity || ch.length < 0) lengths++;
          if (ch.closed) return;
          yield* gosched();
        }
      });
    }
    go(function* () {
      for (let i = 0; i < 20; i++) yield* done.recv();
      ch.close();
    });
    const sums = [0, 1, 2, 3].map(() =>
      go(function* () {
        let sum = 0;
        yield* ch.each((v) => void (sum += v));
        return sum;
      }),
    );
    let total = 0;
    for (const g of sums) total += yield* g.join();
    yield* sleep(0);
    expect([total, lengths]).toEqual([1000, 0]);
  });
});

test('Q12 a channel is equal to itself only, whatever its direction', async () => {
  const a = chan<number>();
  const b = chan<number>();
  const out: SendChan<number> = a;
  const into: RecvChan<number> = a;
  expect(out as unknown).toBe(into);
  expect(a === b).toBe(false);
  expect(new Set<unknown>([a, out, into, b]).size).toBe(2);
  const carried = await run(function* () {
    const ch = chan<Chan<number>>(1);
    yield* ch.send(a);
    return yield* ch.recv();
  });
  expect(carried).toBe(a);
  expect(nilChan as unknown).not.toBe(a);
});

test('Q13 a view of one direction is the channel itself', async () => {
  await run(function* () {
    const ch = chan<number>(1);
    const send = (to: SendChan<number>): boolean => to.trySend(5);
    const receive = (from: RecvChan<number>): unknown => from.tryRecv()?.value;
    expect([send(ch), receive(ch)]).toEqual([true, 5]);
    const nested: RecvChan<SendChan<number>> = (() => {
      const c = chan<Chan<number>>(1);
      c.trySend(ch);
      return c;
    })();
    yield* ((yield* nested.recv()) as SendChan<number>).send(6);
    expect(yield* ch.recv()).toBe(6);
  });
});
