import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, expect, test } from 'vitest';
import { output } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function lines(name: string, args: readonly string[] = []): Promise<string[]> {
  return (await output(`examples/${name}.ts`, args)).trimEnd().split('\n');
}

/** What the picture is on whatever number of processors came first. */
let sameOnAll: string | undefined;

test('prime-sieve: the first 25 primes', async () => {
  const [line] = await lines('prime-sieve');
  expect(line).toBe('2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97');
});

test('worker-pool: every job once', async () => {
  const done = (await lines('worker-pool')).sort();
  expect(done).toEqual([1, 2, 3, 4, 5, 6].map((id) => `job ${id} took ${10 * id} ms`));
});

test('pipeline-cancel: some primes, then all stages end', async () => {
  const printed = await lines('pipeline-cancel');
  const primes = printed.slice(0, 5).map(Number);
  expect(new Set(primes).size).toBe(5);
  for (const n of primes) {
    expect(n).toBeGreaterThan(1e11);
    for (let d = 2; d * d <= n; d++) if (n % d === 0) expect.fail(`${n} is ${d} × ${n / d}`);
  }
  expect(printed.slice(5)).toEqual(['count has ended', ...Array<string>(4).fill('sift has ended')]);
});

test('wordcount: the words of all files, the most frequent first', async () => {
  const names = ['a', 'b', 'c'].map((name) => join(folder, name));
  for (const [i, name] of names.entries())
    writeFileSync(name, 'The end.\n'.repeat(i + 1) + `${name.slice(-1)} the`);
  expect(await lines('wordcount', names)).toEqual([
    '     9 the',
    '     6 end',
    '     1 a',
    '     1 b',
    '     1 c',
  ]);
});

test.each(['0', '1', '2'])('mandelbrot: a picture, the same on %s processors', async (procs) => {
  const file = join(folder, `${procs}.png`);
  const [line] = await lines('mandelbrot', [file, '--width', '120', '--procs', procs]);
  expect(line).toMatch(/: 120 × 90 in \d+\.\d\d s on \d processors$/);
  const { width, height, channels, data } = decode(readFileSync(file));
  expect({ width, height, channels }).toEqual({ width: 120, height: 90, channels: 3 });
  const pixel = (x: number, y: number): number[] => [...data.subarray(3 * (120 * y + x)).subarray(0, 3)];
  expect(pixel(90, 45)).toEqual([0, 0, 0]); // c = 0 belongs to the set
  expect(Math.min(...pixel(0, 0))).toBeGreaterThan(0); // c = -2.25 - 1.125i does not
  for (let y = 1; y < 45; y++) expect(pixel(60, 45 - y)).toEqual(pixel(60, 45 + y));
  const hash = createHash('sha256').update(data).digest('hex');
  expect((sameOnAll ??= hash)).toBe(hash);
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
