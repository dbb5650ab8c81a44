/** Finds files with the same content: npm run demo -- [directory] */
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { chan, numCPU, run } from 'goroutines';
import { digestAll } from './find.ts';
import { makeReport, toText } from './report.ts';

const USAGE = `usage: npm run demo -- [directory] [--workers N] [--json]

  directory    default: node_modules. Symbolic links in it are not followed.
  --workers N  how many files are read at a time, from 1 to 1024; default: 2 per processor
  --json       print one JSON object: { files, bytes, groups, errors, seconds };
               npm itself is quiet with: npm run --silent demo -- --json

Ctrl-C stops early with what was found until then; once more kills.`;

function parse(): { root: string; workers: number; json: boolean } {
  const options = { workers: { type: 'string' }, json: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const workers = Number(values.workers ?? 2 * numCPU());
    if (!(Number.isInteger(workers) && workers >= 1 && workers <= 1024)) {
      throw new Error('--workers takes a number from 1 to 1024');
    }
    if (positionals.length > 1) throw new Error('one directory at a time');
    return { root: positionals[0] ?? 'node_modules', workers, json: values.json ?? false };
  } catch (error) {
    fail(2, `${(error as Error).message}\n\n${USAGE}`);
  }
}

function fail(code: number, message: string): never {
  console.error(`dupes: ${message}`);
  process.exit(code);
}

const { root, workers, json } = parse();
const found = await stat(root).catch(() => undefined);
if (!found?.isDirectory()) fail(1, `no such directory: ${root}`);

const quit = chan<never>();
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
const results = await run(() => digestAll(root, workers, quit, show));
show(results.length, results.length);
bar.stop();

const report = makeReport(results, (performance.now() - start) / 1000);
console.log(json ? JSON.stringify(report) : toText(report));
if (quit.closed) {
  console.error('dupes: interrupted, so the report is not complete');
  process.exitCode = 130;
}
