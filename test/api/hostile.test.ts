/** What a program may do that keeps to no rules. Each in a process of its own, for what it could break. */
import { describe, expect, test } from 'vitest';
import { child, inChild } from './support.ts';

/** A program that ran after it found goroutines, channels, timers and the count in order. */
const HEALTHY = ['fine', 0];

describe('a thenable that keeps to no rules', () => {
  test.each([
    ['waitOnSyncThenable', 7],
    ['selectOnSyncThenable', { value: { key: 'now', value: 7 } }],
    ['awaitSyncThenable', 7],
    ['waitOnManyTimesThenable', 1],
  ])('%s: its first answer counts', async (name, value) => {
    expect(await inChild(name)).toEqual([value, HEALTHY]);
  });

  test('one whose then throws: so does the wait, and the goroutine goes on', async () => {
    expect(await inChild('waitOnThrowingThenable')).toEqual([['Error: no', 'Error: no', 'went on'], HEALTHY]);
  });
});

describe('WaitGroup.go with a body that calls done itself', () => {
  test.each(['wgGeneratorCallsDone', 'wgFunctionCallsDone', 'wgAsyncCallsDone'])(
    '%s: the goroutine panics, nothing breaks',
    async (name) => {
      expect(await inChild(name)).toEqual([
        { error: 'Panic: panic: sync: negative WaitGroup counter' },
        HEALTHY,
      ]);
    },
  );
});

describe('a goroutine that runs while its program ends', () => {
  test('main aborts its own run: it cleans up and waits no more', async () => {
    const [result, after, sent, health] = (await inChild('abortWhileMainRuns')) as unknown[];
    expect(result).toEqual({ error: 'Error: stop' });
    expect(after).not.toContain('received');
    expect(after).toContain('finally');
    expect(sent).toBe(false); // nobody stands at the channel any more
    expect(health).toEqual(HEALTHY);
  });

  test('another goroutine aborts the run: it waits no more', async () => {
    expect(await inChild('abortWhileOtherRuns')).toEqual([{ error: 'Error: stop' }, false, HEALTHY]);
  });

  test('main ends while another stands in block(): that one waits no more', async () => {
    expect(await inChild('mainEndsWhileOtherBlocks')).toEqual([{ value: 'main' }, false, false, HEALTHY]);
  });

  test('an async goroutine of a run that ended takes no more values', async () => {
    expect(await inChild('asyncGoroutineIsEnded')).toEqual([[false, false], [], HEALTHY]);
  });

  test('a function after a delay is not called when its program has ended', async () => {
    expect(await inChild('afterFuncOutlivesRun')).toBe(false);
  });

  test('finally runs, may not wait, but may do what needs no waiting', async () => {
    expect(await inChild('finallyThatWaits')).toEqual([['in', 'Panic ERR_GOROUTINE_ENDED', 'out'], HEALTHY]);
  });

  test('a lock held by a goroutine that is ended is freed by its clean-up', async () => {
    expect(await inChild('mutexOfTheEnded')).toBe(true);
  });
});

describe('an error that nobody was told of', () => {
  test('outside run: the process ends with the panic', async () => {
    const { code, stdout, stderr } = await child('cases', ['thrownOutsideRun']);
    expect(code).not.toBe(0);
    expect(stdout).not.toContain('RESULT');
    expect(stderr).toContain('panic: boom');
    expect(stderr).toContain('culprit');
    expect(stderr).toContain('cases.mjs:');
  });

  test('a join that lost its select has not joined: the panic is reported', async () => {
    expect(await inChild('unjoinedAfterLostSelect')).toEqual({ error: 'Panic: panic: boom' });
  });

  test('a join that was made and never used has not joined: the panic is reported', async () => {
    expect(await inChild('joinMadeButNotUsed')).toEqual({ error: 'Panic: panic: boom' });
  });
});
