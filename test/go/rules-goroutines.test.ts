/** Section 1.4 of the conformance inventory: goroutines, within one process. */
import {
  chan,
  DeadlockError,
  go,
  gosched,
  nilChan,
  numCPU,
  numGoroutine,
  Panic,
  run,
  sleep,
} from 'goroutines';
import { after, afterFunc } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { settle, thrown } from './helpers.ts';

describe('G1 the go statement', () => {
  test('G1 function and arguments are evaluated by the caller, at once', async () => {
    await run(function* () {
      const log: string[] = [];
      let x = 1;
      let f = function* (v: number) {
        log.push(`first ${v}`);
      };
      const g = go(f, x);
      x = 2;
      f = function* (v: number) {
        log.push(`second ${v}`);
      };
      const h = go(f, x);
      log.push('caller goes on');
      yield* g.join();
      yield* h.join();
      expect(log).toEqual(['caller goes on', 'first 1', 'second 2']);
    });
  });

  test('G1 the call does not wait, whatever kind of function it is given', async () => {
    await run(function* () {
      let ran = 0;
      go(function* () {
        ran++;
      });
      go(async () => void ran++);
      go(() => void ran++);
      expect(ran).toBe(0);
      yield* settle();
      expect(ran).toBe(3);
    });
  });
});

test('G2 go of something that is no function fails at the call', async () => {
  for (const body of [undefined, null, 1, {}]) {
    const error = thrown(() => go(body as () => void));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('expected a function');
  }
  expect(numGoroutine()).toBe(0);
});

test('G3 when main returns, the program is over and nobody else goes on', async () => {
  const log: string[] = [];
  const ch = chan<number>();
  const result = await run(function* () {
    go(function* () {
      yield* sleep(200);
      log.push('slept');
    });
    go(function* () {
      yield* ch.recv();
      log.push('received');
    });
    go(async () => {
      await ch.recv();
      log.push('received');
    });
    yield* settle();
    return 'result';
  });
  expect(result).toBe('result');
  expect(ch.trySend(1)).toBe(false); // nobody waits there any more
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect([log, numGoroutine()]).toEqual([[], 0]);
});

describe('G4 panics', () => {
  test('G4 another goroutine cannot catch it', async () => {
    let caught = false;
    const main = run(function* () {
      try {
        go(function* () {
          throw new Error('boom');
        });
        yield* sleep(10_000);
      } catch {
        caught = true;
      }
    });
    await expect(main).rejects.toMatchObject({ message: 'panic: boom', code: 'ERR_GOROUTINE_PANIC' });
    expect(caught).toBe(false);
  });

  test('G4 the clean-up of the goroutine that panics has run by then', async () => {
    const log: string[] = [];
    const panics: unknown[] = [];
    await run(
      function* () {
        go(function* faulty() {
          try {
            yield* gosched();
            throw new Error('boom');
          } finally {
            log.push('clean-up');
          }
        });
        yield* settle();
        yield* settle();
      },
      {
        onPanic: ({ error, goroutine }) => {
          expect(log).toEqual(['clean-up']);
          panics.push((error as Error).message, goroutine.name, goroutine.reason);
        },
      },
    );
    expect(panics).toEqual(['boom', 'faulty', 'running']);
  });
});

test('G7 a panic is caught in the goroutine that panics, and its caller goes on', async () => {
  await run(function* () {
    function* faulty(): Generator<never, string, void> {
      const ch = chan();
      ch.close();
      try {
        ch.close();
      } catch (error) {
        return (error as Error).message;
      }
      return 'no panic';
    }
    expect(yield* faulty()).toBe('close of closed channel');
    expect(yield* go(faulty).join()).toBe('close of closed channel');
  });
});

describe('G8 fatal errors', () => {
  test('G8 a deadlock cannot be caught by the goroutines that are in it', async () => {
    let caught = false;
    let cleanedUp = false;
    const main = run(function* () {
      try {
        yield* chan().recv();
      } catch {
        caught = true;
      } finally {
        cleanedUp = true;
      }
    });
    await expect(main).rejects.toBeInstanceOf(DeadlockError);
    expect([caught, cleanedUp]).toEqual([false, true]);
  });
});

describe('G11 deadlock', () => {
  test('G11 all goroutines are reported, with what they wait for', async () => {
    const error = await run(function* main() {
      const ch = chan();
      go(function* sender() {
        yield* chan<number>().send(1);
      });
      go(async function receiver() {
        await ch.recv();
      });
      yield* nilChan.recv();
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      message: 'all goroutines are asleep - deadlock!',
      code: 'ERR_DEADLOCK',
      goroutines: [
        { id: 1, name: 'main', reason: 'chan receive (nil chan)' },
        { id: 2, name: 'sender', reason: 'chan send' },
        { id: 3, name: 'receiver', reason: 'chan receive' },
      ],
    });
  });

  test('G11 a deadlock of some goroutines only is not reported', async () => {
    await run(function* () {
      go(function* () {
        yield* chan().recv();
      });
      for (let i = 0; i < 3; i++) yield* sleep(20);
    });
  });

  test('G11 a pending timer that will act keeps it from being reported', async () => {
    const value = await run(function* () {
      const ch = chan<string>();
      afterFunc(120, () => void ch.trySend('woken'));
      return yield* ch.recv();
    });
    expect(value).toBe('woken');
  });

  test('G11 a timer channel that nobody waits on does not', async () => {
    const start = performance.now();
    const main = run(function* () {
      after(60_000);
      yield* chan().recv();
    });
    await expect(main).rejects.toBeInstanceOf(DeadlockError);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('G12 gosched', () => {
  test('G12 everyone who is ready runs before the one that gave way', async () => {
    await run(function* () {
      const ran: number[] = [];
      for (let i = 0; i < 5; i++) {
        go(function* () {
          ran.push(i);
          yield* gosched();
          ran.push(i);
        });
      }
      yield* gosched();
      expect([...ran].sort()).toEqual([0, 1, 2, 3, 4]);
      yield* gosched();
      expect(ran).toHaveLength(10);
    });
  });

  test('G12 a goroutine that only gives way lets the host have its turn', async () => {
    let fired = false;
    const timer = setTimeout(() => (fired = true), 20);
    const end = performance.now() + 2000;
    await run(function* () {
      while (!fired && performance.now() < end) yield* gosched();
    });
    clearTimeout(timer);
    expect(fired).toBe(true);
  });
});

test('G14 numCPU does not change, and is at least 1', () => {
  const n = numCPU();
  expect(Number.isInteger(n) && n >= 1).toBe(true);
  expect(numCPU()).toBe(n);
});

describe('G15 counting goroutines', () => {
  test('G15 main is goroutine 1, and every run counts from there', async () => {
    for (let i = 0; i < 2; i++) {
      const ids = await run(function* () {
        const ids = [];
        for (let k = 0; k < 3; k++) ids.push(go(gosched).id);
        return ids;
      });
      expect(ids).toEqual([2, 3, 4]);
    }
  });

  test('G15 numGoroutine counts those that have not ended, main included', async () => {
    expect(numGoroutine()).toBe(0);
    await run(function* () {
      expect(numGoroutine()).toBe(1);
      const quit = chan();
      const all = [1, 2, 3].map(() =>
        go(function* () {
          yield* quit.recv();
        }),
      );
      all.push(go(async () => void (await quit.recv())));
      expect(numGoroutine()).toBe(5);
      yield* settle();
      expect(numGoroutine()).toBe(5);
      quit.close();
      for (const g of all) yield* g.join();
      expect(numGoroutine()).toBe(1);
    });
    expect(numGoroutine()).toBe(0);
  });
});

test('G16 goroutines that are never out of work starve neither another one nor the host', async () => {
  await run(function* () {
    const ch = chan<number>();
    go(function* () {
      for (;;) yield* ch.send(1);
    });
    go(function* () {
      for (;;) yield* ch.recv();
    });
    let turns = 0;
    let host = 0;
    const interval = setInterval(() => host++, 1);
    go(function* () {
      for (;;) {
        turns++;
        yield* gosched();
      }
    });
    yield* sleep(100);
    clearInterval(interval);
    expect(turns).toBeGreaterThan(20);
    expect(host).toBeGreaterThan(3);
  });
});

test('G17 a loop variable is a new one in every iteration', async () => {
  await run(function* () {
    const seen: number[] = [];
    const all = [];
    for (let i = 0; i < 5; i++) {
      all.push(
        go(function* () {
          yield* gosched();
          seen.push(i);
        }),
      );
    }
    for (const g of all) yield* g.join();
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

test('G7 G8 what is thrown to a goroutine is a Panic of the library only where Go panics', async () => {
  const ch = chan<number>();
  ch.close();
  const main = run(async () => ch.send(1));
  await expect(main).rejects.toBeInstanceOf(Panic);
  await expect(main).rejects.not.toBeInstanceOf(DeadlockError);
});
