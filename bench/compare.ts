/** Measures all contestants side by side. */
import type { Bench } from './bench.ts';
import type { Contestant } from './contestant.ts';
import { type Stats, statsOf } from './stats.ts';

export interface Row<B = Bench> {
  readonly bench: B;
  /** By contestant; nothing where one has no such benchmark. */
  readonly stats: ReadonlyMap<string, Stats>;
  /** Why measurements are missing. */
  readonly failures: readonly string[];
}

/**
 * In each round everybody has a turn: whatever else the machine does meanwhile slows all of them down, and their ratio
 * stays.
 */
export async function compare<B>(
  bench: B,
  contestants: readonly Contestant<B>[],
  rounds: number,
  ms: number,
  progress: (round: number, contestant: Contestant<B>) => void,
): Promise<Row<B>> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  const failures = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of contestants) {
      progress(round, contestant);
      try {
        const ns = await contestant.measure(bench, ms);
        if (ns !== undefined) times.get(contestant.name)?.push(ns);
      } catch (error) {
        failures.add(`${contestant.name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const stats = new Map<string, Stats>();
  for (const [name, all] of times) {
    const s = statsOf(all);
    if (s !== undefined) stats.set(name, s);
  }
  return { bench, stats, failures: [...failures] };
}

/** Median over median. */
export function ratio(row: Pick<Row, 'stats'>, a: string, b: string): number | undefined {
  const [x, y] = [row.stats.get(a), row.stats.get(b)];
  return x && y && x.median / y.median;
}

/** Whether ours is as fast as it is to be; undefined without a target, or without Go. */
export function met(row: Row): boolean | undefined {
  const r = ratio(row, 'ours', 'go');
  const { target } = row.bench;
  return r === undefined || target === undefined ? undefined : r <= target;
}
