/** While a thread imports the module of a task. */
import { go, run, shutdown } from 'goroutines';
import { beforeEach, expect, test } from 'vitest';
import { ready } from './fixtures/slow.mjs';

// A thread imports a module once.
beforeEach(() => shutdown());

test('is no deadlock', async () => {
  expect(await run(() => go(ready).join(), { procs: 1 })).toBe(true);
});
