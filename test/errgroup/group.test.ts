/**
 * golang.org/x/sync/errgroup: the rules E1 to E3, and what its tests assert; with goroutines of one processor, and with
 * tasks on two.
 */
import { chan, type Chan, f64, go, Panic, run, select, sleep, shutdown } from 'goroutines';
import { background, Canceled, cause, type Context, withCancel } from 'goroutines/context';
import { Group, withContext } from 'goroutines/errgroup';
import { afterAll, describe, expect, test } from 'vitest';
import { child, hostTurn, rejection, thrownBy } from '../api/support.ts';
import * as fixtures from './fixtures/tasks.mjs';

afterAll(() => shutdown());

type Body = (...args: never[]) => never;
interface Place {
  readonly name: string;
  readonly procs: number;
  readonly body: (name: string) => Body;
  readonly chan: (capacity: number) => Chan<number>;
}
const places: Place[] = [
  {
    name: 'goroutines',
    procs: 0,
    body: (name) => fixtures.bodies[name] as Body,
    chan: (capacity) => chan<number>(capacity),
  },
  {
    name: 'tasks',
    procs: 2,
    body: (name) => fixtures.tasks[name] as Body,
    chan: (capacity) => chan(f64, capacity),
  },
];

describe.each(places)('with $name', ({ procs, body, chan: channel }) => {
  const inRun = <T>(main: () => Promise<T>): Promise<T> => run(main, { procs });
  const start = (group: Group, name: string, ...args: unknown[]) =>
    group.go(body(name), ...(args as never[]));

  test('TestZeroGroup: wait throws the first error there was, however often it is asked', async () => {
    await inRun(async () => {
      for (const errors of [[], [undefined], ['1'], ['1', undefined], ['1', undefined, '2']]) {
        const group = new Group();
        let first: string | undefined;
        for (const message of errors) {
          await (message === undefined ? start(group, 'succeed') : start(group, 'fail', message));
          first ??= message;
          const got = await group.wait().then(
            () => undefined,
            (error: Error) => error.message,
          );
          expect(got).toBe(first);
        }
      }
    });
  });

  test('TestWithContext: wait throws the first error, and the context is over after it', async () => {
    await inRun(async () => {
      const ended = (group: Group) =>
        group.wait().then(
          () => 'none',
          (error: Error) => error.message,
        );
      for (const errors of [[], [undefined], [undefined, 'no way'], ['doh', undefined, undefined]]) {
        const [group, ctx] = withContext(background());
        for (const message of errors) {
          await (message === undefined ? start(group, 'succeed') : start(group, 'fail', message));
        }
        expect(await ended(group)).toBe(errors.find((e) => e !== undefined) ?? 'none');
        expect(ctx.done().closed).toBe(true);
        expect(ctx.err()).toBe(Canceled);
      }
    });
  });

  test('TestCancelCause: the cause of the context is the first error, or that it was cancelled', async () => {
    await inRun(async () => {
      for (const errors of [[], ['1'], ['1', undefined, '2']]) {
        const [group, ctx] = withContext(background());
        for (const message of errors) {
          await (message === undefined ? start(group, 'succeed') : start(group, 'fail', message));
          await sleep(5);
        }
        await group.wait().then(
          () => expect(cause(ctx)).toBe(Canceled),
          (error: unknown) => expect(cause(ctx)).toBe(error),
        );
      }
    });
  });

  test('TestTryGo: succeeds as often as the limit says, and again after wait', async () => {
    await inRun(async () => {
      const group = new Group();
      const ch = channel(0);
      group.setLimit(42);
      const tryGo = (n: number) => group.tryGo(body('sendMany'), ...([ch, n] as never[]));
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 42; i++) expect(tryGo(1)).toBe(true);
        expect(tryGo(1)).toBe(false);
        for (let i = 0; i < 42; i++) await ch.recv();
        await group.wait();
      }
      group.setLimit(1);
      expect([tryGo(1), tryGo(1)]).toEqual([true, false]);
      await ch.recv();
      await group.wait();
      group.setLimit(0);
      expect(tryGo(1)).toBe(false);
      group.setLimit(-1);
      for (let i = 0; i < 100; i++) expect(tryGo(0)).toBe(true);
      await group.wait();
    });
  });

  test('TestGoLimit: never more at once than the limit', async () => {
    await inRun(async () => {
      const group = new Group();
      group.setLimit(10);
      const [begun, ended] = [channel(2000), channel(2000)];
      let most = 0;
      for (let i = 0; i <= 1024; i++) {
        await start(group, 'marks', begun, ended);
        most = Math.max(most, begun.length - ended.length);
      }
      await group.wait();
      // An ended one is counted at once, and its successor can begin no earlier: one that is between the two may show.
      expect(most).toBeLessThanOrEqual(10);
      expect([begun.length, ended.length]).toEqual([1025, 1025]);
    });
  });

  test('E1 the first error cancels the context, and the others are told why', async () => {
    await inRun(async () => {
      const [group, ctx] = withContext(background());
      for (let i = 0; i < 5; i++) await start(group, 'untilOver', ctx);
      await start(group, 'failAfter', 10, 'first');
      expect(await rejection(group.wait())).toMatchObject({ message: 'first' });
      expect(cause(ctx)).toMatchObject({ message: 'first' });
    });
  });

  test('E1 the parent’s end is the context’s', async () => {
    await inRun(async () => {
      const [parent, cancel] = withCancel(background());
      const [group, ctx] = withContext(parent);
      await start(group, 'untilOver', ctx);
      cancel();
      expect(await rejection(group.wait())).toMatchObject({ message: 'told: context canceled' });
    });
  });

  test('E2 go waits while as many are active as the limit says', async () => {
    await inRun(async () => {
      const group = new Group();
      group.setLimit(2);
      const ch = channel(0);
      await start(group, 'until', ch);
      await start(group, 'until', ch);
      const s = await select({ third: start(group, 'until', ch), late: sleep(20) });
      expect(s.key).toBe('late');
      await ch.send(1);
      await start(group, 'until', ch);
      ch.close();
      await group.wait();
    });
  });

  test('E2 the limit cannot be changed while some are active', async () => {
    await inRun(async () => {
      const group = new Group();
      group.setLimit(3);
      const ch = channel(0);
      for (let i = 0; i < 2; i++) await start(group, 'until', ch);
      const error = thrownBy(() => group.setLimit(5));
      expect(error).toBeInstanceOf(Panic);
      expect(error).toMatchObject({
        message: 'errgroup: modify limit while 2 goroutines in the group are still active',
        code: 'ERR_GROUP_LIMIT',
      });
      ch.close();
      await group.wait();
      group.setLimit(5);
    });
  });

  test('E2 with the limit 0 nothing starts', async () => {
    await inRun(async () => {
      const group = new Group();
      group.setLimit(0);
      const s = await select({ started: start(group, 'fail', 'never'), late: sleep(10) });
      expect(s.key).toBe('late');
      await group.wait();
    });
  });

  test('E3 what a body throws is the error of the group, an async and a plain one, too', async () => {
    await inRun(async () => {
      const group = new Group();
      await start(group, 'plain');
      expect(await rejection(group.wait())).toMatchObject({ message: 'plain' });
      const other = new Group();
      await start(other, 'later', 5);
      await other.wait();
    });
  });

  test('an error is no panic of the program, also when nobody waits', async () => {
    await inRun(async () => {
      await start(new Group(), 'fail', 'nobody looks');
      await hostTurn(50);
    });
  });
});

test('ExampleGroup_justErrors: several things at once, and whether all went well', async () => {
  await run(function* () {
    const group = new Group();
    const fetched: string[] = [];
    function* fetchPage(url: string) {
      yield* sleep(1);
      if (url.includes('bad')) throw new Error(`cannot fetch ${url}`);
      fetched.push(url);
    }
    for (const url of ['a', 'bad', 'c']) yield* group.go(fetchPage, url);
    const error: unknown = yield* go(async () => rejection(group.wait())).join();
    expect(error).toMatchObject({ message: 'cannot fetch bad' });
    expect(fetched).toEqual(['a', 'c']);
  });
});

test('ExampleGroup_parallel: results of several searches, in their order', async () => {
  await run(function* () {
    function* search(ctx: Context, query: string) {
      const [group, own] = withContext(ctx);
      const kinds = ['web', 'image', 'video'];
      const results: string[] = [];
      function* one(kind: string, i: number) {
        yield* sleep(5 - i);
        if (own.err() === undefined) results[i] = `${kind} result for ${query}`;
      }
      for (const [i, kind] of kinds.entries()) yield* group.go(one, kind, i);
      yield* group.wait();
      return results;
    }
    expect(yield* go(search, background(), 'golang').join()).toEqual([
      'web result for golang',
      'image result for golang',
      'video result for golang',
    ]);
  });
});

test('ExampleGroup_pipeline: a walk, digesters of bounded number, and a collector', async () => {
  await run(function* () {
    const files = new Map(Array.from({ length: 50 }, (_, i) => [`file${i}`, `content ${i}`]));
    function* digestAll(ctx: Context) {
      const [group, own] = withContext(ctx);
      const paths = chan<string>();
      const digests = chan<[string, number]>();
      yield* group.go(function* walk() {
        for (const path of files.keys()) {
          const s = yield* select({ sent: paths.send(path), quit: own.done().recv() });
          if (s.key === 'quit') throw own.err();
        }
        paths.close();
      });
      const digesters = new Group();
      for (let i = 0; i < 20; i++) {
        yield* digesters.go(function* digest() {
          yield* paths.each(function* (path) {
            yield* digests.send([path, (files.get(path) as string).length]);
          });
        });
      }
      go(function* closer() {
        yield* digesters.wait();
        digests.close();
      });
      const all = new Map<string, number>();
      yield* digests.each(([path, digest]) => void all.set(path, digest));
      yield* group.wait();
      return all;
    }
    const all = yield* go(digestAll, background()).join();
    expect(all.size).toBe(50);
    expect(all.get('file7')).toBe('content 7'.length);
  });
});

test('go does nothing until it is used, and refuses at once what cannot be started', async () => {
  await run(function* () {
    const group = new Group();
    let ran = 0;
    const op = group.go(() => void ran++);
    yield* sleep(1);
    expect(ran).toBe(0);
    yield* op;
    yield* group.wait();
    expect(ran).toBe(1);
    expect(() => group.go(5 as never)).toThrow(/^Group\.go: expected a function, got 5$/);
    expect(() => group.tryGo(undefined as never)).toThrow(TypeError);
    expect(() => group.setLimit(1.5)).toThrow(TypeError);
    expect(() => withContext(undefined as never)).toThrow('cannot create context from nil parent');
  });
});

test('a task whose arguments cannot be shared takes no slot', async () => {
  await run(function* () {
    const group = new Group();
    group.setLimit(1);
    const bad = group.go(fixtures.tasks['succeed'] as Body, ...([() => 1] as never[]));
    const error = yield* go(async () => rejection(bad)).join();
    expect(error).toMatchObject({ message: 'go(task): argument 1: a function cannot be shared' });
    expect(group.tryGo(() => undefined)).toBe(true);
    yield* group.wait();
  });
});

test('go and wait as losing cases leave no trace', async () => {
  await run(function* () {
    const group = new Group();
    group.setLimit(1);
    const stop = chan<never>();
    yield* group.go(function* () {
      yield* stop.recv();
    });
    let started = 0;
    for (let i = 0; i < 100; i++) {
      const s = yield* select({ go: group.go(() => void started++), wait: group.wait(), now: sleep(0.05) });
      expect(s.key).toBe('now');
    }
    stop.close();
    yield* group.wait();
    expect(started).toBe(0);
    expect(group.tryGo(() => undefined)).toBe(true);
    yield* group.wait();
  });
});

test('a deadlock of a group is reported with the place where its goroutines were made', async () => {
  const { code, stderr } = await child('group');
  expect(code).toBe(1);
  expect(stderr).toContain('all goroutines are asleep - deadlock!');
  expect(stderr).toMatch(/goroutine 2 \[chan receive\]: stuck\n\s+created at .*group\.mjs:7/);
});
