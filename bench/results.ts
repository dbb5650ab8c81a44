/** The results as a file, with all that is needed to judge them later. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { met, ratio, type Row } from './compare.ts';
import type { Contestant } from './contestant.ts';
import type { ThreadBench } from './threads/bench.ts';
import { rivals } from './threads/contestants.ts';
import { verdict } from './threads/table.ts';

export function defaultFile(now: Date): string {
  const second = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return `bench/results/${second}-${process.version}.json`;
}

export function writeResults(
  file: string,
  now: Date,
  contestants: readonly Contestant[],
  options: { readonly rounds: number; readonly ms: number },
  rows: readonly Row[],
  threadRows: readonly Row<ThreadBench>[],
): void {
  const results = {
    date: now.toISOString(),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memory: totalmem(),
      os: `${platform()} ${release()} ${arch()}`,
    },
    versions: {
      ...Object.fromEntries(contestants.map(({ name, version }) => [name, version])),
      ...rivals(threadRows.map((row) => row.bench)),
    },
    options,
    unit: 'ns/op',
    rows: rows.map((row) => ({
      name: row.bench.name,
      target: row.bench.target,
      met: met(row),
      oursToGo: ratio(row, 'ours', 'go'),
      failures: row.failures.length > 0 ? row.failures : undefined,
      ...Object.fromEntries(row.stats),
    })),
    threads: threadRows.map((row) => ({
      name: row.bench.name,
      unit: row.bench.unit,
      failures: row.failures.length > 0 ? row.failures : undefined,
      entrants: row.bench.entrants.map((entrant) => ({
        name: entrant.name,
        timesFirst: ratio(row, entrant.name, row.bench.entrants[0].name),
        target: verdict(row, entrant),
        ...row.stats.get(entrant.name),
      })),
    })),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
