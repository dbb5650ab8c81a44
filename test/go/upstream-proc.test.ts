/** Equivalents of runtime/proc_test.go, runtime/sema_test.go and runtime/defer_test.go. */
import {
  chan,
  defer,
  DeadlockError,
  go,
  gosched,
  numGoroutine,
  type Op,
  run,
  select,
  sleep,
  trySelect,
} from 'goroutines';
import { RWMutex } from 'goroutines/sync';
import { after } from 'goroutines/time';
import { expect, test } from 'vitest';
import { joinAll, type Prog, settle, testForms, use } from './helpers.ts';

testForms('TestYieldProgress: a goroutine that polls and gives way lets a sender in', function* (spawn) {
  const quit = chan<boolean>();
  const end = performance.now() + 2000;
  const poller = spawn(function* (): Prog<boolean> {
    while (performance.now() < end) {
      if (trySelect({ quit: quit.recv() })) return true;
      yield* use(gosched());
    }
    return false;
  });
  yield* use(sleep(5));
  spawn(function* (): Prog {
    yield* use(quit.send(true));
  });
  expect(yield* use(poller.join())).toBe(true);
});

testForms('TestBlockLocked: ten rendezvous', function* (spawn) {
  const ch = chan<number>();
  const sender = spawn(function* (): Prog {
    for (let i = 0; i < 10; i++) yield* use(ch.send(i));
  });
  for (let i = 0; i < 10; i++) expect(yield* use(ch.recv())).toBe(i);
  yield* use(sender.join());
});

testForms('TestTimerFairness: two goroutines that hammer a channel do not starve a timer', function* (spawn) {
  const ch = chan<number>();
  const timeout = after(20);
  const quit = chan<number>();
  const all = [0, 1].map((side) =>
    spawn(function* (): Prog {
      for (;;) {
        const mine: Op<unknown> = side === 0 ? ch.send(1) : ch.recv();
        if ((yield* use(select({ mine, quit: quit.recv() }))).key === 'quit') return;
      }
    }),
  );
  const start = performance.now();
  yield* use(timeout.recv());
  expect(performance.now() - start).toBeLessThan(500);
  quit.close();
  yield* joinAll(all);
});

testForms('TestTimerFairness2: the timer is a case of the hammering selects themselves', function* (spawn) {
  const ch = chan<number>();
  const start = performance.now();
  const all = [0, 1].map(() =>
    spawn(function* (): Prog {
      const timeout = after(20);
      for (;;) {
        const s = yield* use(select({ s: ch.send(1), r: ch.recv(), timeout: timeout.recv() }));
        if (s.key === 'timeout') return;
      }
    }),
  );
  yield* joinAll(all);
  expect(performance.now() - start).toBeLessThan(500);
});

test('TestNumGoroutine: 1 at rest, and as many as a dump lists', async () => {
  await run(function* () {
    expect(numGoroutine()).toBe(1);
  });
  let counted = 0;
  const error: unknown = await run(function* () {
    const ch = chan();
    for (let i = 0; i < 7; i++) {
      go(function* () {
        yield* ch.recv();
      });
    }
    go(async () => void (await ch.recv()));
    yield* settle();
    counted = numGoroutine();
    yield* ch.recv();
  }).catch((e: unknown) => e);
  expect(counted).toBe(9);
  expect((error as DeadlockError).goroutines).toHaveLength(counted);
  expect((error as DeadlockError).stack?.match(/^goroutine \d+ /gm)).toHaveLength(counted);
});

testForms('TestPingPongHog: hogs that give way do not keep a light pair from its turns', function* (spawn) {
  let over = false;
  const hogs = [0, 0];
  const light = [0, 0];
  const [ping, pong] = [chan<boolean>(), chan<boolean>()];
  for (const i of [0, 1]) {
    spawn(function* (): Prog {
      while (!over) {
        hogs[i] = (hogs[i] as number) + 1;
        yield* use(gosched());
      }
    });
  }
  spawn(function* (): Prog {
    for (;;) {
      yield* use(ping.recv());
      light[0] = (light[0] as number) + 1;
      yield* use(pong.send(true));
    }
  });
  spawn(function* (): Prog {
    for (;;) {
      yield* use(ping.send(true));
      yield* use(pong.recv());
      light[1] = (light[1] as number) + 1;
    }
  });
  const end = performance.now() + 2000;
  spawn(function* (): Prog {
    while (!over) {
      over ||= performance.now() > end;
      yield* use(gosched());
    }
  });
  yield* use(sleep(50));
  over = true;
  const counts = [...hogs, ...light];
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(20);
  expect(performance.now()).toBeLessThan(end);
});

test('TestSchedLocalQueue: however many goroutines are ready, each runs once', async () => {
  await run(function* () {
    for (const n of [0, 1, 2, 3, 31, 32, 33, 255, 256, 257, 511, 1000, 5000]) {
      const ran = new Uint8Array(n);
      const all = Array.from({ length: n }, (_, i) =>
        go(function* () {
          yield* gosched();
          ran[i] = (ran[i] as number) + 1;
        }),
      );
      for (const g of all) yield* g.join();
      expect(ran.every((count) => count === 1)).toBe(true);
    }
  });
});

testForms(
  'TestSemaHandoff, TestSemaHandoff1, TestSemaHandoff2: who unlocks cannot overtake who waits',
  function* (spawn) {
    const mu = new RWMutex(); // a Mutex hands over only to whoever has waited for long
    for (let i = 0; i < 300; i++) {
      yield* use(mu.lock());
      let entered = false;
      const waiter = spawn(function* (): Prog {
        yield* use(mu.lock());
        entered = true;
        mu.unlock();
      });
      yield* use(gosched());
      yield* use(gosched());
      mu.unlock();
      if (!entered) expect(mu.tryLock()).toBe(false); // it is the waiter's already
      yield* use(mu.lock());
      expect(entered).toBe(true);
      mu.unlock();
      yield* use(waiter.join());
    }
  },
);

test('TestConditionalDefers: what was deferred runs last in, first out, also during a panic', async () => {
  const ran: number[] = [];
  const main = run(function* () {
    yield* go(function* () {
      using _1 = defer(() => ran.push(1));
      using _2 = ran.length === 0 ? defer(() => ran.push(2)) : null;
      using _3 = ran.length > 0 ? defer(() => ran.push(3)) : null;
      using _4 = defer(() => ran.push(4));
      yield* gosched();
      throw new Error('boom');
    }).join();
  });
  await expect(main).rejects.toThrow('boom');
  expect(ran).toEqual([4, 2, 1]);
});
