/** This library across threads. Every body does `n` operations, and fails unless it did. */
import {
  bool,
  chan,
  f64,
  go,
  type Go,
  gosched,
  run,
  type SharedChan,
  type SharedNumberChan,
  start,
  task,
} from 'goroutines';
import { measure, type Sizes, timed } from '../measure.ts';
import type { Measure } from './bench.ts';

type Numbers = SharedNumberChan<number, Float64Array>;

/** Measures `body`, all batches of it on the same processors. */
export function ours(body: (n: number) => Go, procs: number, sizes: Sizes = {}): Measure {
  const batch = timed((n) => go(body, n).join());
  return async (ms) => {
    await start({ procs }); // the threads are not what is measured
    return run(async () => measure(sizes, ms, batch), { procs });
  };
}

export const IN_FLIGHT = 100;
export const CAPACITY = 100;
/** So many values cross in one operation, where many do. */
export const MANY = 1000;

const noop = task(import.meta.url, 'noop', () => {});

function* lane(todo: { left: number }): Go {
  while (todo.left-- > 0) yield* go(noop).join();
}

/** One op: one task that does nothing, from its start until it is joined. */
export function* dispatch(n: number): Go {
  const todo = { left: n };
  const lanes = Array.from({ length: IN_FLIGHT }, () => go(lane, todo));
  for (const l of lanes) yield* l.join();
}

/**
 * Holds its processor until the other task, too, has begun: nobody else can have begun it then but another processor.
 * Both are given the same channel of capacity 2.
 */
function begin(begun: SharedChan<boolean>): void {
  begun.trySend(true);
  const deadline = performance.now() + 5000;
  while (begun.length < 2) {
    if (performance.now() > deadline) throw new Error('the other task has not begun in 5 s');
  }
}

function expect(got: unknown, wanted: number): void {
  if (got !== wanted) throw new Error(`received ${String(got)} instead of ${wanted}`);
}

function* produceHere(out: Numbers, n: number): Go {
  for (let i = 0; i < n; i++) yield* out.send(i);
}

function* consumeHere(from: Numbers, n: number): Go {
  for (let i = 0; i < n; i++) expect(yield* from.recv(), i);
}

const produce = task(
  import.meta.url,
  'produce',
  function* (begun: SharedChan<boolean>, out: Numbers, n: number): Go {
    begin(begun);
    yield* produceHere(out, n);
  },
);

const consume = task(
  import.meta.url,
  'consume',
  function* (begun: SharedChan<boolean>, from: Numbers, n: number): Go {
    begin(begun);
    yield* consumeHere(from, n);
  },
);

/** One op: one number through a buffered channel, from one processor to another. */
export function* stream(n: number): Go {
  yield* streamThrough(chan(f64, CAPACITY), n);
}

/** The same through a channel that holds as many as cross in one operation where many do. */
export function* streamWide(n: number): Go {
  yield* streamThrough(chan(f64, MANY), n);
}

function* streamThrough(numbers: Numbers, n: number): Go {
  const begun = chan(bool, 2);
  const producer = go(produce, begun, numbers, n);
  yield* go(consume, begun, numbers, n).join();
  yield* producer.join();
}

/** One op: one number through a buffered channel, from a processor to the main thread. */
export function* streamToMain(n: number): Go {
  const [begun, numbers] = [chan(bool, 2), chan(f64, CAPACITY)];
  begun.trySend(true);
  const producer = go(produce, begun, numbers, n);
  yield* consumeHere(numbers, n);
  yield* producer.join();
}

const produceMany = task(
  import.meta.url,
  'produceMany',
  function* (begun: SharedChan<boolean>, out: Numbers, n: number): Go {
    begin(begun);
    const values = new Float64Array(MANY);
    for (let sent = 0; sent < n; sent += MANY) {
      for (let i = 0; i < MANY; i++) values[i] = sent + i;
      yield* out.sendMany(values);
    }
  },
);

const consumeMany = task(
  import.meta.url,
  'consumeMany',
  function* (begun: SharedChan<boolean>, from: Numbers, n: number): Go {
    begin(begun);
    for (let got = 0; got < n;) {
      const values = yield* from.recvMany(MANY);
      for (let i = 0; i < values.length; i++) if (values[i] !== got + i) expect(values[i], got + i);
      got += values.length;
    }
  },
);

/** One op: one number of many that cross in one operation, from one processor to another. */
export function* streamMany(n: number): Go {
  const [begun, numbers] = [chan(bool, 2), chan(f64, MANY)];
  const producer = go(produceMany, begun, numbers, n);
  yield* go(consumeMany, begun, numbers, n).join();
  yield* producer.join();
}

/** Always busy, but gives way after each look. */
function* hog(stop: Numbers): Go {
  while (!stop.closed) yield* gosched();
}

/** Sends first, or answers; `stop`, if there is one, ends a goroutine that keeps its processor busy meanwhile. */
const rally = task(
  import.meta.url,
  'rally',
  function* (
    begun: SharedChan<boolean>,
    first: boolean,
    [out, from]: [Numbers, Numbers],
    n: number,
    stop: Numbers | null,
  ): Go {
    begin(begun);
    if (stop) go(hog, stop);
    for (let i = 0; i < n; i++) {
      if (first) yield* out.send(i);
      expect(yield* from.recv(), i);
      if (!first) yield* out.send(i);
    }
  },
);

/** One op: a round trip between two processors, over two unbuffered channels. */
function* rallies(n: number, stop: Numbers | null): Go {
  const [begun, ping, pong] = [chan(bool, 2), chan(f64), chan(f64)];
  const pinger = go(rally, begun, true, [ping, pong], n, stop);
  yield* go(rally, begun, false, [pong, ping], n, stop).join();
  yield* pinger.join();
  stop?.close();
}

export function* pingPong(n: number): Go {
  yield* rallies(n, null);
}

/** The same beside a goroutine on each of the two that is always busy. */
export function* pingPongBusy(n: number): Go {
  yield* rallies(n, chan(f64));
}
