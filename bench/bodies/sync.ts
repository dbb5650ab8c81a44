/** Package sync, nobody else around. */
import { type Go, Mutex, WaitGroup } from 'goroutines';
import type { Batch } from '../bench.ts';

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
