/** Finds files with the same content, on all processors: npm run demo -- [directory] */
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { bool, chan, type Go, numCPU, run, wait } from 'goroutines';
import { digestAll } from './find.ts';
import { makeReport, sharesOf, toText } from './report.ts';

const USAGE = `usage: npm run demo -- [directory] [--procs N] [--workers N] [--json]

  directory    default: node_modules. Symbolic links in it are not followed.
  --procs N    how many processors hash, from 0 to 64; 0 does all on the main thread; default: one per core
  --workers N  how many files are read at a time, over all processors, from 1 to 1024; default: 2 per processor
  --json       print one JSON object: { files, bytes, groups, errors, seconds };
               npm itself is quiet with: npm run --silent demo -- --json

Ctrl-C stops early with what was found until then; once more kills.`;

interface Options {
  readonly root: string;
  readonly procs: number;
  readonly workers: number;
  readonly json: boolean;
}

function parse(): Options {
  const options = {
    procs: { type: 'string' },
    workers: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  const integer = (name: 'procs' | 'workers', text: string, min: number, max: number): number => {
    const n = Number(text);
    if (text.trim() !== '' && Number.isInteger(n) && n >= min && n <= max) return n;
    throw new Error(`--${name} takes a number from ${min} to ${max}`);
  };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const procs = integer('procs', values.procs ?? `${numCPU()}`, 0, 64);
    const workers = integer('workers', values.workers ?? `${2 * Math.max(procs, 1)}`, 1, 1024);
    if (positionals.length > 1) throw new Error('one directory at a time');
    return { root: positionals[0] ?? 'node_modules', procs, workers, json: values.json ?? false };
  } catch (error) {
    fail(2, `${(error as Error).message}\n\n${USAGE}`);
  }
}

function fail(code: number, message: string): never {
  console.error(`dupes: ${message}`);
  process.exit(code);
}

/** All that has an effect is done in here: on the processors this module is loaded again, and `run` does nothing. */
function* main(): Go {
  const found = yield* wait(stat(root).catch(() => undefined));
  if (!found?.isDirectory()) fail(1, `no such directory: ${root}`);

  const quit = chan(bool);
  process.once('SIGINT', () => quit.close()); // once: the second Ctrl-C has its usual effect
  process.stdout.on('error', () => process.exit()); // the reader has gone, as in `| head`

  const format = process.stderr.isTTY ? '[{bar}] {value} of {total} files' : '{value} of {total} files';
  const bar = new SingleBar({ format, noTTYOutput: true, linewrap: true, gracefulExit: false });
  function show(done: number, total: number): void {
    bar.setTotal(total);
    bar.update(done);
  }

  const start = performance.now();
  bar.start(0, 0);
  const results = yield* digestAll(root, workers, quit, show);
  show(results.length, results.length);
  bar.stop();

  const report = makeReport(results, (performance.now() - start) / 1000);
  console.log(json ? JSON.stringify(report) : toText(report, sharesOf(results)));
  if (quit.closed) {
    console.error('dupes: interrupted, so the report is not complete');
    process.exitCode = 130;
  }
}

const { root, procs, workers, json } = parse();
await run(main, { procs });
