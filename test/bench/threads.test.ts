import { describe, expect, test } from 'vitest';
import type { Row } from '../../bench/compare.ts';
import { statsOf } from '../../bench/stats.ts';
import type { ThreadBench } from '../../bench/threads/bench.ts';
import { threadBenches } from '../../bench/threads/rows.ts';
import { lines, verdict } from '../../bench/threads/table.ts';
import { output } from '../examples/command.ts';

/** Those whose bodies count for themselves. Left out: `multithreading`, which fails at times. */
const counting = threadBenches
  .filter((bench) => bench.unit === 'ns')
  .flatMap(({ name, entrants }) => entrants.map((entrant) => ({ name, by: entrant.name })))
  .filter(({ by }) => by !== 'multithreading');

test.each(counting)('$name by $by does what it counts', async ({ name, by }) => {
  const ns = Number(await output('bench/main.ts', ['--measure', name, '--by', by, '--ms', '1']));
  expect(ns).toBeGreaterThan(0);
});

describe('the table', () => {
  const measure = (): Promise<number> => Promise.reject(new Error('not measured here'));

  function row(bench: Partial<ThreadBench>, values: Record<string, number[]>): Row<ThreadBench> {
    const entrants: ThreadBench['entrants'] = [
      { name: 'ours', measure },
      { name: 'theirs', measure, times: 4 },
      { name: 'others', measure },
    ];
    const stats = Object.entries(values).map(([name, all]) => [name, statsOf(all)!] as const);
    return { bench: { name: 'row', unit: 'ns', entrants, ...bench }, stats: new Map(stats), failures: [] };
  }

  test.each([
    [[100], [400], true],
    [[100], [399], false],
    [[1, 100, 1000], [2, 500, 600], true],
  ])('%j against %j: at least four times as long is %s', (ours, theirs, met) => {
    const measured = row({}, { ours, theirs, others: [1] });
    const [first, second, third] = measured.bench.entrants;
    expect(verdict(measured, first)).toBeUndefined();
    expect(verdict(measured, second!)).toEqual({ text: '>= 4 ×', met });
    expect(verdict(measured, third!)).toBeUndefined();
  });

  test.each([
    [{ atMost: 2 }, 2, true],
    [{ atMost: 2 }, 2.1, false],
    [{ atLeast: 90, unit: '%' }, 90, true],
    [{ atLeast: 90, unit: '%' }, 89, false],
  ] as const)('%j: %d is judged %s', (bench, median, met) => {
    const measured = row(bench, { ours: [median] });
    expect(verdict(measured, measured.bench.entrants[0])?.met).toBe(met);
  });

  test('says who has no result, and why; there nothing is judged', () => {
    const measured = { ...row({}, { ours: [100] }), failures: ['theirs failed: no answer in 60 s'] };
    expect(verdict(measured, measured.bench.entrants[1]!)).toBeUndefined();
    expect(lines(measured)).toMatch(
      /^row +ours +100 ns \(100–100\)\n +theirs +no result\n[^]*no answer in 60 s/,
    );
  });

  test('notes are given the median of the first', () => {
    const note = (ns: number): string => `half of it is ${ns / 2} ns`;
    expect(lines(row({ note }, { ours: [1, 50, 60] }))).toContain('\n  half of it is 25 ns\n');
  });
});
