/** Mutex, WaitGroup and defer on one thread. */
import { chan, defer, go, gosched, Mutex, Panic, run, select, sleep, trySelect, WaitGroup } from 'goroutines';
import { describe, expect, test } from 'vitest';
import { rejection, thrownBy } from './support.ts';

describe('Mutex', () => {
  test('excludes across suspension points', async () => {
    await run(function* () {
      const mu = new Mutex();
      let [inside, most, count] = [0, 0, 0];
      const wg = new WaitGroup();
      for (let i = 0; i < 10; i++) {
        wg.go(function* () {
          for (let j = 0; j < 20; j++) {
            using _ = yield* mu.lock();
            most = Math.max(most, ++inside);
            const seen = count;
            yield* gosched();
            count = seen + 1;
            inside--;
          }
        });
      }
      yield* wg.wait();
      expect([most, count]).toEqual([1, 200]);
    });
  });

  test('using unlocks, also when the block throws', async () => {
    const mu = new Mutex();
    await rejection(
      run(function* () {
        using _ = yield* mu.lock();
        throw new Error('no');
      }),
    );
    expect(mu.tryLock()).toBe(true);
  });

  test('unlock of an unlocked one panics', () => {
    const error = thrownBy(() => new Mutex().unlock());
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({
      message: expect.stringContaining('sync: unlock of unlocked mutex') as string,
      code: 'ERR_UNLOCK_OF_UNLOCKED',
    });
  });

  test('as a losing case it is not held; as the winning case it is', async () => {
    await run(function* () {
      const mu = new Mutex();
      for (let i = 0; i < 50; i++) {
        const s = yield* select({ lock: mu.lock(), now: sleep(0) });
        expect(mu.tryLock()).toBe(s.key === 'now');
        mu.unlock();
      }
      yield* mu.lock();
      const s = yield* select({ lock: mu.lock(), late: sleep(1) });
      expect(s.key).toBe('late');
      mu.unlock();
      expect(trySelect({ lock: mu.lock() })?.key).toBe('lock');
      expect(trySelect({ lock: mu.lock() })).toBeUndefined();
    });
  });
});

describe('WaitGroup', () => {
  test('go: adds before, takes away after the return, of every kind of body', async () => {
    await run(function* () {
      const wg = new WaitGroup();
      const seen: string[] = [];
      wg.go(function* (name: string) {
        yield* sleep(2);
        seen.push(name);
      }, 'generator');
      wg.go(async (name: string) => {
        await sleep(1);
        seen.push(name);
      }, 'async');
      wg.go((name: string) => void seen.push(name), 'function');
      yield* wg.wait();
      expect(seen.sort()).toEqual(['async', 'function', 'generator']);
    });
  });

  test('all who wait go on; wait at zero returns at once; it can be used again', async () => {
    await run(function* () {
      const wg = new WaitGroup();
      for (let round = 0; round < 3; round++) {
        let released = 0;
        wg.add(2);
        for (let i = 0; i < 5; i++) {
          go(function* () {
            yield* wg.wait();
            released++;
          });
        }
        yield* gosched();
        wg.done();
        yield* gosched();
        expect(released).toBe(0);
        wg.done();
        yield* wg.wait();
        yield* gosched();
        expect(released).toBe(5);
      }
    });
  });

  test('below zero: panics, and the counter is unchanged', async () => {
    const wg = new WaitGroup();
    wg.add(1);
    const error = thrownBy(() => wg.add(-2));
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({
      message: 'sync: negative WaitGroup counter',
      code: 'ERR_NEGATIVE_WAIT_GROUP',
    });
    expect(trySelect([wg.wait()])).toBeUndefined();
    wg.done();
    await wg.wait();
  });

  test('a body that throws is not done: whoever waits does not go on, and the program panics', async () => {
    let wentOn = false;
    const error = await rejection(
      run(function* () {
        const wg = new WaitGroup();
        wg.go(function* () {
          throw new Error('boom');
        });
        yield* wg.wait();
        wentOn = true;
      }),
    );
    expect((error as Error).message).toBe('panic: boom');
    expect(wentOn).toBe(false);
  });
});

describe('defer', () => {
  test('runs last in, first out, when the block is left in any way', async () => {
    const seen: string[] = [];
    await run(function* () {
      for (const way of ['end', 'continue', 'throw']) {
        try {
          using _a = defer(() => void seen.push(`${way} a`));
          using _b = defer(() => void seen.push(`${way} b`));
          yield* sleep(0);
          if (way === 'continue') continue;
          if (way === 'throw') throw new Error(way);
        } catch {
          seen.push('caught');
        }
      }
    });
    expect(seen).toEqual(['end b', 'end a', 'continue b', 'continue a', 'throw b', 'throw a', 'caught']);
  });

  test('runs in goroutines that the end of main cuts off', async () => {
    const seen: number[] = [];
    await run(function* () {
      for (let i = 0; i < 3; i++) {
        go(function* () {
          using _ = defer(() => void seen.push(i));
          yield* chan().recv();
        });
      }
      yield* gosched();
    });
    expect(seen.sort()).toEqual([0, 1, 2]);
  });
});
