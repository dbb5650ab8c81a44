/** What Go's tests of contexts of other classes that have an AfterFunc assert (context/afterfunc_test.go), and its examples. */
import { chan, go, numGoroutine, run, select, sleep } from 'goroutines';
import {
  afterFunc,
  background,
  Canceled,
  cause,
  type Context,
  DeadlineExceeded,
  withCancel,
  withCancelCause,
  withDeadline,
  withTimeout,
  withValue,
} from 'goroutines/context';
import { expect, test } from 'vitest';
import { hostTurn } from '../api/support.ts';
import { Registering } from './custom.ts';

/** A child of such a context that somebody waits for. */
function below(
  parent: Registering,
  make: (parent: Registering) => [Context, () => void],
): [Context, () => void] {
  const made = make(parent);
  made[0].done();
  return made;
}

test('TestCustomContextAfterFuncCancel: its end ends a child, without a goroutine', async () => {
  await run(function* () {
    const parent = new Registering();
    const before = numGoroutine();
    const [child] = below(parent, withCancel);
    expect([numGoroutine() - before, parent.functions.size]).toEqual([0, 1]);
    parent.end(Canceled);
    expect([child.err(), child.done().closed]).toEqual([Canceled, true]);
  });
});

test('TestCustomContextAfterFuncTimeout: and a child with a timeout', () => {
  const parent = new Registering();
  const [child, stop] = below(parent, (p) => withTimeout(p, 60_000));
  parent.end(DeadlineExceeded);
  expect([child.err(), child.done().closed]).toEqual([DeadlineExceeded, true]);
  stop();
});

test('TestCustomContextAfterFuncAfterFunc: and calls a function', async () => {
  const parent = new Registering();
  const called = chan<number>(1);
  afterFunc(parent, () => void called.trySend(1));
  await hostTurn(5);
  expect(called.length).toBe(0);
  parent.end(Canceled);
  expect(await called.recv()).toBe(1);
});

test('TestCustomContextAfterFuncUnregisterCancel: a child that is cancelled takes its function back', () => {
  const parent = new Registering();
  const [, cancel] = below(parent, withCancel);
  expect(parent.functions.size).toBe(1);
  cancel();
  expect(parent.functions.size).toBe(0);
});

test('TestCustomContextAfterFuncUnregisterTimeout: so does one whose time is over', async () => {
  const parent = new Registering();
  const [child] = below(parent, (p) => withTimeout(p, 10));
  expect(parent.functions.size).toBe(1);
  await child.done().recv();
  expect(parent.functions.size).toBe(0);
});

test('TestCustomContextAfterFuncUnregisterAfterFunc: so does stop', () => {
  const parent = new Registering();
  const stop = afterFunc(parent, () => undefined);
  expect(parent.functions.size).toBe(1);
  expect(stop()).toBe(true);
  expect(parent.functions.size).toBe(0);
});

test('ExampleWithCancel: a generator that ends when its reader has enough', async () => {
  await run(function* () {
    const [ctx, cancel] = withCancel(background());
    const numbers = chan<number>();
    const g = go(function* () {
      for (let n = 1; ; n++) {
        const s = yield* select({ sent: numbers.send(n), quit: ctx.done().recv() });
        if (s.key === 'quit') return ctx.err();
      }
    });
    const got: number[] = [];
    while (got.length < 5) got.push((yield* numbers.recv()) as number);
    cancel();
    expect(got).toEqual([1, 2, 3, 4, 5]);
    expect(yield* g.join()).toBe(Canceled);
  });
});

test.each([
  ['ExampleWithDeadline: gives up at a time', () => withDeadline(background(), Date.now() + 10)],
  ['ExampleWithTimeout: gives up after a time', () => withTimeout(background(), 10)],
])('%s', async (_title, make) => {
  await run(function* () {
    const [ctx, cancel] = make();
    const s = yield* select({ overslept: sleep(5000), quit: ctx.done().recv() });
    expect([s.key, ctx.err()?.message]).toEqual(['quit', 'context deadline exceeded']);
    cancel();
  });
});

test('ExampleWithDeadline, ExampleWithTimeout: the time is known', () => {
  const [ctx, cancel] = withTimeout(background(), 1000);
  expect(Math.abs((ctx.deadline() as number) - Date.now() - 1000)).toBeLessThan(500);
  cancel();
});

test('ExampleWithValue: what is there, and what is not', () => {
  const language = Symbol('language');
  const ctx = withValue(background(), language, 'Go');
  expect([ctx.value(language), ctx.value('color')]).toEqual(['Go', undefined]);
});

test('ExampleAfterFunc_cond: a wait for a condition that a context interrupts', async () => {
  await run(function* () {
    let changed = chan<never>();
    const broadcast = (): void => {
      changed.close();
      changed = chan<never>();
    };
    function* waitFor(ctx: Context, condition: () => boolean) {
      const stop = afterFunc(ctx, broadcast);
      while (!condition()) {
        yield* changed.recv();
        if (ctx.err() !== undefined) return ctx.err();
      }
      stop();
      return undefined;
    }
    const all = [1, 2, 3, 4].map((ms) => go(waitFor, withTimeout(background(), ms)[0], () => false));
    for (const g of all) expect(yield* g.join()).toBe(DeadlineExceeded);
  });
});

test('ExampleAfterFunc_connection: a read that a context interrupts', async () => {
  await run(function* () {
    const connection = chan<string>();
    function* read(ctx: Context) {
      let interrupted = false;
      const stop = afterFunc(ctx, () => {
        interrupted = true;
        connection.close();
      });
      const r = yield* connection.next();
      if (!stop() && interrupted) throw ctx.err();
      return r.value;
    }
    const [ctx] = withTimeout(background(), 5);
    const error: unknown = yield* go(async () =>
      go(read, ctx)
        .join()
        .then(
          () => undefined,
          (e: unknown) => e,
        ),
    ).join();
    expect(error).toBe(DeadlineExceeded);
  });
});

test('ExampleAfterFunc_merge: a context that is over when one of two is', () => {
  function merge(ctx: Context, other: Context): [Context, () => void] {
    const [merged, cancel] = withCancelCause(ctx);
    const stop = afterFunc(other, () => cancel(cause(other)));
    return [
      merged,
      () => {
        stop();
        cancel();
      },
    ];
  }
  const [a, cancelA] = withCancelCause(background());
  const [b] = withCancelCause(background());
  const [merged] = merge(b, a);
  expect(merged.err()).toBeUndefined();
  cancelA(new Error('a'));
  return merged
    .done()
    .recv()
    .then(() => expect(cause(merged)).toMatchObject({ message: 'a' }));
});
