/** What goes wrong between threads: lost threads, panics, deadlocks, the end of a program, no threads at all. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  bool,
  chan,
  type DeadlockError,
  go,
  i32,
  Panic,
  ProcessorLostError,
  run,
  select,
  shutdown,
  sleep,
  start,
} from 'goroutines';
import { afterAll, describe, expect, test } from 'vitest';
import { output } from '../examples/command.ts';
import * as tasks from './fixtures/tasks.mjs';

afterAll(() => shutdown());

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('it resolved')),
    (error: unknown) => error,
  );
}

describe('a lost thread', () => {
  test('its tasks reject with ProcessorLostError, others go on, another thread takes its place', async () => {
    const results = await run(
      async () => {
        const doomed = go(tasks.exits);
        const others = Array.from({ length: 50 }, (_, i) => go(tasks.later, 5, i));
        const error = await rejection(Promise.resolve(doomed.join()));
        const values = await Promise.allSettled(others.map(async (g) => g.join()));
        const after = await go(tasks.add, 20, 22).join();
        return { error, values, after };
      },
      { procs: 2 },
    );
    expect(results.error).toBeInstanceOf(ProcessorLostError);
    expect((results.error as Error).message).toBe('the processor that ran exits was lost: exit code 3');
    expect(results.after).toBe(42);
    // Those on the same thread are lost with it; every other has its own value, and none hangs.
    results.values.forEach((r, i) => {
      if (r.status === 'fulfilled') expect(r.value).toBe(i);
      else expect(r.reason).toBeInstanceOf(ProcessorLostError);
    });
  });

  test('what waited on it in a channel is gone: the value goes to somebody else', async () => {
    const value = await run(
      function* () {
        const [began, input] = [chan(bool), chan(i32)];
        const g = go(tasks.exitsHolding, began as never, input as never);
        yield* began.recv();
        yield* select({ lost: g.join().map(() => 0), wait: sleep(3000) });
        return 'not lost';
      },
      { procs: 1 },
    ).catch((error: unknown) => error);
    expect(value).toBeInstanceOf(ProcessorLostError);
  });

  test('200 of them, one after another, leave nothing waiting', async () => {
    let lost = 0;
    await run(
      async () => {
        for (let i = 0; i < 40; i++) {
          const batch = [go(tasks.exits), ...Array.from({ length: 4 }, () => go(tasks.add, i, 1))];
          for (const r of await Promise.allSettled(batch.map(async (g) => g.join()))) {
            if (r.status === 'fulfilled') expect(r.value).toBe(i + 1);
            else {
              expect(r.reason).toBeInstanceOf(ProcessorLostError);
              lost++;
            }
          }
        }
      },
      { procs: 2 },
    );
    expect(lost).toBeGreaterThanOrEqual(40);
  });
});

describe('a thread that is lost in the middle of something', () => {
  test('of taking the arguments of a task: it is lost with it, and no other begins it with what is left', async () => {
    const error = await run(
      async () => {
        await go(tasks.endsAtDates).join();
        return rejection(Promise.resolve(go(tasks.add, new Date(0), 1).join()));
      },
      { procs: 1 },
    );
    expect(error).toBeInstanceOf(ProcessorLostError);
  });

  test.each(['lock', 'block'])(
    '%s: the main thread, which waits for it and is told nothing, goes on',
    async (what) => {
      expect(await output('test/parallel/fixtures/ended.ts', [what])).toBe('went on\n');
    },
  );
});

describe('programs over several threads', () => {
  test('a goroutine of a task that throws and is not joined is a panic of the program', async () => {
    const error = await rejection(
      run(
        function* () {
          yield* go(tasks.panics).join();
        },
        { procs: 1 },
      ),
    );
    expect(error).toBeInstanceOf(Panic);
    expect((error as Error).message).toContain('nobody looks');
    expect((error as Panic).cause).toBeInstanceOf(TypeError);
  });

  test('deadlock: reported, with the goroutines of all threads and what they wait for', async () => {
    const error = (await rejection(
      run(
        function* () {
          const ch = chan(i32);
          const all = [go(tasks.stuck, ch), go(tasks.stuck, ch)];
          for (const g of all) yield* g.join();
        },
        { procs: 2 },
      ),
    )) as DeadlockError;
    expect(error.message).toBe('all goroutines are asleep - deadlock!');
    expect(error.goroutines.map((g) => [g.id, g.reason])).toEqual([
      [1, 'join'],
      [2, 'chan receive'],
      [3, 'chan receive'],
    ]);
    expect(error.goroutines.slice(1).map((g) => g.name)).toEqual(['stuck', 'stuck']);
    for (const g of error.goroutines) expect(g.site).toContain('faults.test.ts');
  });

  test('no deadlock while a task waits for its host', async () => {
    expect(await run(() => go(tasks.hostTimer, 1200).join(), { procs: 1 })).toBe('rang');
  });

  test('the end of main ends tasks: their clean-up runs, and their threads serve the next program', async () => {
    const cleaned = chan(i32, 1);
    await run(
      function* () {
        const began = chan(bool);
        go(tasks.cleansUp, began as never, cleaned as never);
        yield* began.recv();
      },
      { procs: 1 },
    );
    expect(await run(() => cleaned.recv(), { procs: 1 })).toBe(1);
    expect(await run(() => go(tasks.add, 1, 2).join(), { procs: 1 })).toBe(3);
  });
});

/** Runs a program of the fixtures in a process of its own. */
function program(name: string, args: string[] = [], before = ''): Promise<{ code: number; out: string }> {
  const file = fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));
  const argv =
    before === ''
      ? [file, ...args]
      : ['--input-type=module', '-e', `${before}; await import(${JSON.stringify(file)})`];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out: stdout + stderr });
    });
  });
}

describe('a program in one file, with run at its top level', () => {
  test.each(['0', '1', '2', '4'])(
    '%s processors: the same result, once, and the process ends',
    async (procs) => {
      expect(await program('onefile', [procs])).toEqual({ code: 0, out: '338350 true\n' });
    },
  );

  test('without shared memory', async () => {
    expect(await program('onefile', [], 'delete globalThis.SharedArrayBuffer')).toEqual({
      code: 0,
      out: '338350 true\n',
    });
  });
});

describe('a task that ends when the memory is full', () => {
  test.each([
    ['returns', '0'],
    ['returns', '1'],
    ['throws', '0'],
    ['throws', '1'],
  ])('it %s, with %s processors: out of memory, for who joins it', async (how, procs) => {
    expect(await program('full', [how, procs])).toEqual({
      code: 0,
      out: 'Panic ERR_OUT_OF_MEMORY undefined\n',
    });
  });

  test('it panics: that of its program', async () => {
    expect(await program('full', ['panics', '1'])).toEqual({
      code: 0,
      out: 'Panic ERR_GOROUTINE_PANIC ERR_OUT_OF_MEMORY\n',
    });
  });
});

describe('after a program in which all were asleep for a while, the process', () => {
  test('goes on while a task is left', async () => {
    expect(await program('holds', ['task'])).toEqual({ code: 0, out: '2\n' });
  });

  test('ends otherwise', async () => {
    expect(await program('holds', ['nothing'])).toEqual({ code: 0, out: 'DeadlockError\n' });
  });
});

describe('no more threads', () => {
  const PAGE = 65536;
  test.each([
    ['no memory for a second one', 60 * PAGE, 9],
    ['the host refuses a second one', 1 << 30, 1],
  ])('%s: go does not throw, the first runs all tasks', async (_, maximum, threads) => {
    expect(await program('scarce', [String(maximum), String(threads)])).toEqual({
      code: 0,
      out: 'elsewhere,elsewhere,elsewhere,1\n',
    });
  });

  test.each([
    ['no memory for any', 40 * PAGE, 9, 'out of memory'],
    ['the host refuses', 1 << 30, 0, 'Error: no more threads'],
  ])('%s: all tasks run on this thread, with a warning', async (_, maximum, threads, why) => {
    const { code, out } = await program('scarce', [String(maximum), String(threads)]);
    expect({ code, first: out.split('\n')[0] }).toEqual({ code: 0, first: 'here,here,here,1' });
    expect(out).toContain(`no thread can be started, so all tasks run on this one: ${why}`);
  });
});

test('processors can be started ahead, and ended', async () => {
  await start({ procs: 2 });
  expect(await run(() => go(tasks.add, 1, 2).join(), { procs: 2 })).toBe(3);
  await shutdown();
  expect(await run(() => go(tasks.add, 1, 2).join(), { procs: 2 })).toBe(3);
});
