/** Two goroutines that exchange values over one unbuffered channel. */
import { type Chan, chan, go, type Go } from 'goroutines';
import { type Batch, type Body, CALLS_PER_SCHED } from '../bench.ts';
import { divide } from '../work.ts';

/** Takes batches from the shared counter; the two goroutines always hold batches of different parity. */
function* partner(ch: Chan<number>, batches: { left: number }, work: number): Go<number> {
  let got = 0;
  while (batches.left > 0) {
    const receiveFirst = --batches.left % 2 === 0;
    for (let i = 0; i < CALLS_PER_SCHED; i++) {
      if (receiveFirst) {
        got += (yield* ch.recv()) as number;
        divide(work);
        yield* ch.send(1);
        divide(work);
      } else {
        yield* ch.send(1);
        divide(work);
        got += (yield* ch.recv()) as number;
        divide(work);
      }
    }
  }
  return got;
}

/** One op: one value handed over. `work` is done after each send and each receive. */
export function chanSync(work: number): Body {
  return function* ({ n }: Batch): Go<number> {
    const ch = chan<number>();
    const batches = { left: n / CALLS_PER_SCHED };
    const a = go(partner, ch, batches, work);
    const b = go(partner, ch, batches, work);
    return (yield* a.join()) + (yield* b.join());
  };
}
