/** Equivalents of the tests of Go's packages sync and sync/atomic. */
import { chan, type Go, go, gosched, Panic, run, sleep, wait } from 'goroutines';
import {
  Cond,
  Int32,
  Int64,
  type Locker,
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

// ── cond_test.go ────────────────────────────────────────────────────────────────
testForms('TestCondSignal: each signal wakes exactly one', function* (spawn) {
  const mu = new Mutex();
  const cond = new Cond(mu);
  const n = 4;
  const [running, awake] = [chan<boolean>(n), chan<boolean>(n)];
  for (let i = 0; i < n; i++) {
    spawn(function* (): Prog {
      yield* use(mu.lock());
      yield* use(running.send(true));
      yield* use(cond.wait());
      yield* use(awake.send(true));
      mu.unlock();
    });
  }
  for (let i = 0; i < n; i++) yield* use(running.recv());
  for (let left = n; left > 0; left--) {
    expect(awake.length).toBe(0);
    yield* use(mu.lock());
    cond.signal();
    mu.unlock();
    yield* use(awake.recv());
    yield* use(settle());
  }
  expect(awake.length).toBe(0);
  cond.signal();
});

testForms('TestCondSignalGenerations: first come, first woken', function* (spawn) {
  const mu = new Mutex();
  const cond = new Cond(mu);
  const n = 100;
  const [running, awake] = [chan<boolean>(n), chan<number>(n)];
  for (let i = 0; i < n; i++) {
    spawn(function* (): Prog {
      yield* use(mu.lock());
      yield* use(running.send(true));
      yield* use(cond.wait());
      yield* use(awake.send(i));
      mu.unlock();
    });
    if (i > 0) expect(yield* use(awake.recv())).toBe(i - 1);
    yield* use(running.recv());
    yield* use(mu.lock());
    cond.signal();
    mu.unlock();
  }
});

testForms(
  'TestCondBroadcast: each round wakes each of them once, and at the end all leave',
  function* (spawn) {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const n = 50;
    const rounds = 50;
    const [running, awake] = [chan<number>(n), chan<number>(n)];
    let exit = false;
    const all = Array.from({ length: n }, (_, g) =>
      spawn(function* (): Prog {
        yield* use(mu.lock());
        while (!exit) {
          yield* use(running.send(g));
          yield* use(cond.wait());
          yield* use(awake.send(g));
        }
        mu.unlock();
      }),
    );
    for (let i = 0; i < rounds; i++) {
      for (let k = 0; k < n; k++) yield* use(running.recv());
      if (i === rounds - 1) {
        yield* use(mu.lock());
        exit = true;
        mu.unlock();
      }
      expect(awake.length).toBe(0);
      yield* use(mu.lock());
      cond.broadcast();
      mu.unlock();
      const seen = new Set<number | undefined>();
      for (let k = 0; k < n; k++) seen.add(yield* use(awake.recv()));
      expect(seen.size).toBe(n);
    }
    expect(running.length).toBe(0);
    yield* joinAll(all);
  },
);

testForms('TestRace: three hand a number on, in order', function* (spawn) {
  const cond = new Cond(new Mutex());
  let x = 0;
  const done = chan<boolean>();
  spawn(function* (): Prog {
    yield* use(cond.l.lock());
    x = 1;
    yield* use(cond.wait());
    expect(x).toBe(2);
    x = 3;
    cond.signal();
    cond.l.unlock();
    yield* use(done.send(true));
  });
  spawn(function* (): Prog {
    yield* use(cond.l.lock());
    while (x !== 1) {
      cond.l.unlock();
      yield* use(gosched());
      yield* use(cond.l.lock());
    }
    x = 2;
    cond.signal();
    cond.l.unlock();
    yield* use(done.send(true));
  });
  spawn(function* (): Prog {
    yield* use(cond.l.lock());
    for (;;) {
      if (x === 2) {
        yield* use(cond.wait());
        expect(x).toBe(3);
        break;
      }
      if (x === 3) break;
      cond.l.unlock();
      yield* use(gosched());
      yield* use(cond.l.lock());
    }
    cond.l.unlock();
    yield* use(done.send(true));
  });
  for (let i = 0; i < 3; i++) yield* use(done.recv());
});

testForms('TestCondSignalStealing: who waited before is woken, whoever comes then', function* (spawn) {
  for (let i = 0; i < 200; i++) {
    const cond = new Cond(new Mutex());
    const started = chan<boolean>();
    const first = spawn(function* (): Prog {
      yield* use(cond.l.lock());
      yield* use(started.send(true));
      yield* use(cond.wait());
      cond.l.unlock();
    });
    yield* use(started.recv());
    yield* use(cond.l.lock());
    cond.l.unlock();
    let done = false;
    spawn(function* (): Prog {
      cond.broadcast();
    });
    const second = spawn(function* (): Prog {
      yield* use(cond.l.lock());
      while (!done) yield* use(cond.wait());
      cond.l.unlock();
    });
    yield* use(first.join());
    yield* use(cond.l.lock());
    done = true;
    cond.l.unlock();
    cond.broadcast();
    yield* use(second.join());
  }
});

// ── mutex_test.go ───────────────────────────────────────────────────────────────
function* hammer(mu: Mutex, loops: number, inside: { n: number }, tries: boolean): Prog {
  for (let i = 0; i < loops; i++) {
    if (tries && i % 3 === 0) {
      if (mu.tryLock()) mu.unlock();
      continue;
    }
    yield* use(mu.lock());
    expect(++inside.n).toBe(1);
    if (i % 5 === 0) yield* use(gosched());
    inside.n--;
    mu.unlock();
  }
}

testForms('TestSemaphore: ten take and give the one permit', function* (spawn) {
  const mu = new Mutex();
  const inside = { n: 0 };
  yield* joinAll(Array.from({ length: 10 }, () => spawn(hammer, mu, 300, inside, false)));
  expect(mu.tryLock()).toBe(true);
});

testForms('TestMutex: tryLock when locked and when free; ten lock and try', function* (spawn) {
  const mu = new Mutex();
  yield* use(mu.lock());
  expect(mu.tryLock()).toBe(false);
  mu.unlock();
  expect(mu.tryLock()).toBe(true);
  mu.unlock();
  const inside = { n: 0 };
  yield* joinAll(Array.from({ length: 10 }, () => spawn(hammer, mu, 300, inside, true)));
});

describe('misuse of locks', () => {
  const misuses: [string, string, () => void][] = [
    ['Mutex.unlock', 'sync: unlock of unlocked mutex', () => new Mutex().unlock()],
    ['Mutex.unlock twice', 'sync: unlock of unlocked mutex', () => twice(new Mutex(), 'tryLock', 'unlock')],
    ['RWMutex.unlock', 'sync: Unlock of unlocked RWMutex', () => new RWMutex().unlock()],
    ['RWMutex.unlock of a reader', 'sync: Unlock of unlocked RWMutex', () => mixed('tryRLock', 'unlock')],
    [
      'RWMutex.unlock twice',
      'sync: Unlock of unlocked RWMutex',
      () => twice(new RWMutex(), 'tryLock', 'unlock'),
    ],
    ['RWMutex.rUnlock', 'sync: RUnlock of unlocked RWMutex', () => new RWMutex().rUnlock()],
    ['RWMutex.rUnlock of a writer', 'sync: RUnlock of unlocked RWMutex', () => mixed('tryLock', 'rUnlock')],
    [
      'RWMutex.rUnlock twice',
      'sync: RUnlock of unlocked RWMutex',
      () => twice(new RWMutex(), 'tryRLock', 'rUnlock'),
    ],
  ];
  function twice<L extends object>(lock: L, take: keyof L, give: keyof L): void {
    const call = (name: keyof L): unknown => (lock[name] as () => unknown)();
    expect(call(take)).toBe(true);
    call(give);
    call(give);
  }
  function mixed(take: 'tryLock' | 'tryRLock', give: 'unlock' | 'rUnlock'): void {
    const rw = new RWMutex();
    expect(rw[take]()).toBe(true);
    rw[give]();
  }
  test('TestMutexMisuse: eight ways, each a panic with the text of Go', () => {
    for (const [name, message, f] of misuses) {
      const error = thrown(f);
      expect(error, name).toBeInstanceOf(Panic);
      expect((error as Panic).message, name).toBe(message);
    }
  });
});

test('TestMutexFairness: who holds the lock most of the time cannot starve another', async () => {
  await run(function* () {
    const mu = new Mutex();
    let stop = false;
    const hog = go(function* () {
      while (!stop) {
        yield* mu.lock();
        const end = performance.now() + 0.1;
        while (performance.now() < end);
        yield* gosched();
        mu.unlock();
      }
    });
    const start = performance.now();
    for (let i = 0; i < 10; i++) {
      yield* sleep(0.1);
      yield* mu.lock();
      mu.unlock();
    }
    expect(performance.now() - start).toBeLessThan(5000);
    stop = true;
    yield* hog.join();
  });
});

// ── once_test.go, oncefunc_test.go ──────────────────────────────────────────────
testForms('TestOnce: ten call, the body runs once and is over before any of them goes on', function* (spawn) {
  const once = new Once();
  let count = 0;
  function* body(): Go {
    yield* gosched();
    count++;
  }
  const all = Array.from({ length: 10 }, () =>
    spawn(function* (): Prog {
      yield* use(once.do(body));
      expect(count).toBe(1);
    }),
  );
  yield* joinAll(all);
  expect(count).toBe(1);
});

test('TestOncePanic: what is thrown passes through, and the second call does nothing', async () => {
  const once = new Once();
  await expect((async () => await once.do(() => Promise.reject(new Error('failed'))))()).rejects.toThrow(
    'failed',
  );
  await once.do(() => expect.fail('called twice'));
});

testForms('TestOnceFunc, TestOnceValue, TestOnceValues: called once, and the values stay', function* () {
  let calls = 0;
  const func = onceFunc(() => void calls++);
  const value = onceValue(() => ++calls);
  const values = onceValue(() => [++calls, ++calls] as const);
  expect(calls).toBe(0);
  for (let i = 0; i < 2; i++) {
    expect(yield* use(func())).toBeUndefined();
    expect(calls).toBe(i === 0 ? 1 : 4);
    expect([yield* use(value()), yield* use(values())]).toEqual([2, [3, 4]]);
  }
});

testForms(
  'TestOnceFuncPanic, TestOnceValuePanic, TestOnceValuesPanic, TestOnceFuncPanicNil: every call throws the same, and it is called once',
  function* () {
    for (const value of ['x', new Error('x'), undefined]) {
      for (const make of [onceFunc, onceValue]) {
        let calls = 0;
        const f = make(() => {
          calls++;
          throw value;
        });
        for (let i = 0; i < 2; i++) {
          let caught: unknown = 'nothing';
          try {
            yield* use(f());
          } catch (e) {
            caught = e;
          }
          expect(caught).toBe(value);
        }
        expect(calls).toBe(1);
      }
    }
  },
);

test('TestOnceFuncPanicTraceback: the stack reaches the origin', async () => {
  function origin(): never {
    throw new Error('here');
  }
  const f = onceFunc(origin);
  for (let i = 0; i < 2; i++) {
    const error = await (async () => await f())().catch((e: unknown) => e);
    expect((error as Error).stack).toContain('origin');
  }
});

test('TestOnceXGC: the function can be collected once it is called', async () => {
  for (const make of [onceFunc, onceValue]) {
    let gone = false;
    const registry = new FinalizationRegistry(() => (gone = true));
    const f = (() => {
      const body = (): number => 1;
      registry.register(body, undefined);
      return make(body);
    })();
    await f();
    expect(await collect(() => gone)).toBe(true);
    await f();
  }
});

// ── pool_test.go ────────────────────────────────────────────────────────────────
test('TestPool: two come back in order, and all are dropped in the end', async () => {
  const pool = new Pool<string>();
  expect(pool.get()).toBeUndefined();
  pool.put('a');
  pool.put('b');
  expect([pool.get(), pool.get(), pool.get()]).toEqual(['a', 'b', undefined]);
  for (let i = 0; i < 100; i++) pool.put('c');
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(pool.get()).toBe('c'); // it survives one collection
  await collect(() => pool.get() === undefined);
  expect(pool.get()).toBeUndefined();
});

test('TestPoolNew: made when there is none', () => {
  let i = 0;
  const pool = new Pool(() => ++i);
  expect([pool.get(), pool.get()]).toEqual([1, 2]);
  pool.put(42);
  expect([pool.get(), pool.get()]).toEqual([42, 3]);
});

test('TestPoolGC, TestPoolRelease: what is in a pool can be collected, and so can the pool', async () => {
  let gone = 0;
  const registry = new FinalizationRegistry(() => gone++);
  let pool: Pool<object, undefined> | undefined = new Pool<object>();
  registry.register(pool, undefined);
  (() => {
    for (let i = 0; i < 100; i++) {
      const item = {};
      registry.register(item, undefined);
      pool.put(item);
    }
  })();
  expect(await collect(() => gone === 100)).toBe(true);
  pool = undefined;
  expect(await collect(() => gone === 101)).toBe(true);
});

testForms('TestPoolStress: ten put and get, and never is there anything else', function* (spawn) {
  const pool = new Pool<string>();
  const all = Array.from({ length: 10 }, () =>
    spawn(function* (): Prog {
      for (let i = 0; i < 1000; i++) {
        pool.put('v');
        if (i % 50 === 0) yield* use(gosched());
        expect([undefined, 'v']).toContain(pool.get());
      }
    }),
  );
  yield* joinAll(all);
});

test('TestNilPool: there are no methods without a pool', () => {
  const pool = undefined as unknown as Pool<number>;
  expect(() => pool.get()).toThrow(TypeError);
});

// ── rwmutex_test.go ─────────────────────────────────────────────────────────────
testForms('TestParallelReaders: all of them have the lock at the same time', function* (spawn) {
  for (const n of [1, 3, 4]) {
    const rw = new RWMutex();
    const [locked, unlock, done] = [chan<boolean>(), chan<boolean>(), chan<boolean>()];
    for (let i = 0; i < n; i++) {
      spawn(function* (): Prog {
        yield* use(rw.rLock());
        yield* use(locked.send(true));
        yield* use(unlock.recv());
        rw.rUnlock();
        yield* use(done.send(true));
      });
    }
    for (let i = 0; i < n; i++) yield* use(locked.recv());
    for (let i = 0; i < n; i++) yield* use(unlock.send(true));
    for (let i = 0; i < n; i++) yield* use(done.recv());
  }
});

function* hammerRW(spawn: Spawn, readers: number, loops: number): Prog {
  const rw = new RWMutex();
  let activity = 0; // readers, + 10000 for each writer
  const all = [];
  const writer = function* (): Prog {
    for (let i = 0; i < loops; i++) {
      yield* use(rw.lock());
      expect((activity += 10_000)).toBe(10_000);
      yield* use(gosched());
      activity -= 10_000;
      rw.unlock();
    }
  };
  const reader = function* (): Prog {
    for (let i = 0; i < loops; i++) {
      yield* use(rw.rLock());
      expect(++activity).toBeLessThan(10_000);
      yield* use(gosched());
      activity--;
      rw.rUnlock();
    }
  };
  all.push(spawn(writer));
  for (let i = 0; i < readers / 2; i++) all.push(spawn(reader));
  all.push(spawn(writer));
  for (let i = 0; i < readers / 2; i++) all.push(spawn(reader));
  yield* joinAll(all);
}

testForms('TestRWMutex: what can be had when, and a hammer', function* (spawn) {
  const rw = new RWMutex();
  yield* use(rw.lock());
  expect([rw.tryLock(), rw.tryRLock()]).toEqual([false, false]);
  rw.unlock();
  expect(rw.tryLock()).toBe(true);
  rw.unlock();
  expect(rw.tryRLock()).toBe(true);
  expect([rw.tryRLock(), rw.tryLock()]).toEqual([true, false]);
  rw.rUnlock();
  rw.rUnlock();
  for (const readers of [1, 3, 10]) yield* hammerRW(spawn, readers, 50);
});

testForms('TestRLocker: two locks to read keep the writer out', function* (spawn) {
  const rw = new RWMutex();
  const rl: Locker = rw.rLocker();
  const n = 10;
  const [writeLocked, readLocked] = [chan<boolean>(1), chan<boolean>(1)];
  const writer = spawn(function* (): Prog {
    for (let i = 0; i < n; i++) {
      yield* use(rl.lock());
      yield* use(rl.lock());
      yield* use(readLocked.send(true));
      yield* use(rw.lock());
      yield* use(writeLocked.send(true));
    }
  });
  for (let i = 0; i < n; i++) {
    yield* use(readLocked.recv());
    rl.unlock();
    yield* use(settle());
    expect(writeLocked.length).toBe(0);
    rl.unlock();
    yield* use(writeLocked.recv());
    expect(readLocked.length).toBe(0);
    rw.unlock();
  }
  yield* use(writer.join());
});

// ── waitgroup_test.go ───────────────────────────────────────────────────────────
testForms('TestWaitGroup: sixteen meet twice, eight times over, and nobody too early', function* (spawn) {
  const [one, two] = [new WaitGroup(), new WaitGroup()];
  for (let round = 0; round < 8; round++) {
    const n = 16;
    one.add(n);
    two.add(n);
    const exited = chan<boolean>(n);
    for (let i = 0; i < n; i++) {
      spawn(function* (): Prog {
        one.done();
        yield* use(two.wait());
        yield* use(exited.send(true));
      });
    }
    yield* use(one.wait());
    for (let i = 0; i < n; i++) {
      expect(exited.length).toBe(0);
      two.done();
    }
    for (let i = 0; i < n; i++) expect(yield* use(exited.recv())).toBe(true);
  }
});

test('TestWaitGroupMisuse: one done too many panics', () => {
  const wg = new WaitGroup();
  wg.add(1);
  wg.done();
  expect(thrown(() => wg.done())).toMatchObject({ message: 'sync: negative WaitGroup counter' });
});

testForms('TestWaitGroupRace: nobody goes on before both are done', function* (spawn) {
  for (let i = 0; i < 500; i++) {
    const wg = new WaitGroup();
    let n = 0;
    wg.add(1);
    spawn(function* (): Prog {
      n++;
      wg.done();
    });
    wg.add(1);
    spawn(function* (): Prog {
      yield* use(gosched());
      n++;
      wg.done();
    });
    yield* use(wg.wait());
    expect(n).toBe(2);
  }
});

testForms('TestWaitGroupGo: who waits sees what was done', function* () {
  const wg = new WaitGroup();
  let i = 0;
  wg.go(() => void i++);
  yield* use(wg.wait());
  expect(i).toBe(1);
});

test('TestIssue76126: a panic in wg.go ends the program, and the wait does not return before', async () => {
  const { code, stdout, stderr } = await program('panic-in-wait-group');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('panic: test');
});

// ── example_test.go, example_pool_test.go ───────────────────────────────────────
testForms('ExampleWaitGroup, ExampleWaitGroup_addAndDone: fetch several things at once', function* (spawn) {
  const got: string[] = [];
  const fetchOne = async (url: string): Promise<void> => {
    await sleep(1);
    got.push(url);
  };
  const wg = new WaitGroup();
  const urls = ['a', 'b', 'c'];
  for (const url of urls) wg.go(fetchOne, url);
  yield* use(wg.wait());
  for (const url of urls) {
    wg.add(1);
    spawn(function* (): Prog {
      yield* use(wait(fetchOne(url)));
      wg.done();
    });
  }
  yield* use(wg.wait());
  expect(got.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
});

testForms('ExampleOnce: only once', function* (spawn) {
  const once = new Once();
  const log: string[] = [];
  const done = chan<boolean>();
  for (let i = 0; i < 10; i++) {
    spawn(function* (): Prog {
      yield* use(once.do(() => log.push('Only once')));
      yield* use(done.send(true));
    });
  }
  for (let i = 0; i < 10; i++) yield* use(done.recv());
  expect(log).toEqual(['Only once']);
});

testForms('ExampleOnceValue, ExampleOnceValues: an expensive value, computed once', function* (spawn) {
  const log: unknown[] = [];
  const once = onceValue(() => {
    let sum = 0;
    for (let i = 0; i < 1000; i++) sum += i;
    log.push(`computed ${sum}`);
    return [sum, undefined] as const;
  });
  const all = [0, 1, 2].map(() =>
    spawn(function* (): Prog {
      const [sum, error] = yield* use(once());
      log.push(sum, error);
    }),
  );
  yield* joinAll(all);
  expect(log[0]).toBe('computed 499500');
  expect(log.slice(1)).toEqual([499500, undefined, 499500, undefined, 499500, undefined]);
});

test('ExamplePool: buffers for the lines of a log', () => {
  const buffers = new Pool(() => [] as string[]);
  const lines: string[] = [];
  const logLine = (key: string, v: string): void => {
    const b = buffers.get();
    b.length = 0;
    b.push('2006-01-02', ' ', key, '=', v);
    lines.push(b.join(''));
    buffers.put(b);
  };
  logLine('path', '/search?q=flowers');
  logLine('path', '/');
  expect(lines).toEqual(['2006-01-02 path=/search?q=flowers', '2006-01-02 path=/']);
});

// ── sync/atomic ─────────────────────────────────────────────────────────────────
const edges = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
const bigEdges = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];

test('TestSwapInt32, TestSwapInt32Method, TestSwapInt64, TestSwapInt64Method: the old value', () => {
  const [n, big] = [new Int32(), new Int64()];
  let [old, bigOld] = [0, 0n];
  for (const v of edges) {
    expect([n.swap(v), n.load()]).toEqual([old, v]);
    old = v;
  }
  for (const v of bigEdges) {
    expect([big.swap(v), big.load()]).toEqual([bigOld, v]);
    bigOld = v;
  }
});

test('TestAddInt32, TestAddInt32Method, TestAddInt64, TestAddInt64Method: the new value, wrapped', () => {
  const [n, big] = [new Int32(), new Int64()];
  let [sum, bigSum] = [0, 0n];
  for (const delta of [...edges, ...edges]) {
    sum = (sum + delta) | 0;
    expect([n.add(delta), n.load()]).toEqual([sum, sum]);
  }
  for (const delta of [...bigEdges, ...bigEdges]) {
    bigSum = BigInt.asIntN(64, bigSum + delta);
    expect([big.add(delta), big.load()]).toEqual([bigSum, bigSum]);
  }
});

test('TestCompareAndSwapInt32, TestCompareAndSwapInt32Method, TestCompareAndSwapInt64, TestCompareAndSwapInt64Method', () => {
  const [n, big] = [new Int32(), new Int64()];
  for (const v of edges) {
    n.store(v);
    expect([n.compareAndSwap(v, (v + 1) | 0), n.compareAndSwap(v, (v + 2) | 0), n.load()]).toEqual([
      true,
      false,
      (v + 1) | 0,
    ]);
  }
  for (const v of bigEdges) {
    const next = BigInt.asIntN(64, v + 1n);
    big.store(v);
    expect([big.compareAndSwap(v, next), big.compareAndSwap(v, v), big.load()]).toEqual([true, false, next]);
  }
});

test('TestLoadInt32, TestLoadInt32Method, TestLoadInt64, TestLoadInt64Method, TestStoreInt32, TestStoreInt32Method, TestStoreInt64, TestStoreInt64Method', () => {
  const [n, big] = [new Int32(), new Int64()];
  for (const v of edges) {
    n.store(v);
    expect(n.load()).toBe(v);
  }
  for (const v of bigEdges) {
    big.store(v);
    expect(big.load()).toBe(v);
  }
});
