/**
 * The prime sieve: a chain of filters, one for every prime found, each removing the multiples of its own. The filters are
 * tasks, so the chain is spread over all processors, and each works while the others do:
 *
 *   node scripts/run-example.mjs examples/prime-sieve.ts
 */
import { chan, go, type Go, i32, run, type SharedChan, task } from 'goroutines';

const AHEAD = 100; // so far a filter may be ahead of the next: with room between them neither waits for every number

const generate = task(import.meta.url, 'generate', function* (out: SharedChan<number>): Go {
  for (let i = 2; ; i++) yield* out.send(i);
});

const filter = task(
  import.meta.url,
  'filter',
  function* (prime: number, input: SharedChan<number>, out: SharedChan<number>): Go {
    yield* input.each(function* (i) {
      if (i % prime !== 0) yield* out.send(i);
    });
  },
);

await run(function* main() {
  const primes: number[] = [];
  let ch = chan(i32, AHEAD);
  go(generate, ch);
  while (primes.length < 25) {
    const prime = (yield* ch.recv()) as number; // never closed, so never undefined
    primes.push(prime);
    const next = chan(i32, AHEAD);
    go(filter, prime, ch, next);
    ch = next;
  }
  console.log(primes.join(' '));
});
