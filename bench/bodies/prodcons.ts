/** One producer and one consumer. */
import { after, chan, go, type Go, type RecvChan, select, type SendChan } from 'goroutines';
import { type Batch, type Body, CALLS_PER_SCHED } from '../bench.ts';
import { doubleAndHalve } from '../work.ts';

const HOUR = 3_600_000;

function* produce(out: SendChan<number>, batches: number, work: number): Go {
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < CALLS_PER_SCHED; i++) {
      doubleAndHalve(work);
      yield* out.send(1);
    }
  }
  yield* out.send(0);
}

function* consume(from: RecvChan<number>, work: number): Go<number> {
  let got = 0;
  while ((yield* from.recv()) === 1) {
    got++;
    doubleAndHalve(work);
  }
  return got;
}

/** One op: one item sent and received. A 0 ends the consumer. */
export function prodCons(capacity: number, work: number): Body {
  return function* ({ n }: Batch): Go<number> {
    const ch = chan<number>(capacity);
    go(produce, ch, n / CALLS_PER_SCHED, work);
    return yield* go(consume, ch, work).join();
  };
}

/** The two cases beside the item, neither of which ever comes. */
interface Never {
  readonly late: RecvChan<number>;
  readonly quit: RecvChan<boolean>;
}

function* selectProduce(out: SendChan<number>, never: Never, batches: number, work: number): Go {
  const { late, quit } = never;
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < CALLS_PER_SCHED; i++) {
      doubleAndHalve(work);
      yield* select({ item: out.send(1), late: late.recv(), quit: quit.recv() });
    }
  }
  yield* out.send(0);
}

function* selectConsume(from: RecvChan<number>, never: Never, work: number): Go<number> {
  const { late, quit } = never;
  let got = 0;
  for (;;) {
    const s = yield* select({ item: from.recv(), late: late.recv(), quit: quit.recv() });
    if (s.value !== 1) return got;
    got++;
    doubleAndHalve(work);
  }
}

/** One op: one item, each side a select of three cases. */
export function* selectProdCons({ n }: Batch): Go<number> {
  const ch = chan<number>(128);
  const never = { late: after(HOUR), quit: chan<boolean>() };
  go(selectProduce, ch, never, n / CALLS_PER_SCHED, 100);
  return yield* go(selectConsume, ch, never, 100).join();
}
