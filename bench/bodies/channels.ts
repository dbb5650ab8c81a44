/** Channels, one goroutine at a time: nothing here ever waits for another goroutine. */
import { type Chan, chan, type Go } from 'goroutines';
import type { Batch } from '../bench.ts';

const C = 100;

/** One op: a receive that finds nothing. */
export function* chanNonblocking({ n }: Batch): Go<number> {
  const ch = chan<number>();
  let refused = 0;
  for (let i = 0; i < n; i++) if (ch.tryRecv() === undefined) refused++;
  return refused;
}

/** One op: a receive that finds the channel closed. */
export function* chanClosed({ n }: Batch): Go<number> {
  const ch = chan<number>();
  ch.close();
  let closed = 0;
  for (let i = 0; i < n; i++) if (ch.tryRecv()?.done) closed++;
  return closed;
}

/**
 * One op: 100 sends and then 100 receives. Go's ChanContended differs only in that all its goroutines share one channel;
 * at GOMAXPROCS=1 there is one goroutine.
 */
export function* chanUncontended({ n }: Batch): Go<number> {
  const ch = chan<number>(C);
  let got = 0;
  for (let op = 0; op < n; op++) {
    for (let i = 0; i < C; i++) yield* ch.send(1);
    for (let i = 0; i < C; i++) got += (yield* ch.recv()) as number;
  }
  return got;
}

/** One op: take and give back the only permit. */
export function* chanSem({ n }: Batch): Go<number> {
  const permits = chan<undefined>(1);
  let taken = 0;
  for (let i = 0; i < n; i++) {
    yield* permits.send(undefined);
    taken++;
    yield* permits.recv();
  }
  return taken;
}

/** One op: a new channel, a send and a receive. */
export function* chanCreation({ n }: Batch): Go<number> {
  let got = 0;
  for (let i = 0; i < n; i++) {
    const ch = chan<number>(1);
    yield* ch.send(1);
    got += (yield* ch.recv()) as number;
  }
  return got;
}

/** One op: a new channel. */
export function* makeChan({ n }: Batch): Go<number> {
  let last: Chan<number> | undefined;
  let made = 0;
  for (; made < n; made++) last = chan<number>(8);
  last?.close();
  return made;
}

/** One op: a receive, as `range` does it, from a full and closed channel. */
export function* receiveDataFromClosedChan(batch: Batch): Go<number> {
  const ch = chan<undefined>(batch.n);
  for (let i = 0; i < batch.n; i++) ch.trySend(undefined);
  ch.close();
  let got = 0;
  batch.resetTimer();
  yield* ch.each(() => void got++);
  return got;
}
