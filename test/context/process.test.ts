/** Contexts and the end of a process: what keeps it alive, what is a deadlock. */
import { expect, test } from 'vitest';
import { child } from '../api/support.ts';

test.each([
  ['unasked', 'a deadline that nobody waits for keeps no process alive', ['undefined']],
  ['cancelled', 'nor one that was cancelled', ['soon', 'told']],
  ['waited', 'one that is waited for does', ['context deadline exceeded']],
  ['afterFunc', 'and one that calls a function', ['called']],
  ['programOver', 'until its program is over', ['over']],
  [
    'deadlock',
    'waiting for what nobody can cancel is a deadlock',
    ['all goroutines are asleep - deadlock! chan receive'],
  ],
  ['noDeadlock', 'waiting for what host code cancels is none', ['quit']],
  ['signal', 'nor waiting for a signal', ['context deadline exceeded']],
])('%s: %s', async (name, _title, lines) => {
  const { code, stdout, stderr, ms } = await child('contexts', [name]);
  expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({
    code: 0,
    stderr: '',
    lines: ['begin', ...lines, 'end'],
  });
  expect(ms).toBeLessThan(15_000);
});
