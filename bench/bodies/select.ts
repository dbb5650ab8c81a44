import { type Chan, chan, go, type Go, type RecvChan, select } from 'goroutines';
import type { Batch } from '../bench.ts';

/**
 * One op: a select of two receives of which one is ready, and a send of the token to the other channel. Go's
 * SelectAsyncContended differs only in that all its goroutines share the two channels.
 */
export function* selectUncontended({ n }: Batch): Go<number> {
  const c1 = chan<number>(1);
  const c2 = chan<number>(1);
  yield* c1.send(1);
  let got = 0;
  for (let i = 0; i < n; i++) {
    const s = yield* select({ c1: c1.recv(), c2: c2.recv() });
    got += s.value as number;
    if (s.key === 'c1') yield* c2.send(1);
    else yield* c1.send(1);
  }
  return got;
}

/** Offers a value on each of three channels, until told to quit. Answers how many were taken. */
function* offer(c1: Chan<number>, c2: Chan<number>, c3: Chan<number>, quit: RecvChan<never>): Go<number> {
  for (let taken = 0; ; taken++) {
    const s = yield* select({ c1: c1.send(0), c2: c2.send(0), c3: c3.send(0), quit: quit.recv() });
    if (s.key === 'quit') return taken;
  }
}

/** One op: a rendezvous of two selects, three receives on the one side, three sends and a quit on the other. */
export function* selectSyncContended({ n }: Batch): Go<number> {
  const c1 = chan<number>();
  const c2 = chan<number>();
  const c3 = chan<number>();
  const quit = chan<never>();
  const server = go(offer, c1, c2, c3, quit);
  for (let i = 0; i < n; i++) yield* select({ c1: c1.recv(), c2: c2.recv(), c3: c3.recv() });
  quit.close();
  return yield* server.join();
}

/**
 * One op: four selects with a default and one case that cannot be had. `tryRecv` and `trySend` are what such a select
 * is here; Go compiles it to the same. The last finds room once.
 */
export function* selectNonblock({ n }: Batch): Go<number> {
  const recvSync = chan<number>();
  const sendSync = chan<number>();
  const recvBuffered = chan<number>(1);
  const sendBuffered = chan<number>(1);
  let refused = 0;
  for (let i = 0; i < n; i++) {
    if (recvSync.tryRecv() === undefined) refused++;
    if (!sendSync.trySend(0)) refused++;
    if (recvBuffered.tryRecv() === undefined) refused++;
    if (!sendBuffered.trySend(0)) refused++;
  }
  return refused;
}

export const LISTENERS = 1000;

function* listen(popular: RecvChan<boolean>, own: RecvChan<boolean>, times: number): Go<number> {
  let got = 0;
  for (let i = 0; i < times; i++) {
    const s = yield* select({ popular: popular.recv(), own: own.recv() });
    if (s.key === 'own') got++;
  }
  return got;
}

/** One op: 1000 sends, each to a goroutine that also waits on the channel that all of them wait on. */
export function* chanPopular({ n }: Batch): Go<number> {
  const popular = chan<boolean>();
  const own = Array.from({ length: LISTENERS }, () => chan<boolean>());
  const listeners = own.map((ch) => go(listen, popular, ch, n));
  for (let i = 0; i < n; i++) for (const ch of own) yield* ch.send(true);
  let got = 0;
  for (const g of listeners) got += yield* g.join();
  return got;
}
