import { expect, test } from 'vitest';
import { output } from './command.ts';

async function lines(name: string): Promise<string[]> {
  return (await output(`examples/${name}.ts`)).trimEnd().split('\n');
}

test('prime-sieve: the first 25 primes', async () => {
  const [line] = await lines('prime-sieve');
  expect(line).toBe('2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97');
});

test('worker-pool: every job once', async () => {
  const done = (await lines('worker-pool')).sort();
  expect(done).toEqual([1, 2, 3, 4, 5, 6].map((id) => `job ${id} took ${10 * id} ms`));
});

test('pipeline: all stages stop', async () => {
  const [found, ...stopped] = await lines('pipeline');
  expect(found).toBe('1024');
  expect(stopped.sort()).toEqual(['count: stopped', 'square: stopped']);
});

test('rate-limit: a burst of three, then one every 20 ms', async () => {
  const times = (await lines('rate-limit')).map((line) =>
    Number(/^request \d after (\d+) ms$/.exec(line)?.[1]),
  );
  expect(times).toHaveLength(6);
  for (const [i, ms] of times.entries()) expect(ms).toBeGreaterThanOrEqual(20 * Math.max(0, i - 2) - 1);
});

test('fan-in: everything from both sources, each in its order', async () => {
  const heard = await lines('fan-in');
  expect([...heard].sort()).toEqual(['left: tick', 'left: tick', 'left: tick', 'right: tock', 'right: tock']);
});

test('timeouts: of an answer, of the whole, of a pause', async () => {
  expect(await lines('timeouts')).toEqual([
    'answer after 10 ms',
    'no answer in 100 ms',
    'answer after 150 ms',
    'no answer in 100 ms',
    'no answer in 100 ms',
    'out of time',
    '3 answers until it went quiet',
  ]);
});

test('async-interop: promises, async functions, iterables and streams', async () => {
  expect(await lines('async-interop')).toEqual([
    'user 1',
    'user 60 is late',
    'failed: no user 3',
    'these came from async',
    '1',
    '2',
    '3',
    'one two',
  ]);
});
