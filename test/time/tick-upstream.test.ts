/** What Go's tests of time.Ticker, Tick and the channels of timers assert, scaled down to milliseconds. */
import {
  chan,
  type Go,
  go,
  gosched,
  nilChan,
  type RecvChan,
  run,
  select,
  sleep,
  trySelect,
  WaitGroup,
} from 'goroutines';
import { after, tick, Ticker, Timer } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { collected } from '../api/support.ts';

test('TestTicker: ten ticks take ten periods, also after a reset; stop stops', async () => {
  await run(function* () {
    const ticker = new Ticker(5);
    const start = performance.now();
    for (let i = 0; i < 5; i++) yield* ticker.c.recv();
    ticker.reset(10);
    for (let i = 0; i < 5; i++) yield* ticker.c.recv();
    const took = performance.now() - start;
    // Ticks stay on their grid, and the reset may follow a late tick: never less than the sum but for one period.
    expect(took).toBeGreaterThanOrEqual(75 - 5);
    expect(took).toBeLessThan(750);
    ticker.stop();
    yield* sleep(30);
    expect(ticker.c.tryRecv()).toBeUndefined();
  });
});

test('TestTickerStress: a hundred ticks of a nanosecond ticker arrive', async () => {
  await run(function* () {
    const ticker = new Ticker(1e-6);
    for (let i = 0; i < 100; i++) yield* ticker.c.recv();
    ticker.stop();
  });
});

test('TestTickerConcurrentStress: ten goroutines take a hundred ticks each from one ticker', async () => {
  await run(function* () {
    const ticker = new Ticker(1e-6);
    const wg = new WaitGroup();
    for (let i = 0; i < 10; i++) {
      wg.go(function* () {
        for (let j = 0; j < 100; j++) yield* ticker.c.recv();
      });
    }
    yield* wg.wait();
    ticker.stop();
  });
});

test('TestMultiWakeupTicker: many goroutines select on one fast ticker and a timeout', async () => {
  await run(function* () {
    const ticker = new Ticker(0.001);
    const wg = new WaitGroup();
    let ticks = 0;
    for (let i = 0; i < 20; i++) {
      wg.go(function* () {
        for (let j = 0; j < 50; j++) {
          const s = yield* select({ tick: ticker.c.recv(), late: after(1).recv() });
          if (s.key === 'tick') ticks++;
        }
      });
    }
    yield* wg.wait();
    ticker.stop();
    expect(ticks).toBeGreaterThan(0);
  });
});

test('TestOverflowPeriodRuntimeTimer: a huge period disturbs no other timer', async () => {
  await run(function* () {
    for (const huge of [2 ** 63, Number.MAX_VALUE, Infinity]) {
      const ticker = new Ticker(huge);
      const s = yield* select({ never: ticker.c.recv(), soon: sleep(5) });
      expect(s.key).toBe('soon');
      const small = new Ticker(1);
      yield* small.c.recv();
      yield* small.c.recv();
    }
  });
});

test('TestTeardown: made, ticked, stopped, three times', async () => {
  await run(function* () {
    for (let i = 0; i < 3; i++) {
      const ticker = new Ticker(2);
      yield* ticker.c.recv();
      ticker.stop();
    }
  });
});

test('TestTick: of a negative interval is the nil channel', () => {
  expect(tick(-1)).toBe(nilChan);
});

test('TestNewTickerLtZeroDuration, TestTickerResetLtZeroDuration: panic', () => {
  expect(() => new Ticker(-1)).toThrow('non-positive interval for NewTicker');
  const ticker = new Ticker(1000);
  expect(() => ticker.reset(0)).toThrow('non-positive interval for Ticker.Reset');
});

test('TestLongAdjustTimers: timeouts in a select that lose leave the heap small and the loop fast', async () => {
  await run(function* () {
    for (let i = 0; i < 1000; i++) go(sleeper);
    const queue = chan<number>();
    let taken = 0;
    go(function* () {
      for (;;) {
        yield* queue.recv();
        taken++;
      }
    });
    const start = performance.now();
    const wg = new WaitGroup();
    for (let i = 0; i < 500; i++) {
      wg.go(function* () {
        for (let j = 0; j < 40; j++) {
          const s = yield* select({ sent: queue.send(j), late: after(60_000).recv() });
          expect(s.key).toBe('sent');
        }
      });
    }
    yield* wg.wait();
    yield* gosched();
    expect(taken).toBe(20_000);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  function* sleeper() {
    yield* sleep(100_000);
  }
});

describe('TestChan: the contract of timer channels', () => {
  interface Clock {
    readonly c: RecvChan<number>;
    stop(): unknown;
    reset(ms: number): unknown;
  }
  const kinds: Record<string, (ms: number) => Clock> = {
    Timer: (ms) => new Timer(ms),
    Ticker: (ms) => new Ticker(ms),
  };
  /** Whether stop and reset say something: those of a Ticker do not. */
  const says = (kind: string, result: unknown, expected: boolean) =>
    expect(result).toBe(kind === 'Timer' ? expected : undefined);

  describe.each(Object.keys(kinds))('%s', (kind) => {
    const make = kinds[kind] as (ms: number) => Clock;
    const FAR = 1e6;
    const none = (clock: Clock) => {
      expect([clock.c.length, clock.c.capacity]).toEqual([0, 0]);
      expect(clock.c.tryRecv()).toBeUndefined();
      expect(trySelect([clock.c.recv()])).toBeUndefined();
      expect([clock.c.length, clock.c.capacity]).toEqual([0, 0]);
    };

    test('TestChan: far from firing, then moved near, stopped, reset', async () => {
      await run(function* () {
        const clock = make(FAR);
        none(clock);
        says(kind, clock.reset(1), true);
        yield* sleep(5);
        expect(clock.c.length).toBe(0);
        says(kind, clock.stop(), true);
        none(clock);
        says(kind, clock.stop(), false);
        says(kind, clock.reset(1), false);
        yield* sleep(5);
        says(kind, clock.reset(FAR), true);
        none(clock);
        says(kind, clock.reset(1), true);
        expect(yield* clock.c.recv()).toBeTypeOf('number');
        says(kind, clock.stop(), kind === 'Ticker');
        none(clock);
      });
    });

    test('TestChan: a receiver that waits sees stop and reset', async () => {
      await run(function* () {
        const clock = make(FAR);
        const got = chan<number>();
        go(function* () {
          for (;;) yield* got.send((yield* clock.c.recv()) as number);
        });
        yield* sleep(2);
        expect(got.tryRecv()).toBeUndefined();
        clock.reset(1);
        expect(yield* got.recv()).toBeTypeOf('number');
        clock.stop();
        yield* sleep(5);
        got.tryRecv(); // a ticker may have ticked before the stop
        yield* sleep(5);
        expect(got.tryRecv()).toBeUndefined();
        clock.reset(1);
        expect(yield* got.recv()).toBeTypeOf('number');
      });
    });

    test('TestChan: of two receivers that wait, one gets each value, the longest waiter first', async () => {
      await run(function* () {
        const clock = make(FAR);
        const order: number[] = [];
        const both = [1, 2].map((i) =>
          go(function* () {
            yield* clock.c.recv();
            order.push(i);
          }),
        );
        yield* sleep(1);
        clock.reset(5);
        yield* (both[0] as (typeof both)[0]).join();
        if (kind === 'Timer') {
          yield* sleep(15);
          expect(order).toEqual([1]);
          clock.reset(1);
        }
        yield* (both[1] as (typeof both)[0]).join();
        expect(order).toEqual([1, 2]);
      });
    });

    test('TestChan: receivers come and go by select; the last one standing gets the value', async () => {
      await run(function* () {
        const clock = make(20);
        for (let i = 0; i < 5; i++) {
          const s = yield* select({ value: clock.c.recv(), tired: sleep(1) });
          if (s.key === 'value') return expect(s.value).toBeTypeOf('number'); // a slow machine
        }
        expect(yield* clock.c.recv()).toBeTypeOf('number');
      });
    });

    test('TestChan: every way to receive takes the value exactly once', async () => {
      await run(function* () {
        const clock = make(FAR);
        const ways: (() => Generator<unknown, unknown, void>)[] = [
          function* () {
            return yield* clock.c.recv() as unknown as Generator<never, number, void>;
          },
          function* () {
            const step = (yield* clock.c.next() as unknown as Generator<never, unknown, void>) as {
              value: unknown;
            };
            return step.value;
          },
          function* () {
            const many = yield* clock.c.recvMany(5) as unknown as Generator<never, number[], void>;
            expect(many).toHaveLength(1);
            return many[0];
          },
        ];
        for (const way of ways) {
          clock.reset(0.001);
          expect(yield* way() as Generator<never, unknown, void>).toBeTypeOf('number');
          clock.stop();
          none(clock);
        }
      });
    });
  });
});

function* takesLate(make: (ms: number) => RecvChan<number>): Go {
  const start = Date.now();
  const c = make(10);
  yield* sleep(90);
  const at = (yield* c.recv()) as number;
  expect(at - start).toBeGreaterThanOrEqual(9);
  expect(at - start).toBeLessThan(80);
}

test('TestAfterTimes: a value that is taken late still carries the time of expiry', async () => {
  await run(() => takesLate(after));
});

test('TestTickTimes: so does a tick', async () => {
  await run(() => takesLate(tick));
});

test('TestTimerGC: timers that nobody refers to are collected, stopped or not', async () => {
  const makes = [
    () => after(3_600_000),
    () => tick(3_600_000),
    () => new Timer(3_600_000),
    () => new Ticker(3_600_000),
    () => stopped(new Timer(3_600_000)),
    () => stopped(new Ticker(3_600_000)),
  ];
  const refs = makes.flatMap((make) => Array.from({ length: 100 }, () => new WeakRef<object>(make())));
  expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);

  function stopped<T extends { stop(): unknown }>(timer: T): T {
    timer.stop();
    return timer;
  }
});

test('ExampleTick, ExampleNewTicker: a loop over ticks until done', async () => {
  await run(function* () {
    const ticker = new Ticker(2);
    const finished = chan<boolean>();
    go(function* () {
      yield* sleep(25);
      yield* finished.send(true);
    });
    let ticks = 0;
    for (;;) {
      const s = yield* select({ finished: finished.recv(), tick: ticker.c.recv() });
      if (s.key === 'finished') break;
      ticks++;
    }
    ticker.stop();
    expect(ticks).toBeGreaterThan(0);
    let seen = 0;
    for (;;) {
      yield* tick(1).recv();
      if (++seen === 3) break;
    }
  });
});
