/** golang.org/x/sync/singleflight: the rule E5, and what its tests assert. */
import { chan, go, type Op, run, select, sleep, shutdown, trySelect, wait, WaitGroup } from 'goroutines';
import { Group, type Result } from 'goroutines/singleflight';
import { afterAll, describe, expect, test } from 'vitest';
import { hostTurn, rejection } from '../api/support.ts';
import * as fixtures from '../errgroup/fixtures/tasks.mjs';

afterAll(() => shutdown());

/** What an operation comes to, as `[value, error]`. */
async function outcome<T>(op: Op<T>): Promise<[T | undefined, unknown]> {
  try {
    return [await op, undefined];
  } catch (error) {
    return [undefined, error];
  }
}

test('TestDo: gives what the function returns', async () => {
  const group = new Group<string>();
  expect(await group.do('key', () => 'bar')).toBe('bar');
  expect(await group.do('key', async () => 'async')).toBe('async');
  expect(
    await group.do('key', function* () {
      yield* sleep(1);
      return 'generator';
    }),
  ).toBe('generator');
});

test('TestDoErr: and throws what it throws', async () => {
  const error = new Error('some error');
  const group = new Group<string>();
  expect(
    await outcome(
      group.do('key', () => {
        throw error;
      }),
    ),
  ).toEqual([undefined, error]);
});

test('TestPanicErrorUnwrap: the error is the one that was thrown, with its cause', async () => {
  const inner = new RangeError('inner');
  const thrown = new Error('outer', { cause: inner });
  const group = new Group<never>();
  const got = await rejection(
    group.do('key', () => {
      throw thrown;
    }),
  );
  expect(got).toBe(thrown);
  expect((got as Error).cause).toBe(inner);
});

test('TestDoDupSuppress: ten who ask at the same time cost fewer than ten calls', async () => {
  await run(function* () {
    const group = new Group<string>();
    const [asked, value] = [chan<number>(10), chan<string>(1)];
    let calls = 0;
    function* f() {
      calls++;
      return (yield* value.recv()) as string;
    }
    const all = Array.from({ length: 10 }, () =>
      go(function* () {
        yield* asked.send(1);
        return yield* group.do('key', f);
      }),
    );
    for (const _ of all) yield* asked.recv();
    yield* sleep(1);
    yield* value.send('bar');
    for (const g of all) expect(yield* g.join()).toBe('bar');
    expect(calls).toBe(1);
  });
});

test('TestForget: after it the next one calls its function, and others join that', async () => {
  await run(function* () {
    const group = new Group<string>();
    const [first, second] = [chan<string>(), chan<string>()];
    const a = group.doChan('key', () => first.recv() as unknown as Promise<string>);
    group.forget('key');
    const b = group.doChan('key', () => second.recv() as unknown as Promise<string>);
    const c = group.doChan('key', () => 'never called');
    yield* first.send('1');
    expect(yield* a.recv()).toEqual({ value: '1', error: undefined, shared: false });
    yield* second.send('2');
    expect([yield* b.recv(), yield* c.recv()]).toEqual(
      Array(2).fill({ value: '2', error: undefined, shared: true }),
    );
  });
});

test('TestDoChan: gives the result on a channel', async () => {
  const group = new Group<string>();
  const ch = group.doChan('key', () => 'bar');
  expect(await ch.recv()).toEqual({ value: 'bar', error: undefined, shared: false });
  expect(ch.closed).toBe(false);
});

test('TestPanicDo: all five who wait are told, and none hangs', async () => {
  await run(function* () {
    const group = new Group<never>();
    const error = new Error('invalid memory address');
    function* f(): Generator<never, never> {
      throw error;
    }
    const wg = new WaitGroup();
    const seen: unknown[] = [];
    for (let i = 0; i < 5; i++) wg.go(async () => void seen.push((await outcome(group.do('key', f)))[1]));
    yield* wg.wait();
    expect(seen).toEqual(Array(5).fill(error));
  });
});

test('TestGoexitDo: all five who wait are told when the goroutine of the call is ended, and none hangs', async () => {
  const group = new Group<void>();
  const begun = chan<number>(1);
  const program = run(function* () {
    go(function* () {
      yield* group.do('key', function* () {
        yield* begun.send(1);
        yield* sleep(60_000);
      });
    });
    yield* sleep(20);
  });
  await begun.recv();
  const all = Array.from({ length: 5 }, () => outcome(group.do('key', () => undefined)));
  await program;
  for (const [, error] of await Promise.all(all)) {
    expect(error).toMatchObject({ message: 'the goroutine was ended: its program is over' });
  }
  expect(await group.do('key', () => undefined)).toBeUndefined(); // and the key is free again
});

test('TestPanicDoChan: what the function throws is in the result', async () => {
  const group = new Group<never>();
  const ch = group.doChan('key', () => {
    throw new Error('Panicking in DoChan');
  });
  expect(await ch.recv()).toMatchObject({ value: undefined, error: { message: 'Panicking in DoChan' } });
});

test('TestPanicDoSharedByDoChan: there and for those who wait', async () => {
  await run(function* () {
    const group = new Group<never>();
    const error = new Error('Panicking in Do');
    const unblock = chan<never>();
    const g = go(async () =>
      outcome(
        group.do('key', function* () {
          yield* unblock.recv();
          throw error;
        }),
      ),
    );
    yield* sleep(1);
    const ch = group.doChan('key', () => {
      throw new Error('never called');
    });
    unblock.close();
    expect(yield* ch.recv()).toEqual({ value: undefined, error, shared: true });
    expect(yield* g.join()).toEqual([undefined, error]);
  });
});

test('ExampleGroup: two who ask get one result', async () => {
  await run(function* () {
    const group = new Group<string>();
    const block = chan<never>();
    const one = group.doChan('key', function* () {
      yield* block.recv();
      return 'func 1';
    });
    const two = group.doChan('key', () => 'func 2');
    block.close();
    expect([yield* one.recv(), yield* two.recv()]).toEqual(
      Array(2).fill({ value: 'func 1', error: undefined, shared: true }),
    );
  });
});

describe('E5', () => {
  test('E5 different keys do not wait for each other, and a key is compared as of a Map', async () => {
    const group = new Group<number>();
    const [a, b] = [{}, {}];
    const results = [a, b, a, NaN, NaN].map((key, i) => group.doChan(key, async () => i));
    const got: (Result<number> | undefined)[] = [];
    for (const ch of results) got.push(await ch.recv());
    expect(got.map((r) => r?.value)).toEqual([0, 1, 0, 3, 3]);
    expect(got.map((r) => r?.shared)).toEqual([true, false, true, true, true]);
  });

  test('E5 nothing is kept when the call is over', async () => {
    const group = new Group<number>();
    let calls = 0;
    for (let i = 1; i <= 3; i++) expect(await group.do('key', () => ++calls)).toBe(i);
  });

  test('E5 do calls nothing until it is used; doChan does', async () => {
    await run(function* () {
      const group = new Group<number>();
      let calls = 0;
      const op = group.do('key', () => ++calls);
      yield* sleep(1);
      expect(calls).toBe(0);
      group.doChan('key', () => ++calls);
      yield* sleep(1);
      expect(calls).toBe(1);
      expect(yield* op).toBe(2);
    });
  });

  test('E5 whoever loses a select leaves the call to the others, and its error is nobody’s', async () => {
    await run(function* () {
      const group = new Group<number>();
      const s = yield* select({
        value: group.do(
          'key',
          () => wait(new Promise<number>((resolve) => setTimeout(resolve, 20, 7))) as never,
        ),
        late: sleep(1),
      });
      expect(s.key).toBe('late');
      expect(yield* group.do('key', () => 0)).toBe(7);
      const lost = yield* select({
        value: group.do('key', async () => {
          await sleep(5);
          throw new Error('nobody waits');
        }),
        late: sleep(1),
      });
      expect(lost.key).toBe('late');
      expect(trySelect([group.do('key', () => 0)])).toBeUndefined();
      yield* wait(hostTurn(20));
    });
  });

  test('E5 forget of what is not there does nothing; what is no function is refused', () => {
    const group = new Group<number>();
    group.forget('key');
    expect(() => group.do('key', 5 as never)).toThrow(/^singleflight\.do: expected a function, got 5$/);
    expect(() => group.doChan('key', undefined as never)).toThrow(TypeError);
  });

  test('E5 the function may be a task', async () => {
    await run(
      async () => {
        const group = new Group<unknown>();
        expect(await group.do('key', fixtures.tasks['succeed'] as never)).toBeUndefined();
        expect(await rejection(group.do('key', fixtures.tasks['plain'] as never))).toMatchObject({
          message: 'plain',
        });
      },
      { procs: 2 },
    );
  });
});
