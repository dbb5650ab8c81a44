/** The rules of Go's timers since 1.23, T1 to T11. Delays are scaled down; upper bounds are wide. */
import { chan, go, nilChan, Panic, run, select, sleep, trySelect } from 'goroutines';
import { after, afterFunc, tick, Ticker, Timer } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { collected, hostTurn, thrownBy } from '../api/support.ts';

describe('sleep', () => {
  test('T1 sleep of zero or less returns at once, without giving way', async () => {
    await run(function* () {
      let others = 0;
      go(function* () {
        others++;
      });
      for (const ms of [0, -0, -1, -1e9, -Infinity]) yield* sleep(ms);
      expect(others).toBe(0);
    });
  });

  test('T1 sleep is never short', async () => {
    await run(function* () {
      for (const ms of [0.1, 0.9, 1, 1.5, 7, 20]) {
        const start = performance.now();
        yield* sleep(ms);
        expect(performance.now() - start).toBeGreaterThanOrEqual(ms - 1e-6);
      }
    });
  });

  test('T1 the delay counts from the use, not from the making', async () => {
    await run(function* () {
      const op = sleep(25);
      yield* sleep(30);
      const start = performance.now();
      yield* op;
      expect(performance.now() - start).toBeGreaterThanOrEqual(25 - 1e-6);
    });
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 53, Number.MAX_VALUE, Infinity])(
    'T1 sleep(%d) is clamped to the far future, never short',
    async (ms) => {
      const woke = await run(function* () {
        let awake = false;
        go(function* () {
          yield* sleep(ms);
          awake = true;
        });
        yield* sleep(20);
        return awake;
      });
      expect(woke).toBe(false);
    },
  );
});

describe('the channel of a timer', () => {
  test('T2 has length and capacity 0, also when a value is due', async () => {
    const timer = new Timer(1);
    const ticker = new Ticker(1);
    for (const c of [timer.c, ticker.c]) expect([c.length, c.capacity, c.closed]).toEqual([0, 0, false]);
    await hostTurn(10);
    for (const c of [timer.c, ticker.c]) expect([c.length, c.capacity, c.closed]).toEqual([0, 0, false]);
  });

  test('T2 no value from before can be received after stop or reset', async () => {
    const timer = new Timer(1);
    const ticker = new Ticker(1);
    await hostTurn(10);
    timer.stop();
    ticker.stop();
    expect(timer.c.tryRecv()).toBeUndefined();
    expect(ticker.c.tryRecv()).toBeUndefined();
    timer.reset(1);
    ticker.reset(1);
    await hostTurn(10);
    timer.reset(10_000);
    ticker.reset(10_000);
    expect(timer.c.tryRecv()).toBeUndefined();
    expect(ticker.c.tryRecv()).toBeUndefined();
    expect(trySelect({ timer: timer.c.recv(), ticker: ticker.c.next() })).toBeUndefined();
  });
});

describe('stop and reset', () => {
  test('T3 stop is true before the expiry, then false', () => {
    const timer = new Timer(1000);
    expect(timer.stop()).toBe(true);
    expect(timer.stop()).toBe(false);
  });

  test('T3 stop is true after the expiry as long as nobody received the value', async () => {
    const timer = new Timer(1);
    await hostTurn(10);
    expect(timer.stop()).toBe(true);
    expect(timer.stop()).toBe(false);
    expect(timer.c.tryRecv()).toBeUndefined();
  });

  test('T3 stop is false after the receipt', async () => {
    const timer = new Timer(1);
    await timer.c.recv();
    expect(timer.stop()).toBe(false);
  });

  test('T3 a receiver that waits is not woken by stop, and gets the value of a later reset', async () => {
    await run(function* () {
      const timer = new Timer(80);
      let got = 0;
      const g = go(function* () {
        yield* timer.c.recv();
        got++;
      });
      yield* sleep(1);
      expect(timer.stop()).toBe(true);
      yield* sleep(110);
      expect(got).toBe(0);
      expect(timer.reset(1)).toBe(false);
      yield* g.join();
      expect(got).toBe(1);
      expect(timer.stop()).toBe(false);
    });
  });

  test('T4 reset says whether the timer was active, by the rule of stop', async () => {
    const timer = new Timer(1000);
    expect(timer.reset(1)).toBe(true);
    await hostTurn(10);
    expect(timer.reset(1)).toBe(true); // expired, not received
    await timer.c.recv();
    expect(timer.reset(1000)).toBe(false);
    timer.stop();
    expect(timer.reset(1)).toBe(false);
    expect(await timer.c.recv()).toBeTypeOf('number');
  });

  test('T4 reset needs no draining: one value, and not before the new delay', async () => {
    const timer = new Timer(1);
    await hostTurn(10);
    const start = performance.now();
    timer.reset(25);
    await timer.c.recv();
    expect(performance.now() - start).toBeGreaterThanOrEqual(25 - 1e-6);
    await hostTurn(10);
    expect(timer.c.tryRecv()).toBeUndefined();
  });

  test('T4 reset moves the expiry for those who wait already, earlier and later', async () => {
    await run(function* () {
      const timer = new Timer(100_000);
      const g = go(function* () {
        yield* timer.c.recv();
      });
      yield* sleep(1);
      timer.reset(30);
      const start = performance.now();
      timer.reset(15);
      yield* g.join();
      expect(performance.now() - start).toBeGreaterThanOrEqual(15 - 1e-6);
    });
  });
});

describe('afterFunc', () => {
  test('T5 f runs in a goroutine of its own, which may wait; c is the nil channel', async () => {
    await run(function* () {
      const ch = chan<string>();
      const timer = afterFunc(1, function* () {
        yield* sleep(1);
        yield* ch.send('late');
      });
      expect(timer.c).toBe(nilChan);
      expect(yield* ch.recv()).toBe('late');
    });
  });

  test('T5 stop is true if it kept f from starting, false if f has started or was stopped', async () => {
    await run(function* () {
      let calls = 0;
      const stopped = afterFunc(5, () => void calls++);
      expect(stopped.stop()).toBe(true);
      expect(stopped.stop()).toBe(false);
      yield* sleep(15);
      expect(calls).toBe(0);

      const started = chan();
      const finish = chan();
      let finished = false;
      const slow = afterFunc(1, function* () {
        yield* started.send(1);
        yield* finish.recv();
        finished = true;
      });
      yield* started.recv();
      expect(slow.stop()).toBe(false); // and does not wait for f
      expect(finished).toBe(false);
      finish.close();
    });
  });

  test('T5 reset calls f again, and says whether a call was still to come', async () => {
    await run(function* () {
      const calls = chan<number>(10);
      const timer = afterFunc(1, () => void calls.trySend(1));
      yield* calls.recv();
      expect(timer.reset(1)).toBe(false);
      expect(timer.reset(2)).toBe(true);
      yield* calls.recv();
      yield* sleep(10);
      expect(calls.length).toBe(0);
    });
  });

  test('T5 f may reset its own timer', async () => {
    await run(function* () {
      const finished = chan();
      let calls = 0;
      const timer = afterFunc(1, () => {
        if (++calls < 5) expect(timer.reset(1)).toBe(false);
        else finished.close();
      });
      yield* finished.recv();
      expect(calls).toBe(5);
    });
  });
});

test('T6 the value is the time of expiry, even if received much later', async () => {
  const start = Date.now();
  const c = after(10);
  const ticks = new Ticker(10).c;
  await hostTurn(80);
  for (const ch of [c, ticks]) {
    const at = (await ch.recv()) ?? NaN;
    expect(at).toBeGreaterThanOrEqual(start + 9);
    expect(at).toBeLessThan(start + 70);
  }
});

describe('Ticker', () => {
  test.each([0, -0, -1, -Infinity])('T7 an interval of %d is refused', (ms) => {
    const made = thrownBy(() => new Ticker(ms));
    expect(made).toBeInstanceOf(Panic);
    expect(made).toMatchObject({
      message: 'non-positive interval for NewTicker',
      code: 'ERR_TICKER_INTERVAL',
    });
    const ticker = new Ticker(1000);
    const reset = thrownBy(() => ticker.reset(ms));
    expect(reset).toBeInstanceOf(Panic);
    expect((reset as Panic).message).toBe('non-positive interval for Ticker.Reset');
  });

  test('T7 a refused reset leaves the ticker as it was', async () => {
    const ticker = new Ticker(1);
    thrownBy(() => ticker.reset(0));
    thrownBy(() => ticker.reset(NaN));
    expect(await ticker.c.recv()).toBeTypeOf('number');
  });

  test('T7 a slow receiver loses ticks: at most one is pending', async () => {
    const ticker = new Ticker(20);
    await hostTurn(110);
    expect(ticker.c.tryRecv()?.done).toBe(false);
    expect(ticker.c.tryRecv()).toBeUndefined();
  });

  test('T7 the ticks stay on the grid of the period', async () => {
    const ticker = new Ticker(20);
    const first = (await ticker.c.recv()) ?? NaN;
    await hostTurn(50);
    await ticker.c.recv();
    const third = (await ticker.c.recv()) ?? NaN;
    const periods = (third - first) / 20;
    expect(Math.abs(periods - Math.round(periods))).toBeLessThan(0.2);
    expect(Math.round(periods)).toBeGreaterThanOrEqual(3);
  });

  test('T7 stop ends the ticks and does not close the channel; reset after stop starts again', async () => {
    await run(function* () {
      const ticker = new Ticker(2);
      yield* ticker.c.recv();
      ticker.stop();
      ticker.stop();
      expect(ticker.c.closed).toBe(false);
      const s = yield* select({ tick: ticker.c.next(), late: sleep(15) });
      expect(s.key).toBe('late');
      ticker.reset(1);
      expect(yield* ticker.c.recv()).toBeTypeOf('number');
    });
  });

  test('T7 tick of zero or less is the nil channel', () => {
    for (const ms of [0, -0, -5, -Infinity]) expect(tick(ms)).toBe(nilChan);
  });
});

test('T8 a timer that was never initialised is refused, as Go refuses its zero value', () => {
  const blank = Object.create(Timer.prototype) as Timer;
  expect(() => blank.stop()).toThrow(TypeError);
  expect(() => blank.reset(1)).toThrow(TypeError);
  expect(() => (Object.create(Ticker.prototype) as Ticker).reset(1)).toThrow(TypeError);
});

describe('garbage', () => {
  const kinds: Record<string, () => object> = {
    'new Timer': () => new Timer(1e6),
    'new Ticker': () => new Ticker(1e6),
    after: () => after(1e6),
    tick: () => tick(1e6),
    'a stopped afterFunc': () => {
      const timer = afterFunc(1e6, () => undefined);
      timer.stop();
      return timer;
    },
    'a Timer that lost a select': () => {
      const timer = new Timer(1e6);
      trySelect([timer.c.recv()]);
      return timer;
    },
  };

  test.each(Object.keys(kinds))('T9 %s: collectable without stop', async (kind) => {
    const refs = Array.from({ length: 50 }, () => new WeakRef((kinds[kind] as () => object)()));
    expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
  });

  test('T9 a timer that a goroutine waited for in a select that another case won is collectable', async () => {
    const refs: WeakRef<object>[] = [];
    await run(function* () {
      for (let i = 0; i < 50; i++) {
        const c = after(1e6);
        refs.push(new WeakRef(c));
        yield* select({ late: c.recv(), now: sleep(0.1) });
      }
    });
    expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
  });
});

test('T10 timers of the same instant all fire, in whatever order', async () => {
  await run(function* () {
    const seen = new Set<number>();
    const all = chan<number>(100);
    for (let i = 0; i < 100; i++) afterFunc(5, () => void all.trySend(i));
    for (let i = 0; i < 100; i++) seen.add((yield* all.recv()) as number);
    expect(seen.size).toBe(100);
  });
});

describe('a pair that never stops passing values', () => {
  test.each(['unbuffered', 'buffered'])('T11 starves no timer: %s', async (kind) => {
    await run(function* () {
      const ch = chan<number>(kind === 'buffered' ? 8 : 0);
      go(function* () {
        for (;;) yield* ch.send(1);
      });
      go(function* () {
        for (;;) yield* ch.recv();
      });
      const fired = chan<string>(4);
      afterFunc(1, () => void fired.trySend('afterFunc'));
      go(function* () {
        yield* after(1).recv();
        yield* fired.send('after');
      });
      go(function* () {
        yield* sleep(1);
        yield* fired.send('sleep');
      });
      setTimeout(() => void fired.trySend('setTimeout'), 1);
      const start = performance.now();
      const seen: string[] = [];
      for (let i = 0; i < 4; i++) seen.push((yield* fired.recv()) as string);
      expect(seen.sort()).toEqual(['after', 'afterFunc', 'setTimeout', 'sleep']);
      expect(performance.now() - start).toBeLessThan(2000);
    });
  });
});
