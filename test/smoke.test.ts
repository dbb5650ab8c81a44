import { chan, go, run } from 'goroutines';
import { expect, test } from 'vitest';

test('two goroutines exchange a value', async () => {
  const value = await run(function* () {
    const ch = chan<number>();
    go(function* () {
      yield* ch.send(42);
    });
    return yield* ch.recv();
  });
  expect(value).toBe(42);
});
