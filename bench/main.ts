/**
 * npm run bench [-- --filter <regex>] [--rounds <n>] [--ms <n>] [--json <file>] [--no-go]
 *
 * Go's channel benchmarks, of the Go on PATH and of this library, side by side, both on one processor. Then tasks and
 * channels across threads, beside what others offer for that.
 *
 * The bundle of this program is also the script of every worker that takes part: ours, which look for tasks in it, and
 * those of the rivals.
 */
import { cpus } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { compare, met, type Row } from './compare.ts';
import type { Contestant } from './contestant.ts';
import { findGo } from './golang.ts';
import { measure, runBaseline, runBatch } from './measure.ts';
import { defaultFile, writeResults } from './results.ts';
import { benches } from './rows.ts';
import { baseline, otherRuntimes, ours } from './runtimes.ts';
import { columnsFor, footnotes, header, line } from './table.ts';
import type { ThreadBench } from './threads/bench.ts';
import { contestants as threadContestants, rivals } from './threads/contestants.ts';
import { threadBenches } from './threads/rows.ts';
import * as threadTable from './threads/table.ts';
import { serve } from './threads/worker.ts';

export { noop } from './threads/worker.ts';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '200' },
    json: { type: 'string' },
    'no-go': { type: 'boolean', default: false },
    // What a process of one measurement is started with: see runtimes.ts and threads/contestants.ts.
    measure: { type: 'string' },
    baseline: { type: 'boolean', default: false },
    by: { type: 'string' },
  },
});

function positive(option: 'rounds' | 'ms'): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`--${option} must be a positive integer, not ${values[option]}`);
}

const ms = positive('ms');
const rounds = positive('rounds');
if (!isMainThread) await serve();
else if (values.measure === undefined) await main();
else await measureOne(values.measure);

async function measureOne(name: string): Promise<void> {
  const entrants = threadBenches.find((b) => b.name === name)?.entrants;
  const entrant = entrants?.find((e) => e.name === values.by);
  const bench = benches.find((b) => b.name === name);
  let result: number;
  if (entrant) result = await entrant.measure(ms);
  else if (bench) result = await measure(bench, ms, values.baseline ? runBaseline : runBatch);
  else throw new Error(`no benchmark is called ${name}, with such a contestant`);
  process.stdout.write(`${result}\n`, () => process.exit()); // a timer that a body left behind is not waited for
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1)); // clean up
  const now = new Date();
  const filter = new RegExp(values.filter);
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; ${rounds} rounds of ${ms} ms; medians (min–max)`);
  const { contestants, rows } = await againstGo(filter);
  const threadRows = await acrossThreads(filter);

  const judged = [
    ...rows.map(met),
    ...threadRows.flatMap((row) => row.bench.entrants.map((e) => threadTable.verdict(row, e)?.met)),
  ].filter((m) => m !== undefined);
  if (judged.length > 0) console.log(`${judged.filter(Boolean).length} of ${judged.length} targets met`);
  const file = values.json ?? defaultFile(now);
  writeResults(file, now, contestants, { rounds, ms }, rows, threadRows);
  console.log(`All rounds: ${file}`);
  if ([...rows, ...threadRows].some((row) => row.failures.length > 0)) process.exitCode = 1;
}

/** The first table. */
async function againstGo(filter: RegExp): Promise<{ contestants: Contestant[]; rows: Row[] }> {
  const chosen = benches.filter((b) => filter.test(b.name));
  if (chosen.length === 0) return { contestants: [], rows: [] };
  const go = values['no-go'] ? 'not asked for' : await findGo();
  const others = await otherRuntimes();
  const contestants = [...(typeof go === 'string' ? [] : [go]), ours, ...others, baseline];

  console.log(contestants.map(({ name, version }) => `${name}: ${version}`).join(', '));
  if (typeof go === 'string') console.log(`Without Go: ${go}.`);
  const columns = columnsFor(
    typeof go !== 'string',
    others.map(({ name }) => name),
  );
  console.log(`\n${header(columns)}`);
  const rows: Row[] = [];
  for (const bench of chosen) {
    const row = await compare<Bench>(bench, contestants, rounds, ms, status(bench.name));
    rows.push(row);
    clearStatus();
    console.log(line(columns, row));
  }
  console.log(footnotes(rows));
  return { contestants, rows };
}

/** The second table. */
async function acrossThreads(filter: RegExp): Promise<Row<ThreadBench>[]> {
  const chosen = threadBenches.filter((b) => filter.test(b.name));
  if (chosen.length === 0) return [];
  const versions = Object.entries(rivals(chosen)).map(([name, version]) => `${name}: ${version}`);
  console.log([`ours: ${process.version}`, ...versions].join(', '));
  console.log(`\n${threadTable.header()}`);
  const rows: Row<ThreadBench>[] = [];
  for (const bench of chosen) {
    const times = Math.min(rounds, bench.rounds ?? rounds);
    const row = await compare(bench, threadContestants(bench), times, ms, status(bench.name));
    rows.push(row);
    clearStatus();
    console.log(threadTable.lines(row));
  }
  return rows;
}

/** Says what is being measured, on a terminal. */
function status(bench: string): (round: number, contestant: { readonly name: string }) => void {
  return (round, { name }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${bench}, round ${round} of ${rounds}, ${name}`);
  };
}

function clearStatus(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
