/** What a thread that blocks shows to the one that looks for deadlocks. */
import { expect, test, vi } from 'vitest';
import { P_BEATS, P_QUIET } from '../../assembly/layout.ts';
import { chan } from '../../src/chan.ts';
import { go } from '../../src/go.ts';
import '../../src/program.ts';
import { coreWords } from '../../src/runtime/core.ts';
import { restBlocked } from '../../src/runtime/rest.ts';
import { gosched } from '../../src/wait.ts';

// What the build defines.
vi.hoisted(() => Object.assign(globalThis, { GOROUTINES_VERSION: 'test' }));

const beats = (): number => Atomics.load(coreWords, P_BEATS >> 2);

test('after a rest in which nothing has happened it is not quiet, for it looks for work; and has no beat', () => {
  const before = beats();
  restBlocked(1, true);
  expect(Atomics.load(coreWords, P_QUIET >> 2)).toBe(0);
  expect(beats()).toBe(before);
});

test('every goroutine that runs on top of one that blocks is a beat', () => {
  const ch = chan<number>();
  go(function* () {
    for (let i = 0; i < 5; i++) yield* gosched();
    yield* ch.send(1);
  });
  const before = beats();
  expect(ch.recv().block()).toBe(1);
  expect(beats() - before).toBeGreaterThanOrEqual(6);
});
