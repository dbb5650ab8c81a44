/** Clocks that jump: the machine was asleep, or somebody has set the time. */
import { expect, test } from 'vitest';
import { child } from '../api/support.ts';

async function seen(name: string): Promise<string[]> {
  const { code, stdout, stderr } = await child('clock', [name]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trim().split('\n');
}

test('after a sleep of the machine all that is due fires once, in its order, and nothing else', async () => {
  const lines = await seen('slept');
  expect(lines[0]).toBe('jump');
  expect(lines.slice(1, 6).sort()).toEqual(['after', 'afterFunc', 'deadline', 'sleep', 'tick']);
  expect(lines.slice(6)).toEqual(['the long one lasts', 'late']);
});

test('setting the clock moves no timer and no deadline', async () => {
  expect(await seen('set')).toEqual(Array(2).fill(['not early', 'in time', 'by the new clock']).flat());
});
