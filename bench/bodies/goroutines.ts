/** Starting goroutines, and switching between them. */
import { chan, go, type Go, gosched, type RecvChan, WaitGroup } from 'goroutines';
import type { Batch } from '../bench.ts';

/** One op: one link of a chain, in which each goroutine starts the next one and ends. */
export function* createGoroutines({ n }: Batch): Go<number> {
  const end = chan<number>();
  let made = 0;
  function* link(left: number): Go {
    made++;
    if (left === 0) yield* end.send(0);
    else go(link, left - 1);
  }
  go(link, n - 1);
  yield* end.recv();
  return made;
}

function* done(wg: WaitGroup): Go {
  wg.done();
}

/** One op: one goroutine of a single producer, which waits for all of them at the end. */
export function* createGoroutinesSingle({ n }: Batch): Go<number> {
  const wg = new WaitGroup();
  wg.add(n);
  let made = 0;
  for (; made < n; made++) go(done, wg);
  yield* wg.wait();
  return made;
}

export const CLOSURES = 4;

/** One op: a wait for four goroutines, each a fresh closure. */
export function* createGoroutinesCapture({ n }: Batch): Go<number> {
  let ran = 0;
  for (let op = 0; op < n; op++) {
    const wg = new WaitGroup();
    wg.add(CLOSURES);
    for (let i = 0; i < CLOSURES; i++) {
      go(function* (): Go {
        if (i < CLOSURES) ran++;
        wg.done();
      });
    }
    yield* wg.wait();
  }
  return ran;
}

function* empty(_i: number): Go {}

/** One op: start one goroutine and wait for it. */
export function* spawnAndJoin({ n }: Batch): Go<number> {
  let joined = 0;
  for (; joined < n; joined++) yield* go(empty, joined).join();
  return joined;
}

/**
 * Go's hog polls without a pause and is preempted. Nothing can preempt JavaScript, so this one gives way after each
 * poll: it has a turn between any two turns of the others, which is more often than in Go.
 */
function* hog(stop: RecvChan<never>): Go {
  while (stop.tryRecv() === undefined) yield* gosched();
}

/** One op: a round trip of two goroutines beside a third one that is always busy. */
export function* pingPongHog({ n }: Batch): Go<number> {
  const ping = chan<number>();
  const pong = chan<number>();
  const stop = chan<never>();
  const busy = go(hog, stop);
  let transfers = 0;
  const ponger = go(function* (): Go {
    for (let i = 0; i < n; i++) yield* pong.send((yield* ping.recv()) as number);
  });
  for (let i = 0; i < n; i++) {
    yield* ping.send(1);
    transfers += 1 + ((yield* pong.recv()) as number);
  }
  stop.close();
  yield* ponger.join();
  yield* busy.join();
  return transfers;
}
