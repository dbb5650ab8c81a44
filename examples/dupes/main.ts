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
  --json       print one JSON object: { files, bytes, groups, errors, seconds }

Ctrl-C stops early with what was found until then; once more kills.
`;

/** The usage goes to stderr. */
class UsageError extends Error {}

function parse(): { root: string; workers: number; json: boolean } {
  const options = { workers: { type: 'string' }, json: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const workers = Number(values.workers ?? 2 * numCPU());
    if (!Number.isInteger(workers) || workers < 1 || workers > 1024) {
      throw new Error('--workers takes a number from 1 to 1024');
    }
    if (positionals.length > 1) throw new Error('one directory at a time');
    return { root: positionals[0] ?? 'node_modules', workers, json: values.json ?? false };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function main(): Promise<number> {
  const { root, workers, json } = parse();
  const directory = await stat(root).catch(() => undefined);
  if (!directory?.isDirectory()) throw new Error(`${root} is not a directory`);

  const quit = chan<never>();
  process.once('SIGINT', () => quit.close()); // once: the second Ctrl-C has its usual effect

  const format = '[{bar}] {value} of {total} files';
  const bar = new SingleBar({ format, noTTYOutput: true, hideCursor: true, gracefulExit: false });
  const start = performance.now();
  bar.start(0, 0);
  const results = await run(() =>
    digestAll(root, workers, quit, (done, found) => {
      bar.setTotal(found);
      bar.update(done);
    }),
  );
  bar.setTotal(results.length);
  bar.update(results.length);
  bar.stop();

  const report = makeReport(results, (performance.now() - start) / 1000);
  console.log(json ? JSON.stringify(report) : toText(report));
  if (quit.closed) console.error('dupes: interrupted, the report is not complete');
  return quit.closed ? 130 : 0;
}

process.stdout.on('error', () => process.exit()); // the reader has gone, as in `| head`
main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(`dupes: ${error.message}`);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
