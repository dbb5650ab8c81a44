/** What Go's tests of time.Sleep, After, AfterFunc and Timer assert, scaled down to milliseconds. */
import { chan, go, gosched, run, select, sleep, WaitGroup } from 'goroutines';
import { after, afterFunc, Timer } from 'goroutines/time';
import { expect, test } from 'vitest';

test('TestSleep: lasts at least as long as asked', async () => {
  await run(function* () {
    const start = performance.now();
    yield* sleep(50);
    expect(performance.now() - start).toBeGreaterThanOrEqual(50 - 1e-6);
  });
});

test('TestAfterFunc: a chain of ten calls completes', async () => {
  await run(function* () {
    const finished = chan<boolean>();
    let left = 10;
    function* link() {
      if (--left >= 0) {
        afterFunc(0, link);
        yield* sleep(1);
      } else yield* finished.send(true);
    }
    afterFunc(0, link);
    expect(yield* finished.recv()).toBe(true);
  });
});

test('TestAfterFuncStarvation: a pair of goroutines does not keep a function from being called', async () => {
  await run(function* () {
    const ch = chan<number>();
    const stop = chan();
    let over = false;
    const wg = new WaitGroup();
    wg.go(function* () {
      for (;;) {
        const s = yield* select({ value: ch.recv(), stop: stop.recv() });
        if (s.key === 'stop') return;
      }
    });
    wg.go(function* () {
      while (!over) yield* ch.send(1);
      stop.close();
    });
    afterFunc(0.001, () => {
      over = true;
    });
    yield* wg.wait();
    expect(over).toBe(true);
  });
});

test('TestAfter: delivers a time that is not before start plus delay', async () => {
  await run(function* () {
    const start = Date.now();
    const from = performance.now();
    const end = yield* after(50).recv();
    expect(performance.now() - from).toBeGreaterThanOrEqual(50 - 1e-6);
    expect(end).toBeGreaterThanOrEqual(start + 49);
  });
});

test('TestAfterTick: ten in a row take the sum of their delays', async () => {
  await run(function* () {
    const start = performance.now();
    for (let i = 0; i < 10; i++) yield* after(10).recv();
    const took = performance.now() - start;
    expect(took).toBeGreaterThanOrEqual(100 - 1e-6);
    expect(took).toBeLessThan(1000);
  });
});

test('TestAfterStop: a stopped timer does not fire, and stop tells', async () => {
  await run(function* () {
    let calls = 0;
    afterFunc(5, () => void calls++);
    const func = afterFunc(20, () => void (calls += 100));
    const timer = new Timer(20);
    expect(timer.stop()).toBe(true);
    expect(func.stop()).toBe(true);
    expect(timer.stop()).toBe(false);
    expect(func.stop()).toBe(false);
    yield* sleep(60);
    expect(calls).toBe(1);
    expect(timer.c.tryRecv()).toBeUndefined();
    expect(timer.stop()).toBe(false);
    expect(func.stop()).toBe(false);
  });
});

test('TestAfterQueuing: timers made in a scrambled order fire in the order of their delays', async () => {
  const slots = [5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0];
  await run(function* () {
    const fired = chan<number>(slots.length);
    for (const slot of slots) {
      go(function* () {
        yield* after(slot * 15).recv();
        yield* fired.send(slot);
      });
    }
    const order: number[] = [];
    for (let i = 0; i < slots.length; i++) order.push((yield* fired.recv()) as number);
    expect(order).toEqual([...slots].sort((a, b) => a - b));
  });
});

test('TestTimerStopStress: a hundred functions stopped in time are never called', async () => {
  await run(function* () {
    let calls = 0;
    for (let i = 0; i < 100; i++) {
      go(function* () {
        const timer = afterFunc(600, () => void calls++);
        yield* sleep(20);
        expect(timer.stop()).toBe(true);
      });
    }
    yield* sleep(700);
    expect(calls).toBe(0);
  });
});

test('TestSleepZeroDeadlock: sleeps of zero among hand-offs hang nobody', async () => {
  await run(function* () {
    const ch = chan<boolean>();
    go(function* () {
      for (let i = 0; i < 100; i++) {
        yield* sleep(0);
        const inner = chan<boolean>(1);
        yield* inner.send(true);
        yield* inner.recv();
      }
      yield* ch.send(true);
    });
    for (let i = 0; i < 100; i++) {
      yield* sleep(0);
      const inner = chan<boolean>();
      go(function* () {
        yield* inner.send(true);
      });
      yield* inner.recv();
    }
    expect(yield* ch.recv()).toBe(true);
  });
});

test('TestReset: of an active timer true, does not fire early; of one that fired and was read false', async () => {
  await run(function* () {
    const start = performance.now();
    const timer = new Timer(40);
    yield* sleep(20);
    expect(timer.reset(40)).toBe(true);
    const s = yield* select({
      early: timer.c.recv(),
      late: sleep(Math.max(0, start + 50 - performance.now())),
    });
    // A machine that slept through both may see either; the time decides.
    if (s.key === 'early') expect(performance.now() - start).toBeGreaterThanOrEqual(60 - 1e-6);
    else yield* timer.c.recv();
    expect(timer.reset(20)).toBe(false);
    yield* timer.c.recv();
  });
});

test('TestOverflowSleep: the far future does not come; the past comes at once', async () => {
  await run(function* () {
    for (const far of [2 ** 63, 2 ** 31, Infinity]) {
      let slept = false;
      go(function* () {
        yield* sleep(far);
        slept = true;
      });
      const s = yield* select({ far: after(far).recv(), soon: sleep(10) });
      expect(s.key).toBe('soon');
      expect(slept).toBe(false);
    }
    for (const past of [-1, -(2 ** 63), -Infinity]) {
      yield* sleep(past);
      const s = yield* select({ past: after(past).recv(), late: sleep(10_000) });
      expect(s.key).toBe('past');
    }
  });
});

test('TestZeroTimer: ten thousand timers of zero fire promptly', async () => {
  await run(function* () {
    const n = 10_000;
    const start = performance.now();
    for (let i = 0; i < n; i++) yield* new Timer(0).c.recv();
    const called = chan<number>();
    for (let i = 0; i < n; i++) {
      afterFunc(0, function* () {
        yield* called.send(i);
      });
    }
    for (let i = 0; i < n; i++) yield* called.recv();
    const timer = new Timer(0);
    yield* timer.c.recv();
    for (let i = 0; i < n; i++) {
      timer.reset(0);
      yield* timer.c.recv();
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

test('TestTimerModifiedEarlier: an hour moved into the past fires promptly, a thousand times', async () => {
  await run(function* () {
    const hour = 3_600_000;
    for (let i = 0; i < 1000; i++) {
      const timer = new Timer(hour);
      for (let j = 0; j < 10; j++) {
        timer.stop();
        timer.reset(-1000);
      }
      const s = yield* select({ fired: timer.c.recv(), late: sleep(5000) });
      expect(s.key).toBe('fired');
    }
  });
});

test('TestAdjustTimers: a hundred timers driven through resets and stops fire as they should', async () => {
  await run(function* () {
    const wg = new WaitGroup();
    for (let i = 0; i < 100; i++) {
      wg.go(function* () {
        const timer = new Timer(1000);
        yield* sleep(i % 5);
        const steps = [
          () => timer.reset(500),
          () => timer.stop(),
          () => timer.reset(2),
          () => timer.reset(800),
        ];
        for (let j = 0; j < 8; j++) {
          const active = j % 4 !== 2; // the step before was not a stop
          expect((steps[j % 4] as () => boolean)()).toBe(active);
          if (j % 3 === 0) yield* sleep(1);
          else yield* gosched();
        }
        timer.reset(3 + (i % 7));
        yield* timer.c.recv();
        expect(timer.stop()).toBe(false);
        expect(timer.c.tryRecv()).toBeUndefined();
      });
    }
    yield* wg.wait();
  });
});

async function results(method: 'Stop' | 'Reset'): Promise<void> {
  await run(function* () {
    const wg = new WaitGroup();
    let [prevented, fired] = [0, 0];
    for (let i = 0; i < 100; i++) {
      wg.go(function* () {
        for (let j = 0; j < 20; j++) {
          const timer = new Timer(0.05 * (j % 4));
          const got = chan<number>(1);
          const receiver = go(function* () {
            const s = yield* select({ value: timer.c.recv(), late: sleep(2000) });
            if (s.key === 'value') got.trySend(1);
          });
          if (j % 3 > 0) yield* gosched();
          if (j % 3 > 1) yield* sleep(0.1);
          const active = method === 'Stop' ? timer.stop() : timer.reset(100_000);
          if (active) {
            prevented++;
            yield* gosched();
            expect(got.length).toBe(0);
            timer.reset(0); // lets the receiver go
            yield* receiver.join();
          } else {
            fired++;
            yield* receiver.join();
            expect(got.length).toBe(1);
          }
        }
      });
    }
    yield* wg.wait();
    expect(prevented + fired).toBe(2000);
    expect(prevented).toBeGreaterThan(0);
    expect(fired).toBeGreaterThan(0);
  });
}

test('TestStopResult: when stop is false, a value was received or can be', () => results('Stop'));

test('TestResetResult: when reset is false, a value was received or can be', () => results('Reset'));

test('TestMultiWakeupTimer: many goroutines poll and reset one timer', async () => {
  await run(function* () {
    const timer = new Timer(0.001);
    const wg = new WaitGroup();
    let received = 0;
    for (let i = 0; i < 10; i++) {
      wg.go(function* () {
        for (let j = 0; j < 200; j++) {
          if (timer.c.tryRecv() !== undefined) received++;
          timer.reset(0.001);
          yield* gosched();
        }
      });
    }
    yield* wg.wait();
    expect(received).toBeGreaterThan(0);
  });
});

test('ExampleAfter, ExampleSleep: a timeout in a select, and a pause', async () => {
  await run(function* () {
    const never = chan<number>();
    const s = yield* select({ value: never.recv(), timeout: after(5).recv() });
    expect(s.key).toBe('timeout');
    yield* sleep(1);
  });
});
