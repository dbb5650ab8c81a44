/**
 * What things cost in memory, and that nothing grows. Each fixture runs in a process of its own; the core’s memory is
 * seen in the resident set, for a shared memory is in none of the heap’s counters.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { G_SIZE } from '../../assembly/layout.ts';

interface Reading {
  readonly rss: number;
  readonly heap: number;
}

const MB = 1024 * 1024;
const execute = promisify(execFile);

async function runFixture<T>(name: string, ...args: (string | number)[]): Promise<T> {
  const path = fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));
  const { stdout } = await execute(process.execPath, ['--expose-gc', path, ...args.map(String)]);
  return JSON.parse(stdout) as T;
}

const mb = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;

test('a million parked goroutines cost at most 400 bytes each, and nothing when they are over', async () => {
  const r = await runFixture<
    { N: number; parked: number; sent: boolean } & Record<'before' | 'during' | 'after', Reading>
  >('parked');
  const heap = (r.during.heap - r.before.heap) / r.N;
  const resident = (r.during.rss - r.before.rss) / r.N;
  console.log(
    `a parked goroutine: ${heap.toFixed(0)} B of heap + ${G_SIZE} B of core; resident set ${resident.toFixed(0)} B`,
  );
  expect([r.parked, r.sent]).toEqual([r.N, true]);
  expect(heap + G_SIZE).toBeLessThanOrEqual(400);
  expect(resident).toBeLessThanOrEqual(400);
  // The table of objects keeps its length: a word a record.
  expect(r.after.heap - r.before.heap).toBeLessThan(16 * r.N);
}, 60_000);

test('a million timers at once fire, or are stopped; a million sleepers wake, none too early', async () => {
  const r = await runFixture<Record<string, number> & Record<'before' | 'after', Reading>>('timers');
  const N = r['N'] as number;
  expect(r).toMatchObject({
    stopped: N / 2,
    firedBefore: 0,
    fired: N / 2,
    again: 0,
    sleeping: N,
    woken: N,
    early: 0,
    left: 0,
  });
  expect(r.after.heap - r.before.heap).toBeLessThan(32 * N);
}, 60_000);

/** Two readings of what should be flat. */
async function flat(kind: string, early: number, late: number, slack: number): Promise<void> {
  const { first, last, peak } = await runFixture<{ first: Reading; last: Reading; peak: number }>(
    'churn',
    kind,
    early,
    late,
  );
  console.log(
    `${kind}: after ${early}: heap ${mb(first.heap)}, resident ${mb(first.rss)}; ` +
      `after ${late}: heap ${mb(last.heap)}, resident ${mb(last.rss)}; at most ${mb(peak)}`,
  );
  expect(last.heap - first.heap, 'heap').toBeLessThan(2 * MB);
  expect(last.rss - first.rss, 'resident set').toBeLessThan(slack);
}

test('ten million goroutines, one after another, leave memory as it was', async () => {
  await flat('goroutines', 2e6, 1e7, 16 * MB);
}, 60_000);

test('ten million channels, made, used and dropped, leave memory as it was', async () => {
  await flat('channels', 2e6, 1e7, 64 * MB);
}, 60_000);

test('100,000 selects that wait leave nothing behind', async () => {
  await flat('selects', 2e4, 1.2e5, 16 * MB);
}, 60_000);

test('100,000 selects that wait for contexts, groups, goroutines, calls and scopes leave nothing behind', async () => {
  await flat('waits', 2e4, 1.2e5, 16 * MB);
}, 60_000);

test('what was received, or was not sent after all, is not kept alive', async () => {
  const { values, kept } = await runFixture<{ values: number; kept: string[] }>('received');
  expect(values).toBe(11);
  expect(kept).toEqual([]);
}, 60_000);

test('cancelling ten thousand goroutines on two processors, and dropping contexts, leaves nothing', async () => {
  interface Heaps {
    readonly here: number;
    readonly there: number;
  }
  const r = await runFixture<{ seen: number; before: Heaps; after: Heaps }>('contexts');
  console.log(
    `contexts: ${mb(r.after.here - r.before.here)} more here, ${mb(r.after.there - r.before.there)} there`,
  );
  expect(r.seen).toBe(70_000);
  expect(r.after.here - r.before.here).toBeLessThan(2 * MB);
  expect(r.after.there - r.before.there).toBeLessThan(2 * MB);
}, 60_000);
