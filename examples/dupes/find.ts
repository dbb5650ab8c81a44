/**
 * The pipeline:
 *
 *   walker ──paths──▶ digester × N ──results──▶ collector
 *
 * The digesters are tasks: they run on all processors. The walker, which waits for the host all the time, and the
 * collector, which shows the progress, stay on the main thread. Both channels are bounded: whoever is too fast waits.
 * Closing `quit` makes everybody stop early.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chan,
  defer,
  go,
  type Go,
  type Goroutine,
  select,
  type SharedChan,
  string,
  task,
  value,
  wait,
} from 'goroutines';
import { Ticker } from 'goroutines/time';
import { type Digest, digest } from './digest.ts';

/** A file or directory that could not be read. */
export interface Failure {
  readonly path: string;
  readonly error: string;
}
export type Result = Digest | Failure;
/** Told from time to time how many files are done, and how many were found so far. */
export type OnProgress = (done: number, found: number) => void;

type Paths = SharedChan<string>;
type Results = SharedChan<Result>;
type Quit = SharedChan<boolean>;

/** How far the walker may be ahead: enough for an honest progress bar, and a bound on memory. */
const AHEAD = 65_536;
const PIECE = 256 * 1024;
const PROGRESS_MS = 100;

/** Reads every file below `root` and answers what came of each, or of those before `quit` was closed. */
export function* digestAll(root: string, workers: number, quit: Quit, onProgress: OnProgress): Go<Result[]> {
  const paths = chan(string, AHEAD);
  const results = chan(value<Result>(), 64);
  const producers = [go(walker, root, paths, results, quit)];
  for (let i = 0; i < workers; i++) producers.push(go(digester, paths, results, quit));
  go(closer, results, producers);
  return yield* collector(results, paths, onProgress);
}

/** Sends every file below `root`. Symbolic links are not followed; what is neither file nor directory is left out. */
function* walker(root: string, paths: Paths, results: Results, quit: Quit): Go {
  using _ = defer(() => paths.close());
  const directories = [root];
  for (let dir = directories.pop(); dir !== undefined; dir = directories.pop()) {
    try {
      for (const entry of yield* wait(readdir(dir, { withFileTypes: true }))) {
        const path = join(dir, entry.name);
        if (entry.isDirectory()) directories.push(path);
        if (!entry.isFile()) continue;
        const s = yield* select({ sent: paths.send(path), quit: quit.recv() });
        if (s.key === 'quit') return;
      }
    } catch (error) {
      yield* results.send(failure(dir, error));
    }
  }
}

/** Hashes files until there are no more. */
const digester = task(
  import.meta.url,
  'digester',
  function* (paths: Paths, results: Results, quit: Quit): Go {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const s = yield* select({ path: paths.next(), quit: quit.recv() });
      if (s.key === 'quit' || s.value.done) return;
      const path = s.value.value;
      try {
        const result = yield* digest(path, buffer, quit);
        if (result) yield* results.send(result);
      } catch (error) {
        yield* results.send(failure(path, error));
      }
    }
  },
);

/** Closes the channel when nobody will send any more. */
function* closer(results: Results, producers: readonly Goroutine<void>[]): Go {
  for (const producer of producers) yield* producer.join();
  results.close();
}

function* collector(results: Results, paths: Paths, onProgress: OnProgress): Go<Result[]> {
  const all: Result[] = [];
  const ticker = new Ticker(PROGRESS_MS);
  using _ = defer(() => ticker.stop());
  for (;;) {
    const s = yield* select({ result: results.next(), tick: ticker.c.recv() });
    if (s.key === 'tick') onProgress(all.length, all.length + paths.length);
    else if (s.value.done) return all;
    else all.push(s.value.value);
  }
}

function failure(path: string, error: unknown): Failure {
  return { path, error: error instanceof Error ? error.message : String(error) };
}
