/** What keeps a process alive, and what does not. */
import { expect, test } from 'vitest';
import { child } from '../api/support.ts';

test.each([
  ['sleep', 'woke'],
  ['awaitedSleep', 'woke'],
  ['afterFunc', 'called'],
  ['waitedTimer', 'fired'],
  ['waitedTicker', 'three ticks'],
  ['selected', 'late'],
])('%s keeps the process alive until it is over', async (name, text) => {
  const { code, stdout, stderr } = await child('timers', [name]);
  expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({
    code: 0,
    stderr: '',
    lines: ['begin', text, 'end'],
  });
});

test.each(['timer', 'ticker', 'after', 'tick', 'stoppedAfterFunc'])(
  '%s, which nobody waits for, does not keep the process alive',
  async (name) => {
    const { code, stdout, stderr } = await child('timers', [name]);
    expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({
      code: 0,
      stderr: '',
      lines: ['begin', 'end'],
    });
  },
);

test('timers that lost a select do not keep the process alive', async () => {
  const { code, stdout } = await child('timers', ['lostSleep']);
  expect({ code, lines: stdout.trim().split('\n') }).toEqual({ code: 0, lines: ['begin', 'soon', 'end'] });
});

test('delays above 2^31 ms neither fire early nor make the host warn', async () => {
  const { code, stdout, stderr } = await child('timers', ['farTimers']);
  expect({ code, stderr, lines: stdout.trim().split('\n') }).toEqual({
    code: 0,
    stderr: '',
    lines: ['begin', 'alive', 'end'],
  });
});
