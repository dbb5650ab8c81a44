/**
 * golang.org/x/sync/semaphore: the rule E4, and what its tests assert; with goroutines of one processor, and with tasks on
 * two.
 */
import { go, type Goroutine, Panic, run, select, sleep, shutdown, trySelect } from 'goroutines';
import { background, Canceled, DeadlineExceeded, withCancel, withTimeout } from 'goroutines/context';
import { Weighted } from 'goroutines/semaphore';
import { Int32 } from 'goroutines/sync';
import { afterAll, describe, expect, test } from 'vitest';
import { rejection, thrownBy } from '../api/support.ts';
import * as fixtures from './fixtures/tasks.mjs';

afterAll(() => shutdown());

type Body = (...args: unknown[]) => unknown;

describe.each([
  ['goroutines', 0, fixtures.bodies],
  ['tasks', 2, fixtures.tasks],
])('with %s', (_name, procs, bodies) => {
  const inRun = <T>(main: () => Promise<T>): Promise<T> => run(main, { procs });
  const start = (name: string, ...args: unknown[]): Goroutine<unknown> => go(bodies[name] as Body, ...args);

  test('TestWeighted: many take and give back, and never more are out than there are', async () => {
    await inRun(async () => {
      const n = 8;
      const sem = new Weighted(n);
      const out = new Int32();
      const all = Array.from({ length: n }, (_, i) => start('hammer', sem, i + 1, 200, out));
      for (const g of all) expect(await g.join()).toBeLessThanOrEqual(n);
      expect(sem.tryAcquire(n)).toBe(true);
    });
  });

  test('TestWeightedAcquire: gives up when the context is over', async () => {
    await inRun(async () => {
      const sem = new Weighted(2);
      const results: unknown[] = [];
      await sem.acquire(background(), 1);
      results.push(await start('acquireFor', sem, 1, 5000).join());
      results.push(await start('acquireFor', sem, 1, 10).join());
      sem.release(2);
      results.push(await start('acquireFor', sem, 1, 5000).join());
      await sem.acquire(background(), 1);
      results.push(await start('acquireFor', sem, 1, 10).join());
      expect(results).toEqual([
        'acquired',
        'context deadline exceeded',
        'acquired',
        'context deadline exceeded',
      ]);
    });
  });

  test('TestWeightedDoesntBlockIfTooBig: who wants more than there is holds up nobody', async () => {
    await inRun(async () => {
      const sem = new Weighted(2);
      const [ctx, cancel] = withCancel(background());
      const big = start('acquire', sem, ctx, 3);
      const small = [0, 1, 2].map(() => start('hammer', sem, 1, 20, new Int32()));
      for (const g of small) await g.join();
      cancel();
      expect(await big.join()).toBe(Canceled);
    });
  });

  test('TestLargeAcquireDoesntStarve: who wants all gets them against many who want one', async () => {
    await inRun(async () => {
      const n = 4;
      const sem = new Weighted(n);
      const [ctx, cancel] = withCancel(background());
      const all = Array.from({ length: n }, () => start('cycle', sem, ctx));
      await sleep(20);
      await sem.acquire(background(), n);
      cancel();
      sem.release(n);
      for (const g of all) expect(await g.join()).toBeGreaterThan(0);
    });
  });

  test('TestAllocCancelDoesntStarve: the end of one that wants many lets those behind it pass', async () => {
    await inRun(async () => {
      const sem = new Weighted(10);
      await sem.acquire(background(), 1);
      const [ctx, cancel] = withCancel(background());
      const big = start('acquire', sem, ctx, 10);
      while (sem.tryAcquire(1)) {
        sem.release(1); // until the big one stands in line
        await sleep(1);
      }
      const small = start('acquire', sem, background(), 1);
      await sleep(20);
      cancel();
      expect(await big.join()).toBe(Canceled);
      expect(await small.join()).toBe('acquired');
    });
  });

  test('TestWeightedAcquireCanceled: the context wins, and no permit is kept', async () => {
    await inRun(async () => {
      const sem = new Weighted(2);
      const [ctx, cancel] = withCancel(background());
      await sem.acquire(background(), 1);
      const g = start('acquire', sem, ctx, 2);
      await sleep(20);
      cancel();
      sem.release(1);
      expect(await g.join()).toBe(Canceled);
      expect(await start('acquire', sem, ctx, 1).join()).toBe(Canceled); // also if it would not wait
      expect(sem.tryAcquire(2)).toBe(true);
    });
  });

  test('E4 in line: who wants few does not overtake who wants many', async () => {
    await inRun(async () => {
      const sem = new Weighted(3);
      await sem.acquire(background(), 2);
      const many = start('acquire', sem, background(), 3);
      while (sem.tryAcquire(1)) {
        sem.release(1);
        await sleep(1);
      }
      expect(sem.tryAcquire(1)).toBe(false); // somebody waits
      const few = start('acquireFor', sem, 1, 20);
      expect(await few.join()).toBe('context deadline exceeded');
      sem.release(2);
      expect(await many.join()).toBe('acquired');
    });
  });

  test('E4 a hundred that are cancelled while permits come and go: none is lost', async () => {
    await inRun(async () => {
      const sem = new Weighted(4);
      for (let round = 0; round < 10; round++) {
        await sem.acquire(background(), 4);
        const all = Array.from({ length: 20 }, (_, i) =>
          start('acquireThenCancelled', sem, (i % 4) + 1, i % 5),
        );
        await sleep(round % 4);
        sem.release(4);
        let taken = 0;
        const again = async (g: Goroutine<unknown>, n: number): Promise<void> => {
          const got = await g.join();
          if (got !== 'acquired') return void expect(got).toBe(Canceled);
          taken++;
          sem.release(n);
        };
        await Promise.all(all.map((g, i) => again(g, (i % 4) + 1)));
        expect(taken).toBeLessThanOrEqual(20);
        expect(sem.tryAcquire(4)).toBe(true);
        sem.release(4);
      }
    });
  });
});

test('TestWeightedPanic: more is given back than was taken', () => {
  const sem = new Weighted(1);
  for (const n of [1, 5]) {
    const error = thrownBy(() => sem.release(n));
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({
      message: 'semaphore: released more than held',
      code: 'ERR_RELEASED_TOO_MUCH',
    });
  }
  expect(sem.tryAcquire(1)).toBe(true);
});

test('TestWeightedTryAcquire: as long as there are some', async () => {
  const sem = new Weighted(2);
  await sem.acquire(background(), 1);
  const tries = [sem.tryAcquire(1), sem.tryAcquire(1)];
  sem.release(2);
  tries.push(sem.tryAcquire(1));
  await sem.acquire(background(), 1);
  tries.push(sem.tryAcquire(1));
  expect(tries).toEqual([true, false, true, false]);
  expect(new Weighted(2).tryAcquire(3)).toBe(false);
});

test('Example_workerPool: the steps of Collatz, with a bounded number of workers', async () => {
  await run(function* () {
    const workers = 4;
    const sem = new Weighted(workers);
    const out: number[] = [];
    function* work(i: number) {
      let steps = 0;
      for (let n = i + 1; n > 1; steps++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
      out[i] = steps;
      yield* sleep(0.1);
      sem.release(1);
    }
    for (let i = 0; i < 32; i++) {
      yield* sem.acquire(background(), 1);
      go(work, i);
    }
    yield* sem.acquire(background(), workers);
    expect(out).toEqual([
      0, 1, 7, 2, 5, 8, 16, 3, 19, 6, 14, 9, 9, 17, 17, 4, 12, 20, 20, 7, 7, 15, 15, 10, 23, 10, 111, 18, 18,
      18, 106, 5,
    ]);
  });
});

describe('as a case of a select', () => {
  test('E4 a case that loses takes nothing and holds up nobody', async () => {
    await run(function* () {
      const sem = new Weighted(2);
      const [ctx, cancel] = withCancel(background());
      yield* sem.acquire(background(), 1);
      for (let i = 0; i < 50; i++) {
        const s = yield* select({ permits: sem.acquire(ctx, 2), now: sleep(0.05) });
        expect(s.key).toBe('now');
      }
      expect(sem.tryAcquire(1)).toBe(true);
      expect(trySelect({ permits: sem.acquire(ctx, 1) })).toBeUndefined();
      sem.release(2);
      const s = yield* select({ permits: sem.acquire(ctx, 2), late: sleep(5000) });
      expect(s.key).toBe('permits');
      sem.release(2);
      cancel();
      expect(sem.tryAcquire(2)).toBe(true);
    });
  });

  test('E4 the end of the context is thrown, before the select and during it', async () => {
    await run(async () => {
      const sem = new Weighted(1);
      await sem.acquire(background(), 1);
      const [ctx] = withTimeout(background(), 5);
      expect(await rejection(select({ permits: sem.acquire(ctx, 1), never: sleep(60_000) }))).toBe(
        DeadlineExceeded,
      );
      expect(await rejection(select([sem.acquire(ctx, 1)]))).toBe(DeadlineExceeded);
      expect(thrownBy(() => trySelect([sem.acquire(ctx, 1)]))).toBe(DeadlineExceeded);
      expect(thrownBy(() => sem.acquire(ctx, 1).block())).toBe(DeadlineExceeded);
    });
  });

  test('E4 two cases whose contexts end together, found out by the second', async () => {
    await run(async () => {
      for (let i = 0; i < 200; i++) {
        const [a, b] = [new Weighted(0), new Weighted(0)];
        const [ctx] = withTimeout(background(), 0.02 + (i % 10) / 100);
        const child = withCancel(ctx)[0];
        const error = await rejection(
          select([a.acquire(child, 0).map(() => 1), b.acquire(ctx, 1), b.acquire(child, 1)]).map(
            ([index]) => {
              if (index === 0) throw DeadlineExceeded; // acquiring none succeeds
            },
          ),
        );
        expect(error).toBe(DeadlineExceeded);
      }
      for (let i = 0; i < 200; i++) {
        const sem = new Weighted(1);
        await sem.acquire(background(), 1);
        const [ctx] = withTimeout(background(), 0.02 + (i % 10) / 100);
        const children = Array.from({ length: 20 }, () => withCancel(ctx)[0]);
        expect(await rejection(select(children.map((c) => sem.acquire(c, 1))))).toBe(DeadlineExceeded);
      }
    });
  });

  test('E4 in synchronous code', async () => {
    await run(function* () {
      const sem = new Weighted(1);
      sem.acquire(background(), 1).block();
      go(function* () {
        yield* sleep(2);
        sem.release(1);
      });
      sem.acquire(withCancel(background())[0], 1).block();
      const [ctx] = withTimeout(background(), 5);
      expect(thrownBy(() => sem.acquire(ctx, 1).block())).toBe(DeadlineExceeded);
      yield* sleep(0);
    });
  });
});

test('a program that ends while one waits, or was just given permits, loses none', async () => {
  const sem = new Weighted(1);
  await sem.acquire(background(), 1);
  await run(function* () {
    const [ctx] = withCancel(background());
    for (let i = 0; i < 5; i++) {
      go(function* () {
        yield* sem.acquire(ctx, 1);
        throw new Error('nobody gets here');
      });
    }
    yield* sleep(2);
    sem.release(1);
  });
  expect(sem.tryAcquire(1)).toBe(true);
});

test('what is no number of permits, and no context, is refused', () => {
  for (const n of [-1, 1.5, NaN, 2 ** 31, '1'] as number[]) {
    expect(() => new Weighted(n)).toThrow(TypeError);
    const sem = new Weighted(1);
    expect(() => sem.acquire(background(), n)).toThrow(TypeError);
    expect(() => sem.tryAcquire(n)).toThrow(TypeError);
    expect(() => sem.release(n)).toThrow(TypeError);
  }
  expect(() => new Weighted(1).acquire(undefined as never, 1)).toThrow(
    'cannot create context from nil parent',
  );
  expect(() => new Weighted(1).acquire({} as never, 1)).toThrow(TypeError);
});
