/** Tasks: where they run, what crosses, and what goes wrong. */
import { threadId } from 'node:worker_threads';
import { chan, f64, go, numGoroutine, run, select, sleep, task, value, WaitGroup } from 'goroutines';
import { afterAll, describe, expect, test } from 'vitest';
import { shutdown } from 'goroutines';
import * as tasks from './fixtures/tasks.mjs';
import * as twice from './fixtures/twice.mjs';

afterAll(() => shutdown());

/** What a goroutine of the test sees of the task's end. */
async function failure(start: () => { join(): PromiseLike<unknown> }): Promise<Error> {
  return run(async () => {
    try {
      await start().join();
    } catch (error) {
      return error as Error;
    }
    throw new Error('nothing was thrown');
  });
}

describe('where tasks run', () => {
  test('on another thread', async () => {
    expect(await run(() => go(tasks.where).join(), { procs: 2 })).not.toBe(threadId);
  });

  test('procs 0: here', async () => {
    expect(await run(() => go(tasks.where).join(), { procs: 0 })).toBe(threadId);
  });

  test('not more threads than processors', async () => {
    const ids = await run(
      async () => {
        const all = Array.from({ length: 20 }, () => go(tasks.spins, 5));
        return new Set(await Promise.all(all.map(async (g) => g.join())));
      },
      { procs: 2 },
    );
    expect(ids.size).toBe(2);
  });

  test('a task is not left to one that has fewer, but computes', async () => {
    const late = await run(
      function* () {
        const quit = chan(f64);
        const busy = go(tasks.spins, 2000);
        yield* sleep(50);
        const waiting = [go(tasks.consume, quit), go(tasks.consume, quit)]; // the other processor has two
        yield* sleep(50);
        const before = performance.now();
        yield* go(tasks.where).join();
        const after = performance.now() - before;
        quit.close();
        for (const g of [busy, ...waiting]) yield* g.join();
        return after;
      },
      { procs: 2 },
    );
    expect(late).toBeLessThan(1000);
  });

  test('from inside a task, too', async () => {
    expect(await run(() => go(tasks.outer, 20).join(), { procs: 2 })).toBe(41);
  });

  test('those that a task starts, on further threads', async () => {
    await shutdown(); // there is one thread when the task begins
    const ids = (await run(() => go(tasks.fansOut, 10, 100).join(), { procs: 2 })) as number[];
    expect(new Set(ids).size).toBe(2);
  });

  test('a run with processors begins: they take over what one without has left to do', async () => {
    await shutdown();
    const stop = chan();
    let other: Promise<unknown> | undefined;
    const first = await run(
      function* () {
        const g = go(tasks.where);
        other = run(() => stop.recv(), { procs: 1 });
        return yield* select({ ran: g.join(), never: sleep(10_000) });
      },
      { procs: 0 },
    );
    expect(first.key).toBe('ran');
    expect(first.value).not.toBe(threadId);
    stop.close();
    await other;
  });

  test('without run, after more programs at once than there can be', async () => {
    const stop = chan();
    const all = Array.from({ length: 1024 }, () => run(() => stop.recv(), { procs: 1 }));
    const last = all.pop();
    stop.close();
    await expect(last).rejects.toThrow(new RangeError('run: too many programs at once'));
    expect(await Promise.all(all)).toEqual(new Array(1023).fill(undefined));
    expect(await go(tasks.add, 2, 3).join()).toBe(5);
  });

  test('without run', async () => {
    expect(await go(tasks.add, 2, 3).join()).toBe(5);
  });
});

describe.each([0, 1, 2])('with %s processors', (procs) => {
  test('arguments and results are copied', async () => {
    const given = { a: [1, { b: 'x' }] };
    const got = await run(() => go(tasks.later, 0, given).join(), { procs });
    expect(got).toEqual(given);
    expect(got).not.toBe(given);
  });

  test('a task that waits, for the core and for the host', async () => {
    const got = await run(
      async () => {
        const [a, b] = [go(tasks.later, 10, { done: [1, 2] }), go(tasks.hostTimer, 10)];
        return [await a.join(), await b.join()];
      },
      { procs },
    );
    expect(got).toEqual([{ done: [1, 2] }, 'rang']);
  });

  test('many at once, each with its own result', async () => {
    const got = await run(
      function* () {
        const started = Array.from({ length: 1000 }, (_, i) => go(tasks.add, i, i));
        const results: number[] = [];
        for (const g of started) results.push((yield* g.join()) as number);
        return results;
      },
      { procs },
    );
    expect(got).toEqual(Array.from({ length: 1000 }, (_, i) => 2 * i));
  });

  test('WaitGroup.go counts tasks', async () => {
    const wg = new WaitGroup();
    const ch = chan(value<number>(), 10);
    await run(
      function* () {
        for (let i = 0; i < 10; i++) wg.go(tasks.produce, ch, i, i + 1);
        yield* wg.wait();
      },
      { procs },
    );
    expect(ch.length).toBe(10);
  });

  test('an error arrives with its class, message, cause and stack', async () => {
    const error = await failure(() => go(tasks.throwError));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('too far');
    expect((error.cause as Error).message).toBe('the reason');
    expect(error.stack).toContain('tasks.mjs');
  });

  test('something thrown that is no error arrives as itself', async () => {
    expect(await failure(() => go(tasks.throwText))).toBe('a text');
  });
});

describe('what cannot be shared', () => {
  test('an argument: a TypeError at the call that names it, and nothing begins', async () => {
    await run(function* () {
      const before = numGoroutine();
      const call = () => go(tasks.add as never, { items: [0, () => 1] } as never);
      expect(call).toThrow(/^go\(task\): argument 1\.items\[1\]: a function/);
      expect(call).toThrow(TypeError);
      expect(numGoroutine()).toBe(before);
      yield* sleep(0);
    });
  });

  test('a local channel', async () => {
    await run(() => {
      expect(() => go(tasks.stuck as never, chan() as never)).toThrow(
        /a local channel \(make it with a type/,
      );
    });
  });

  test('a result: join says so', async () => {
    const error = await failure(() => go(tasks.giveFunction));
    expect(error.message).toMatch(/result\.f: a function/);
  });
});

describe('a task that cannot be found', () => {
  test('its module cannot be imported', async () => {
    const missing = task(new URL('./fixtures/missing.mjs', import.meta.url).href, 'missing', (): number => 1);
    const error = await failure(() => go(missing));
    expect(error.message).toMatch(
      /cannot run "missing" of file:.*missing\.mjs: its module cannot be imported/,
    );
  });

  test('its module does not register it', async () => {
    const other = task(new URL('./fixtures/tasks.mjs', import.meta.url).href, 'unknown', () => 1);
    const error = await failure(() => go(other));
    expect(error.message).toMatch(
      /cannot run "unknown" of file:.*tasks\.mjs: its module does not register it/,
    );
  });

  test('two of one name', async () => {
    const error = await failure(() => go(twice.one));
    expect(error.message).toMatch(/cannot run "same" of file:.*twice\.mjs: its module has two tasks/);
  });

  test.each([
    [1, 'a', Number],
    ['u', 1, Number],
    ['u', 'a', 1],
  ])('task(%s, %s, %s) is a TypeError', (...args) => {
    expect(() => (task as (...args: unknown[]) => unknown)(...args)).toThrow(TypeError);
  });
});

test('numGoroutine counts a task once, wherever it is', async () => {
  const counts = await run(
    function* () {
      const ch = chan(f64);
      const before = numGoroutine();
      const g = go(tasks.stuck, ch);
      const during = numGoroutine();
      yield* ch.send(1);
      yield* g.join();
      return [before, during, numGoroutine()];
    },
    { procs: 2 },
  );
  expect(counts).toEqual([1, 2, 1]);
});
