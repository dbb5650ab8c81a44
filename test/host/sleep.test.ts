/** Sleeping until a word of shared memory changes, and what keeps a process alive meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { host, program, sharedMemory, spawn, type Watched } from './support.ts';

// The words of this view are the same memory, but memory has grown since: a view does not grow with it.
const memory = sharedMemory();
const old = new Int32Array(memory.buffer);
memory.grow(3);
const grown = new Int32Array(memory.buffer);

let notifier: Watched;
let answers = 1;
beforeAll(async () => {
  notifier = spawn('notifier', memory);
  await notifier.message(0);
});
afterAll(() => notifier.worker.terminate());

/** Lets the other thread change a word and notify; how many waits it met. */
function notifyLater(by: 'js' | 'wasm', index: number, pause = 20): Promise<unknown> {
  notifier.worker.post({ by, index, pause });
  return notifier.message(answers++);
}

/** `sleepOn`, as a promise. Not a way to see a wake that comes twice. */
function slept(cell: Int32Array, index: number, expected = Atomics.load(cell, index)): Promise<void> {
  return new Promise((resolve) => host.sleepOn(cell, index, expected, resolve));
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('sleepOn', () => {
  test.each([
    ['js', 'an old view', old],
    ['js', 'a new view', grown],
    ['wasm', 'an old view', old],
    ['wasm', 'a new view', grown],
  ] as const)('is woken by a notification from %s, through %s', async (by, _, view) => {
    const sleep = slept(view, 10);
    expect(await notifyLater(by, 10)).toBe(1);
    await sleep;
  });

  test('wakes soon, but not at once, if the word is another one already', async () => {
    let woken = false;
    host.sleepOn(old, 10, Atomics.load(old, 10) - 1, () => (woken = true));
    expect(woken).toBe(false);
    await turn();
    expect(woken).toBe(true);
  });

  test('sleeping again before it was woken makes no second wait, and only the last is told, once', async () => {
    const calls: number[] = [];
    for (let i = 0; i < 1000; i++) host.sleepOn(old, 10, Atomics.load(old, 10), () => calls.push(i));
    expect(await notifyLater('js', 10)).toBe(1);
    await turn();
    expect(calls).toEqual([999]);
  });

  test('a change between two sleeps is not missed, though nobody notifies after the second', async () => {
    const calls: string[] = [];
    const before = Atomics.load(old, 10);
    host.sleepOn(old, 10, before, () => calls.push('first'));
    Atomics.add(old, 10, 1);
    host.sleepOn(old, 10, before, () => calls.push('second'));
    await turn();
    expect(calls).toEqual(['second']);
    // The first wait is still pending, and serves the next sleep.
    host.sleepOn(old, 10, before + 1, () => calls.push('third'));
    await turn();
    expect(calls).toEqual(['second']);
    expect(Atomics.notify(old, 10)).toBe(1);
    await turn();
    expect(calls).toEqual(['second', 'third']);
  });

  test('the waker may sleep again', async () => {
    let left = 100;
    await new Promise<void>((resolve) => {
      const again = (): void => {
        if (left-- === 0) return resolve();
        host.sleepOn(old, 10, Atomics.load(old, 10), again);
        Atomics.add(old, 10, 1);
        expect(Atomics.notify(old, 10)).toBe(1);
      };
      again();
    });
  });

  test('a hundred thousand sleeps leave nothing behind', async () => {
    const cycle = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        const sleep = slept(old, 10);
        Atomics.add(old, 10, 1);
        Atomics.notify(old, 10);
        await sleep;
      }
    };
    const used = async (): Promise<number> => {
      await turn();
      (globalThis as unknown as { gc(): void }).gc();
      return process.memoryUsage().heapUsed;
    };
    await cycle(10_000);
    const before = await used();
    await cycle(100_000);
    expect((await used()) - before).toBeLessThan(2_000_000); // a wait that stays is more than 70 bytes
  });
});

describe('blockOn', () => {
  test('sleeps until it is notified', async () => {
    const value = Atomics.load(old, 11);
    const answer = notifyLater('wasm', 11);
    const began = performance.now();
    expect(host.blockOn(old, 11, value, 10_000)).toBe(true);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(Atomics.load(old, 11)).toBe(value + 1);
    expect(await answer).toBe(1);
  });

  test('sleeps no longer than it is told, and not if the word is another', () => {
    let began = performance.now();
    expect(host.blockOn(old, 11, Atomics.load(old, 11), 30)).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(25);
    began = performance.now();
    expect(host.blockOn(old, 11, -1, 10_000)).toBe(true);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('is false for memory that is not shared', () => {
    expect(host.blockOn(new Int32Array(4), 0, 0, 10_000)).toBe(false);
  });
});

describe('a process', () => {
  test.each([
    ['sleepOn', '', 'does not keep it alive'],
    ['letGo', '', 'that was let go ends'],
    ['thread', '', 'ends while a thread listens'],
    ['threadRef', 'later\n', 'waits for a thread after ref'],
    ['threadKept', 'nothing 0\n', 'is kept alive while a thread works: neither counts as something awaited'],
    // The deadlock detector must not take its own grip for work that is awaited.
    ['kept', 'later nothing 0\n', 'is held by keepAlive, which is not work'],
  ])('%s', async (way, output) => {
    const { code, stdout, stderr } = await program('lives', [way]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${output}ends\n`, stderr: '' });
  });
});
