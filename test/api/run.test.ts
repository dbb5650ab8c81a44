/** run: what it gives, how it ends, seeds, signals, panics, and several at a time. */
import { chan, go, gosched, Panic, type PanicInfo, run, select, sleep, wait } from 'goroutines';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection } from './support.ts';

test('resolves with what main returns, of every kind of body', async () => {
  expect(await run(() => 1)).toBe(1);
  expect(await run(async () => 2)).toBe(2);
  const three = await run(function* () {
    yield* sleep(0);
    return 3;
  });
  expect(three).toBe(3);
  expect(await run(() => undefined)).toBeUndefined();
});

test('rejects with what main throws, as it is', async () => {
  const reason = { not: 'an error' };
  const fail = () => {
    throw reason;
  };
  expect(await rejection(run(fail))).toBe(reason);
  expect(await rejection(run(async () => fail()))).toBe(reason);
  const generator = run(function* () {
    yield* sleep(0);
    throw reason;
  });
  expect(await rejection(generator)).toBe(reason);
});

test('main runs after run has returned; it is goroutine 1', async () => {
  let ran = false;
  const ended = run(function* () {
    ran = true;
    return [go(() => 0).id, go(function named() {}).name, go(() => 0).name];
  });
  expect(ran).toBe(false);
  expect(await ended).toEqual([2, 'named', 'func']);
});

test('go evaluates its arguments at the call and does not wait', async () => {
  await run(function* () {
    let x = 1;
    const g = go(function* (v: number) {
      return v;
    }, x);
    x = 2;
    expect(yield* g.join()).toBe(1);
  });
});

test('a seed makes the choices of select repeatable', async () => {
  const picks = (seed: number) =>
    run(
      function* () {
        const seen: number[] = [];
        for (let i = 0; i < 64; i++) {
          const [index] = yield* select([sleep(0), sleep(0), gosched(), sleep(-1)]);
          seen.push(index);
        }
        return seen.join('');
      },
      { seed },
    );
  for (const seed of [0, 1, -1, 42, 2 ** 31, 2 ** 40]) expect(await picks(seed)).toBe(await picks(seed));
  const all = new Set(await Promise.all([1, 2, 3, 4].map((seed) => picks(seed))));
  expect(all.size).toBe(4);
});

describe('signal', () => {
  test('aborted before: rejects with the reason, main does not run', async () => {
    let ran = false;
    const reason = new Error('no');
    const error = await rejection(run(() => void (ran = true), { signal: AbortSignal.abort(reason) }));
    await hostTurn();
    expect([error, ran]).toEqual([reason, false]);
  });

  test('aborted meanwhile: rejects with the reason, clean-up runs, nobody goes on', async () => {
    const control = new AbortController();
    const seen: string[] = [];
    const ended = run(
      function* () {
        go(function* () {
          try {
            yield* sleep(20);
            seen.push('other went on');
          } finally {
            seen.push('other');
          }
        });
        try {
          yield* sleep(20);
          seen.push('main went on');
        } finally {
          seen.push('main');
        }
      },
      { signal: control.signal },
    );
    await hostTurn(2);
    control.abort('stop');
    expect(await rejection(ended)).toBe('stop');
    await hostTurn(40);
    expect(seen.sort()).toEqual(['main', 'other']);
  });

  test('aborted afterwards: nothing', async () => {
    const control = new AbortController();
    expect(await run(() => 1, { signal: control.signal })).toBe(1);
    control.abort();
    await hostTurn();
  });
});

describe('a goroutine that throws', () => {
  test('unjoined: run rejects with its id, name, site and cause', async () => {
    const cause = new Error('boom');
    const error = (await rejection(
      run(function* () {
        go(function* culprit() {
          yield* sleep(1);
          throw cause;
        });
        yield* sleep(1000);
      }),
    )) as Panic;
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({ message: 'panic: boom', code: 'ERR_GOROUTINE_PANIC', cause });
    expect(error.stack).toMatch(/goroutine 2 .*culprit\n\s+created at .*run\.test\.ts:\d+:\d+/);
  });

  test.each(['before', 'after'])('joined %s it ended: the join throws, nothing else', async (when) => {
    const cause = new Error('boom');
    const caught = await run(function* () {
      const g = go(function* () {
        if (when === 'before') yield* sleep(2);
        throw cause;
      });
      if (when === 'after') yield* gosched();
      const seen: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        try {
          yield* g.join();
        } catch (error) {
          seen.push(error);
        }
      }
      return seen;
    });
    expect(caught).toEqual([cause, cause]);
  });

  test.each([undefined, null, 0, 'text', true])('may throw anything: %s', async (value) => {
    const error = await rejection(
      run(function* () {
        go(() => {
          throw value;
        });
        yield* sleep(500);
      }),
    );
    expect(error).toMatchObject({ message: `panic: ${String(value)}`, cause: value });
  });

  class Torn extends Error {
    override name = 'Torn';
  }
  test.each([
    [new Error('line 7'), 'line 7'],
    [new Error(), 'Error'],
    [new SyntaxError('line 7'), 'SyntaxError: line 7'],
    [new Torn('line 7'), 'Torn: line 7'],
    [new Panic('send on closed channel', 'ERR_SEND_ON_CLOSED'), 'send on closed channel'],
  ])('is named by its kind where that says more than its text: %s', async (cause, text) => {
    const error = await rejection(
      run(function* () {
        go(() => {
          throw cause;
        });
        yield* sleep(500);
      }),
    );
    expect(error).toMatchObject({ message: `panic: ${text}`, cause });
  });

  test('in the same turn as main ends: run rejects all the same', async () => {
    const error = await rejection(
      run(function* () {
        go(() => {
          throw new Error('boom');
        });
        yield* gosched();
      }),
    );
    expect((error as Error).message).toBe('panic: boom');
  });

  test('onPanic that returns: the program goes on; it is told who and why', async () => {
    const seen: PanicInfo[] = [];
    const value = await run(
      function* () {
        for (let i = 0; i < 3; i++) {
          go(function* culprit() {
            throw i;
          });
        }
        yield* sleep(20);
        return 'went on';
      },
      { onPanic: (panic) => void seen.push(panic) },
    );
    expect(value).toBe('went on');
    expect(seen.map(({ error }) => error).sort()).toEqual([0, 1, 2]);
    for (const { goroutine } of seen) {
      expect(goroutine.name).toBe('culprit');
      expect(goroutine.site).toMatch(/run\.test\.ts:\d+:\d+$/);
    }
  });

  test('onPanic that throws: run rejects with that, and the process is left alone', async () => {
    const other = new Error('other');
    const error = await rejection(
      run(
        function* () {
          go(() => {
            throw new Error('boom');
          });
          yield* sleep(500);
        },
        {
          onPanic() {
            throw other;
          },
        },
      ),
    );
    expect(error).toBe(other);
    await hostTurn(5);
  });
});

describe('the end of main', () => {
  test('ends the others: finally and using run, and nobody goes on', async () => {
    const ch = chan<number>();
    const seen: string[] = [];
    await run(function* () {
      go(function* () {
        try {
          for (;;) seen.push(`got ${(yield* ch.recv()) ?? ''}`);
        } finally {
          seen.push('finally');
        }
      });
      yield* ch.send(1);
      yield* gosched();
    });
    expect(seen).toEqual(['got 1', 'finally']);
    expect(ch.trySend(2)).toBe(false);
  });

  test('one that has not started does not start', async () => {
    let started = 0;
    await run(() => {
      go(function* () {
        started++;
      });
      go(() => void started++);
      go(async () => void started++);
    });
    await hostTurn(5);
    expect(started).toBe(0);
  });

  test('clean-up that throws is swallowed, the rest of it runs', async () => {
    const seen: number[] = [];
    await run(function* () {
      for (let i = 0; i < 3; i++) {
        go(function* () {
          try {
            yield* chan().recv();
          } finally {
            seen.push(i);
            throw new Error('in clean-up');
          }
        });
      }
      yield* gosched();
    });
    expect(seen.sort()).toEqual([0, 1, 2]);
  });
});

describe('overlapping runs', () => {
  test('each has its own goroutines, ids and end', async () => {
    const ch = chan<string>();
    const long = run(function* () {
      const g = go(function* () {
        return yield* ch.recv();
      });
      return [g.id, yield* g.join()];
    });
    const short = run(function* () {
      const g = go(function* () {
        yield* sleep(10_000);
      });
      yield* sleep(2);
      return g.id;
    });
    expect(await short).toBe(2);
    expect(ch.trySend('still here')).toBe(true);
    expect(await long).toEqual([2, 'still here']);
  });

  test('one that fails leaves the other alone', async () => {
    const other = run(function* () {
      yield* sleep(20);
      return 'fine';
    });
    const error = await rejection(
      run(function* () {
        go(() => {
          throw new Error('boom');
        });
        yield* sleep(1000);
      }),
    );
    expect((error as Error).message).toBe('panic: boom');
    expect(await other).toBe('fine');
  });

  test('a run inside a run', async () => {
    const value = await run(function* () {
      const inner = yield* wait(run(async () => 1));
      return inner + 1;
    });
    expect(value).toBe(2);
  });
});

test('go from a host callback works during a run', async () => {
  const value = await run(function* () {
    const ch = chan<number>();
    yield* wait(
      hostTurn(1).then(() => {
        go(function* () {
          yield* ch.send(4);
        });
      }),
    );
    return yield* ch.recv();
  });
  expect(value).toBe(4);
});
