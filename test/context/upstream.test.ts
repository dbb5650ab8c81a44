/** What Go's tests of package context assert (context/x_test.go), scaled to milliseconds. */
import { chan, go, nilChan, numGoroutine, Panic, run, select, sleep, trySelect, WaitGroup } from 'goroutines';
import {
  afterFunc,
  background,
  Canceled,
  cause,
  type Context,
  type ContextLike,
  DeadlineExceeded,
  todo,
  withCancel,
  withCancelCause,
  withDeadline,
  withDeadlineCause,
  withoutCancel,
  withTimeout,
  withTimeoutCause,
  withValue,
} from 'goroutines/context';
import { expect, test } from 'vitest';
import { collected, hostTurn, thrownBy } from '../api/support.ts';
import { Other, OwnDone, Wrapped } from './custom.ts';
import { testPlaces } from './support.ts';

const isDone = (ctx: Context): boolean => ctx.done().tryRecv() !== undefined;

test('TestParentFinishesChild: the end of a parent is that of all below it, when cancel returns', async () => {
  const [parent, cancel] = withCancel(background());
  const [child] = withCancel(parent);
  const valued = withValue(parent, 'key', 'value');
  const [timed, stop] = withTimeout(valued, 10_000);
  const called = chan<string>(1);
  const take = afterFunc(parent, () => void called.trySend('called'));
  const all = [parent, child, valued, timed];
  for (const ctx of all) expect([isDone(ctx), ctx.err(), cause(ctx)]).toEqual([false, undefined, undefined]);
  cancel();
  for (const ctx of all) {
    expect([isDone(ctx), ctx.err(), cause(ctx)]).toEqual([true, Canceled, Canceled]);
  }
  expect(take()).toBe(false);
  expect(await called.recv()).toBe('called');
  const [late] = withCancel(valued); // born cancelled
  expect([isDone(late), late.err()]).toEqual([true, Canceled]);
  stop();
});

test('TestChildFinishesFirst: the end of a child leaves the parent as it was, and the parent lets go of it', async () => {
  const [cancellable, stop] = withCancel(background());
  for (const parent of [background(), cancellable]) {
    const refs = Array.from({ length: 10 }, () => {
      const [child, cancel] = withCancel(parent);
      child.done();
      void child.signal;
      cancel();
      expect([isDone(child), child.err()]).toEqual([true, Canceled]);
      return new WeakRef(child);
    });
    expect([isDone(parent), parent.err()]).toEqual([false, undefined]);
    expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
  }
  stop();
});

test('TestCancelRemoves: cancel and stop leave nothing in the parent', async () => {
  const [parent, stop] = withCancel(background());
  const kinds: (() => object)[] = [
    () => ended(withCancel(parent)),
    () => ended(withTimeout(parent, 60_000)),
    () => {
      const f = (): void => undefined;
      expect(afterFunc(parent, f)()).toBe(true);
      return f;
    },
    () => {
      const [child] = withCancel(parent);
      expect(afterFunc(child, () => undefined)()).toBe(true);
      return child;
    },
  ];
  const refs = kinds.flatMap((make) => Array.from({ length: 10 }, () => new WeakRef(make())));
  expect(await collected(() => refs.every((ref) => ref.deref() === undefined))).toBe(true);
  stop();

  function ended([ctx, cancel]: [Context, () => void]): Context {
    void ctx.signal; // until it is over the parent holds it
    cancel();
    return ctx;
  }
});

test('TestCustomContextGoroutines: only a context that is over on its own terms costs a goroutine', async () => {
  await run(function* () {
    const before = numGoroutine();
    const [inner, cancel] = withCancel(background());
    const started = (parent: ContextLike): number => {
      const [ctx, stop] = withCancel(parent);
      ctx.done();
      const more = numGoroutine() - before;
      stop();
      return more;
    };
    expect(started(inner)).toBe(0);
    expect(started(new Wrapped(inner))).toBe(0);
    expect(started(new Other())).toBe(0);
    expect(started(new OwnDone(inner))).toBe(1);
    yield* sleep(1);
    expect(numGoroutine()).toBe(before); // and it has gone with its child
    cancel();
  });
});

test.each([
  ['TestBackground: never over, and its name', background(), 'context.Background'],
  ['TestTODO: the same', todo(), 'context.TODO'],
])('%s', (_title, ctx, name) => {
  expect(ctx.done()).toBe(nilChan);
  expect(trySelect([ctx.done().recv()])).toBeUndefined();
  expect([ctx.err(), ctx.deadline(), cause(ctx), ctx.value('k')]).toEqual(Array(4).fill(undefined));
  expect(ctx.signal.aborted).toBe(false);
  expect(String(ctx)).toBe(name);
});

test('TestBackground, TestTODO: are contexts', () => {
  expect(background()).not.toBe(todo());
  expect(background()).toBe(background());
});

testPlaces(
  'TestWithCancel: over when it is cancelled, also through a context of another class',
  async (look) => {
    const [c1, cancel] = withCancel(background());
    expect(String(c1)).toBe('context.Background.WithCancel');
    const [c2] = withCancel(new Wrapped(c1));
    const all = [c1, c2].map((ctx) => look(ctx));
    for (const o of all) expect([await o.err(), await o.done()]).toEqual([undefined, false]);
    cancel();
    for (const o of all) {
      expect(await o.err()).toBe(Canceled);
      await o.wait();
      expect(await o.done()).toBe(true);
    }
  },
);

testPlaces('TestDeadline: five shapes', async (look) => {
  const soon = (): number => Date.now() + 30;
  const plain = withDeadline(background(), soon())[0];
  expect(String(plain)).toMatch(/^context\.Background\.WithDeadline\(20\d\d-.*Z \[0\.0\d+s\]\)$/);
  const shapes: Record<string, Context> = {
    plain,
    wrapped: withDeadline(new Wrapped(withDeadline(background(), soon())[0]), Date.now() + 10_000)[0],
    nested: withDeadline(withDeadline(background(), soon())[0], soon() + 10_000)[0],
    past: withDeadline(background(), Date.now() - 1000)[0],
    now: withDeadline(background(), Date.now())[0],
    date: withDeadline(background(), new Date(soon()))[0],
  };
  for (const [shape, ctx] of Object.entries(shapes)) {
    const o = look(ctx);
    await o.wait();
    expect(await o.err(), shape).toBe(DeadlineExceeded);
    expect(await o.cause(), shape).toBe(DeadlineExceeded);
  }
});

testPlaces('TestTimeout: three shapes', async (look) => {
  const plain = withTimeout(background(), 20)[0];
  expect(String(plain)).toMatch(/^context\.Background\.WithDeadline\(/);
  const wrapped = withTimeout(new Wrapped(withTimeout(background(), 20)[0]), 10_000)[0];
  const nested = withTimeout(withTimeout(background(), 20)[0], 10_000)[0];
  for (const ctx of [plain, wrapped, nested]) {
    const o = look(ctx);
    await o.wait();
    expect([await o.err(), await o.cause()]).toEqual([DeadlineExceeded, DeadlineExceeded]);
  }
});

testPlaces('TestCanceledTimeout: cancelled before its time, it is cancelled', async (look) => {
  const [ctx, cancel] = withTimeout(withTimeout(background(), 20_000)[0], 10_000);
  const o = look(ctx);
  expect(await o.err()).toBeUndefined();
  cancel();
  expect(await o.err()).toBe(Canceled);
  await o.wait();
});

test('TestValues: the innermost counts, keys are compared by identity, and wrappers pass them on', () => {
  const [k1, k2, k3] = [{ key: 1 }, { key: 1 }, Symbol('key')];
  const c1 = withValue(background(), k1, 'c1k1');
  expect(String(c1)).toBe('context.Background.WithValue(Object, c1k1)');
  expect([c1.value(k1), c1.value(k2), c1.value(k3)]).toEqual(['c1k1', undefined, undefined]);
  const c2 = withValue(c1, k2, 'c2k2');
  const c3 = withValue(c2, k3, 'c3k3');
  expect([c3.value(k1), c3.value(k2), c3.value(k3)]).toEqual(['c1k1', 'c2k2', 'c3k3']);
  expect(String(withValue(c3, 'k', undefined))).toMatch(
    /WithValue\(Symbol\(key\), c3k3\)\.WithValue\(k, <nil>\)$/,
  );
  const c4 = withValue(c3, k1, undefined);
  expect([c4.value(k1), c4.value(k2), c4.value(k3)]).toEqual([undefined, 'c2k2', 'c3k3']);
  const o1 = withValue(new Wrapped(c4), k2, 'o1k2');
  expect([o1.value(k1), o1.value(k2), o1.value(k3)]).toEqual([undefined, 'o1k2', 'c3k3']);
  const o2 = withValue(new Other(), k1, 1);
  expect([o2.value(k1), o2.value(k2), String(o2)]).toEqual([1, undefined, 'other.WithValue(Object, 1)']);
});

test('TestSimultaneousCancels: a tree of a hundred, all cancelled in any order', async () => {
  await run(function* () {
    const all: [Context, () => void][] = [withCancel(background())];
    for (let i = 0; all.length < 100; i++) {
      const [parent] = all[i] as [Context, () => void];
      for (let j = 0; j < 4; j++) all.push(withCancel(parent));
    }
    const wg = new WaitGroup();
    for (const [, cancel] of [...all].sort(() => Math.random() - 0.5)) wg.go(cancel);
    for (const [ctx] of all)
      wg.go(function* () {
        yield* ctx.done().recv();
      });
    yield* wg.wait();
    for (const [ctx] of all) expect(ctx.err()).toBe(Canceled);
  });
});

test('TestInterlockedCancels: a child is cancelled by who was woken by its parent', async () => {
  await run(function* () {
    const [parent, cancelParent] = withCancel(background());
    const [child, cancelChild] = withCancel(parent);
    go(function* () {
      yield* parent.done().recv();
      cancelChild();
    });
    yield* sleep(1);
    cancelParent();
    const s = yield* select({ child: child.done().recv(), late: sleep(5000) });
    expect(s.key).toBe('child');
  });
});

async function layers(seed: number, timeout: boolean): Promise<void> {
  let state = seed;
  const random = (n: number): number => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % n;
  const values: [key: object, value: unknown][] = [];
  const cancels: (() => void)[] = [];
  let timers = 0;
  let ctx = background();
  for (let i = 0; i < 35 || cancels.length === 0 || (timeout && timers === 0); i++) {
    const kind = random(3);
    if (kind === 0) {
      const key = { i };
      ctx = withValue(ctx, key, i);
      values.push([key, i]);
    } else if (kind === 1) {
      const [next, cancel] = withCancel(ctx);
      ctx = next;
      cancels.push(cancel);
    } else {
      const [next, cancel] = withTimeout(ctx, timeout ? 1 : 60_000);
      ctx = next;
      cancels.push(cancel);
      timers++;
    }
  }
  const check = (): void => {
    for (const [key, value] of values) expect(ctx.value(key)).toBe(value);
  };
  check();
  if (!timeout) {
    expect(isDone(ctx)).toBe(false);
    cancels[random(cancels.length)]?.();
    expect(isDone(ctx)).toBe(true);
  }
  await ctx.done().recv();
  expect(ctx.err()).toBe(timeout ? DeadlineExceeded : Canceled);
  check();
}

test('TestLayersCancel: any layer that is cancelled ends the innermost', async () => {
  for (let seed = 1; seed <= 20; seed++) await layers(seed, false);
});

test('TestLayersTimeout: so does a timeout', async () => {
  for (let seed = 1; seed <= 20; seed++) await layers(seed, true);
});

testPlaces(
  'TestWithCancelCanceledParent: a child of one that is over is over, for the same cause',
  async (look) => {
    const [parent, cancel] = withCancelCause(background());
    cancel(new Error('because'));
    const o = look(withCancel(parent)[0]);
    await o.wait();
    expect(await o.err()).toBe(Canceled);
    expect(await o.cause()).toMatchObject({ message: 'because' });
  },
);

test('TestWithCancelSimultaneouslyCanceledParent: a hundred races of cancel and making a child', async () => {
  await run(function* () {
    for (let i = 0; i < 100; i++) {
      const [parent, cancel] = withCancelCause(background());
      const why = new Error('because');
      go(() => cancel(why));
      const g = go(function* () {
        const [child] = withCancel(parent);
        yield* child.done().recv();
        return [child.err(), cause(child)];
      });
      expect(yield* g.join()).toEqual([Canceled, why]);
    }
  });
});

test('TestWithValueChecksKey: a nil key is refused', () => {
  for (const key of [undefined, null]) {
    const error = thrownBy(() => withValue(background(), key, 1));
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({ message: 'nil key', code: 'ERR_NIL_KEY' });
  }
  // Everything else can be compared here.
  for (const key of [0, '', false, NaN, [], {}, () => 1]) withValue(background(), key, 1);
});

test('TestInvalidDerivedFail: a nil parent is refused everywhere', () => {
  for (const parent of [undefined, null] as unknown as Context[]) {
    const calls = [
      () => withCancel(parent),
      () => withCancelCause(parent),
      () => withTimeout(parent, 1),
      () => withTimeoutCause(parent, 1, 'c'),
      () => withDeadline(parent, 1),
      () => withDeadlineCause(parent, 1, 'c'),
      () => withValue(parent, 'k', 'v'),
      () => withoutCancel(parent),
      () => afterFunc(parent, () => undefined),
    ];
    for (const call of calls) {
      const error = thrownBy(call);
      expect(error).toBeInstanceOf(Panic);
      expect(error).toMatchObject({
        message: 'cannot create context from nil parent',
        code: 'ERR_NIL_CONTEXT',
      });
    }
  }
  expect(() => withCancel({} as Context)).toThrow(
    /^withCancel: expected a context, got an object of Object$/,
  );
});

test('TestDeadlineExceededSupportsTimeout: timeout() is true, and of the other one false', () => {
  expect([DeadlineExceeded.timeout(), DeadlineExceeded.temporary()]).toEqual([true, true]);
  expect([Canceled.timeout(), Canceled.temporary()]).toEqual([false, false]);
  expect(DeadlineExceeded.message).toBe('context deadline exceeded');
  expect(Canceled.message).toBe('context canceled');
  for (const error of [Canceled, DeadlineExceeded]) expect(error).toBeInstanceOf(Error);
});

const [parentCause, childCause] = [new Error('parent'), new Error('child')];
const tooSlow = new Error('too slow');
const early = new Error('finished early');

/** Context, error, cause. */
const causes: Record<string, () => [Context, Error | undefined, unknown]> = {
  Background: () => [background(), undefined, undefined],
  TODO: () => [todo(), undefined, undefined],
  WithCancel() {
    const [ctx, cancel] = withCancel(background());
    cancel();
    return [ctx, Canceled, Canceled];
  },
  WithCancelCause() {
    const [ctx, cancel] = withCancelCause(background());
    cancel(parentCause);
    return [ctx, Canceled, parentCause];
  },
  'WithCancelCause nil'() {
    const [ctx, cancel] = withCancelCause(background());
    cancel();
    return [ctx, Canceled, Canceled];
  },
  'parent cause before child'() {
    const [parent, cancelParent] = withCancelCause(background());
    const [ctx, cancelChild] = withCancelCause(parent);
    cancelParent(parentCause);
    cancelChild(childCause);
    return [ctx, Canceled, parentCause];
  },
  'parent cause after child'() {
    const [parent, cancelParent] = withCancelCause(background());
    const [ctx, cancelChild] = withCancelCause(parent);
    cancelChild(childCause);
    cancelParent(parentCause);
    return [ctx, Canceled, childCause];
  },
  'parent cause before nil child'() {
    const [parent, cancelParent] = withCancelCause(background());
    const [ctx, cancelChild] = withCancel(parent);
    cancelParent(parentCause);
    cancelChild();
    return [ctx, Canceled, parentCause];
  },
  'parent cause after nil child'() {
    const [parent, cancelParent] = withCancelCause(background());
    const [ctx, cancelChild] = withCancel(parent);
    cancelChild();
    cancelParent(parentCause);
    return [ctx, Canceled, Canceled];
  },
  'child cause after nil parent'() {
    const [parent, cancelParent] = withCancel(background());
    const [ctx, cancelChild] = withCancelCause(parent);
    cancelParent();
    cancelChild(childCause);
    return [ctx, Canceled, Canceled];
  },
  'child cause before nil parent'() {
    const [parent, cancelParent] = withCancel(background());
    const [ctx, cancelChild] = withCancelCause(parent);
    cancelChild(childCause);
    cancelParent();
    return [ctx, Canceled, childCause];
  },
  WithTimeout: () => [withTimeout(background(), 0)[0], DeadlineExceeded, DeadlineExceeded],
  'WithTimeout canceled'() {
    const [ctx, cancel] = withTimeout(background(), 60_000);
    cancel();
    return [ctx, Canceled, Canceled];
  },
  WithTimeoutCause: () => [withTimeoutCause(background(), 0, tooSlow)[0], DeadlineExceeded, tooSlow],
  'WithTimeoutCause canceled'() {
    const [ctx, cancel] = withTimeoutCause(background(), 60_000, tooSlow);
    cancel();
    return [ctx, Canceled, Canceled];
  },
  'WithTimeoutCause stacked'() {
    const [parent] = withCancel(background());
    const [outer] = withTimeoutCause(parent, 0, tooSlow);
    return [withTimeoutCause(outer, 60_000, new Error('too long'))[0], DeadlineExceeded, tooSlow];
  },
  'WithTimeoutCause stacked canceled'() {
    const [parent] = withCancel(background());
    const [outer] = withTimeoutCause(parent, 60_000, tooSlow);
    const [ctx, cancel] = withTimeoutCause(outer, 70_000, new Error('too long'));
    cancel();
    return [ctx, Canceled, Canceled];
  },
  WithDeadlineCause: () => [
    withDeadlineCause(background(), Date.now() - 1, tooSlow)[0],
    DeadlineExceeded,
    tooSlow,
  ],
  'WithDeadlineCause canceled'() {
    const [ctx, cancel] = withDeadlineCause(background(), Date.now() + 60_000, tooSlow);
    cancel();
    return [ctx, Canceled, Canceled];
  },
  'WithDeadlineCause of nothing': () => [
    withDeadlineCause(background(), Date.now() - 1, undefined)[0],
    DeadlineExceeded,
    DeadlineExceeded,
  ],
  WithoutCancel: () => [withoutCancel(background()), undefined, undefined],
  'WithoutCancel canceled'() {
    const [parent, cancel] = withCancelCause(background());
    const ctx = withoutCancel(parent);
    cancel(early);
    return [ctx, undefined, undefined];
  },
  'WithoutCancel timeout': () => [
    withoutCancel(withTimeoutCause(background(), 0, tooSlow)[0]),
    undefined,
    undefined,
  ],
};

testPlaces('TestCause: what err and cause answer, for 23 ways of ending', async (look) => {
  expect(Object.keys(causes)).toHaveLength(23);
  for (const [name, make] of Object.entries(causes)) {
    const [ctx, error, why] = make();
    expect([ctx.err(), cause(ctx)], name).toEqual([error, why]);
    expect(ctx.err(), name).toBe(error);
    expect(cause(ctx), name).toBe(why);
    const o = look(ctx);
    expect(await o.err(), name).toBe(error);
    expect(await o.cause(), name).toEqual(why);
    expect(await o.done(), name).toBe(error !== undefined);
  }
});

testPlaces('TestCauseRace: cause is undefined, and then it is the cause', async (look) => {
  const [ctx, cancel] = withCancelCause(background());
  const o = look(ctx);
  expect(await o.cause()).toBeUndefined();
  setTimeout(() => cancel(tooSlow), 10);
  let seen: unknown;
  while ((seen = await o.cause()) === undefined) await sleep(1);
  expect(seen).toMatchObject({ message: 'too slow' });
});

testPlaces('TestWithoutCancel: it keeps the values, and nothing else', async (look) => {
  const [parent] = withTimeout(withValue(background(), 'key', 'value'), 0);
  const ctx = withoutCancel(parent);
  expect(ctx.done()).toBe(nilChan);
  expect(String(ctx)).toMatch(/\.WithoutCancel$/);
  const o = look(ctx);
  expect([await o.deadline(), await o.err(), await o.value('key'), await o.done()]).toEqual([
    undefined,
    undefined,
    'value',
    false,
  ]);
  expect(cause(withCancel(ctx)[0])).toBeUndefined();
});

test('TestCustomContextPropagation: the end of a context of another class is that of its children, with the inner cause', async () => {
  await run(function* () {
    const why = new Error('because');
    const [inner, cancel] = withCancelCause(background());
    const custom = new OwnDone(inner);
    const [child] = withCancel(custom);
    const done = child.done();
    cancel(why);
    expect([isDone(child), child.err()]).toEqual([false, undefined]);
    custom.end(inner.err() as Error);
    yield* done.recv();
    expect([child.err(), cause(child)]).toEqual([Canceled, why]);
  });
});

test('TestCustomContextCause: a child of a context of another class has its own cause', () => {
  const custom = new OwnDone(background());
  const [child, cancel] = withCancelCause(custom);
  cancel(childCause);
  expect([child.err(), cause(child), custom.err()]).toEqual([Canceled, childCause, undefined]);
  custom.end(Canceled);
  expect([cause(custom), cause(child)]).toEqual([Canceled, childCause]);
  const [late] = withCancel(custom);
  expect([late.err(), cause(late)]).toEqual([Canceled, Canceled]);
});

test('TestAfterFuncCalledAfterCancel: not before, and then once', async () => {
  const [ctx, cancel] = withCancel(background());
  const called = chan<number>(2);
  const stop = afterFunc(ctx, () => void called.trySend(1));
  await hostTurn(5);
  expect(called.length).toBe(0);
  cancel();
  expect(await called.recv()).toBe(1);
  expect(stop()).toBe(false);
  await hostTurn(5);
  expect(called.length).toBe(0);
});

test('TestAfterFuncCalledAfterTimeout: and after a deadline', async () => {
  const [ctx] = withTimeout(background(), 10);
  const called = chan<Error | undefined>(1);
  afterFunc(ctx, () => void called.trySend(ctx.err()));
  expect(await called.recv()).toBe(DeadlineExceeded);
});

test('TestAfterFuncCalledImmediately: at once if it is over, in a goroutine of its own', async () => {
  const [ctx, cancel] = withCancel(background());
  cancel();
  const called = chan<number>(1);
  const stop = afterFunc(ctx, () => void called.trySend(1));
  expect(called.length).toBe(0);
  expect(stop()).toBe(false);
  expect(await called.recv()).toBe(1);
});

test('TestAfterFuncNotCalledAfterStop: stop is true if it prevented the call, and then false', async () => {
  const [ctx, cancel] = withCancel(background());
  let calls = 0;
  const stop = afterFunc(ctx, () => void calls++);
  expect([stop(), stop()]).toEqual([true, false]);
  cancel();
  await hostTurn(5);
  expect(calls).toBe(0);
  const never = afterFunc(background(), () => void calls++);
  expect([never(), never()]).toEqual([true, false]);
});

test('TestAfterFuncCalledAsynchronously: cancel does not wait for it', async () => {
  await run(function* () {
    const [ctx, cancel] = withCancel(background());
    const [started, finish] = [chan<number>(), chan<number>()];
    afterFunc(ctx, function* () {
      yield* started.send(1);
      yield* finish.recv();
    });
    cancel();
    yield* started.recv();
    finish.close();
  });
});

testPlaces('TestContextErrDoneRace: if err answers, the channel is closed', async (look) => {
  for (let i = 0; i < 20; i++) {
    const [ctx, cancel] = withCancel(background());
    const o = look(ctx);
    setTimeout(cancel, i % 5);
    while ((await o.err()) === undefined) await sleep(0.2);
    expect(await o.done()).toBe(true);
  }
});
