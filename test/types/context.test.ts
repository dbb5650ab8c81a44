/** What the types of contexts, groups and shared calls let a program say. Checked by tsc; here they only have to load. */
import {
  chan,
  go,
  type Go,
  type Goroutine,
  type Op,
  type RecvChan,
  type Shareable,
  task,
  value,
} from 'goroutines';
import {
  background,
  type CancelCauseFunc,
  type CancelFunc,
  type Context,
  type ContextLike,
  fromSignal,
  withCancel,
  withCancelCause,
  withTimeout,
  withValue,
} from 'goroutines/context';
import { Group, scope, type Scope, withContext } from 'goroutines/errgroup';
import { type Result, Group as Calls } from 'goroutines/singleflight';
import { expectTypeOf, test } from 'vitest';

test('contexts', () => {
  expectTypeOf(withCancel(background())).toEqualTypeOf<[ctx: Context, cancel: CancelFunc]>();
  expectTypeOf(withCancelCause(background())).toEqualTypeOf<[ctx: Context, cancel: CancelCauseFunc]>();
  expectTypeOf<Context['done']>().returns.toEqualTypeOf<RecvChan<never>>();
  expectTypeOf<Context>().toExtend<ContextLike>();
  expectTypeOf(withValue(background(), 'k', 1)).toEqualTypeOf<Context>();
  expectTypeOf(fromSignal(new AbortController().signal)).toEqualTypeOf<Context>();
  // @ts-expect-error a duration is a number
  expectTypeOf(withTimeout).toBeCallableWith(background(), '5');
});

test('a context may cross threads, one of another class may not', () => {
  expectTypeOf<Context>().toExtend<Shareable>();
  const takes = task(import.meta.url, 'takes', (ctx: Context, n: number) => ctx.value(n));
  const own = {} as ContextLike;
  function* f(ctx: Context): Go {
    yield* go(takes, ctx, 5).join();
    yield* chan(value<{ ctx: Context }>()).send({ ctx });
    // @ts-expect-error it is code
    go(takes, own, 5);
    // @ts-expect-error a function cannot cross
    go(takes, withCancel(ctx)[1], 5);
  }
  expectTypeOf(f).returns.toEqualTypeOf<Go>();
});

test('groups take the arguments of their bodies', () => {
  function* f(): Go {
    const [group, ctx] = withContext(background());
    expectTypeOf(ctx).toEqualTypeOf<Context>();
    function* fetchOne(c: Context, url: string): Go<number> {
      yield* c.done().recv();
      return url.length;
    }
    expectTypeOf(group.go(fetchOne, ctx, 'a')).toEqualTypeOf<Op<void>>();
    expectTypeOf(group.tryGo(async (n: number) => n, 5)).toEqualTypeOf<boolean>();
    expectTypeOf(group.wait()).toEqualTypeOf<Op<void>>();
    // @ts-expect-error the second argument is missing
    yield* group.go(fetchOne, ctx);
    yield* new Group().go(() => 1);
  }
  expectTypeOf(f).toBeFunction();
});

test('scopes give what their bodies give', () => {
  function* f(): Go {
    const result = yield* scope(function* (s) {
      expectTypeOf(s).toEqualTypeOf<Scope>();
      const g = s.go((n: number) => `${n}`, 5);
      expectTypeOf(g).toEqualTypeOf<Goroutine<string>>();
      return yield* g.join();
    });
    expectTypeOf(result).toEqualTypeOf<string>();
    expectTypeOf(yield* scope(async () => 5)).toEqualTypeOf<number>();
    expectTypeOf(scope()).toEqualTypeOf<Scope>();
  }
  expectTypeOf(f).toBeFunction();
});

test('shared calls', () => {
  const calls = new Calls<string>();
  expectTypeOf(calls.doChan('k', async () => 'v')).toEqualTypeOf<RecvChan<Result<string>>>();
  function* f(): Go {
    expectTypeOf(yield* calls.do('k', () => 'v')).toEqualTypeOf<string>();
    // @ts-expect-error it gives numbers
    yield* calls.do('k', () => 5);
  }
  expectTypeOf(f).toBeFunction();
});
