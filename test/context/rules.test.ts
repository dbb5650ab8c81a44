/** The rules of Go's package context, X1 to X11. */
import { chan, go, nilChan, run, select, sleep } from 'goroutines';
import {
  afterFunc,
  background,
  Canceled,
  cause,
  type Context,
  DeadlineExceeded,
  fromSignal,
  todo,
  withCancel,
  withCancelCause,
  withDeadline,
  withoutCancel,
  withTimeout,
  withTimeoutCause,
  withValue,
} from 'goroutines/context';
import { describe, expect, test } from 'vitest';
import { collected, hostTurn } from '../api/support.ts';
import { testPlaces } from './support.ts';

testPlaces('X1 the roots are never over, and have neither deadline nor values', async (look) => {
  for (const ctx of [background(), todo(), withValue(background(), 'other', 1)]) {
    const o = look(ctx);
    expect([await o.err(), await o.cause(), await o.deadline(), await o.value('k'), await o.done()]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
    ]);
  }
  expect(withValue(todo(), 'k', 1).done()).toBe(nilChan);
});

test('X2 without a parent, or without a key, there is no context', () => {
  for (const nothing of [undefined, null] as unknown as Context[]) {
    for (const make of [withCancel, withCancelCause, withoutCancel]) {
      expect(() => make(nothing)).toThrow('cannot create context from nil parent');
    }
    expect(() => withTimeout(nothing, 1)).toThrow('cannot create context from nil parent');
    expect(() => withDeadline(nothing, 1)).toThrow('cannot create context from nil parent');
    expect(() => withValue(nothing, 'k', 'v')).toThrow('cannot create context from nil parent');
    expect(() => withValue(background(), nothing, 'v')).toThrow('nil key');
  }
  expect(() => withCancel({ done: 1 } as unknown as Context)).toThrow(TypeError);
});

describe('X3', () => {
  test('X3 cancel may be called again, by anybody, and is over when all below is', () => {
    const [root, cancel] = withCancel(background());
    const tree: Context[] = [root];
    for (let i = 0; i < 100; i++) {
      const parent = tree[i >> 1] as Context;
      tree.push(i % 3 === 0 ? withValue(parent, i, i) : withCancel(parent)[0]);
    }
    const closed = tree.map((ctx) => ctx.done());
    const seen: number[] = [];
    tree.forEach((ctx, i) => ctx.signal.addEventListener('abort', () => seen.push(i)));
    cancel();
    expect(closed.every((ch) => ch.closed)).toBe(true);
    expect(tree.every((ctx) => ctx.err() === Canceled && ctx.signal.aborted)).toBe(true);
    expect(new Set(seen).size).toBe(101);
    cancel();
    cancel();
    expect(seen).toHaveLength(101);
  });

  test('X3 a handler of a signal sees the whole tree over, and may cancel and make contexts', () => {
    const [parent, cancel] = withCancel(background());
    const [child, cancelChild] = withCancel(parent);
    const [other] = withCancel(parent);
    other.done();
    const seen: unknown[] = [];
    child.signal.addEventListener('abort', () => {
      cancelChild();
      cancel();
      seen.push(parent.err(), other.done().closed, withCancel(other)[0].err());
    });
    cancel();
    expect(seen).toEqual([Canceled, true, Canceled]);
  });

  test('X3 the function of afterFunc runs after cancel has returned', async () => {
    const [ctx, cancel] = withCancel(background());
    let called = false;
    afterFunc(ctx, () => {
      called = true;
    });
    cancel();
    expect(called).toBe(false);
    await hostTurn();
    expect(called).toBe(true);
  });
});

testPlaces('X4 err is undefined, then one error for ever', async (look) => {
  const [ctx, cancel] = withTimeout(background(), 10);
  const o = look(ctx);
  expect(await o.err()).toBeUndefined();
  await o.wait();
  expect(await o.err()).toBe(DeadlineExceeded);
  cancel();
  expect(await o.err()).toBe(DeadlineExceeded);
  expect(await o.cause()).toBe(DeadlineExceeded);
});

test('X4 err knows of a deadline at once, in code that never waits', () => {
  const [ctx] = withTimeout(background(), 2);
  const [child] = withCancel(ctx);
  const done = child.done();
  const end = performance.now() + 1000;
  while (child.err() === undefined) expect(performance.now()).toBeLessThan(end);
  expect([child.err(), done.closed]).toEqual([DeadlineExceeded, true]);
});

describe('X5 the first counts', () => {
  testPlaces(
    'X5 the cause of a child that was cancelled is its own, of one that was not the parent’s',
    async (look) => {
      const [parent, cancel] = withCancelCause(background());
      const [own, cancelOwn] = withCancelCause(parent);
      const [below] = withCancelCause(withValue(parent, 'k', 1));
      const [a, b] = [look(own), look(below)];
      expect([await a.cause(), await b.cause()]).toEqual([undefined, undefined]);
      cancelOwn(new TypeError('own'));
      cancel(new RangeError('parent'));
      await a.wait();
      await b.wait();
      expect(await a.cause()).toMatchObject({ message: 'own' });
      expect(await b.cause()).toMatchObject({ message: 'parent' });
    },
  );

  test('X5 a deadline that has passed comes before a cancellation, though its timer has not run', () => {
    const [parent, cancel] = withCancel(background());
    const [asked] = withTimeoutCause(parent, 1, 'late');
    const [told] = withTimeoutCause(parent, 1, 'late');
    told.done();
    const end = performance.now() + 3;
    while (performance.now() < end);
    cancel();
    for (const ctx of [asked, told]) expect([ctx.err(), cause(ctx)]).toEqual([DeadlineExceeded, 'late']);
  });

  test('X5 a cancellation comes before a deadline that has not passed', async () => {
    const [parent, cancel] = withCancelCause(background());
    const [ctx] = withTimeout(parent, 3);
    cancel('first');
    await hostTurn(10);
    expect([ctx.err(), cause(ctx)]).toEqual([Canceled, 'first']);
  });

  test('X5 a cause may be anything; null and undefined are none', () => {
    for (const why of ['text', 0, false, { a: 1 }]) {
      const [ctx, cancel] = withCancelCause(background());
      cancel(why);
      expect(cause(withCancel(ctx)[0])).toBe(why);
    }
    const [ctx, cancel] = withCancelCause(background());
    cancel(null);
    expect(cause(ctx)).toBe(Canceled);
  });
});

describe('X6', () => {
  test('X6 a deadline in the past: over at once', () => {
    for (const time of [Date.now() - 1000, 0, -Infinity, new Date(0)]) {
      const [ctx] = withDeadline(background(), time);
      expect([ctx.err(), ctx.done().closed, ctx.signal.aborted]).toEqual([DeadlineExceeded, true, true]);
    }
  });

  test('X6 with an earlier deadline above, the parent’s counts, and its cause', async () => {
    const [parent] = withTimeoutCause(background(), 5, 'parent');
    const [ctx] = withTimeoutCause(parent, 60_000, 'child');
    expect(ctx.deadline()).toBe(parent.deadline());
    expect(String(ctx)).toMatch(/\.WithCancel$/);
    await ctx.done().recv();
    expect([ctx.err(), cause(ctx)]).toEqual([DeadlineExceeded, 'parent']);
  });

  test('X6 a time without end is no deadline', () => {
    const [ctx, cancel] = withTimeout(background(), Infinity);
    expect([ctx.deadline(), ctx.err()]).toEqual([undefined, undefined]);
    cancel();
    expect(ctx.err()).toBe(Canceled);
  });

  test('X6 what is no time is refused', () => {
    for (const ms of [NaN, '5', undefined, null] as unknown as number[]) {
      expect(() => withTimeout(background(), ms)).toThrow(TypeError);
      expect(() => withDeadline(background(), ms)).toThrow(TypeError);
    }
    expect(() => withDeadline(background(), new Date(NaN))).toThrow(TypeError);
  });
});

testPlaces('X7 withoutCancel keeps values alone', async (look) => {
  const [parent, cancel] = withCancel(withValue(background(), 'k', 'v'));
  const ctx = withoutCancel(parent);
  cancel();
  const o = look(withCancel(ctx)[0]);
  expect([await o.value('k'), await o.err(), await o.done()]).toEqual(['v', undefined, false]);
});

describe('X8', () => {
  test('X8 the function runs once, in a goroutine that may wait', async () => {
    await run(function* () {
      const [ctx, cancel] = withCancel(background());
      const calls = chan<string>();
      afterFunc(ctx, function* () {
        yield* sleep(1);
        yield* calls.send('late');
      });
      cancel();
      cancel();
      expect(yield* calls.recv()).toBe('late');
      const s = yield* select({ again: calls.recv(), late: sleep(10) });
      expect(s.key).toBe('late');
    });
  });

  test('X8 what is no function is refused', () => {
    for (const f of [undefined, null, 'f', {}]) {
      expect(() => afterFunc(background(), f as () => void)).toThrow(TypeError);
    }
  });

  test('X8 a function of a program that is over is not called', async () => {
    const [ctx, cancel] = withCancel(background());
    let calls = 0;
    await run(() => {
      afterFunc(ctx, () => void calls++);
    });
    cancel();
    await hostTurn(5);
    expect(calls).toBe(0);
  });
});

testPlaces('X9 the innermost value counts, and undefined hides', async (look) => {
  const c1 = withValue(withValue(background(), 'a', 1), 'b', 1);
  const c2 = withValue(withCancel(c1)[0], 'a', 2);
  const o = look(withValue(c2, 'b', undefined));
  expect([await o.value('a'), await o.value('b'), await o.value('c')]).toEqual([2, undefined, undefined]);
});

describe('X10 no leak', () => {
  const kinds: Record<string, (parent: Context) => object> = {
    'one that was only made': (parent) => withCancel(parent)[0],
    'one with a channel': (parent) => {
      const [ctx] = withCancel(parent);
      ctx.done();
      return ctx;
    },
    'one with a timeout and a channel': (parent) => {
      const [ctx] = withTimeout(parent, 60_000);
      ctx.done();
      return ctx;
    },
    'a grandchild with a channel': (parent) => {
      const [ctx] = withTimeout(withValue(withCancel(parent)[0], 'k', 1), 60_000);
      ctx.done();
      return ctx;
    },
    'one that is cancelled': (parent) => {
      const [ctx, cancel] = withTimeout(parent, 60_000);
      void ctx.signal;
      afterFunc(ctx, () => undefined);
      cancel();
      return ctx;
    },
  };

  test.each(Object.keys(kinds))(
    'X10 a dropped context is collected while its parent lasts: %s',
    async (kind) => {
      const [parent, cancel] = withCancel(background());
      parent.done();
      const refs = Array.from(
        { length: 100 },
        () => new WeakRef((kinds[kind] as (p: Context) => object)(parent)),
      );
      expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
      cancel();
    },
  );

  test('X10 whoever has the channel is told, though nobody has the context', async () => {
    const [parent, cancel] = withCancel(background());
    const done = ((): Context['done'] => {
      const ch = withCancel(withValue(withCancel(parent)[0], 'k', 1))[0].done();
      return () => ch;
    })();
    await collected(() => false);
    cancel();
    expect(done().closed).toBe(true);
  });

  test('X10 a function is called, though nobody has the context', async () => {
    const [parent, cancel] = withCancel(background());
    let calls = 0;
    afterFunc(withCancel(withCancel(parent)[0])[0], () => void calls++);
    afterFunc(withTimeout(background(), 200)[0], () => void calls++);
    withTimeout(background(), 200)[0].signal.addEventListener('abort', () => calls++);
    await collected(() => false);
    cancel();
    await hostTurn(250);
    expect(calls).toBe(3);
  });
});

test('X11 the names say how a context was made', () => {
  const [a] = withCancel(background());
  expect(String(a)).toBe('context.Background.WithCancel');
  expect(String(withValue(a, 'user', 'gopher'))).toBe(
    'context.Background.WithCancel.WithValue(user, gopher)',
  );
  expect(String(withValue(todo(), 5, [1]))).toBe('context.TODO.WithValue(5, Array)');
  expect(String(withoutCancel(a))).toBe('context.Background.WithCancel.WithoutCancel');
  expect(String(withTimeout(a, 90_000)[0])).toMatch(
    /^context\.Background\.WithCancel\.WithDeadline\(\d{4}-\d\d-\d\dT[\d:.]+Z \[(90|89\.\d+)s\]\)$/,
  );
});

describe('signals', () => {
  test('the signal of a context is made once, and its reason is the cause', () => {
    const [ctx, cancel] = withCancelCause(background());
    const { signal } = ctx;
    expect(ctx.signal).toBe(signal);
    expect(withValue(ctx, 'k', 1).signal).toBe(signal);
    const why = new Error('why');
    cancel(why);
    expect([signal.aborted, signal.reason]).toEqual([true, why]);
    expect(withCancel(ctx)[0].signal).toMatchObject({ aborted: true, reason: why });
  });

  test('a context that is over when a signal is aborted', async () => {
    const controller = new AbortController();
    const ctx = fromSignal(controller.signal);
    expect([ctx.signal, fromSignal(controller.signal)]).toEqual([controller.signal, ctx]);
    expect(String(withCancel(ctx)[0])).toBe('context.FromSignal.WithCancel');
    const [child] = withCancel(ctx);
    const done = child.done();
    expect([ctx.err(), child.err()]).toEqual([undefined, undefined]);
    controller.abort('stop');
    expect([ctx.err(), cause(ctx), cause(child), done.closed]).toEqual([Canceled, 'stop', 'stop', true]);
    const late = fromSignal(AbortSignal.timeout(1));
    await late.done().recv();
    expect(late.err()).toBe(DeadlineExceeded);
    expect(fromSignal(AbortSignal.abort()).err()).toBe(Canceled);
    expect(() => fromSignal({} as AbortSignal)).toThrow(TypeError);
  });

  test('a signal that lasts is not filled with listeners', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    for (let i = 0; i < 10; i++) {
      const [ctx, cancel] = withCancel(fromSignal(signal));
      void ctx.signal;
      expect(listeners).toBe(1);
      cancel();
    }
    expect(listeners).toBe(0);
  });

  test('a handler that runs in the middle of a goroutine’s operation has nothing to do with that goroutine', async () => {
    await run(function* () {
      const [ctx] = withTimeout(background(), 5);
      const ch = chan<number>(1);
      let begun = false;
      ctx.signal.addEventListener('abort', () => {
        go(function* () {
          begun = true;
        });
      });
      const end = performance.now() + 50;
      while (performance.now() < end) {
        yield* ch.send(1);
        expect(yield* ch.recv()).toBe(1);
      }
      expect([ctx.signal.aborted, begun]).toEqual([true, true]);
    });
  });
});

test('a chain may be as long as memory is', () => {
  const [root, cancel] = withCancelCause(withValue(background(), 'k', 'v'));
  let ctx: Context = root;
  for (let i = 0; i < 200_000; i++) ctx = i % 2 === 0 ? withCancel(ctx)[0] : withValue(ctx, i, i);
  expect([ctx.value('k'), ctx.err(), ctx.deadline(), withTimeout(ctx, 60_000)[0].err()]).toEqual([
    'v',
    undefined,
    undefined,
    undefined,
  ]);
  const done = ctx.done();
  expect(afterFunc(ctx, () => undefined)()).toBe(true);
  let below = ctx;
  for (let i = 0; i < 200_000; i++) [below] = withCancel(below);
  cancel('why');
  expect([done.closed, cause(ctx), cause(below)]).toEqual([true, 'why', 'why']);
});

test('losing cases on done() leave no trace', async () => {
  await run(function* () {
    const [ctx, cancel] = withCancel(background());
    const jobs = chan<number>();
    go(function* () {
      for (let i = 0; i < 1000; i++) yield* jobs.send(i);
      jobs.close();
    });
    let n = 0;
    for (;;) {
      const s = yield* select({ job: jobs.next(), quit: ctx.done().recv() });
      if (s.key === 'quit' || s.value.done) break;
      n++;
    }
    expect(n).toBe(1000);
    cancel();
    expect(yield* ctx.done().recv()).toBeUndefined();
  });
});
