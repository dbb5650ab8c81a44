/** Package sync, on one thread. */
import { type Go, go, type Goroutine } from 'goroutines';
import { Cond, Mutex, Once, Pool, RWMutex, WaitGroup } from 'goroutines/sync';
import type { Batch, Body } from '../bench.ts';

/** One op: lock and unlock. */
export function* mutexUncontended({ n }: Batch): Go<number> {
  const mu = new Mutex();
  let locked = 0;
  for (let i = 0; i < n; i++) {
    yield* mu.lock();
    locked++;
    mu.unlock();
  }
  return locked;
}

/** One op: add, done, and a wait that finds the counter at zero. */
export function* waitGroupUncontended({ n }: Batch): Go<number> {
  const wg = new WaitGroup();
  let waited = 0;
  for (let i = 0; i < n; i++) {
    wg.add(1);
    wg.done();
    yield* wg.wait();
    waited++;
  }
  return waited;
}

/** One op: three pairs of locking and unlocking: twice to read, one in the other, and once to write. */
export function* rwMutexUncontended({ n }: Batch): Go<number> {
  const rw = new RWMutex();
  let locked = 0;
  for (let i = 0; i < n; i++) {
    yield* rw.rLock();
    yield* rw.rLock();
    rw.rUnlock();
    rw.rUnlock();
    yield* rw.lock();
    locked++;
    rw.unlock();
  }
  return locked;
}

/** One op: lock to read and unlock; every so many times, to write. */
export const rwMutexWrite = (every: number): Body =>
  function* ({ n }) {
    const rw = new RWMutex();
    let locked = 0;
    for (let i = 1; i <= n; i++) {
      if (i % every === 0) {
        yield* rw.lock();
        locked++;
        rw.unlock();
      } else {
        yield* rw.rLock();
        locked++;
        rw.rUnlock();
      }
    }
    return locked;
  };

/** One op: add and done. */
export function* waitGroupAddDone({ n }: Batch): Go<number> {
  const wg = new WaitGroup();
  let counted = 0;
  for (let i = 0; i < n; i++) {
    wg.add(1);
    counted++;
    wg.done();
  }
  yield* wg.wait();
  return counted;
}

/** One op: a wait for zero, at zero. */
export function* waitGroupWait({ n }: Batch): Go<number> {
  const wg = new WaitGroup();
  let waited = 0;
  for (let i = 0; i < n; i++) {
    yield* wg.wait();
    waited++;
  }
  return waited;
}

function isDone(wg: WaitGroup): void {
  wg.done();
}

/** One op: a new WaitGroup, and a goroutine that is waited for. */
export function* waitGroupActuallyWait({ n }: Batch): Go<number> {
  let waited = 0;
  for (let i = 0; i < n; i++) {
    const wg = new WaitGroup();
    wg.add(1);
    go(isDone, wg);
    yield* wg.wait();
    waited++;
  }
  return waited;
}

function nothing(): void {}

/** One op: what was done already. */
export function* once({ n }: Batch): Go<number> {
  const it = new Once();
  let done = 0;
  for (let i = 0; i < n; i++) {
    yield* it.do(nothing);
    done++;
  }
  return done;
}

interface Barrier {
  readonly cond: Cond;
  readonly waiters: number;
  id: number;
  rounds: number;
}

function* meets(b: Barrier, n: number): Go {
  const { cond } = b;
  for (let i = 0; i < n; i++) {
    yield* cond.l.lock();
    if (b.id === -1) {
      cond.l.unlock();
      break;
    }
    if (++b.id === b.waiters + 1) {
      b.id = 0;
      b.rounds++;
      cond.broadcast();
    } else yield* cond.wait();
    cond.l.unlock();
  }
  yield* cond.l.lock();
  b.id = -1;
  cond.broadcast();
  cond.l.unlock();
}

/** One op: so many goroutines wait, and one more wakes them all. */
export const cond = (waiters: number): Body =>
  function* ({ n }) {
    const barrier = { cond: new Cond(new Mutex()), waiters, id: 0, rounds: 0 };
    const all: Goroutine<void>[] = [];
    for (let i = 0; i <= waiters; i++) all.push(go(meets, barrier, n));
    for (const g of all) yield* g.join();
    return barrier.rounds;
  };

/** One op: put and get. */
export function* pool({ n }: Batch): Go<number> {
  const items = new Pool<number>();
  let got = 0;
  for (let i = 0; i < n; i++) {
    items.put(1);
    got += items.get() ?? 0;
  }
  return got;
}

/** One op: a hundred times put, and a hundred times get. */
export function* poolOverflow({ n }: Batch): Go<number> {
  const items = new Pool<number>();
  let got = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < 100; k++) items.put(1);
    for (let k = 0; k < 100; k++) got += items.get() ?? 0;
  }
  return got;
}
