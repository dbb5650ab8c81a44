/** What the types let a program say. Checked by tsc; here they only have to load. */
import {
  chan,
  go,
  type Go,
  type Op,
  type RecvChan,
  run,
  select,
  type SendChan,
  sleep,
  trySelect,
  wait,
} from 'goroutines';
import { describe, expectTypeOf, test } from 'vitest';

describe('inference through yield*', () => {
  test('operations', () => {
    function* f(): Go {
      const ch = chan<string>();
      expectTypeOf(yield* ch.recv()).toEqualTypeOf<string | undefined>();
      expectTypeOf(yield* ch.next()).toEqualTypeOf<IteratorResult<string, undefined>>();
      expectTypeOf(yield* ch.recvMany(3)).toEqualTypeOf<string[]>();
      expectTypeOf(yield* ch.send('a')).toEqualTypeOf<void>();
      expectTypeOf(yield* sleep(1)).toEqualTypeOf<void>();
      expectTypeOf(yield* wait(Promise.resolve(5))).toEqualTypeOf<number>();
      expectTypeOf(yield* ch.recv().map((v) => v?.length)).toEqualTypeOf<number | undefined>();
      const step = yield* ch.next();
      if (!step.done) expectTypeOf(step.value).toEqualTypeOf<string>();
    }
    expectTypeOf(f).returns.toEqualTypeOf<Go>();
  });

  test('a yield without its star is an error where the return type is named', () => {
    function* f(): Go {
      // @ts-expect-error -- an operation is not what a goroutine yields
      yield sleep(1);
    }
    expectTypeOf(f).returns.toEqualTypeOf<Go>();
  });

  test('await and block', async () => {
    const ch = chan<number>(1);
    ch.trySend(1);
    expectTypeOf(await ch.recv()).toEqualTypeOf<number | undefined>();
    expectTypeOf<ReturnType<Op<Date>['block']>>().toEqualTypeOf<Date>();
  });
});

describe('select narrows', () => {
  test('by key', () => {
    function* f(): Go {
      const s = yield* select({ n: chan<number>().recv(), b: chan<Date>().next(), late: sleep(1) });
      if (s.key === 'n') expectTypeOf(s.value).toEqualTypeOf<number | undefined>();
      else if (s.key === 'b') expectTypeOf(s.value).toEqualTypeOf<IteratorResult<Date, undefined>>();
      else {
        expectTypeOf(s.key).toEqualTypeOf<'late'>();
        expectTypeOf(s.value).toEqualTypeOf<void>();
      }
      // @ts-expect-error no such case
      if (s.key === 'other') return;
    }
    expectTypeOf(f).toBeFunction();
  });

  test('by index', () => {
    function* f(): Go {
      const [i, v] = yield* select([chan<number>().recv(), chan<string>().recv()]);
      if (i === 0) expectTypeOf(v).toEqualTypeOf<number | undefined>();
      else expectTypeOf(v).toEqualTypeOf<string | undefined>();
    }
    expectTypeOf(f).toBeFunction();
  });

  test('trySelect may give undefined', () => {
    const s = trySelect({ n: chan<number>().recv() });
    expectTypeOf(s).toEqualTypeOf<{ readonly key: 'n'; readonly value: number | undefined } | undefined>();
  });
});

test('join and run have the type of the body', async () => {
  expectTypeOf(go((x: string) => x.length, 'ab').join()).toEqualTypeOf<Op<number>>();
  expectTypeOf(go(async () => 'a').join()).toEqualTypeOf<Op<string>>();
  const g = go(function* (n: number): Go<boolean> {
    yield* sleep(0);
    return n > 1;
  }, 5);
  expectTypeOf(g.join()).toEqualTypeOf<Op<boolean>>();
  expectTypeOf(await run(async () => 5)).toEqualTypeOf<number>();
});

test('directional views', () => {
  const ch = chan<number>(1);
  const out: SendChan<number> = ch;
  const input: RecvChan<number> = ch;
  expectTypeOf(out).not.toHaveProperty('recv');
  expectTypeOf(input).not.toHaveProperty('send');
  expectTypeOf(input).not.toHaveProperty('close');
  const wider: RecvChan<number | string> = input;
  expectTypeOf(wider.recv()).toEqualTypeOf<Op<number | string | undefined>>();
  // @ts-expect-error a sender of numbers takes no strings
  const wrong: SendChan<number | string> = out;
  expectTypeOf(wrong).not.toBeAny();
});

test('wrong types are refused', () => {
  const refused = () => {
    const ch = chan<number>();
    // @ts-expect-error a string on a channel of numbers
    void ch.send('a');
    // @ts-expect-error one argument is missing
    go((x: number) => x);
    // @ts-expect-error the argument has the wrong type
    go((x: number) => x, 'a');
    // @ts-expect-error a channel is no operation
    void select({ ch });
    // @ts-expect-error no promise
    void wait(5);
    // @ts-expect-error milliseconds are numbers
    void sleep('5');
  };
  expectTypeOf(refused).toBeFunction();
});
