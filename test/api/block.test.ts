/** block(): waiting in synchronous code, with the thread's other goroutines going on. */
import { chan, DeadlockError, go, gosched, Mutex, nilChan, run, select, sleep } from 'goroutines';
import { expect, test } from 'vitest';
import { thrownBy } from './support.ts';

test('others go on meanwhile, timers too', () => {
  const ch = chan<number>();
  const seen: number[] = [];
  go(function* () {
    for (let i = 0; i < 3; i++) {
      yield* sleep(1);
      seen.push(i);
    }
    yield* ch.send(9);
  });
  expect(ch.recv().block()).toBe(9);
  expect(seen).toEqual([0, 1, 2]);
});

test('sleep blocks for at least its time', () => {
  const start = performance.now();
  sleep(20).block();
  expect(performance.now() - start).toBeGreaterThanOrEqual(20 - 1e-6);
});

test('nested: whoever blocks on top is served first, the one below after it', () => {
  const [a, b] = [chan<string>(), chan<string>()];
  const seen: string[] = [];
  go(() => {
    seen.push(b.recv().block() ?? '');
    a.trySend('a');
  });
  go(function* () {
    yield* sleep(1);
    yield* b.send('b');
  });
  seen.push(a.recv().block() ?? '');
  expect(seen).toEqual(['b', 'a']);
});

test('inside a generator goroutine, which keeps its identity', async () => {
  const value = await run(function* () {
    const ch = chan<number>();
    go(function* () {
      yield* ch.send(1);
      yield* gosched();
      yield* ch.send(2);
    });
    const first = ch.recv().block();
    return [first, yield* ch.recv()];
  });
  expect(value).toEqual([1, 2]);
});

test('what can never end is a DeadlockError, and nothing stays behind', () => {
  const ch = chan<number>();
  const mu = new Mutex();
  mu.tryLock();
  for (const op of [
    ch.recv(),
    ch.send(1),
    ch.recvMany(2),
    mu.lock(),
    nilChan.recv(),
    select({}),
    select([ch.recv()]),
  ]) {
    expect(thrownBy(() => op.block())).toBeInstanceOf(DeadlockError);
  }
  expect(ch.trySend(1)).toBe(false);
  expect(ch.tryRecv()).toBeUndefined();
  mu.unlock();
  expect(mu.tryLock()).toBe(true);
});

test('a deadlock inside a goroutine can be caught there, and it goes on', async () => {
  const value = await run(function* () {
    const error = thrownBy(() => chan().recv().block());
    yield* sleep(1);
    return error instanceof DeadlockError;
  });
  expect(value).toBe(true);
});
