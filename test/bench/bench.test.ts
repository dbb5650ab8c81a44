import { expect, test } from 'vitest';
import { PlainChan, runAll, spawn } from '../../bench/baseline.ts';
import { fit, measure, runBaseline, runBatch } from '../../bench/measure.ts';
import { benches } from '../../bench/rows.ts';
import { statsOf } from '../../bench/stats.ts';

test.each(benches)('$name does what it counts', async (bench) => {
  const n = fit(bench, 7);
  const { count } = await runBatch(bench, n);
  expect(count).toBe(bench.count?.(n) ?? n);
});

test.each(benches.filter((b) => b.baseline))('$name does the same on the plain channel', async (bench) => {
  const n = fit(bench, 7);
  const { count } = await runBaseline(bench, n);
  expect(count).toBe(bench.count?.(n) ?? n);
});

test.each([0, 1, 3])('the plain channel of capacity %i keeps the order', (capacity) => {
  const ch = new PlainChan(capacity);
  const got: unknown[] = [];
  spawn(
    (function* () {
      for (let i = 0; i < 10; i++) if (!ch.send(i)) yield;
    })(),
  );
  spawn(
    (function* (): Generator<void, void, unknown> {
      for (let i = 0; i < 10; i++) got.push(ch.recv() ? ch.got : yield);
    })(),
  );
  runAll();
  expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a measurement answers nanoseconds an operation', async () => {
  const bench = { name: 'x', go: { package: 'sync', pattern: '' }, body: unused, max: 1000 } as const;
  let batches = 0;
  const ns = await measure(bench, 10, async (_, n) => {
    batches++;
    return { ms: n / 1000, count: n }; // 1 µs each
  });
  expect(ns).toBeCloseTo(1000);
  expect(batches).toBeGreaterThan(10); // none of them longer than `max` allows
});

test('the median of an even number of rounds lies between the middle two', () => {
  expect(statsOf([4, 1, 2, 3])).toMatchObject({ median: 2.5, min: 1, max: 4 });
  expect(statsOf([])).toBeUndefined();
});

function* unused(): Generator<never, number, void> {
  return 0;
}
