/** What only a process of its own can show: the check mode, a core that is full, and an exception in the loop. */
import { expect, test } from 'vitest';
import { child } from './support.ts';

test('GOROUTINES_CHECK=1 reports each forgotten yield* with its place, once', async () => {
  const { code, stdout, stderr } = await child('forgotten', [], { env: { GOROUTINES_CHECK: '1' } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  expect(stderr).toMatch(/send\(\) was made and never used[^\n]*\n\s+at \S*forgotten\.mjs:6:\d+/);
  expect(stderr).toMatch(/recv\(\) was made and never used[^\n]*\n\s+at \S*forgotten\.mjs:9:\d+/);
  expect(stderr.match(/was made and never used/g)).toHaveLength(2);
});

test('without it nothing is reported', async () => {
  const { code, stdout, stderr } = await child('forgotten', [], { env: { GOROUTINES_CHECK: '' } });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
});

test('memory.maximum reached: a clear Panic where it happens, and what runs goes on', async () => {
  const { code, stdout, stderr } = await child('memory');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const result = JSON.parse(stdout) as Record<string, unknown>;
  expect(result).toMatchObject({ name: 'Panic', code: 'ERR_OUT_OF_MEMORY', n: 100 });
  expect(result['message']).toContain('memory.maximum');
  expect(result['started']).toBeGreaterThan(1000);
  expect(result['started']).toBeLessThan(100_000);
});

test('a turn of the loop that throws does not strand who is ready', async () => {
  const { code, stdout, stderr } = await child('evil');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'no prototype\nwent on\n', stderr: '' });
});
