/**
 * A pipeline over all processors, cancelled midway: once the reader has enough it closes one channel, and every stage
 * goes home.
 *
 *   node scripts/run-example.mjs examples/pipeline-cancel.ts
 *
 *   count ──numbers──▶ sift × 4 ──primes──▶ main         done: closed by main, seen by all
 */
import { bool, chan, f64, go, type Go, run, select, type SharedChan, task } from 'goroutines';

type Numbers = SharedChan<number>;
type Done = SharedChan<boolean>;

/** Sends, unless `done` is closed first; says whether it sent. */
function* sendOr(done: Done, out: Numbers, value: number): Go<boolean> {
  const s = yield* select({ sent: out.send(value), done: done.recv() });
  return s.key === 'sent';
}

const count = task(import.meta.url, 'count', function* (first: number, out: Numbers, done: Done): Go {
  for (let n = first; yield* sendOr(done, out, n); n++);
  out.close();
});

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

const sift = task(import.meta.url, 'sift', function* (numbers: Numbers, primes: Numbers, done: Done): Go {
  for (let next = yield* numbers.next(); !next.done; next = yield* numbers.next()) {
    if (isPrime(next.value) && !(yield* sendOr(done, primes, next.value))) return;
  }
});

await run(function* main() {
  const [numbers, primes, done] = [chan(f64, 100), chan(f64), chan(bool)];
  const stages = [go(count, 1e11, numbers, done)];
  for (let i = 0; i < 4; i++) stages.push(go(sift, numbers, primes, done));

  for (let i = 0; i < 5; i++) console.log(yield* primes.recv());

  done.close();
  for (const stage of stages) {
    yield* stage.join();
    console.log(`${stage.name} has ended`);
  }
});
