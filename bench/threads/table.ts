/** The table of the benchmarks across threads: a line for each contestant. */
import { ratio, type Row } from '../compare.ts';
import type { Stats } from '../stats.ts';
import type { Entrant, ThreadBench } from './bench.ts';

const WIDTHS = [-20, -20, 32, 10, 16] as const;

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = WIDTHS[i] as number;
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return padded.join('  ').trimEnd();
}

export function header(): string {
  const titles = line(['across threads', '', 'median (min–max)', '× first', 'target']);
  return `${titles}\n${'─'.repeat(titles.length)}`;
}

function amount(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function measured({ median, min, max }: Stats, unit: string): string {
  return `${amount(median)} ${unit} (${amount(min)}–${amount(max)})`;
}

/** The target of an entrant, and whether it was met; nothing where there is none, or no measurement. */
export interface Verdict {
  readonly text: string;
  readonly met: boolean;
}

export function verdict(row: Row<ThreadBench>, entrant: Entrant): Verdict | undefined {
  const [first] = row.bench.entrants;
  const { atMost, atLeast } = row.bench;
  const { times } = entrant;
  if (entrant !== first) {
    const r = ratio(row, entrant.name, first.name);
    return times === undefined || r === undefined ? undefined : { text: `>= ${times} ×`, met: r >= times };
  }
  const median = row.stats.get(first.name)?.median;
  if (median === undefined) return undefined;
  if (atMost !== undefined) return { text: `<= ${atMost} ${row.bench.unit}`, met: median <= atMost };
  if (atLeast !== undefined) return { text: `>= ${atLeast} ${row.bench.unit}`, met: median >= atLeast };
  return undefined;
}

/** The lines of a row, what went wrong in it, and what must be known of it. */
export function lines(row: Row<ThreadBench>): string {
  const { name, unit, entrants, note } = row.bench;
  const [first] = entrants;
  const all = entrants.map((entrant) => {
    const stats = row.stats.get(entrant.name);
    const times = entrant === first ? '' : (ratio(row, entrant.name, first.name)?.toFixed(2) ?? '');
    const v = verdict(row, entrant);
    return line([
      entrant === first ? name : '',
      entrant.name,
      stats ? measured(stats, unit) : 'no result',
      times,
      v ? `${v.text} ${v.met ? 'met' : 'MISSED'}` : '',
    ]);
  });
  const median = row.stats.get(first.name)?.median;
  if (note && median !== undefined) all.push(`  ${note(median)}`);
  return [...all, ...row.failures, ''].join('\n');
}
