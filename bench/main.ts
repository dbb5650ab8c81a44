/**
 * npm run bench [-- --filter <regex>] [--rounds <n>] [--ms <n>] [--json <file>] [--no-go]
 *
 * Go's channel benchmarks, of the Go on PATH and of this library, side by side. Both have one processor.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { compare, met, type Row } from './compare.ts';
import type { Contestant } from './contestant.ts';
import { findGo } from './golang.ts';
import { measure, runBaseline } from './measure.ts';
import { defaultFile, writeResults } from './results.ts';
import { benches } from './rows.ts';
import { baseline, otherRuntimes, ours } from './runtimes.ts';
import { columnsFor, footnotes, header, line } from './table.ts';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '200' },
    json: { type: 'string' },
    'no-go': { type: 'boolean', default: false },
    // What a process of one measurement is started with: see runtimes.ts.
    measure: { type: 'string' },
    baseline: { type: 'boolean', default: false },
  },
});

function positive(option: 'rounds' | 'ms'): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`--${option} must be a positive integer, not ${values[option]}`);
}

const ms = positive('ms');
if (values.measure === undefined) await main();
else await measureOne(values.measure);

async function measureOne(name: string): Promise<void> {
  const bench = benches.find((b) => b.name === name);
  if (bench === undefined) throw new Error(`no benchmark is called ${name}`);
  const ns = await measure(bench, ms, values.baseline ? runBaseline : undefined);
  process.stdout.write(`${ns}\n`, () => process.exit()); // a timer that a body left behind is not waited for
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1)); // clean up
  const now = new Date();
  const rounds = positive('rounds');
  const filter = new RegExp(values.filter);
  const chosen = benches.filter((b) => filter.test(b.name));
  const go = values['no-go'] ? 'not asked for' : await findGo();
  const others = await otherRuntimes();
  const contestants = [...(typeof go === 'string' ? [] : [go]), ours, ...others, baseline];

  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; ${rounds} rounds of ${ms} ms; medians (min–max)`);
  console.log(contestants.map(({ name, version }) => `${name}: ${version}`).join(', '));
  if (typeof go === 'string') console.log(`Without Go: ${go}.`);
  const columns = columnsFor(
    typeof go !== 'string',
    others.map(({ name }) => name),
  );
  console.log(`\n${header(columns)}`);

  const rows: Row[] = [];
  for (const bench of chosen) {
    const row = await compare(bench, contestants, rounds, ms, (round, contestant) =>
      status(bench, `round ${round} of ${rounds}`, contestant),
    );
    rows.push(row);
    status();
    console.log(line(columns, row));
  }

  console.log(footnotes(rows));

  const judged = rows.map(met).filter((m) => m !== undefined);
  if (judged.length > 0) console.log(`${judged.filter(Boolean).length} of ${judged.length} targets met`);
  const file = values.json ?? defaultFile(now);
  writeResults(file, now, contestants, { rounds, ms }, rows);
  console.log(`All rounds: ${file}`);
  if (rows.some((row) => row.failures.length > 0)) process.exitCode = 1;
}

/** What is being measured, on a terminal; without arguments, wipes that out. */
function status(bench?: Bench, round = '', contestant?: Contestant): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[K${bench ? `${bench.name}, ${round}, ${contestant?.name}` : ''}`);
}
