/** Equivalents of runtime/chan_test.go and runtime/chanbarrier_test.go. */
import { type Chan, chan, gosched, select, trySelect } from 'goroutines';
import { describe, expect } from 'vitest';
import { joinAll, type Prog, settle, type Spawn, testForms, use, when } from './helpers.ts';

function* rangeOver<T>(ch: Chan<T>, f: (v: T) => void): Prog {
  for (;;) {
    const step = yield* use(ch.next());
    if (step.done) return;
    f(step.value);
  }
}

describe('TestChan', () => {
  const capacities = [...Array(20).keys(), 63, 64, 65, 199];

  testForms('TestChan: empty, full and closed channels block or not', function* (spawn) {
    for (const capacity of capacities) {
      const ch = chan<number>(capacity);
      const got: unknown[] = [];
      spawn(function* (): Prog {
        got.push(yield* use(ch.recv()));
        got.push(yield* use(ch.next()));
      });
      yield* use(settle());
      expect(got).toEqual([]);
      expect(ch.tryRecv()).toBeUndefined();
      expect(trySelect({ v: ch.next() })).toBeUndefined();
      yield* use(ch.send(0));
      yield* use(ch.send(1));
      yield* use(settle());
      expect(got).toEqual([0, { done: false, value: 1 }]);

      for (let i = 0; i < capacity; i++) yield* use(ch.send(i));
      let sent = false;
      spawn(function* (): Prog {
        yield* use(ch.send(-1));
        sent = true;
      });
      yield* use(settle());
      expect(sent).toBe(false);
      expect(ch.trySend(7)).toBe(false);
      expect(trySelect({ s: ch.send(7) })).toBeUndefined();
      expect([ch.length, ch.capacity]).toEqual([capacity, capacity]);
      yield* use(ch.recv());
      yield* use(settle());
      expect(sent).toBe(true);
    }
  });

  testForms('TestChan: a closed channel is drained and then gives the end', function* (spawn) {
    for (const capacity of capacities) {
      const ch = chan<number>(capacity);
      for (let i = 0; i < capacity; i++) yield* use(ch.send(i));
      ch.close();
      for (let i = 0; i < capacity; i++) expect(yield* use(ch.recv())).toBe(i);
      expect(yield* use(ch.recv())).toBeUndefined();
      expect(yield* use(ch.next())).toEqual({ done: true, value: undefined });

      const empty = chan<number>(capacity);
      const waiter = spawn(function* (): Prog<unknown> {
        return (yield* use(empty.next())).done;
      });
      yield* use(settle());
      empty.close();
      expect(yield* use(waiter.join())).toBe(true);
    }
  });

  testForms('TestChan: a hundred values in order', function* (spawn) {
    for (const capacity of capacities) {
      for (const form of ['recv', 'next'] as const) {
        const ch = chan<number>(capacity);
        spawn(function* (): Prog {
          for (let i = 0; i < 100; i++) yield* use(ch.send(i));
        });
        for (let i = 0; i < 100; i++) {
          if (form === 'recv') expect(yield* use(ch.recv())).toBe(i);
          else expect(yield* use(ch.next())).toEqual({ done: false, value: i });
        }
      }
    }
  });

  testForms('TestChan: four senders and four receivers lose and double nothing', function* (spawn) {
    for (const capacity of [0, 1, 5, 19, 199]) {
      const ch = chan<number>(capacity);
      const counts = new Array<number>(1000).fill(0);
      const all = [0, 1, 2, 3].flatMap(() => [
        spawn(function* (): Prog {
          for (let i = 0; i < 1000; i++) yield* use(ch.send(i));
        }),
        spawn(function* (): Prog {
          for (let i = 0; i < 1000; i++) {
            const v = (yield* use(ch.recv())) as number;
            counts[v] = (counts[v] ?? 0) + 1;
          }
        }),
      ]);
      yield* joinAll(all);
      expect(counts.every((n) => n === 4)).toBe(true);
      expect(ch.length).toBe(0);
    }
  });
});

testForms(
  'TestNonblockRecvRace: a buffered value that is being closed over is never missed',
  function* (spawn) {
    for (let i = 0; i < 500; i++) {
      const ch = chan<number>(1);
      yield* use(ch.send(1));
      const other = spawn(function* (): Prog<boolean> {
        yield* use(gosched());
        return trySelect({ v: ch.next() }) !== undefined;
      });
      yield* use(gosched());
      ch.close();
      yield* use(ch.recv());
      expect(yield* use(other.join())).toBe(true);
    }
  },
);

/** Goroutine and caller keep one of c1 and c2 ready all the time; the select must see one of them. */
function* selectRace(spawn: Spawn, closing: boolean): Prog {
  const done = chan<boolean>(1);
  for (let i = 0; i < 500; i++) {
    const c1 = chan<number>(1);
    const c2 = chan<number>(1);
    yield* use(c1.send(1));
    spawn(function* (): Prog {
      yield* use(gosched());
      yield* use(done.send(trySelect({ c1: c1.recv(), c2: c2.recv() }) !== undefined));
    });
    if (i % 2) yield* use(gosched());
    if (closing) c2.close();
    else yield* use(c2.send(1));
    trySelect({ c1: c1.recv() });
    expect(yield* use(done.recv())).toBe(true);
  }
}

testForms('TestNonblockSelectRace: one of two channels always has a value', (spawn) =>
  selectRace(spawn, false),
);
testForms('TestNonblockSelectRace2: one has a value or is closed', (spawn) => selectRace(spawn, true));

testForms('TestSelfSelect: selects that send and receive on one channel', function* (spawn) {
  for (const capacity of [0, 10]) {
    const ch = chan<number>(capacity);
    const all = [0, 1].map((me) =>
      spawn(function* (): Prog {
        for (let i = 0; i < 1000; i++) {
          const cases = i % 2 ? { s: ch.send(me), r: ch.recv() } : { r: ch.recv(), s: ch.send(me) };
          const s = yield* use(select(cases));
          if (s.key === 'r' && capacity === 0) expect(s.value).toBe(1 - me);
        }
        // The other one may still wait for a partner: it gets one that does not wait itself.
        if (capacity === 0) trySelect([ch.send(me), ch.recv()]);
      }),
    );
    yield* joinAll(all);
  }
});

testForms(
  'TestSelectStress: plain senders and receivers against selects on four channels',
  function* (spawn) {
    const N = 1000;
    const chans = [0, 0, 2, 3].map((capacity) => chan<number>(capacity));
    const all = chans.flatMap((ch) => [
      spawn(function* (): Prog {
        for (let i = 0; i < N; i++) yield* use(ch.send(0));
      }),
      spawn(function* (): Prog {
        for (let i = 0; i < N; i++) yield* use(ch.recv());
      }),
    ]);
    for (const sending of [true, false]) {
      all.push(
        spawn(function* (): Prog {
          const left = chans.map(() => N);
          for (let i = 0; i < 4 * N; i++) {
            const open = chans.map((ch, at) => when((left[at] as number) > 0, ch));
            const [at] = yield* use(select(open.map((ch) => (sending ? ch.send(0) : ch.recv()))));
            left[at] = (left[at] as number) - 1;
          }
          expect(left).toEqual([0, 0, 0, 0]);
        }),
      );
    }
    yield* joinAll(all);
  },
);

testForms(
  'TestSelectFairness: dead cases in front do not bend the choice between two live ones',
  function* (spawn) {
    const trials = 10_000;
    const [c1, c2] = [chan<number>(trials + 1), chan<number>(trials + 1)];
    for (let i = 0; i <= trials; i++) {
      yield* use(c1.send(1));
      yield* use(c2.send(2));
    }
    const [c3, c4, out, done] = [chan<number>(), chan<number>(), chan<number>(), chan<number>()];
    spawn(function* (): Prog {
      for (;;) {
        const s = yield* use(select({ c3: c3.recv(), c4: c4.recv(), c1: c1.recv(), c2: c2.recv() }));
        const t = yield* use(select({ out: out.send(s.value as number), done: done.recv() }));
        if (t.key === 'done') return;
      }
    });
    let ones = 0;
    for (let i = 0; i < trials; i++) if ((yield* use(out.recv())) === 1) ones++;
    done.close();
    expect(Math.abs(ones - trials / 2)).toBeLessThan(500);
  },
);

testForms('TestChanSendInterface: values of any type go through one channel', function* () {
  class Thing {}
  const ch = chan<unknown>(1);
  for (const v of [new Thing(), null, undefined, 1, 'text', Symbol('s'), [1], () => 1, NaN]) {
    yield* use(ch.send(v));
    expect(trySelect({ s: ch.send(new Thing()) })).toBeUndefined();
    expect(trySelect([ch.send(v), ch.send(v)])).toBeUndefined();
    expect(yield* use(ch.recv())).toBe(v);
  }
});

testForms(
  'TestPseudoRandomSend: both values of a select with two sends on one channel appear',
  function* (spawn) {
    const n = 100;
    for (const capacity of [0, n]) {
      const ch = chan<number>(capacity);
      const counts = [0, 0];
      const receiver = spawn(function* (): Prog {
        for (let i = 0; i < n; i++) {
          yield* use(gosched());
          const v = (yield* use(ch.recv())) as number;
          counts[v] = (counts[v] ?? 0) + 1;
        }
      });
      for (let i = 0; i < n; i++) {
        // Every other time the receiver waits already: a choice is made only among cases that are ready.
        if (i % 2) for (let k = 0; k < 3; k++) yield* use(gosched());
        yield* use(select([ch.send(1), ch.send(0)]));
      }
      yield* use(receiver.join());
      for (const count of counts) expect(count).toBeGreaterThan(n / 10);
    }
  },
);

testForms('TestMultiConsumer: 23 workers range over one channel', function* (spawn) {
  const [workers, items] = [23, 27_183];
  const q = chan<number>(workers * 3);
  const r = chan<number>(workers * 3);
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
  const all = Array.from({ length: workers }, (_, w) =>
    spawn(function* (): Prog {
      for (;;) {
        const step = yield* use(q.next());
        if (step.done) return;
        if (primes[w % primes.length] === step.value) yield* use(gosched()); // mix it up
        yield* use(r.send(step.value));
      }
    }),
  );
  let expected = 0;
  spawn(function* (): Prog {
    for (let i = 0; i < items; i++) {
      const v = primes[i % primes.length] as number;
      expected += v;
      yield* use(q.send(v));
    }
    q.close();
    yield* joinAll(all);
    r.close();
  });
  let [n, sum] = [0, 0];
  yield* rangeOver(r, (v) => {
    n++;
    sum += v;
  });
  expect([n, sum]).toEqual([items, expected]);
});

testForms(
  'TestSelectDuplicateChannel: a select that stood twice in a queue leaves it intact',
  function* (spawn) {
    const [c, d, e] = [chan<number>(), chan<number>(), chan<number>()];
    spawn(function* (): Prog {
      yield* use(select({ first: c.recv(), d: d.recv(), again: c.recv() }));
      yield* use(e.send(9));
    });
    yield* use(settle());
    spawn(function* (): Prog {
      yield* use(c.recv());
      yield* use(e.send(8));
    });
    yield* use(settle());
    yield* use(d.send(7));
    expect(yield* use(e.recv())).toBe(9);
    expect(c.trySend(8)).toBe(true); // the second waiter is still in the queue
    expect(yield* use(e.recv())).toBe(8);
  },
);

/** A hundred goroutines call a server by channels; what comes back is the object that was meant. */
function* barrier(spawn: Spawn, bySelect: boolean): Prog {
  interface Request {
    readonly id: number;
    readonly reply: Chan<Error>;
  }
  const requests = chan<Request>();
  const never = chan<number>();
  spawn(function* (): Prog {
    for (;;) {
      const { id, reply } = (yield* use(requests.recv())) as Request;
      const answer = new Error(`answer ${id}`);
      if (bySelect) yield* use(select({ reply: reply.send(answer), never: never.recv() }));
      else yield* use(reply.send(answer));
    }
  });
  const clients = Array.from({ length: 100 }, (_, c) =>
    spawn(function* (): Prog {
      const reply = chan<Error>();
      for (let i = 0; i < 50; i++) {
        const id = c * 1000 + i;
        yield* use(requests.send({ id, reply }));
        const answer = yield* use(reply.recv());
        expect(answer?.message).toBe(`answer ${id}`);
      }
    }),
  );
  yield* joinAll(clients);
}

testForms('TestChanSendSelectBarrier: replies by select', (spawn) => barrier(spawn, true));
testForms('TestChanSendBarrier: replies by plain sends', (spawn) => barrier(spawn, false));
