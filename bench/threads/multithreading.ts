/**
 * The package `multithreading`. Its functions travel as text, so nothing outside of them can be named in them. It has no
 * unbuffered channels: capacity 1 comes closest. Values are numbers, because it garbles objects.
 */
import { measure, timed } from '../measure.ts';
import type { Measure } from './bench.ts';
import { CAPACITY } from './ours.ts';

/** Loads it. On Node 20 it lacks two globals, and nothing keeps the process alive while it waits. */
async function load(): Promise<typeof import('multithreading')> {
  const globals = globalThis as { navigator?: object };
  globals.navigator ??= { hardwareConcurrency: 2 };
  (Promise as { withResolvers?: unknown }).withResolvers ??= withResolvers;
  setInterval(() => {}, 1_000_000);
  const lib = await import('multithreading');
  lib.initRuntime({ maxWorkers: 2 });
  return lib;
}

function withResolvers(): object {
  let [resolve, reject]: ((value: unknown) => void)[] = [];
  const promise = new Promise((a, b) => ([resolve, reject] = [a, b]));
  return { promise, resolve, reject };
}

function measured(work: (lib: Awaited<ReturnType<typeof load>>, n: number) => Promise<void>): Measure {
  return async (ms) => {
    const lib = await load();
    const batch = timed((n) => work(lib, n));
    return measure({}, ms, batch);
  };
}

/** Fails as the goroutine did: a handle answers an error as a value. */
async function joined(handle: { join(): Promise<{ ok: boolean; error?: unknown }> }): Promise<void> {
  const result = await handle.join();
  if (!result.ok) throw result.error;
}

export const stream = measured(async ({ channel, move, spawn }, n) => {
  const [tx, rx] = channel<number>(CAPACITY);
  const producer = spawn(move(tx, n), async (tx, n) => {
    for (let i = 0; i < n; i++) await tx.send(i);
  });
  const consumer = spawn(move(rx, n), async (rx, n) => {
    for (let i = 0; i < n; i++) {
      const got = await rx.recv();
      if (!got.ok || got.value !== i) throw new Error(`received ${JSON.stringify(got)} instead of ${i}`);
    }
  });
  await joined(producer);
  await joined(consumer);
});

export const streamToMain = measured(async ({ channel, move, spawn }, n) => {
  const [tx, rx] = channel<number>(CAPACITY);
  const producer = spawn(move(tx, n), async (tx, n) => {
    for (let i = 0; i < n; i++) await tx.send(i);
  });
  for (let i = 0; i < n; i++) {
    const got = await rx.recv();
    if (!got.ok || got.value !== i) throw new Error(`received ${JSON.stringify(got)} instead of ${i}`);
  }
  await joined(producer);
});

export const pingPong = measured(async ({ channel, move, spawn }, n) => {
  const [ping, pinged] = channel<number>(1);
  const [pong, ponged] = channel<number>(1);
  const a = spawn(move(ping, ponged, n), async (ping, ponged, n) => {
    for (let i = 0; i < n; i++) {
      await ping.send(i);
      await ponged.recv();
    }
  });
  const b = spawn(move(pong, pinged, n), async (pong, pinged, n) => {
    for (let i = 0; i < n; i++) {
      const got = await pinged.recv();
      if (got.ok) await pong.send(got.value);
    }
  });
  await joined(a);
  await joined(b);
});
