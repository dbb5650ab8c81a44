/** While a thread imports the module of a task. */
import { chan, go, i32, run, shutdown, sleep, start } from 'goroutines';
import { beforeEach, expect, test } from 'vitest';
import { ready, tell } from './fixtures/slow.mjs';

// A thread imports a module once.
beforeEach(() => shutdown());

test('is no deadlock', async () => {
  expect(await run(() => go(ready).join(), { procs: 1 })).toBe(true);
});

test('its program may end: the task never begins', async () => {
  const told = chan(i32, 1);
  await start({ procs: 1 });
  await run(
    function* () {
      go(tell, told);
      yield* sleep(300);
    },
    { procs: 1 },
  );
  await run(
    function* () {
      yield* go(ready).join(); // of the same module: the other would have begun, too
      yield* sleep(100);
    },
    { procs: 1 },
  );
  expect(told.length).toBe(0);
});
