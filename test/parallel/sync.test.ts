/** Package sync between threads; the same tasks on one thread, too. */
import {
  bool,
  chan,
  go,
  gosched,
  i32,
  Panic,
  ProcessorLostError,
  run,
  select,
  shutdown,
  sleep,
  value,
} from 'goroutines';
import { Bool, Cond, Int32, Int64, Mutex, Once, Pool, RWMutex, WaitGroup } from 'goroutines/sync';
import { afterAll, describe, expect, test } from 'vitest';
import * as tasks from './fixtures/sync.mjs';

afterAll(() => shutdown());

describe.each([0, 1, 2, 3])('with %s processors', (procs) => {
  test('Mutex excludes: lock, tryLock, and await', async () => {
    const [mu, cell] = [new Mutex(), new Int32()];
    await run(
      async () => {
        const all = [
          ...[0, 1, 2].map(() => go(tasks.addUnder, mu, cell, 300)),
          go(tasks.addAsync, mu, cell, 300),
          go(async () => {
            for (let i = 0; i < 100; i++) {
              const held = await mu.lock();
              const before = cell.load();
              await sleep(0);
              cell.store(before + 1);
              held[Symbol.dispose]();
            }
          }),
        ];
        for (const g of all) await g.join();
      },
      { procs },
    );
    expect(cell.load()).toBe(1300);
    expect(mu.tryLock()).toBe(true);
  });

  test('Mutex as a case of a select: a case that loses leaves no trace', async () => {
    const [mu, cell, never] = [new Mutex(), new Int32(), chan(i32)];
    await run(
      function* () {
        const all = [
          ...[0, 1].map(() => go(tasks.addBySelect, mu, never, cell, 150)),
          go(tasks.addUnder, mu, cell, 150),
        ];
        for (const g of all) yield* g.join();
      },
      { procs },
    );
    expect(cell.load()).toBe(450);
    expect(mu.tryLock()).toBe(true);
  });

  test('RWMutex: readers together, writers alone', async () => {
    const rw = new RWMutex();
    const [a, b, reading] = [new Int32(), new Int32(), new Int32()];
    await run(
      function* () {
        const all = [
          ...[0, 1, 2].map(() => go(tasks.readPairs, rw, a, b, reading, 200)),
          ...[0, 1].map(() => go(tasks.writePairs, rw, a, b, reading, 100)),
        ];
        for (const g of all) yield* g.join();
      },
      { procs },
    );
    expect([a.load(), b.load(), reading.load()]).toEqual([200, 200, 0]);
    expect(rw.tryLock()).toBe(true);
  });

  test('WaitGroup: everybody who waits sees all that was done', async () => {
    await run(
      function* () {
        for (let round = 0; round < 20; round++) {
          const [wg, count] = [new WaitGroup(), new Int32()];
          wg.add(8);
          const waiting = [0, 1].map(() => go(tasks.waitsFor, wg, count));
          for (let i = 0; i < 8; i++) go(tasks.doneAfter, wg, count, i % 2 ? 0 : 0.5);
          yield* wg.wait();
          expect(count.load()).toBe(8);
          for (const g of waiting) expect(yield* g.join()).toBe(8);
        }
      },
      { procs },
    );
  });

  test('WaitGroup in a select that gives up', async () => {
    await run(
      function* () {
        const [wg, count] = [new WaitGroup(), new Int32()];
        wg.add(1);
        const g = go(tasks.doneAfter, wg, count, 20);
        let tries = 0;
        for (;;) {
          const s = yield* select({ done: wg.wait(), late: sleep(1) });
          if (s.key === 'done') break;
          tries++;
        }
        expect(tries).toBeGreaterThan(0);
        expect(count.load()).toBe(1);
        yield* g.join();
      },
      { procs },
    );
  });

  test('Cond, with its lock: every signal is heard', async () => {
    const [cond, items] = [new Cond(new Mutex()), new Int32()];
    await run(
      function* () {
        const all = [
          ...[0, 1].map(() => go(tasks.takes, cond, items, 150)),
          ...[0, 1, 2].map(() => go(tasks.puts, cond, items, 100)),
        ];
        for (const g of all) yield* g.join();
      },
      { procs },
    );
    expect(items.load()).toBe(0);
  });

  test('Once: once among all threads', async () => {
    const [once, count] = [new Once(), new Int32()];
    const seen = await run(
      async () => {
        const all = Array.from({ length: 6 }, () => go(tasks.doesOnce, once, count));
        return Promise.all(all.map(async (g) => g.join()));
      },
      { procs },
    );
    expect(seen).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('TestHammer32, TestHammer64: totals are exact', async () => {
    const [n, big, flag] = [new Int32(), new Int64(), new Bool()];
    await run(
      async () => {
        const all = [0, 1, 2].map(() => go(tasks.hammers, n, big, flag, 2000));
        let won = 0; // who held the flag when its thread lost its core kept the others from it
        for (const g of all) won += (await g.join()) as number;
        expect(won).toBeGreaterThan(0);
      },
      { procs },
    );
    expect([n.load(), big.load(), flag.load()]).toEqual([12_000, -6000n, false]);
  });
});

describe('handles', () => {
  test('one that arrives twice is the same object, and a Cond brings its lock', async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const objects = [
      mu,
      new RWMutex(),
      new WaitGroup(),
      new Once(),
      cond,
      new Int32(),
      new Int64(),
      new Bool(),
    ];
    await run(
      function* () {
        for (const o of objects) expect(yield* go(tasks.same, o, o).join()).toBe(true);
        expect(yield* go(tasks.sameLock, cond, mu).join()).toBe(true);
        expect(yield* go(tasks.sameLock, cond, cond.l).join()).toBe(true);
        // And back again.
        const ch = chan(value<unknown>(), 8);
        for (const o of objects) ch.trySend(o);
        for (const o of objects) expect(yield* ch.recv()).toBe(o);
      },
      { procs: 1 },
    );
  });

  test('one that is locked, or waited for, when it is given stays so', async () => {
    await run(
      function* () {
        const [mu, cell] = [new Mutex(), new Int32()];
        yield* mu.lock();
        const here = go(function* () {
          yield* mu.lock();
          mu.unlock();
        });
        yield* gosched();
        const g = go(tasks.addUnder, mu, cell, 5);
        yield* sleep(5);
        expect(cell.load()).toBe(0);
        mu.unlock();
        for (const other of [g, here]) yield* other.join();
        expect(cell.load()).toBe(5);
      },
      { procs: 1 },
    );
  });

  test('a pool cannot be given', () => {
    expect(() => go(tasks.same, new Pool(), 1)).toThrow(/argument 1: a pool, whose items are of one thread/);
  });
});

describe('a lost thread', () => {
  test('a lock that its goroutine held stays locked: the program is told that it can go no further', async () => {
    const error = await run(
      function* () {
        const [mu, began] = [new Mutex(), chan(bool)];
        const g = go(tasks.holdsAndExits, mu, began);
        yield* began.recv();
        const s = yield* select({ lost: g.join(), lock: mu.lock() });
        return s.key;
      },
      { procs: 1 },
    ).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProcessorLostError);
  });

  test('those of its goroutines that waited, or were just woken, hold up nobody', async () => {
    for (let round = 0; round < 5; round++) {
      await run(
        function* () {
          const [mu, began] = [new Mutex(), chan(bool)];
          const g = go(tasks.waitsAndExits, mu, began);
          yield* began.recv();
          for (let i = 0; i < 200; i++) {
            const s = yield* select({ lock: mu.lock(), lost: g.join().map(() => 0), began: began.recv() });
            if (s.key === 'lock') mu.unlock();
          }
        },
        { procs: 1 },
        // Or, if it was lost in a moment when nobody joined it, a panic.
      ).catch((e: unknown) => expect(e instanceof Panic ? e.cause : e).toBeInstanceOf(ProcessorLostError));
    }
  });
});
