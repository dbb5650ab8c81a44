/** The prime sieve: a chain of goroutines, one for every prime found, each removing the multiples of its own. */
import { chan, type Chan, go, type Go, type RecvChan, run, type SendChan } from 'goroutines';

function* generate(out: SendChan<number>): Go {
  for (let i = 2; ; i++) yield* out.send(i);
}

function* filter(prime: number, input: RecvChan<number>, out: SendChan<number>): Go {
  yield* input.each(function* (i) {
    if (i % prime !== 0) yield* out.send(i);
  });
}

await run(function* main() {
  const primes: number[] = [];
  let ch: Chan<number> = chan();
  go(generate, ch);
  while (primes.length < 25) {
    const prime = (yield* ch.recv()) as number; // never closed, so never undefined
    primes.push(prime);
    const next = chan<number>();
    go(filter, prime, ch, next);
    ch = next;
  }
  console.log(primes.join(' '));
});
