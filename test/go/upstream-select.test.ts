/** Equivalents of the select programs in test/chan, and of test/closedchan.go. */
import { type Chan, chan, gosched, nilChan, type Op, Panic, select, trySelect } from 'goroutines';
import { describe, expect, test } from 'vitest';
import {
  closedChan,
  filled,
  joinAll,
  type Prog,
  settle,
  type Spawn,
  testForms,
  thrown,
  use,
} from './helpers.ts';

testForms('test/chan/select.go: the value of a send is computed once for each select', function* (spawn) {
  let counter = 0;
  const value = (): number => ++counter;
  const ch = chan<number>();
  const got: unknown[] = [];
  const receiver = spawn(function* (): Prog {
    for (let i = 0; i < 5; i++) got.push(yield* use(ch.recv()));
  });
  for (let i = 0; i < 5; i++) {
    yield* use(select({ a: ch.send(value()), off: (nilChan as Chan<number>).send(value()) }));
  }
  yield* use(receiver.join());
  expect([counter, got]).toEqual([10, [1, 3, 5, 7, 9]]);
});

const BLOCKS = 'blocks';
const PANICS = 'panics';
const COMPLETES = 'completes';

describe('test/chan/select3.go', () => {
  const properties: Record<string, [expected: string, op: () => Op<unknown>]> = {
    'send to nil': [BLOCKS, () => nilChan.send(7)],
    'receive from nil': [BLOCKS, () => nilChan.recv()],
    'receive with ok from nil': [BLOCKS, () => nilChan.next()],
    'receive from empty, unbuffered': [BLOCKS, () => chan().recv()],
    'receive from empty, buffered': [BLOCKS, () => chan(10).recv()],
    'send without a receiver': [BLOCKS, () => chan<number>().send(7)],
    'send to full': [BLOCKS, () => filled(1, 2).send(7)],
    'send with room': [COMPLETES, () => chan<number>(10).send(7)],
    'receive what is buffered': [COMPLETES, () => filled(1).recv()],
    'receive from closed': [COMPLETES, () => closedChan().recv()],
    'receive with ok from closed': [COMPLETES, () => closedChan().next()],
    'receive from closed, buffered': [COMPLETES, () => closedChan(10).recv()],
    'send to closed': [PANICS, () => closedChan<number>().send(7)],
    'send to closed with room': [PANICS, () => closedChan<number>(10).send(7)],
    'select of a send to nil': [BLOCKS, () => select({ a: nilChan.send(7) })],
    'select of a receive from nil': [BLOCKS, () => select({ a: nilChan.recv() })],
    'select of both on nil': [BLOCKS, () => select([nilChan.recv(), nilChan.send(7)])],
    'select without cases': [BLOCKS, () => select({})],
    'select of send and receive on one channel': [
      BLOCKS,
      () => {
        const ch = chan<number>();
        return select({ s: ch.send(7), r: ch.recv() });
      },
    ],
    'the same on a full one': [
      COMPLETES,
      () => {
        const ch = filled(1);
        return select({ s: ch.send(7), r: ch.recv() });
      },
    ],
    'select of nil and closed': [COMPLETES, () => select([nilChan.recv(), closedChan().recv()])],
    'select of a send to closed': [PANICS, () => select({ s: closedChan<number>().send(7) })],
    'select of empty and full': [BLOCKS, () => select([chan().recv(), filled(1).send(2)])],
  };

  for (const [name, [expected, op]] of Object.entries(properties)) {
    testForms(`test/chan/select3.go: ${name} ${expected}`, function* (spawn) {
      let outcome = BLOCKS;
      spawn(function* (): Prog {
        try {
          yield* use(op());
          outcome = COMPLETES;
        } catch (error) {
          expect(error).toBeInstanceOf(Panic);
          outcome = PANICS;
        }
      });
      yield* use(settle());
      expect(outcome).toBe(expected);
    });

    if (/^select|^the same/.test(name)) continue; // a select is no case of another
    test(`test/chan/select3.go: ${name} with a default ${expected === PANICS ? PANICS : 'never blocks'}`, () => {
      const made = op();
      if (expected === PANICS) expect(thrown(() => trySelect([made]))).toBeInstanceOf(Panic);
      else expect(trySelect([made]) === undefined).toBe(expected === BLOCKS);
    });
  }
});

testForms(
  'test/chan/select4.go: what receives the value is asked for only if its case is chosen',
  function* () {
    let called = 0;
    const place = (): { v?: number } => {
      called++;
      return {};
    };
    const ready = filled(42);
    const s = yield* use(
      select({
        never: chan<number>()
          .recv()
          .map((v) => Object.assign(place(), { v })),
        ready: ready.recv().map((v) => ({ v })),
      }),
    );
    expect([s.value.v, called]).toEqual([42, 0]);
  },
);

/** Every form of a select around one case that can proceed: what was evaluated, in which order, and what came. */
testForms(
  'test/chan/select5.go: all forms of send, receive and select evaluate in order and do what they say',
  function* (spawn) {
    const log: string[] = [];
    const note = <T>(what: string, v: T): T => {
      log.push(what);
      return v;
    };
    let forms = 0;
    for (const kind of ['send', 'recv', 'next'] as const) {
      for (const capacity of [0, 1]) {
        for (const shape of ['plain', 'array', 'object', 'default'] as const) {
          for (let cases = 1; cases <= (shape === 'plain' ? 1 : 4); cases++) {
            for (let active = 0; active < cases; active++) {
              for (const decoy of ['nil', 'idle'] as const) {
                for (const early of [true, false]) {
                  if (!early && shape === 'default' && capacity === 0) continue; // then the default is right
                  forms++;
                  log.length = 0;
                  const ch = chan<number>(capacity);
                  const peer = (): void => {
                    spawn(function* (): Prog<unknown> {
                      return kind === 'send' ? yield* use(ch.recv()) : yield* use(ch.send(5));
                    });
                  };
                  if (early || shape === 'default') {
                    peer();
                    yield* use(gosched());
                    yield* use(gosched());
                  } else peer();

                  const made = (): Op<unknown>[] =>
                    Array.from({ length: cases }, (_, i) => {
                      const other: Chan<number> =
                        decoy === 'nil' ? (nilChan as Chan<number>) : chan<number>();
                      const on = note(`chan ${i}`, i === active ? ch : other);
                      if (i === active && kind === 'recv') return on.recv();
                      if (i === active && kind === 'next') return on.next();
                      if (i !== active && i % 2) return on.recv();
                      return on.send(note(`value ${i}`, i));
                    });
                  let at: number;
                  let value: unknown;
                  if (shape === 'plain') [at, value] = [0, yield* use(made()[0] as Op<unknown>)];
                  else if (shape === 'array') [at, value] = yield* use(select(made()));
                  else if (shape === 'default') [at, value] = trySelect(made()) ?? [-1, undefined];
                  else {
                    const s = yield* use(select(Object.fromEntries(made().map((op, i) => [`c${i}`, op]))));
                    [at, value] = [Number(s.key.slice(1)), s.value];
                  }
                  expect(at).toBe(active);
                  const expected = { send: undefined, recv: 5, next: { done: false, value: 5 } }[kind];
                  expect(value).toEqual(expected);
                  const sends = (i: number): boolean => (i === active ? kind === 'send' : i % 2 === 0);
                  expect(log).toEqual(
                    Array.from({ length: cases }, (_, i) =>
                      sends(i) ? [`chan ${i}`, `value ${i}`] : [`chan ${i}`],
                    ).flat(),
                  );
                  yield* use(gosched());
                }
              }
            }
          }
        }
      }
    }
    expect(forms).toBeGreaterThan(600);
  },
);

testForms(
  'test/chan/select6.go: a losing waiter at the end of a queue is removed without harm',
  function* (spawn) {
    const [c1, c2, done] = [chan<boolean>(), chan<boolean>(), chan<string>()];
    const first = spawn(function* (): Prog {
      yield* use(c1.recv());
      yield* use(done.send('first'));
    });
    yield* use(settle());
    spawn(function* (): Prog {
      yield* use(select({ c1: c1.recv(), c2: c2.recv() }));
      yield* use(c1.send(true)); // to the first
      yield* use(done.send('second'));
    });
    yield* use(settle());
    yield* use(c2.send(true));
    expect([yield* use(done.recv()), yield* use(done.recv())].sort()).toEqual(['first', 'second']);
    yield* use(first.join());
    const late = spawn(function* (): Prog<unknown> {
      return yield* use(c1.recv());
    });
    yield* use(c1.send(false));
    expect(yield* use(late.join())).toBe(false);
  },
);

testForms('test/chan/select7.go: every way to send meets every way to receive', function* (spawn) {
  const ways = (op: () => Op<unknown>): (() => Op<unknown>)[] => [
    op,
    () => select({ only: op() }),
    () => select({ other: nilChan.recv(), one: op() }),
  ];
  for (const way of [0, 1, 2]) {
    for (const back of [0, 1, 2]) {
      for (const senderFirst of [true, false]) {
        const ch = chan<number>();
        const ends = [
          spawn(function* (): Prog {
            if (!senderFirst) yield* use(settle());
            yield* use((ways(() => ch.send(1))[way] as () => Op<unknown>)());
          }),
          spawn(function* (): Prog {
            if (senderFirst) yield* use(settle());
            yield* use((ways(() => ch.recv())[back] as () => Op<unknown>)()); // the value is dropped
          }),
        ];
        yield* joinAll(ends);
        expect(ch.tryRecv()).toBeUndefined();
      }
    }
  }
});

testForms('test/chan/select8.go: break leaves the case, and the code behind the select runs', function* () {
  const ch = closedChan<number>();
  for (const cases of [1, 2, 3]) {
    let reached = '';
    const [at] = yield* use(select(Array.from({ length: cases }, () => ch.recv())));
    body: switch (at) {
      default:
        if (at >= 0) break body;
        reached = 'the rest of the case';
    }
    reached ||= 'behind';
    expect(reached).toBe('behind');
  }
});

testForms('test/chan/sendstmt.go: a channel of channels as a case of select', function* () {
  const outer = chan<Chan<number>>(1);
  const inner = chan<number>(1);
  expect((yield* use(select({ s: outer.send(inner) }))).key).toBe('s');
  const s = yield* use(select({ r: outer.recv() }));
  expect(s.value).toBe(inner);
  yield* use(select({ s: (s.value as Chan<number>).send(8) }));
  expect(yield* use(inner.recv())).toBe(8);
});

describe('test/closedchan.go', () => {
  /** The forms an operation is written in. */
  const around: Record<string, (op: Op<unknown>) => Op<unknown>> = {
    operator: (op) => op,
    'one case': (op) => select([op]).map(([, v]) => v),
    'many cases': (op) => select([nilChan.recv(), op, chan<number>().send(1)]).map(([, v]) => v as unknown),
  };

  for (const capacity of [0, 2]) {
    for (const [form, wrap] of Object.entries(around)) {
      testForms(`test/closedchan.go: capacity ${capacity}, ${form}`, function* (spawn: Spawn) {
        const ch = chan<number>(capacity);
        for (let i = 0; i < capacity; i++) yield* use(ch.send(i + 1));
        ch.close();
        for (let i = 0; i < capacity; i++) expect(yield* use(wrap(ch.recv()))).toBe(i + 1);
        const end = { done: true, value: undefined };
        for (let i = 0; i < 2; i++) {
          expect(yield* use(wrap(ch.recv()))).toBeUndefined();
          expect(yield* use(wrap(ch.next()))).toEqual(end);
          expect(ch.tryRecv()).toEqual(end);
          expect(trySelect({ v: ch.recv(), off: nilChan.recv() })).toEqual({ key: 'v', value: undefined });
          expect(trySelect({ v: ch.next() })).toEqual({ key: 'v', value: end });
        }
        const sender = spawn(function* (): Prog<unknown> {
          try {
            yield* use(wrap(ch.send(2)));
          } catch (error) {
            return (error as Error).message;
          }
          return 'no panic';
        });
        expect(yield* use(sender.join())).toBe('send on closed channel');
        expect(thrown(() => ch.trySend(2))).toBeInstanceOf(Panic);
        expect(thrown(() => trySelect({ s: ch.send(2) }))).toBeInstanceOf(Panic);
        expect(thrown(() => ch.close())).toMatchObject({ message: 'close of closed channel' });
        expect(thrown(() => nilChan.close())).toMatchObject({ message: 'close of nil channel' });
        expect(ch.length).toBe(0);
      });
    }
  }
});
