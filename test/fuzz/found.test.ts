/** Small programs that random ones were shrunk to, and others like them. */
import { chan, go, gosched, run, sleep } from 'goroutines';
import { expect, test } from 'vitest';

test('two mapped sends on one channel are two operations', async () => {
  const values = await run(function* () {
    const ch = chan<number>(2);
    const first = ch.send(1).map(() => 0);
    const second = ch.send(2).map(() => 0);
    yield* first;
    yield* second;
    return [yield* ch.recv(), yield* ch.recv()];
  });
  expect(values).toEqual([1, 2]);
});

test('gosched lets everybody run who is ready, each time', async () => {
  const missed = await run(function* () {
    const work = chan<number>();
    let over = false;
    let ran = false;
    go(function* other() {
      while (!over) yield* gosched();
    });
    go(function* worker() {
      for (;;) {
        yield* work.recv();
        ran = true;
      }
    });
    yield* gosched();
    let count = 0;
    for (let i = 0; i < 400; i++) {
      ran = false;
      yield* work.send(i);
      yield* gosched();
      if (!ran) count++;
    }
    over = true;
    return count;
  });
  expect(missed).toBe(0);
});

test('an async function that waits when its program ends is not resumed by what comes later', async () => {
  const ch = chan<string>();
  let got: string | undefined;
  await run(async () => {
    go(async () => {
      await sleep(0);
      await gosched();
      await sleep(1);
      got = await ch.recv();
    });
    await sleep(20);
  });
  expect(ch.trySend('late')).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(got).toBeUndefined();
});
