/** Section 1.6 of the conformance inventory: sync. */
import { go, gosched, type Op, Panic, run, select, sleep, trySelect } from 'goroutines';
import {
  Bool,
  Cond,
  Int32,
  Int64,
  Mutex,
  Once,
  onceFunc,
  onceValue,
  Pool,
  RWMutex,
  WaitGroup,
} from 'goroutines/sync';
import { describe, expect, test } from 'vitest';
import {
  collect,
  joinAll,
  program,
  type Prog,
  settle,
  type Spawn,
  testForms,
  thrown,
  use,
} from './helpers.ts';

/** Occupies the thread. */
function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function* lockAndLog(mu: Mutex, log: unknown[], what: unknown): Prog {
  yield* use(mu.lock());
  log.push(what);
  mu.unlock();
}

describe('Y1 Mutex', () => {
  testForms(
    'Y1 is unlocked at first, not reentrant, and may be unlocked by another goroutine',
    function* (spawn) {
      const mu = new Mutex();
      expect([mu.tryLock(), mu.tryLock()]).toEqual([true, false]);
      const waiter = spawn(function* () {
        yield* use(mu.lock());
        return 'locked';
      });
      yield* use(gosched());
      yield* use(
        spawn(function* (): Prog {
          mu.unlock();
        }).join(),
      );
      expect(yield* use(waiter.join())).toBe('locked');
      expect(mu.tryLock()).toBe(false);
    },
  );

  test('Y1 unlock of an unlocked one panics, and it stays as it was', () => {
    const mu = new Mutex();
    for (let i = 0; i < 2; i++) {
      const error = thrown(() => mu.unlock());
      expect(error).toBeInstanceOf(Panic);
      expect(error).toMatchObject({
        message: 'sync: unlock of unlocked mutex',
        code: 'ERR_UNLOCK_OF_UNLOCKED',
      });
    }
    expect([mu.tryLock(), mu.tryLock()]).toEqual([true, false]);
  });

  test('Y1 locking twice is a deadlock, reported in Go’s words', async () => {
    const error = await run(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      yield* mu.lock();
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ goroutines: [{ id: 1, reason: 'sync.Mutex.Lock' }] });
  });
});

describe('Y2 fairness of a Mutex', () => {
  testForms('Y2 who waits is served in the order of arrival', function* (spawn) {
    const mu = new Mutex();
    const log: unknown[] = [];
    yield* use(mu.lock());
    const all = [0, 1, 2, 3].map((i) => spawn(lockAndLog, mu, log, i));
    yield* use(settle());
    mu.unlock();
    yield* joinAll(all);
    expect(log).toEqual([0, 1, 2, 3]);
  });

  test('Y2 one that was woken competes: a newcomer may be faster, and then it is put back at the front', async () => {
    await run(function* () {
      const mu = new Mutex();
      const log: unknown[] = [];
      yield* mu.lock();
      const all = [1, 2].map((i) =>
        go(function* () {
          using _ = yield* mu.lock();
          log.push(i);
        }),
      );
      yield* gosched();
      mu.unlock(); // wakes the first
      expect(mu.tryLock()).toBe(true); // but its turn has not come
      yield* gosched(); // it has lost,
      expect(log).toEqual([]);
      mu.unlock();
      for (const g of all) yield* g.join();
      expect(log).toEqual([1, 2]); // and is served before the other all the same
    });
  });

  test('Y2 after a millisecond the lock is handed over: nobody overtakes, until the line is gone', async () => {
    await run(function* () {
      const mu = new Mutex();
      const log: unknown[] = [];
      yield* mu.lock();
      const all = [1, 2].map((i) =>
        go(function* () {
          using _ = yield* mu.lock();
          log.push(i);
          yield* gosched();
        }),
      );
      yield* gosched();
      spin(1.5);
      mu.unlock();
      expect(mu.tryLock()).toBe(true);
      yield* gosched(); // the first has lost, after more than a millisecond
      mu.unlock();
      expect(mu.tryLock()).toBe(false); // it is the first one's already
      expect(log).toEqual([]);
      const last = go(function* () {
        using _ = yield* mu.lock();
        log.push(3);
      });
      for (const g of [...all, last]) yield* g.join();
      expect(log).toEqual([1, 2, 3]);
      // Nobody waits: the lock competes again.
      yield* mu.lock();
      const g = go(function* () {
        using _ = yield* mu.lock();
      });
      yield* gosched();
      mu.unlock();
      expect(mu.tryLock()).toBe(true);
      mu.unlock();
      yield* g.join();
    });
  });
});

test('Y3 tryLock is false if locked, and takes a free lock past those who wait', async () => {
  await run(function* () {
    const mu = new Mutex();
    yield* mu.lock();
    const g = go(function* () {
      using _ = yield* mu.lock();
    });
    yield* gosched();
    expect(mu.tryLock()).toBe(false);
    mu.unlock();
    expect(mu.tryLock()).toBe(true);
    mu.unlock();
    yield* g.join();
  });
});

describe('Y4 RWMutex', () => {
  testForms('Y4 any number read, or one writes', function* (spawn) {
    const rw = new RWMutex();
    let [reading, writing, most] = [0, 0, 0];
    const all = Array.from({ length: 12 }, (_, i) =>
      spawn(function* (): Prog {
        for (let k = 0; k < 5; k++) {
          const writes = i % 4 === 0;
          yield* use(writes ? rw.lock() : rw.rLock());
          if (writes) writing++;
          else reading++;
          most = Math.max(most, reading);
          expect(writing === 0 || (writing === 1 && reading === 0)).toBe(true);
          yield* use(gosched());
          if (writes) writing--;
          else reading--;
          if (writes) rw.unlock();
          else rw.rUnlock();
        }
      }),
    );
    yield* joinAll(all);
    expect(most).toBeGreaterThan(1);
    expect(rw.tryLock()).toBe(true);
  });

  testForms('Y4 after a writer all readers that came meanwhile go first: W1 R R R W2', function* (spawn) {
    const rw = new RWMutex();
    const log: string[] = [];
    yield* use(rw.lock());
    const enter = (what: string, op: () => Op<Disposable>) =>
      spawn(function* (): Prog {
        const held = yield* use(op());
        log.push(what);
        yield* use(gosched());
        held[Symbol.dispose]();
      });
    const all = [
      enter('W2', () => rw.lock()),
      enter('R', () => rw.rLock()),
      enter('R', () => rw.rLock()),
      enter('R', () => rw.rLock()),
    ];
    yield* use(settle());
    log.push('W1');
    rw.unlock();
    yield* joinAll(all);
    expect(log).toEqual(['W1', 'R', 'R', 'R', 'W2']);
  });

  testForms('Y4 who waits to write holds up those who come to read', function* (spawn) {
    const rw = new RWMutex();
    const log: string[] = [];
    yield* use(rw.rLock());
    const writer = spawn(function* (): Prog {
      yield* use(rw.lock());
      log.push('W');
      rw.unlock();
    });
    yield* use(gosched());
    expect([rw.tryRLock(), rw.tryLock()]).toEqual([false, false]);
    const reader = spawn(function* (): Prog {
      yield* use(rw.rLock());
      log.push('R');
      rw.rUnlock();
    });
    yield* use(settle());
    expect(log).toEqual([]);
    rw.rUnlock();
    yield* joinAll([writer, reader]);
    expect(log).toEqual(['W', 'R']);
  });

  test('Y4 a reader that reads again while a writer waits is a deadlock', async () => {
    const error = await run(function* () {
      const rw = new RWMutex();
      yield* rw.rLock();
      go(function* () {
        yield* rw.lock();
      });
      yield* gosched();
      yield* rw.rLock();
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      goroutines: [{ reason: 'sync.RWMutex.RLock' }, { reason: 'sync.RWMutex.Lock' }],
    });
  });
});

describe('Y5 misuse of an RWMutex', () => {
  test('Y5 panics with Go’s texts, and the lock stays as it was', () => {
    const [w, r] = ['sync: Unlock of unlocked RWMutex', 'sync: RUnlock of unlocked RWMutex'];
    const rw = new RWMutex();
    const messages = (): unknown[] =>
      [() => rw.unlock(), () => rw.rUnlock()].map((f) => {
        try {
          f();
          return 'fine';
        } catch (error) {
          expect(error).toBeInstanceOf(Panic);
          return (error as Error).message;
        }
      });
    expect(messages()).toEqual([w, r]);
    expect(rw.tryRLock()).toBe(true);
    expect(messages()).toEqual([w, 'fine']);
    expect(rw.tryLock()).toBe(true);
    expect(thrown(() => rw.rUnlock())).toMatchObject({ message: r });
    rw.unlock();
    expect(rw.tryLock()).toBe(true);
  });

  testForms('Y5 rLocker locks to read', function* () {
    const rw = new RWMutex();
    const l = rw.rLocker();
    const held = yield* use(l.lock());
    expect([rw.tryRLock(), rw.tryLock()]).toEqual([true, false]);
    rw.rUnlock();
    held[Symbol.dispose]();
    expect(thrown(() => l.unlock())).toMatchObject({ message: 'sync: RUnlock of unlocked RWMutex' });
    expect(rw.tryLock()).toBe(true);
  });
});

testForms('Y6 readers that come without end do not keep a writer waiting', function* (spawn) {
  const rw = new RWMutex();
  let [written, reads] = [false, 0];
  const readers = [0, 1, 2].map(() =>
    spawn(function* (): Prog {
      while (!written) {
        yield* use(rw.rLock());
        yield* use(gosched());
        reads++;
        rw.rUnlock();
      }
    }),
  );
  yield* use(gosched());
  yield* use(rw.lock());
  written = true;
  rw.unlock();
  yield* joinAll(readers);
  expect(reads).toBeLessThan(30);
});

describe('Y7 WaitGroup', () => {
  testForms('Y7 wait at zero returns at once; all that wait are released together', function* (spawn) {
    const wg = new WaitGroup();
    yield* use(wg.wait());
    let released = 0;
    wg.add(2);
    const all = [0, 1, 2].map(() =>
      spawn(function* (): Prog {
        yield* use(wg.wait());
        released++;
      }),
    );
    yield* use(settle());
    wg.done();
    yield* use(settle());
    expect(released).toBe(0);
    wg.done();
    yield* joinAll(all);
    expect(released).toBe(3);
  });

  test('Y7 below zero: panics, and the counter is unchanged', () => {
    const wg = new WaitGroup();
    wg.add(1);
    for (const bad of [-2, -(2 ** 31), 2 ** 31 - 1, 2 ** 40, -(2 ** 40)]) {
      expect(thrown(() => wg.add(bad))).toMatchObject({ message: 'sync: negative WaitGroup counter' });
    }
    expect(trySelect([wg.wait()])).toBeUndefined();
    wg.done();
    expect(trySelect([wg.wait()])).toEqual([0, undefined]);
    expect(thrown(() => wg.done())).toMatchObject({ code: 'ERR_NEGATIVE_WAIT_GROUP' });
  });

  test('Y7 a new round before all who waited have gone on: panics', async () => {
    await run(function* () {
      const wg = new WaitGroup();
      wg.add(1);
      const quick = go(function* () {
        yield* wg.wait();
        wg.add(1);
      });
      const slow = go(function* () {
        yield* wg.wait();
      });
      yield* gosched();
      wg.done();
      yield* quick.join();
      const error = yield* go(function* () {
        try {
          yield* slow.join();
        } catch (e) {
          return e;
        }
      }).join();
      expect(error).toMatchObject({
        message: 'sync: WaitGroup is reused before previous Wait has returned',
        code: 'ERR_WAIT_GROUP_REUSED',
      });
    });
  });
});

describe('Y8 WaitGroup.go', () => {
  testForms('Y8 adds one, and takes it away when the body has returned', function* () {
    const wg = new WaitGroup();
    const seen: number[] = [];
    wg.go(function* (n: number) {
      yield* gosched();
      seen.push(n);
    }, 1);
    wg.go(async (n: number) => {
      await gosched();
      seen.push(n);
    }, 2);
    wg.go((n: number) => void seen.push(n), 3);
    yield* use(wg.wait());
    expect(seen.sort()).toEqual([1, 2, 3]);
  });

  test('Y8 a body that throws is not done: the program panics, and nobody goes on', async () => {
    const { code, stdout, stderr } = await program('panic-in-wait-group');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('panic: test');
  });
});

describe('Y9 Once', () => {
  testForms('Y9 runs once, and every call waits until it is finished', function* (spawn) {
    for (const f of [
      function* (log: string[]) {
        yield* gosched();
        log.push('ran');
      },
      async (log: string[]) => {
        await gosched();
        log.push('ran');
      },
      (log: string[]) => void log.push('ran'),
    ]) {
      const once = new Once();
      const log: string[] = [];
      const all = [0, 1, 2].map(() =>
        spawn(function* (): Prog {
          yield* use(once.do(() => f(log)));
          log.push('after');
        }),
      );
      yield* joinAll(all);
      expect(log).toEqual(['ran', 'after', 'after', 'after']);
      yield* use(once.do(() => log.push('again')));
      expect(log).toHaveLength(4);
    }
  });

  testForms('Y9 what it throws is thrown by the first call, and it counts as done', function* () {
    for (const f of [
      function* () {
        yield* gosched();
        throw new Error('boom');
      },
      async () => {
        await gosched();
        throw new Error('boom');
      },
      () => {
        throw new Error('boom');
      },
    ]) {
      const once = new Once();
      let error: unknown;
      try {
        yield* use(once.do(f));
      } catch (e) {
        error = e;
      }
      expect(error).toMatchObject({ message: 'boom' });
      yield* use(once.do(f));
    }
  });

  test('Y9 to wait for it from inside is a deadlock', async () => {
    const error = await run(function* () {
      const once = new Once();
      yield* once.do(function* () {
        yield* once.do(() => undefined);
      });
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ message: 'all goroutines are asleep - deadlock!' });
    expect((error as { goroutines: { reason: string }[] }).goroutines[0]?.reason).toBe('sync.Once.Do');
  });
});

describe('Y10 onceFunc and onceValue', () => {
  testForms('Y10 give the same value to every call', function* () {
    let calls = 0;
    for (const f of [
      () => ++calls,
      async () => ++calls,
      function* () {
        yield* gosched();
        return ++calls;
      },
    ] as (() => number)[]) {
      calls = 0;
      const value = onceValue(f);
      expect([yield* use(value()), yield* use(value()), calls]).toEqual([1, 1, 1]);
      calls = 0;
      const func = onceFunc(f);
      expect([yield* use(func()), yield* use(func()), calls]).toEqual([undefined, undefined, 1]);
    }
  });

  testForms('Y10 throw the same error on every call', function* () {
    const boom = new Error('boom');
    let calls = 0;
    for (const made of [onceFunc, onceValue] as ((f: () => void) => () => Op<unknown>)[]) {
      calls = 0;
      const f = made(() => {
        calls++;
        throw boom;
      });
      for (let i = 0; i < 3; i++) {
        let error: unknown;
        try {
          yield* use(f());
        } catch (e) {
          error = e;
        }
        expect(error).toBe(boom);
      }
      expect(calls).toBe(1);
    }
  });

  test('Y10 the function is not held on to after the first call', async () => {
    let gone = 0;
    const registry = new FinalizationRegistry(() => gone++);
    const make = (): (() => Op<unknown>) => {
      const f = (): number => 1;
      registry.register(f, undefined);
      return onceValue(f);
    };
    const value = make();
    await value();
    expect(await collect(() => gone === 1)).toBe(true);
    expect(await value()).toBe(1);
  });
});

describe('Y11 Cond', () => {
  function* waits(cond: Cond, log: unknown[], what: unknown): Prog {
    yield* use(cond.l.lock());
    yield* use(cond.wait());
    log.push(what);
    cond.l.unlock();
  }

  testForms(
    'Y11 signal wakes who waits longest, broadcast all, and nobody wakes for nothing',
    function* (spawn) {
      const cond = new Cond(new Mutex());
      const log: unknown[] = [];
      cond.signal(); // for nobody
      const all: ReturnType<Spawn>[] = [];
      for (let i = 0; i < 5; i++) {
        all.push(spawn(waits, cond, log, i));
        yield* use(settle());
      }
      expect(log).toEqual([]);
      for (const n of [1, 2]) {
        cond.signal(); // the lock is not held
        yield* use(settle());
        expect(log).toHaveLength(n);
      }
      yield* use(cond.l.lock());
      cond.broadcast();
      cond.l.unlock();
      yield* joinAll(all);
      expect(log).toEqual([0, 1, 2, 3, 4]);
    },
  );

  testForms('Y11 unlocks while it waits, and locks again', function* (spawn) {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const log: unknown[] = [];
    const g = spawn(waits, cond, log, 'told');
    yield* use(settle());
    yield* use(mu.lock());
    cond.signal();
    yield* use(settle());
    expect(log).toEqual([]); // it was told, and waits for the lock
    mu.unlock();
    yield* use(g.join());
    expect([log, mu.tryLock()]).toEqual([['told'], true]);
  });

  testForms('Y11 on a lock for readers, and on one that is not locked', function* (spawn) {
    const rw = new RWMutex();
    const log: unknown[] = [];
    const cond = new Cond(rw.rLocker());
    const all = [spawn(waits, cond, log, 1), spawn(waits, cond, log, 2)];
    yield* use(settle());
    expect(rw.tryLock()).toBe(true);
    cond.broadcast();
    rw.unlock();
    yield* joinAll(all);
    expect(log.sort()).toEqual([1, 2]);
    let error: unknown;
    try {
      yield* use(new Cond(new Mutex()).wait());
    } catch (e) {
      error = e;
    }
    expect(error).toMatchObject({ message: 'sync: unlock of unlocked mutex' });
    expect(thrown(() => new Cond({} as never))).toBeInstanceOf(TypeError);
  });
});

describe('Y12 Pool', () => {
  test('Y12 gives what was put, or something new, or nothing', () => {
    const pool = new Pool<string>();
    expect(pool.get()).toBeUndefined();
    pool.put('a');
    pool.put('b');
    expect([pool.get(), pool.get(), pool.get()].sort()).toEqual(['a', 'b', undefined]);
    let made = 0;
    const numbers = new Pool(() => ++made);
    expect(numbers.get()).toBe(1);
    numbers.put(7);
    expect([numbers.get(), numbers.get()]).toEqual([7, 2]);
    expect(thrown(() => new Pool(1 as never))).toBeInstanceOf(TypeError);
  });

  test('Y12 an item survives one collection of garbage, and not the second', async () => {
    const pool = new Pool<object>();
    let gone = 0;
    const registry = new FinalizationRegistry(() => gone++);
    (() => {
      for (let i = 0; i < 3; i++) {
        const item = {};
        registry.register(item, undefined);
        pool.put(item);
      }
    })();
    expect(await collect(() => gone === 3)).toBe(true);
    expect(pool.get()).toBeUndefined();
  });
});

describe('Y14 atomic', () => {
  test('Y14 Int32: add gives the new value, swap the old one', () => {
    const n = new Int32(5);
    expect([n.load(), n.add(2), n.add(-10), n.swap(9), n.load()]).toEqual([5, 7, -3, -3, 9]);
    expect([n.compareAndSwap(8, 1), n.compareAndSwap(9, 1), n.load()]).toEqual([false, true, 1]);
    n.store(2 ** 31 - 1);
    expect(n.add(1)).toBe(-(2 ** 31));
    for (const bad of [1.5, 2 ** 31, NaN, '1' as never]) expect(() => n.store(bad)).toThrow(TypeError);
    expect(n.load()).toBe(-(2 ** 31));
  });

  test('Y14 Int64', () => {
    const n = new Int64(2n ** 63n - 1n);
    expect([n.add(1n), n.swap(3n), n.load()]).toEqual([-(2n ** 63n), -(2n ** 63n), 3n]);
    expect([n.compareAndSwap(4n, 1n), n.compareAndSwap(3n, 1n), n.load()]).toEqual([false, true, 1n]);
    for (const bad of [2n ** 63n, 1 as never]) expect(() => n.add(bad)).toThrow(TypeError);
  });

  test('Y14 Bool', () => {
    const b = new Bool();
    expect([b.load(), b.swap(true), b.load()]).toEqual([false, false, true]);
    expect([b.compareAndSwap(false, true), b.compareAndSwap(true, false), b.load()]).toEqual([
      false,
      true,
      false,
    ]);
    b.store(true);
    expect(b.load()).toBe(true);
    expect(() => b.store(1 as never)).toThrow(TypeError);
  });
});

describe('as cases of a select, which Go has not', () => {
  test('a case that loses is not held, waits no more, and holds up nobody', async () => {
    await run(function* () {
      const mu = new Mutex();
      const rw = new RWMutex();
      const wg = new WaitGroup();
      yield* mu.lock();
      yield* rw.rLock();
      wg.add(1);
      for (let i = 0; i < 20; i++) {
        const s = yield* select({ mu: mu.lock(), w: rw.lock(), wg: wg.wait(), late: sleep(0) });
        expect(s.key).toBe('late');
        expect(rw.tryRLock()).toBe(true); // nobody waits to write any more
        rw.rUnlock();
      }
      mu.unlock();
      rw.rUnlock();
      wg.done();
      expect([mu.tryLock(), rw.tryLock()]).toEqual([true, true]);
      yield* wg.wait();
    });
  });

  test('a lock that was handed to a select is held', async () => {
    await run(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      const g = go(function* () {
        const s = yield* select({ mu: mu.lock(), late: sleep(1000) });
        return s.key;
      });
      yield* gosched();
      mu.unlock();
      expect(mu.tryLock()).toBe(false);
      expect(yield* g.join()).toBe('mu');
      mu.unlock();
      const s = trySelect({ mu: mu.lock() });
      expect(s?.key).toBe('mu');
      expect(trySelect({ mu: mu.lock() })).toBeUndefined();
      s?.value[Symbol.dispose]();
      expect(mu.tryLock()).toBe(true);
    });
  });
});
