/** Structured concurrency. */
import { chan, go, run, select, sleep, shutdown } from 'goroutines';
import { background, Canceled, cause, type Context, withCancelCause } from 'goroutines/context';
import { scope, type Scope } from 'goroutines/errgroup';
import { afterAll, describe, expect, test } from 'vitest';
import { rejection } from '../api/support.ts';
import * as fixtures from './fixtures/tasks.mjs';

afterAll(() => shutdown());

describe.each([
  ['goroutines', 0, fixtures.bodies],
  ['tasks', 2, fixtures.tasks],
])('with %s', (_name, procs, bodies) => {
  const body = (name: string): ((...args: unknown[]) => unknown) => bodies[name] as never;

  test('a scope is left when every goroutine has ended, with what the body returns', async () => {
    await run(
      function* () {
        const ended: number[] = [];
        const result = yield* scope(function* (s) {
          for (const ms of [10, 1, 5]) {
            const g = s.go(body('later'), ms);
            s.go(function* () {
              ended.push((yield* g.join()) as number);
            });
          }
          return 'result';
        });
        expect(result).toBe('result');
        expect(ended.sort()).toEqual([1, 10, 5]);
      },
      { procs },
    );
  });

  test('the first error ends the context and is thrown when all have ended', async () => {
    await run(
      async () => {
        let over: Context | undefined;
        const error = await rejection(
          scope(function* (s) {
            over = s.ctx;
            for (let i = 0; i < 3; i++) s.go(body('untilOver'), s.ctx);
            s.go(body('failAfter'), 5, 'first');
            yield* s.ctx.done().recv();
            throw new Error('later');
          }),
        );
        expect(error).toMatchObject({ message: 'first' });
        expect(cause(over as Context)).toBe(error);
      },
      { procs },
    );
  });

  test('an error of the body does, too', async () => {
    await run(
      async () => {
        const error = await rejection(
          scope((s: Scope) => {
            s.go(body('untilOver'), s.ctx);
            throw new RangeError('body');
          }),
        );
        expect(error).toMatchObject({ message: 'body' });
      },
      { procs },
    );
  });
});

test('join gives the result of each, and throws what it threw', async () => {
  await run(async () => {
    const result = await scope(async (s) => {
      const [a, b] = [s.go(async () => 1), s.go((x: number) => x, 2)];
      return (await a.join()) + (await b.join());
    });
    expect(result).toBe(3);
    const error = await rejection(
      scope(async (s) => {
        const g = s.go(() => {
          throw new Error('inner');
        });
        await g.join();
      }),
    );
    expect(error).toMatchObject({ message: 'inner' });
  });
});

test('goroutines may start others in it; when it has been left nobody can', async () => {
  await run(function* () {
    let outer: Scope | undefined;
    let depth = 0;
    yield* scope(function* (s) {
      outer = s;
      function* next(n: number) {
        yield* sleep(0.1);
        depth = n;
        if (n < 5) s.go(next, n + 1);
      }
      s.go(next, 1);
    });
    expect(depth).toBe(5);
    expect(() => outer?.go(() => 1)).toThrow('Scope.go: the scope has been left');
    expect(outer?.ctx.err()).toBe(Canceled);
  });
});

test('the parent’s end, and cancel, end its context', async () => {
  await run(async () => {
    const [parent, cancel] = withCancelCause(background());
    const seen = scope(function* (s) {
      yield* s.ctx.done().recv();
      return cause(s.ctx);
    }, parent);
    const promise = seen.then((v) => v);
    cancel('parent');
    expect(await promise).toBe('parent');
    const own = await scope(function* (s) {
      s.cancel('own');
      yield* s.ctx.done().recv();
      return cause(s.ctx);
    });
    expect(own).toBe('own');
  });
});

test('nothing begins until it is used', async () => {
  let began = 0;
  const op = scope(() => ++began);
  await sleep(2);
  expect(began).toBe(0);
  expect(await op).toBe(1);
  expect(() => scope(async function* () {} as never)).toThrow(TypeError);
});

test('as a case that loses, its context is cancelled; as one that wins, it is as ever', async () => {
  await run(function* () {
    const told = chan<unknown>(1);
    const lost = yield* select({
      scope: scope(function* (s) {
        yield* s.ctx.done().recv();
        yield* told.send(s.ctx.err());
      }),
      late: sleep(2),
    });
    expect(lost.key).toBe('late');
    expect(yield* told.recv()).toBe(Canceled);
    const won = yield* select({ scope: scope(() => 5), late: sleep(5000) });
    expect(won).toEqual({ key: 'scope', value: 5 });
  });
});

describe('await using', () => {
  test('waits at the end of the block', async () => {
    let ended = 0;
    {
      await using s = scope();
      for (const ms of [1, 5])
        s.go(async () => {
          await sleep(ms);
          ended++;
        });
    }
    expect(ended).toBe(2);
  });

  test('throws the first error', async () => {
    const error = await rejection(
      (async () => {
        await using s = scope(background());
        s.go(function* () {
          yield* s.ctx.done().recv();
        });
        s.go(() => {
          throw new Error('first');
        });
      })(),
    );
    expect(error).toMatchObject({ message: 'first' });
  });
});

test('a program that ends cuts a scope off', async () => {
  let cleaned = 0;
  await run(function* () {
    go(function* () {
      yield* scope(function* (s) {
        s.go(function* () {
          try {
            yield* sleep(10_000);
          } finally {
            cleaned++;
          }
        });
      });
    });
    yield* sleep(2);
  });
  expect(cleaned).toBe(1);
});
