/** What only a process of its own can show of programs with threads: that it ends, and what is done before. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Runs a case of fixtures/process.mjs, or another fixture; `code` is -1 if it had to be killed. */
function ended(name: string, fixture = 'process'): Promise<{ code: number; lines: string[]; ms: number }> {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}.mjs`, import.meta.url));
  const began = performance.now();
  return new Promise((resolve) => {
    execFile(process.execPath, [file, name], { timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const lines = (stdout + stderr).split('\n').filter((line) => line !== '');
      resolve({ code, lines, ms: performance.now() - began });
    });
  });
}

const DEADLOCK = 'DeadlockError: all goroutines are asleep - deadlock!';

test.each(['deadlockAfterStart', 'deadlockAfterTask'])('%s: the process ends', async (name) => {
  expect(await ended(name)).toMatchObject({ code: 0, lines: [DEADLOCK] });
});

describe('block() on what only this thread can end', () => {
  test('throws in a task what it throws elsewhere', async () => {
    const { code, lines } = await ended('blocksInVain');
    const promises =
      'TypeError: LABEL: block() cannot wait for promises, which do not settle meanwhile; use await or yield*';
    const expected = {
      promise: promises.replace('LABEL', 'wait()'),
      waiting: promises.replace('LABEL', 'join()'),
      async: DEADLOCK,
      local: DEADLOCK,
      unshared: DEADLOCK,
      mutex: DEADLOCK,
    };
    expect({ code, got: lines.map((line) => JSON.parse(line) as unknown) }).toEqual({
      code: 0,
      got: [expected, expected],
    });
  });

  test('waits for a goroutine here that another thread wakes', async () => {
    expect(await ended('blocksForRelay')).toMatchObject({ code: 0, lines: ['7'] });
  });
});

describe('the end of a program', () => {
  test.each([
    ['cleanUp', ['cleaned up', 'over']],
    ['cleanUpOfLeft', ['cleaned up', 'over']],
    ['cleanUpWhenThrown', ['cleaned up', 'Error: main threw']],
  ])('%s: clean-up on other threads has run, also when the process ends with it', async (name, lines) => {
    expect(await ended(name)).toMatchObject({ code: 0, lines });
  });

  test('threads that compute on are replaced when others need them', async () => {
    expect(await ended('spinner')).toMatchObject({ code: 0, lines: ['3', '3'] });
  });

  test('one that computes for a program that goes on is not', async () => {
    const { code, lines } = await ended('spinnerOfOthers');
    expect({ code, lines }).toEqual({ code: 0, lines: ['cleaned up', 'computed', '3'] });
  });
});

describe('a module that does not get to its tasks', () => {
  test('each task says why, not only the first', async () => {
    const why = 'its module awaits run() before it registers it: call task(…) above';
    expect(await ended('', 'steps')).toMatchObject({
      code: 0,
      lines: ['first', 'second'].map((name) => `go(task): cannot run "${name}" of here: ${why}`),
    });
  });

  test('a warning names the module that is imported for ever', async () => {
    const { code, lines } = await ended('', 'endless');
    expect({ code, text: lines.join() }).toEqual({
      code: 0,
      text: expect.stringMatching(/the task never waits for its module.*endless\.mjs/) as unknown,
    });
  });
});

test('a task that threw is not reported as runnable', async () => {
  const { code, lines } = await ended('threwUnseen');
  expect({ code, lines }).toEqual({ code: 0, lines: ['throws [running]', 'Error: enough'] });
});

test('what clean-up throws at the end of the program is told, unless it is that it may not wait', async () => {
  const { code, lines } = await ended('cleanUpThrows');
  expect({ code, first: lines[0] }).toEqual({ code: 0, first: 'over' });
  expect(lines.join().match(/clean-up of goroutine/g)).toHaveLength(1);
  expect(lines.join()).toContain('(careless) at the end of its program threw: RangeError: in clean-up');
});

test('programs that are deadlocked at once: each lists its own goroutines, one that blocks its thread, too', async () => {
  expect(await ended('twoDeadlocks')).toMatchObject({
    code: 0,
    lines: ['1 outer [join], 2 blocksOn [block()]', '1 inner [chan receive]'],
  });
});
