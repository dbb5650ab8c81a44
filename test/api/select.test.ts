/** select at its edges: the same channel twice, both directions, closes, errors, values that look like promises. */
import {
  chan,
  go,
  type Go,
  gosched,
  i32,
  Mutex,
  nilChan,
  run,
  select,
  type SendChan,
  sleep,
  trySelect,
  wait,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import { rejection } from './support.ts';

test('the same channel twice: one value, once', async () => {
  await run(function* () {
    const ch = chan<number>();
    const g = go(function* () {
      return yield* select([ch.recv(), ch.recv(), ch.next()]);
    });
    yield* gosched();
    expect(ch.trySend(5)).toBe(true);
    expect(ch.trySend(6)).toBe(false);
    const [, value] = yield* g.join();
    expect([5, { done: false, value: 5 }]).toContainEqual(value);
  });
});

test('send and receive on the same channel do not pair with each other', async () => {
  await run(function* () {
    const ch = chan<number>();
    expect(trySelect([ch.send(1), ch.recv()])).toBeUndefined();
    const s = yield* select({ out: ch.send(1), in: ch.recv(), late: sleep(2) });
    expect(s.key).toBe('late');
    expect([ch.trySend(1), ch.tryRecv()]).toEqual([false, undefined]);
    const two = [0, 1].map(() =>
      go(function* () {
        return yield* select({ out: ch.send(7), in: ch.recv() });
      }),
    );
    const keys: string[] = [];
    for (const g of two) keys.push((yield* g.join()).key);
    expect(keys.sort()).toEqual(['in', 'out']);
  });
});

test('each of several ready cases is chosen about equally often', async () => {
  const n = 4000;
  const counts = [0, 0, 0, 0];
  await run(
    function* () {
      for (let i = 0; i < n; i++) {
        const [index] = yield* select([sleep(0), sleep(0), gosched(), sleep(0)]);
        counts[index] = (counts[index] ?? 0) + 1;
      }
    },
    { seed: 7 },
  );
  for (const count of counts) expect(Math.abs(count - n / 4)).toBeLessThan(n / 20);
});

function* offer(ch: SendChan<number>): Go {
  yield* ch.send(9);
}

test('whichever cases are ready: one of these is chosen, about equally often, and the others keep what they have', async () => {
  const n = 400;
  await run(
    function* () {
      for (let set = 1; set < 16; set++) {
        const counts = [0, 0, 0, 0];
        for (let i = 0; i < n; i++) {
          const [full, room, shut, met] = [chan<number>(1), chan<number>(1), chan<number>(), chan<number>()];
          if (set & 1) full.trySend(7);
          if (!(set & 2)) room.trySend(8);
          if (set & 4) shut.close();
          if (set & 8) go(offer, met);
          yield* gosched();
          const cases = [full.recv(), room.send(10), shut.next(), met.recv().map((v) => v)] as const;
          const [index, value] = yield* select(cases);
          counts[index] = (counts[index] ?? 0) + 1;
          expect(value).toEqual([7, undefined, { done: true, value: undefined }, 9][index]);
          const left = [full.length, room.length, met.tryRecv()?.value];
          expect(left).toEqual([
            set & 1 && index !== 0 ? 1 : 0,
            set & 2 && index !== 1 ? 0 : 1,
            set & 8 && index !== 3 ? 9 : undefined,
          ]);
        }
        const ready = counts.filter((_, i) => set & (1 << i));
        expect(ready.reduce((a, b) => a + b)).toBe(n);
        for (const count of ready) expect(Math.abs(count - n / ready.length)).toBeLessThan(n / 8);
      }
    },
    { seed: 3 },
  );
});

// Who waits on a shared channel, too, may be on the way while it still stands in the list of a local one.
describe('a goroutine that a shared channel has woken, before its turn', () => {
  test('does not receive', async () => {
    await run(function* () {
      const [local, shared] = [chan<number>(), chan(i32)];
      const receiver = go(function* () {
        return yield* select({ local: local.recv(), shared: shared.recv() });
      });
      yield* gosched();
      expect(shared.trySend(1)).toBe(true);
      expect(trySelect({ sent: local.send(2) })).toBeUndefined();
      expect(yield* select({ sent: local.send(3), late: sleep(0) })).toMatchObject({ key: 'late' });
      expect(yield* receiver.join()).toEqual({ key: 'shared', value: 1 });
    });
  });

  test('does not send', async () => {
    await run(function* () {
      const [local, shared] = [chan<number>(), chan(i32)];
      const sender = go(function* () {
        return yield* select({ local: local.send(1), shared: shared.recv() });
      });
      yield* gosched();
      expect(shared.trySend(2)).toBe(true);
      expect(trySelect({ got: local.recv() })).toBeUndefined();
      expect(yield* sender.join()).toEqual({ key: 'shared', value: 2 });
    });
  });

  test('does not get the lock', async () => {
    await run(function* () {
      const [lock, shared] = [new Mutex(), chan(i32)];
      yield* lock.lock();
      const waiter = go(function* () {
        return yield* select({ locked: lock.lock(), shared: shared.recv() });
      });
      yield* gosched();
      expect(shared.trySend(3)).toBe(true);
      lock.unlock();
      expect(lock.tryLock()).toBe(true);
      expect(yield* waiter.join()).toEqual({ key: 'shared', value: 3 });
    });
  });

  test('meets again when it has lost nothing', async () => {
    await run(function* () {
      const [local, shared] = [chan<number>(), chan(i32)];
      const receiver = go(function* () {
        return yield* select({ local: local.recv(), shared: shared.recv() });
      });
      yield* gosched();
      expect(yield* select({ sent: local.send(4), late: sleep(100) })).toMatchObject({ key: 'sent' });
      expect(yield* receiver.join()).toEqual({ key: 'local', value: 4 });
      expect(shared.trySend(5)).toBe(false);
    });
  });
});

describe('closed channels', () => {
  test('a parked receive case wins with undefined, a parked send case panics', async () => {
    await run(function* () {
      const ch = chan<number>();
      const receiver = go(function* () {
        return yield* select({ it: ch.recv(), never: nilChan.recv() });
      });
      yield* gosched();
      ch.close();
      expect(yield* receiver.join()).toEqual({ key: 'it', value: undefined });
    });
    const error = await rejection(
      run(function* () {
        const ch = chan<number>();
        const sender = go(function* () {
          return yield* select([ch.send(1), nilChan.recv()]);
        });
        yield* gosched();
        ch.close();
        yield* sender.join();
      }),
    );
    expect((error as Error).message).toBe('send on closed channel');
  });

  test('trySelect does not protect a send', () => {
    const ch = chan<number>(1);
    ch.close();
    expect(() => trySelect([ch.send(1)])).toThrow('send on closed channel');
  });
});

test('a map that throws in the chosen case ends the select; the losers left no trace', async () => {
  const other = chan<number>();
  const error = await rejection(
    run(function* () {
      const ch = chan<number>(1);
      yield* ch.send(1);
      const fail = () => {
        throw new Error('in map');
      };
      yield* select([ch.recv().map(fail), other.recv().map(fail)]);
    }),
  );
  expect((error as Error).message).toBe('in map');
  expect(other.trySend(1)).toBe(false);
});

test('thenables pass as values by reference between generator goroutines', async () => {
  await run(function* () {
    const promise = Promise.resolve(1);
    const thenable = { then: () => expect.unreachable('nobody may call then') };
    const ch = chan<unknown>(2);
    yield* ch.send(promise);
    yield* ch.send(thenable);
    expect(yield* ch.recv()).toBe(promise);
    const s = yield* select({ it: ch.recv() });
    expect(s.value).toBe(thenable);
  });
});

test('no cases: never ready', () => {
  expect(trySelect({})).toBeUndefined();
  expect(trySelect([])).toBeUndefined();
});

test('then chains, Promise.all and Promise.race', async () => {
  const ch = chan<number>(4);
  for (let i = 1; i <= 4; i++) ch.trySend(i);
  expect(
    await ch
      .recv()
      .then((v) => (v ?? 0) + 10)
      .then((v) => v * 2),
  ).toBe(22);
  expect(await Promise.all([ch.recv(), ch.recv(), ch.send(9)])).toEqual([2, 3, undefined]);
  expect(await Promise.race([chan<number>().recv(), ch.recv()])).toBe(4);
  const closed = chan<number>();
  closed.close();
  expect(await closed.send(1).then(null, (e: Error) => e.message)).toBe('send on closed channel');
});

test('a promise that settles when another case has just won is not listened to', async () => {
  let settle = (): void => undefined;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  const ch = chan<number>();
  const chosen = run(function* () {
    return yield* select({ got: ch.recv(), settled: wait(promise) });
  });
  await new Promise((resolve) => setTimeout(resolve));
  settle();
  expect(ch.trySend(5)).toBe(true); // its microtask comes before the goroutine's turn
  expect(await chosen).toEqual({ key: 'got', value: 5 });
});
