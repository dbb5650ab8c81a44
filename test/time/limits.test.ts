/** Delays at and beyond the limits, wrong arguments, and great numbers of timers. */
import { go, nilChan, numGoroutine, run, select, sleep, WaitGroup } from 'goroutines';
import { after, afterFunc, type FuncTimer, tick, Ticker, Timer } from 'goroutines/time';
import { afterEach, expect, test } from 'vitest';
import { hostTurn } from '../api/support.ts';

const started: FuncTimer[] = [];
afterEach(() => {
  for (const timer of started.splice(0)) timer.stop();
});

const wrong = [NaN, '5', null, undefined, {}, [], true, 5n, Symbol('ms'), () => 5] as unknown as number[];

test.each(wrong.map((value) => [typeof value, value] as const))(
  'a delay that is no number is a TypeError everywhere: %s',
  (_kind, ms) => {
    const calls: Record<string, () => unknown> = {
      sleep: () => sleep(ms),
      after: () => after(ms),
      tick: () => tick(ms),
      afterFunc: () => afterFunc(ms, () => undefined),
      Timer: () => new Timer(ms),
      Ticker: () => new Ticker(ms),
    };
    for (const call of Object.values(calls)) expect(call).toThrow(TypeError);
  },
);

test('a refused reset leaves a timer as it was', async () => {
  const timer = new Timer(5);
  expect(() => timer.reset(NaN)).toThrow(TypeError);
  expect(await timer.c.recv()).toBeTypeOf('number');

  let calls = 0;
  const func = afterFunc(5, () => void calls++);
  expect(() => func.reset(NaN)).toThrow(TypeError);
  await hostTurn(20);
  expect(calls).toBe(1);
  expect(() => func.reset(NaN)).toThrow(TypeError);
  expect(func.stop()).toBe(false);
});

test.each([null, undefined, 'f', {}, 5])(
  'afterFunc of %s is a TypeError, and nothing is started',
  async (f) => {
    const before = numGoroutine();
    expect(() => afterFunc(0, f as () => void)).toThrow(TypeError);
    await hostTurn(5);
    expect(numGoroutine()).toBe(before);
  },
);

test('recvMany of a timer channel refuses what is no positive integer', () => {
  for (const max of [0, -1, 1.5, NaN, Infinity, '2' as unknown as number]) {
    expect(() => new Timer(1).c.recvMany(max)).toThrow(TypeError);
  }
});

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 53, Infinity])(
  'a delay of %d ms does not fire early, in any form',
  async (ms) => {
    let fired = 0;
    started.push(afterFunc(ms, () => void fired++));
    const timer = new Timer(ms);
    const ticker = new Ticker(ms);
    await run(function* () {
      const s = yield* select([
        sleep(ms),
        timer.c.recv(),
        ticker.c.recv(),
        after(ms).recv(),
        tick(ms).recv(),
        sleep(15),
      ]);
      expect(s[0]).toBe(5);
    });
    expect(fired).toBe(0);
    expect(timer.stop()).toBe(true);
  },
);

test('a far timer does not hold back a near one, whichever was set first', async () => {
  await run(function* () {
    started.push(afterFunc(2 ** 40, () => undefined));
    yield* sleep(2);
    const wg = new WaitGroup();
    for (const ms of [20, 1, 10]) wg.go(nap, ms);
    yield* wg.wait();
  });

  function* nap(ms: number) {
    yield* sleep(ms);
  }
});

test('a far timer can be reset to the near future, and a near one to the far', async () => {
  const far = new Timer(Infinity);
  far.reset(1);
  expect(await far.c.recv()).toBeTypeOf('number');
  const near = new Timer(1);
  near.reset(Infinity);
  await hostTurn(10);
  expect(near.c.tryRecv()).toBeUndefined();
});

test('negative delays are over at once', async () => {
  expect(new Timer(-5).c.tryRecv()?.done).toBe(false);
  expect(after(-Infinity).tryRecv()?.value).toBeTypeOf('number');
  let called = false;
  afterFunc(-5, () => {
    called = true;
  });
  expect(called).toBe(false); // in a goroutine of its own, never inside the call
  await hostTurn(5);
  expect(called).toBe(true);
});

test('a delay that began before the process did is over at once, and hides no other timer', async () => {
  const called = await run(function* () {
    let calls = 0;
    afterFunc(-1e12, () => void calls++);
    afterFunc(1000, () => void calls++).reset(-1e12);
    const timer = new Timer(1000);
    go(function* () {
      yield* timer.c.recv();
      calls++;
    });
    yield* sleep(1);
    timer.reset(-1e12);
    yield* sleep(20);
    return calls;
  });
  expect(called).toBe(3);
  // Due when it was set, and not before.
  expect(Date.now() - (new Timer(-1e12).c.tryRecv()?.value ?? 0)).toBeLessThan(1000);
});

test('ten thousand functions after zero are all called once', async () => {
  const calls = new Uint8Array(10_000);
  for (const i of calls.keys()) afterFunc(0, () => void (calls[i] = (calls[i] ?? 0) + 1));
  for (let i = 0; i < 200 && calls.includes(0); i++) await hostTurn(5);
  expect(calls.every((n) => n === 1)).toBe(true);
});

test('ten thousand sleepers all wake, none of them early', async () => {
  await run(function* () {
    let [woke, early] = [0, 0];
    const wg = new WaitGroup();
    for (let i = 0; i < 10_000; i++) wg.go(nap, (i * 7919) % 50);
    yield* wg.wait();
    expect([woke, early]).toEqual([10_000, 0]);

    function* nap(ms: number) {
      const due = performance.now() + ms;
      yield* sleep(ms);
      woke++;
      if (performance.now() < due - 1e-6) early++;
    }
  });
});

test('a goroutine that is ended while it stands in a select with timers leaves none behind', async () => {
  const timer = new Timer(100);
  await run(function* () {
    go(function* () {
      yield* select({ a: timer.c.recv(), b: sleep(100), c: new Ticker(100).c.recv() });
    });
    yield* sleep(1);
  });
  await hostTurn(130);
  expect(timer.stop()).toBe(true); // the one that was ended has not taken the value
});

test('a function may stop or reset any timer while timers fire', async () => {
  await run(function* () {
    let calls = 0;
    const others: FuncTimer[] = [];
    for (let i = 0; i < 20; i++) others.push(afterFunc(500, () => void calls++));
    afterFunc(0, () => {
      for (const timer of others) expect(timer.stop()).toBe(true);
      for (const timer of others) expect(timer.reset(1)).toBe(false);
    });
    yield* sleep(30);
    expect(calls).toBe(20);
  });
});

test('a timer that becomes due while an async function begins to wait is not missed', async () => {
  let received = 0;
  for (let i = 0; i < 20_000; i++) {
    const { c } = new Timer((i % 20) / 1000);
    if (i % 2 === 0) await c.recv();
    else await select({ time: c.recv(), never: nilChan.recv() });
    received++;
  }
  expect(received).toBe(20_000);
});
