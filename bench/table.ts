/** The table, printed row by row as the measurements come in. */
import { met, ratio, type Row } from './compare.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  text(row: Row): string;
}

function ns(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

/** Median, and from least to most. */
function time(row: Row, name: string): string {
  const s = row.stats.get(name);
  return s === undefined ? '' : `${ns(s.median)} (${ns(s.min)}–${ns(s.max)})`;
}

function times(name: string): Column {
  return { title: `${name} ns/op`, width: 25, text: (row) => time(row, name) };
}

function over(a: string, b: string): Column {
  const title = `${a}/${b}`;
  return { title, width: Math.max(8, title.length), text: (row) => ratio(row, a, b)?.toFixed(2) ?? '' };
}

function verdict(row: Row): string {
  const { target } = row.bench;
  const ok = met(row);
  if (target === undefined) return '';
  return `<= ${target.toFixed(1)}${ok === undefined ? '' : ok ? ' met' : ' MISSED'}`;
}

/** The columns for whoever is measured; `others` are further runtimes. */
export function columnsFor(withGo: boolean, others: readonly string[]): Column[] {
  const go = withGo ? [times('go')] : [];
  const againstGo = (name: string): Column[] => (withGo ? [over(name, 'go')] : []);
  return [
    { title: 'benchmark', width: -26, text: (row) => row.bench.name },
    ...go,
    times('ours'),
    ...againstGo('ours'),
    { title: 'target', width: 13, text: verdict },
    ...others.flatMap((name) => [times(name), ...againstGo(name)]),
    times('plain JS'),
    over('ours', 'plain JS'),
  ];
}

/** A negative width is a column whose text begins at the left. */
function cell(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

export function header(columns: readonly Column[]): string {
  const titles = columns.map(({ title, width }) => cell(title, width)).join('  ');
  return `${titles.trimEnd()}\n${'─'.repeat(titles.length)}`;
}

/** The row and what went wrong in it. */
export function line(columns: readonly Column[], row: Row): string {
  const cells = columns.map(({ width, text }) => cell(text(row), width));
  return [cells.join('  ').trimEnd(), ...row.failures].join('\n');
}

/** What is said about some of the rows, below the table. */
export function footnotes(rows: readonly Row[]): string {
  const notes = new Map<string, string[]>();
  for (const { name, note } of rows.map((row) => row.bench)) {
    if (note !== undefined) notes.set(note, [...(notes.get(note) ?? []), name]);
  }
  return [...notes].map(([note, names]) => `\n${names.join(', ')}:\n  ${note}.`).join('');
}
