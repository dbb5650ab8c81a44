/** Equivalents of the programs in test/chan and test/ken that move many values. */
import { type Chan, chan, gosched, nilChan, type Op, select, sleep, trySelect } from 'goroutines';
import { describe, expect } from 'vitest';
import { joinAll, type Prog, settle, type Spawn, testForms, use } from './helpers.ts';

testForms('test/chan/doubleselect.go: no value of a four-way send is delivered twice', function* (spawn) {
  const outs = Array.from({ length: 4 }, () => chan<number>());
  const merged = chan<number>();
  const n = 5000;
  spawn(function* (): Prog {
    for (let i = 0; i < n; i++) yield* use(select(outs.map((ch) => ch.send(i))));
    for (const ch of outs) ch.close();
  });
  const all = outs.map((ch) =>
    spawn(function* (): Prog {
      for (;;) {
        const step = yield* use(ch.next());
        if (step.done) return;
        yield* use(merged.send(step.value));
      }
    }),
  );
  spawn(function* (): Prog {
    yield* joinAll(all);
    merged.close();
  });
  const seen = new Set<number>();
  for (;;) {
    const step = yield* use(merged.next());
    if (step.done) break;
    expect(seen.has(step.value)).toBe(false);
    seen.add(step.value);
  }
  expect(seen.size).toBe(n);
});

testForms('test/chan/fifo.go AsynchFifo: a buffered channel is first in, first out', function* () {
  const ch = chan<number>(10);
  for (let i = 0; i < 10; i++) yield* use(ch.send(i));
  for (let i = 0; i < 10; i++) expect(yield* use(ch.recv())).toBe(i);
});

testForms('test/chan/fifo.go SynchFifo: senders that wait for each other arrive in turn', function* (spawn) {
  const ch = chan<number>();
  let before = chan<number>();
  const start = before;
  for (let i = 0; i < 10; i++) {
    const after = chan<number>();
    spawn(
      function* (mine: Chan<number>, next: Chan<number>): Prog {
        yield* use(mine.recv());
        yield* use(ch.send(i));
        yield* use(next.send(1));
      },
      before,
      after,
    );
    before = after;
  }
  yield* use(start.send(0));
  for (let i = 0; i < 10; i++) expect(yield* use(ch.recv())).toBe(i);
  yield* use(before.recv());
});

testForms('test/chan/goroutines.go: a chain of ten thousand goroutines is torn down', function* (spawn) {
  const leftmost = chan<number>();
  let right = leftmost;
  for (let i = 0; i < 10_000; i++) {
    const left = right;
    right = chan<number>();
    spawn(
      function* (to: Chan<number>, from: Chan<number>): Prog {
        yield* use(to.send(1 + ((yield* use(from.recv())) as number)));
      },
      left,
      right,
    );
  }
  const last = right;
  spawn(function* (): Prog {
    yield* use(last.send(0));
  });
  expect(yield* use(leftmost.recv())).toBe(10_000);
});

describe('test/chan/nonblock.go', () => {
  const kinds: Record<string, unknown> = { number: 123, string: 'hello', boolean: true, object: { a: 1 } };
  testForms('test/chan/nonblock.go: tries fail until the other side has come', function* (spawn) {
    for (const value of Object.values(kinds)) {
      for (const capacity of [0, 1]) {
        const ch = chan<unknown>(capacity);
        expect(ch.tryRecv()).toBeUndefined();
        const receiver = spawn(function* (): Prog<unknown> {
          return yield* use(ch.recv());
        });
        let tries = 0;
        while (!ch.trySend(value)) {
          expect(++tries).toBeLessThan(100);
          yield* use(gosched());
        }
        expect(yield* use(receiver.join())).toBe(value);
        const sender = spawn(function* (): Prog {
          yield* use(ch.send(value));
        });
        let got = trySelect({ v: ch.recv() });
        while (got === undefined) {
          expect(++tries).toBeLessThan(200);
          yield* use(gosched());
          got = trySelect({ v: ch.recv() });
        }
        expect(got.value).toBe(value);
        yield* use(sender.join());
        if (capacity === 1) {
          expect([ch.trySend(value), ch.trySend(value)]).toEqual([true, false]);
          expect(ch.tryRecv()?.value).toBe(value);
        }
      }
    }
  });
});

testForms('test/chan/sieve1.go: primes by a chain of filters', function* (spawn) {
  let ch = chan<number>();
  spawn(function* (to: Chan<number>): Prog {
    for (let i = 2; ; i++) yield* use(to.send(i));
  }, ch);
  const primes: number[] = [];
  while ((primes.at(-1) ?? 0) < 97) {
    const prime = (yield* use(ch.recv())) as number;
    primes.push(prime);
    const filtered = chan<number>();
    spawn(
      function* (from: Chan<number>, to: Chan<number>): Prog {
        for (;;) {
          const v = (yield* use(from.recv())) as number;
          if (v % prime !== 0) yield* use(to.send(v));
        }
      },
      ch,
      filtered,
    );
    ch = filtered;
  }
  expect(primes).toEqual(PRIMES);
});

const PRIMES = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
];

/** Passes values on without ever letting the sender wait: the output is the nil channel while nothing is held. */
function* unbounded(from: Chan<number>, to: Chan<number>): Prog {
  const held: number[] = [];
  for (;;) {
    const out: Chan<number> = held.length > 0 ? to : (nilChan as Chan<number>);
    const s = yield* use(select({ in: from.recv(), out: out.send(held[0] ?? 0) }));
    if (s.key === 'in') held.push(s.value as number);
    else held.shift();
  }
}

function* multiples(p: number, to: Chan<number>): Prog {
  for (let m = p * p; ; m += 2 * p) yield* use(to.send(m));
}

/** Odd composites in order, from the odd primes that come back through `primes`. */
function* composites(spawn: Spawn, primes: Chan<number>, to: Chan<number>): Prog {
  const streams: { head: number; ch: Chan<number> }[] = [];
  let last = 1;
  for (let sent = 0; ;) {
    streams.sort((a, b) => a.head - b.head);
    const least = streams[0];
    // The next prime is at least last + 2, so nothing below its square is still to come.
    if (least === undefined || least.head >= (last + 2) ** 2) {
      last = (yield* use(primes.recv())) as number;
      const ch = chan<number>();
      spawn(multiples, last, ch);
      streams.push({ head: (yield* use(ch.recv())) as number, ch });
      continue;
    }
    if (least.head !== sent) yield* use(to.send((sent = least.head)));
    least.head = (yield* use(least.ch.recv())) as number;
  }
}

testForms('test/chan/sieve2.go: primes by merged multiples, fed back without a bound', function* (spawn) {
  const [found, back, others] = [chan<number>(), chan<number>(), chan<number>()];
  spawn(unbounded, found, back);
  spawn(() => composites(spawn, back, others));
  yield* use(found.send(3));
  const primes = [2, 3];
  let composite = (yield* use(others.recv())) as number;
  for (let n = 5; n <= 97; n += 2) {
    if (n === composite) {
      composite = (yield* use(others.recv())) as number;
    } else {
      primes.push(n);
      yield* use(found.send(n));
    }
  }
  expect(primes).toEqual(PRIMES);
});

describe('test/ken/chan.go', () => {
  const CAPACITIES = [0, 1, 10, 100];
  const PER_RUN = 456; // 6 topologies and 4 capacities: 10,944 in all

  /** Counts, and checks that every channel keeps its order. */
  class Tally {
    sent = 0;
    received = 0;
    private readonly next = new Map<unknown, number>();
    take(ch: unknown, v: unknown): void {
      expect(v).toBe(this.next.get(ch) ?? 0);
      this.next.set(ch, (v as number) + 1);
      this.received++;
    }
  }

  function* sendAll(tally: Tally, ch: Chan<number>, n: number): Prog {
    for (let i = 0; i < n; i++) {
      yield* use(ch.send(i));
      tally.sent++;
    }
  }
  function* recvAll(tally: Tally, ch: Chan<number>, n: number): Prog {
    for (let i = 0; i < n; i++) tally.take(ch, yield* use(ch.recv()));
  }
  /** One goroutine serves all sides that are left to it, in selects. */
  function* selectAll(tally: Tally, ins: Chan<number>[], outs: Chan<number>[], n: number): Prog {
    const sides = [...ins, ...outs];
    const counts = sides.map(() => 0);
    while (counts.some((count) => count < n)) {
      const cases = sides.map((side, i): Op<number | undefined> => {
        const ch: Chan<number> = (counts[i] as number) < n ? side : (nilChan as Chan<number>);
        return i < ins.length ? ch.recv() : ch.send(counts[i] as number).map(() => undefined);
      });
      const [i, v] = yield* use(select(cases));
      if (i < ins.length) tally.take(sides[i], v);
      else tally.sent++;
      counts[i] = (counts[i] as number) + 1;
    }
  }

  function* eachCapacity(width: number, start: (t: Tally, chans: Chan<number>[], n: number) => Prog): Prog {
    const total = new Tally();
    for (const capacity of CAPACITIES) {
      const tally = new Tally();
      const chans = Array.from({ length: width }, () => chan<number>(capacity));
      yield* start(tally, chans, PER_RUN / width);
      expect([tally.sent, tally.received]).toEqual([PER_RUN, PER_RUN]);
      expect(chans.every((ch) => ch.length === 0)).toBe(true);
      total.sent += tally.sent;
    }
    expect(total.sent).toBe(10_944 / 6);
  }

  testForms('test/ken/chan.go test1: plain senders and receivers', (spawn) =>
    eachCapacity(8, function* (t, chans, n) {
      yield* joinAll(chans.flatMap((ch) => [spawn(sendAll, t, ch, n), spawn(recvAll, t, ch, n)]));
    }),
  );
  testForms('test/ken/chan.go test2: plain senders, one select that receives', (spawn) =>
    eachCapacity(4, function* (t, chans, n) {
      yield* joinAll([...chans.map((ch) => spawn(sendAll, t, ch, n)), spawn(selectAll, t, chans, [], n)]);
    }),
  );
  testForms('test/ken/chan.go test3: one select that sends, plain receivers', (spawn) =>
    eachCapacity(4, function* (t, chans, n) {
      yield* joinAll([spawn(selectAll, t, [], chans, n), ...chans.map((ch) => spawn(recvAll, t, ch, n))]);
    }),
  );
  testForms('test/ken/chan.go test4: selects on both sides', (spawn) =>
    eachCapacity(4, function* (t, chans, n) {
      yield* joinAll([spawn(selectAll, t, [], chans, n), spawn(selectAll, t, chans, [], n)]);
    }),
  );
  testForms('test/ken/chan.go test5: eight channels, selects and plain goroutines mixed', (spawn) =>
    eachCapacity(8, function* (t, chans, n) {
      const [a, b] = [chans.slice(0, 4), chans.slice(4)];
      yield* joinAll([
        spawn(selectAll, t, [], a, n),
        ...a.map((ch) => spawn(recvAll, t, ch, n)),
        ...b.map((ch) => spawn(sendAll, t, ch, n)),
        spawn(selectAll, t, b, [], n),
      ]);
    }),
  );
  testForms('test/ken/chan.go test6: twelve channels, selects that both send and receive', (spawn) =>
    eachCapacity(12, function* (t, chans, n) {
      const [a, b, c] = [chans.slice(0, 4), chans.slice(4, 8), chans.slice(8)];
      yield* joinAll([
        spawn(selectAll, t, a, b, n),
        spawn(selectAll, t, b, c, n),
        spawn(selectAll, t, c, a, n),
      ]);
    }),
  );
});

testForms(
  'test/ken/chan1.go: ten receivers by select take each of a thousand values once',
  function* (spawn) {
    const ch = chan<number>(2);
    const seen = new Array<number>(1000).fill(0);
    const all = Array.from({ length: 10 }, () =>
      spawn(function* (): Prog {
        for (;;) {
          const s = yield* use(select({ a: ch.next(), b: ch.next() }));
          if (s.value.done) return;
          seen[s.value.value] = (seen[s.value.value] as number) + 1;
        }
      }),
    );
    for (let i = 0; i < 1000; i++) yield* use(ch.send(i));
    ch.close();
    yield* joinAll(all);
    expect(seen.every((n) => n === 1)).toBe(true);
  },
);

testForms('test/235.go: numbers of factors 2, 3 and 5 by three multipliers', function* (spawn) {
  const ins = [2, 3, 5].map((factor) => {
    const [from, to] = [chan<number>(100), chan<number>(100)];
    spawn(function* (): Prog {
      for (;;) yield* use(to.send(factor * ((yield* use(from.recv())) as number)));
    });
    return { from, to, head: 0 };
  });
  const numbers = [1];
  for (let n = 1; numbers.length < 60;) {
    for (const m of ins) yield* use(m.from.send(n));
    for (const m of ins) if (m.head <= n) m.head = (yield* use(m.to.recv())) as number;
    n = Math.min(...ins.map((m) => m.head));
    numbers.push(n);
  }
  const smooth = (v: number): boolean => {
    for (const f of [2, 3, 5]) while (v % f === 0) v /= f;
    return v === 1;
  };
  const expected: number[] = [];
  for (let v = 1; expected.length < 60; v++) if (smooth(v)) expected.push(v);
  expect(numbers).toEqual(expected);
});

testForms(
  'test/fixedbugs/issue13169.go: ten senders and ten receivers keep values intact',
  function* (spawn) {
    type Value = readonly [number, number, number];
    const ch = chan<Value>();
    const all = Array.from({ length: 10 }, (_, s) => [
      spawn(function* (): Prog {
        for (let i = 0; i < 1000; i++) yield* use(ch.send([s, i, s * i]));
      }),
      spawn(function* (): Prog {
        for (let i = 0; i < 1000; i++) {
          const [a, b, product] = (yield* use(ch.recv())) as Value;
          if (a * b !== product) throw new Error(`broken: ${a} ${b} ${product}`);
        }
      }),
    ]).flat();
    yield* joinAll(all);
    yield* use(settle());
    expect(ch.tryRecv()).toBeUndefined();
    yield* use(sleep(0));
  },
);
