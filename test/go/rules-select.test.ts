/** Section 1.3 of the conformance inventory: select. */
import { type Chan, chan, go, gosched, nilChan, type Op, run, select, sleep, trySelect } from 'goroutines';
import { after } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { closedChan, filled, settle, thrown } from './helpers.ts';

/** Counts of `n` choices lie within 6 sigma of n * share. */
function expectShare(count: number, n: number, share: number): void {
  expect(Math.abs(count - n * share)).toBeLessThan(6 * Math.sqrt(n * share * (1 - share)));
}

const sendNil = (v: number): Op<void> => nilChan.send(v);

describe('L1 operands', () => {
  test('L1 channels and values of all cases are evaluated once, in order, also for nil channels', async () => {
    await run(function* () {
      const log: string[] = [];
      const note = <T>(what: string, v: T): T => {
        log.push(what);
        return v;
      };
      const open = chan<number>(1);
      const s = yield* select({
        a: note('a.chan', nilChan as Chan<number>).send(note('a.value', 1)),
        b: note('b.chan', chan<number>()).recv(),
        c: note('c.chan', open).send(note('c.value', 3)),
        d: note('d.chan', nilChan).recv(),
      });
      expect(s.key).toBe('c');
      expect(log).toEqual(['a.chan', 'a.value', 'b.chan', 'c.chan', 'c.value', 'd.chan']);
      expect(yield* open.recv()).toBe(3);
    });
  });

  test('L1 the value of a send is the one it had when the select was entered', async () => {
    await run(function* () {
      const ch = chan<number>();
      let x = 1;
      const change = (): Chan<number> => {
        x = 2;
        return nilChan as Chan<number>;
      };
      const sender = go(function* () {
        yield* select({ out: ch.send(x), other: change().recv() });
      });
      yield* gosched();
      x = 3;
      expect(yield* ch.recv()).toBe(1);
      yield* sender.join();
    });
  });
});

test('L2 what is done with a received value is done only for the chosen case, after the receive', async () => {
  await run(function* () {
    const log: unknown[] = [];
    const ready = filled('v');
    const s = yield* select({
      ready: ready.recv().map((v) => log.push(`ready ${v} ${ready.length}`)),
      never: chan<string>()
        .recv()
        .map(() => log.push('never')),
      off: nilChan.recv().map(() => log.push('off')),
    });
    expect([s.key, log]).toEqual(['ready', ['ready v 0']]);
    expect(
      trySelect({
        never: chan()
          .recv()
          .map(() => log.push('try')),
      }),
    ).toBeUndefined();
    expect(log).toHaveLength(1);
  });
});

describe('L3 uniform choice', () => {
  test.each([2, 3, 4, 5, 8, 17])('L3 %i ready cases are chosen equally often', async (n) => {
    const trials = 20_000;
    const counts = new Array<number>(n).fill(0);
    await run(
      function* () {
        const ready = Array.from({ length: n }, () => closedChan<number>());
        for (let i = 0; i < trials; i++) {
          const [at] = yield* select(ready.map((ch) => ch.recv()));
          counts[at] = (counts[at] ?? 0) + 1;
        }
      },
      { seed: n },
    );
    for (const count of counts) expectShare(count, trials, 1 / n);
  });

  test('L3 cases that are not ready do not bend the choice, wherever they stand', async () => {
    // A scan from a random offset would favour the ready case that follows a run of dead ones.
    const trials = 10_000;
    await run(
      function* () {
        const dead = chan<number>();
        const live = closedChan<number>();
        for (const ready of [
          [2, 3],
          [0, 3],
          [0, 1, 4],
          [1, 5],
          [5, 6, 7],
        ]) {
          const cases = Array.from({ length: 8 }, (_, i) => (ready.includes(i) ? live : dead));
          const counts = new Map<number, number>();
          for (let i = 0; i < trials; i++) {
            const [at] = yield* select(cases.map((ch) => ch.recv()));
            counts.set(at, (counts.get(at) ?? 0) + 1);
          }
          expect([...counts.keys()].sort()).toEqual(ready);
          for (const count of counts.values()) expectShare(count, trials, 1 / ready.length);
        }
      },
      { seed: 42 },
    );
  });

  test('L3 a channel listed twice has two tickets', async () => {
    const trials = 20_000;
    const counts = { a: 0, again: 0, b: 0 };
    await run(
      function* () {
        const a = closedChan<number>();
        const b = closedChan<number>();
        for (let i = 0; i < trials; i++) {
          counts[(yield* select({ a: a.recv(), again: a.recv(), b: b.recv() })).key]++;
        }
      },
      { seed: 7 },
    );
    for (const count of Object.values(counts)) expectShare(count, trials, 1 / 3);
  });

  test('L3 the choice does not repeat itself from run to run unless seeded', async () => {
    const choices = (seed?: number): Promise<string> =>
      run(
        function* () {
          const ch = closedChan<number>();
          let s = '';
          for (let i = 0; i < 100; i++) s += (yield* select([ch.recv(), ch.recv()]))[0];
          return s;
        },
        seed === undefined ? {} : { seed },
      );
    expect(await choices(5)).toBe(await choices(5));
    expect(await choices(5)).not.toBe(await choices(6));
    expect(await choices()).not.toBe(await choices());
  });
});

test('L4 the default is taken exactly when no case can proceed', () => {
  const ch = chan<number>(1);
  const cases = () => ({ a: nilChan.recv(), b: ch.recv(), c: chan<number>().send(1) });
  for (let i = 0; i < 50; i++) {
    expect(trySelect(cases())).toBeUndefined();
    ch.trySend(i);
    expect(trySelect(cases())).toEqual({ key: 'b', value: i });
  }
  expect(trySelect({})).toBeUndefined();
  expect(trySelect([])).toBeUndefined();
});

describe('L5 parked select', () => {
  test('L5 the first partner to arrive decides, and exactly one case fires', async () => {
    await run(function* () {
      for (let first = 0; first < 4; first++) {
        const ins = [chan<number>(), chan<number>()] as const;
        const outs = [chan<number>(), chan<number>()] as const;
        const chosen = go(function* () {
          return yield* select([ins[0].recv(), ins[1].recv(), outs[0].send(2), outs[1].send(3)]);
        });
        yield* gosched();
        const arrive = (i: number): boolean =>
          i < 2 ? (ins[i] as Chan<number>).trySend(i) : outs[i - 2]?.tryRecv() !== undefined;
        expect(arrive(first)).toBe(true);
        for (let other = 0; other < 4; other++) expect(arrive(other)).toBe(false);
        expect(yield* chosen.join()).toEqual([first, first < 2 ? first : undefined]);
      }
    });
  });

  test('L5 it parks on every channel that is not nil', async () => {
    const error = await run(function* () {
      yield* select({ a: chan<number>().recv(), b: nilChan.recv(), c: chan<number>().send(1) });
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ goroutines: [{ reason: 'select' }] });
  });
});

describe('L6 losing cases', () => {
  test.each([0, 1, 2])('L6 a loser leaves its queue intact, from place %i of it', async (place) => {
    await run(function* () {
      const shared = chan<number>();
      const decide = chan<number>();
      const got: string[] = [];
      for (let i = 0; i < 3; i++) {
        go(function* () {
          if (i === place) got.push((yield* select({ v: shared.recv(), other: decide.recv() })).key);
          else got.push(`${i}:${yield* shared.recv()}`);
        });
        yield* gosched();
      }
      yield* decide.send(0);
      yield* settle();
      expect(got).toEqual(['other']);
      expect([shared.trySend(1), shared.trySend(2), shared.trySend(3)]).toEqual([true, true, false]);
      yield* settle();
      const [a, b] = [0, 1, 2].filter((i) => i !== place);
      expect(got.sort()).toEqual([`${a}:1`, `${b}:2`, 'other']);
    });
  });

  test('L6 a losing send offers its value no more', async () => {
    await run(function* () {
      const ch = chan<number>();
      const decide = chan<number>();
      const g = go(function* () {
        return (yield* select({ s1: ch.send(1), d: decide.recv(), s2: ch.send(2) })).key;
      });
      yield* gosched();
      yield* decide.send(0);
      expect(ch.tryRecv()).toBeUndefined();
      expect(yield* g.join()).toBe('d');
    });
  });
});

describe('L7 nil channels and no cases', () => {
  const waits = async (main: () => Op<unknown>): Promise<unknown> =>
    run(function* () {
      yield* main();
    }).catch((e: unknown) => e);

  test('L7 select without cases blocks for ever', async () => {
    const reason = { goroutines: [{ reason: 'select (no cases)' }] };
    expect(await waits(() => select({}))).toMatchObject(reason);
    expect(await waits(() => select([]))).toMatchObject(reason);
  });

  test('L7 select with nil channels only blocks for ever', async () => {
    const error = await waits(() => select({ a: nilChan.recv(), b: sendNil(1), c: nilChan.next() }));
    expect(error).toMatchObject({ goroutines: [{ reason: 'select' }] });
  });

  test('L7 a case is switched off by the nil channel in its place', async () => {
    await run(
      function* () {
        let a: Chan<number> = filled(1, 2, 3);
        let b: Chan<number> = filled(4, 5);
        a.close();
        b.close();
        const got: number[] = [];
        while (a !== nilChan || b !== nilChan) {
          const s = yield* select({ a: a.next(), b: b.next() });
          if (!s.value.done) got.push(s.value.value);
          else if (s.key === 'a') a = nilChan as Chan<number>;
          else b = nilChan as Chan<number>;
        }
        expect(got.sort()).toEqual([1, 2, 3, 4, 5]);
        expect(got.filter((v) => v < 4)).toEqual([1, 2, 3]);
      },
      { seed: 1 },
    );
  });
});

describe('L8 closed channels', () => {
  test('L8 a receive from a closed channel is always ready', async () => {
    await run(function* () {
      const ch = closedChan<number>();
      for (let i = 0; i < 100; i++) {
        expect(yield* select({ v: ch.next(), never: chan<number>().recv() })).toEqual({
          key: 'v',
          value: { done: true, value: undefined },
        });
      }
    });
  });

  test('L8 a send on a closed channel is ready too, and panics when it is chosen', async () => {
    await run(
      function* () {
        const closed = closedChan<number>();
        let panics = 0;
        for (let i = 0; i < 2000; i++) {
          try {
            const s = yield* select({ r: closed.recv(), s: closed.send(1) });
            expect(s.key).toBe('r');
          } catch (error) {
            expect(error).toMatchObject({ message: 'send on closed channel' });
            panics++;
          }
        }
        expectShare(panics, 2000, 0.5);
      },
      { seed: 8 },
    );
  });

  test('L8 a parked select panics when the channel of its send is closed', async () => {
    await run(function* () {
      const ch = chan<number>();
      const other = chan<number>();
      const g = go(function* () {
        try {
          yield* select({ s: ch.send(1), r: other.recv() });
        } catch (error) {
          return error;
        }
        return 'no panic';
      });
      const h = go(async () => select([other.recv(), ch.send(1)]).then(undefined, (error: unknown) => error));
      yield* settle();
      ch.close();
      expect(yield* g.join()).toMatchObject({ message: 'send on closed channel' });
      expect(yield* h.join()).toMatchObject({ message: 'send on closed channel' });
      expect(other.trySend(1)).toBe(false);
    });
  });
});

describe('L9 both sides of one channel', () => {
  test('L9 a select does not pair with itself', async () => {
    const alone = run(function* () {
      const ch = chan<number>();
      yield* select({ s: ch.send(1), r: ch.recv() });
    });
    await expect(alone).rejects.toMatchObject({ goroutines: [{ reason: 'select' }] });
    const ch = chan<number>();
    for (let i = 0; i < 20; i++) expect(trySelect([ch.recv(), ch.send(1), ch.recv()])).toBeUndefined();
  });

  test('L9 two such selects pair with each other', async () => {
    await run(function* () {
      const ch = chan<string>();
      const both = (name: string) =>
        go(function* () {
          const s = yield* select({ s: ch.send(name), r: ch.recv() });
          return s.key === 'r' ? `${name} got ${s.value}` : `${name} sent`;
        });
      const a = both('a');
      const b = both('b');
      const results = [yield* a.join(), yield* b.join()];
      expect([
        ['a got b', 'b sent'],
        ['a sent', 'b got a'],
      ]).toContainEqual(results);
    });
  });
});

test('L10 if at every moment one case is ready the default is never taken', async () => {
  await run(
    function* () {
      const a = chan<number>(1);
      const b = chan<number>(1);
      a.trySend(0);
      let defaults = 0;
      const mover = go(function* () {
        for (let i = 0; i < 1000; i++) {
          // At every moment one of the two holds the token, or it is in hand and put back at once.
          if (trySelect({ a: a.recv(), b: b.recv() }) === undefined) defaults++;
          else (i % 3 ? a : b).trySend(i);
          yield* gosched();
        }
      });
      for (let i = 0; i < 1000; i++) {
        if (trySelect([a.recv(), b.recv()]) === undefined) defaults++;
        else (i % 2 ? a : b).trySend(i);
        yield* gosched();
      }
      yield* mover.join();
      expect(defaults).toBe(0);
    },
    { seed: 2 },
  );
});

describe('L11 numbers of cases', () => {
  test('L11 one case is the plain operation', async () => {
    await run(function* () {
      const ch = chan<number>(1);
      expect(yield* select({ s: ch.send(1) })).toEqual({ key: 's', value: undefined });
      expect(yield* select({ r: ch.recv() })).toEqual({ key: 'r', value: 1 });
      expect(trySelect({ r: ch.recv() })).toBeUndefined();
      expect(trySelect({ s: ch.send(2) })).toEqual({ key: 's', value: undefined });
      expect(trySelect({ s: ch.send(3) })).toBeUndefined();
    });
  });

  test('L11 65,536 cases at most', async () => {
    const max = 65_536;
    const ready = filled(7);
    const cases = Array.from({ length: max + 1 }, () => nilChan.recv() as Op<unknown>);
    cases[max - 1] = ready.recv();
    const error = thrown(() => select(cases));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain('too many cases (max 65536)');
    expect(ready.length).toBe(1);
    const s = await run(async () => select(cases.slice(0, max)));
    expect(s).toEqual([max - 1, 7]);
  });
});

test('L12 no case has priority: a goroutine that must prefer one looks at it first', async () => {
  await run(
    function* () {
      const quit = closedChan<number>();
      const work = closedChan<number>();
      let worked = 0;
      for (let i = 0; i < 500; i++) {
        if ((yield* select({ work: work.recv(), quit: quit.recv() })).key === 'work') worked++;
      }
      expectShare(worked, 500, 0.5);
      let after = 0;
      for (let i = 0; i < 500; i++) {
        if (trySelect({ quit: quit.recv() })) continue;
        after++;
      }
      expect(after).toBe(0);
    },
    { seed: 4 },
  );
});

test('L12 break in a case leaves the statement, a label the loop', async () => {
  await run(function* () {
    const ch = filled(1, 2, 3, 4);
    let rounds = 0;
    outer: for (;;) {
      const s = yield* select({ v: ch.recv() });
      switch (s.value) {
        case 3:
          break outer;
        default:
          break;
      }
      rounds++;
    }
    expect([rounds, ch.length]).toEqual([2, 1]);
  });
});

test('L13 a timer of no duration is ready at once', async () => {
  expect(trySelect({ t: after(0).recv() })?.key).toBe('t');
  expect(trySelect({ t: after(-5).recv() })?.key).toBe('t');
  expect(trySelect({ t: sleep(0) })?.key).toBe('t');
  expect(trySelect({ t: after(10_000).recv() })).toBeUndefined();
  await run(function* () {
    const s = yield* select({ t: after(0).recv(), never: chan<number>().recv() });
    expect(s.key).toBe('t');
  });
});
