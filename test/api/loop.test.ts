/** The host keeps its turns, and goroutines keep theirs, whatever a busy pair does. */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chan, type Chan, go, gosched, run, sleep } from 'goroutines';
import { expect, test } from 'vitest';

const FOR_MS = 2000;
const BEAT_MS = 10;

const pairs: Record<string, (over: () => boolean) => void> = {
  'generators that meet': (over) => {
    const ch = chan<number>();
    go(function* () {
      while (!over()) yield* ch.send(1);
      ch.close();
    });
    go(function* () {
      yield* ch.each(() => undefined);
    });
  },
  'async functions that meet': (over) => {
    const ch = chan<number>();
    go(async () => {
      while (!over()) await ch.send(1);
      ch.close();
    });
    go(async () => {
      while (!(await ch.next()).done);
    });
  },
  'a generator that never parks': (over) => {
    const ch = chan<number>(1);
    go(function* () {
      while (!over()) {
        yield* ch.send(1);
        yield* ch.recv();
      }
    });
  },
  'an async function that never parks': (over) => {
    const ch = chan<number>(1);
    go(async () => {
      while (!over()) {
        await ch.send(1);
        await ch.recv();
      }
    });
  },
  'two that only give way': (over) => {
    for (let i = 0; i < 2; i++) {
      go(function* () {
        while (!over()) yield* gosched();
      });
    }
  },
};

test.each(Object.keys(pairs))('a setInterval keeps its beat and a file is read: %s', async (name) => {
  await run(async () => {
    const end = performance.now() + FOR_MS;
    let [beats, late] = [0, 0];
    let read = false;
    let last = performance.now();
    const interval = setInterval(() => {
      const now = performance.now();
      // A beat that the machine itself delayed counts for those that it swallowed.
      const due = Math.max(1, Math.round((now - last) / BEAT_MS));
      beats++;
      late += due - 1;
      last = now;
    }, BEAT_MS);
    fs.readFile(fileURLToPath(import.meta.url), () => (read = true));
    (pairs[name] as (over: () => boolean) => void)(() => performance.now() >= end);
    await sleep(FOR_MS);
    clearInterval(interval);
    expect(read).toBe(true);
    expect(beats / (beats + late)).toBeGreaterThanOrEqual(0.9);
    expect(beats).toBeGreaterThan(FOR_MS / BEAT_MS / 4);
  });
});

test('a hot pair does not starve the others', async () => {
  await run(function* () {
    const hot = chan<number>();
    let [hotTurns, others] = [0, 0];
    go(function* () {
      for (;;) yield* hot.send(1);
    });
    go(function* () {
      for (;;) {
        yield* hot.recv();
        hotTurns++;
      }
    });
    const work: Chan<number>[] = [];
    for (let i = 0; i < 10; i++) {
      const ch = chan<number>();
      work.push(ch);
      go(function* () {
        for (;;) yield* ch.send(i);
      });
      go(function* () {
        for (;;) {
          yield* ch.recv();
          others++;
        }
      });
    }
    yield* sleep(300);
    expect(hotTurns).toBeGreaterThan(0);
    expect(others).toBeGreaterThan(hotTurns / 20);
  });
});
