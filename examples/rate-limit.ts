/** Rate limiting: a request every 20 ms, but the first three at once. */
import { chan, type Chan, go, type Go, run, type SendChan } from 'goroutines';
import { Ticker } from 'goroutines/time';

/** Adds a token at every tick, as long as there is room: what nobody used is not saved up beyond the buffer. */
function* refill(tokens: SendChan<void>, every: number): Go {
  yield* new Ticker(every).c.each(() => tokens.trySend());
}

function newLimiter(burst: number, every: number): Chan<void> {
  const tokens = chan<void>(burst);
  while (tokens.trySend());
  go(refill, tokens, every);
  return tokens;
}

await run(function* main() {
  const limiter = newLimiter(3, 20);
  const start = performance.now();
  for (let i = 1; i <= 6; i++) {
    yield* limiter.next();
    console.log(`request ${i} after ${Math.round(performance.now() - start)} ms`);
  }
});
