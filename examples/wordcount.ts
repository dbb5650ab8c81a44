/**
 * The words of many files, counted on all processors:
 *
 *   node scripts/run-example.mjs examples/wordcount.ts [file...]      default: those in docs/decisions
 *
 * Every counter takes files from one channel as long as there are any, so none is idle while others have work left. Each
 * counts for itself, and only its sums travel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { chan, go, type Go, gomaxprocs, run, type SharedChan, string, task } from 'goroutines';

type Counts = Map<string, number>;

function add(counts: Counts, word: string, n: number): void {
  counts.set(word, (counts.get(word) ?? 0) + n);
}

const counter = task(import.meta.url, 'counter', function* (files: SharedChan<string>): Go<Counts> {
  const counts: Counts = new Map();
  yield* files.each((file) => {
    // On a processor of its own a goroutine may read synchronously: the main thread is not held up.
    for (const [word] of readFileSync(file, 'utf8')
      .toLowerCase()
      .matchAll(/\p{L}+/gu))
      add(counts, word, 1);
  });
  return counts;
});

function* feed(names: readonly string[], files: SharedChan<string>): Go {
  for (const name of names) yield* files.send(name);
  files.close();
}

await run(function* main() {
  const decisions = readdirSync('docs/decisions').map((name) => `docs/decisions/${name}`);
  const names = process.argv.length > 2 ? process.argv.slice(2) : decisions;

  const files = chan(string, 16);
  const counters = Array.from({ length: gomaxprocs() }, () => go(counter, files));
  go(feed, names, files);

  const total: Counts = new Map();
  for (const c of counters) for (const [word, n] of yield* c.join()) add(total, word, n);

  const order = [...total].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [word, n] of order.slice(0, 10)) console.log(`${String(n).padStart(6)} ${word}`);
});
