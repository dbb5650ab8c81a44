/** An operation is lazy, and used once: keeping one, making several, or using one again must never mix them up. */
import {
  chan,
  go,
  gosched,
  Mutex,
  nilChan,
  type Op,
  run,
  select,
  sleep,
  trySelect,
  wait,
  WaitGroup,
} from 'goroutines';
import { after } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection, thrownBy } from './support.ts';

/** Operations that complete at once, again and again. */
function ready(): Record<string, () => Op<unknown>> {
  const full = chan<number>(100);
  for (let i = 0; i < 100; i++) full.trySend(i);
  const roomy = chan<number>(1000);
  const ended = go(() => 1);
  return {
    send: () => roomy.send(1),
    recv: () => full.recv(),
    next: () => full.next(),
    sendMany: () => roomy.sendMany([1]),
    recvMany: () => full.recvMany(1),
    sleep: () => sleep(0),
    wait: () => wait(Promise.resolve(1)),
    join: () => ended.join(),
    gosched: () => gosched(),
    lock: () => new Mutex().lock(),
    'wg.wait': () => new WaitGroup().wait(),
    'recv of a timer': () => after(0).recv(),
    select: () => select([sleep(0)]),
    map: () => sleep(0).map(() => 1),
    'map of send': () => roomy.send(1).map(() => 1),
  };
}
const kinds = Object.keys(ready());
const USED = /^\S+: an operation is used once, and this one (was used already|is already being waited for)/;

describe('used twice', () => {
  test.each(kinds)('%s: yield* and then every other way is a TypeError', async (kind) => {
    const make = ready()[kind] as () => Op<unknown>;
    await run(function* () {
      const op = make();
      yield* op;
      const again: (() => unknown)[] = [
        () => op.block(),
        () => select([op]),
        () => trySelect([op]),
        () => op.map(() => 1),
      ];
      for (const use of again) {
        expect(thrownBy(use)).toBeInstanceOf(TypeError);
        expect((thrownBy(use) as Error).message).toMatch(
          kind === 'select' || kind === 'sendMany' ? /./ : USED,
        );
      }
      let second: unknown;
      try {
        yield* op;
      } catch (error) {
        second = error;
      }
      expect(second).toBeInstanceOf(TypeError);
      expect((second as Error).message).toMatch(USED);
      const third = yield* wait(rejection(op));
      expect(third).toBeInstanceOf(TypeError);
    });
  });

  test.each(kinds.filter((kind) => kind !== 'wait'))('%s: block and then yield*', async (kind) => {
    const op = (ready()[kind] as () => Op<unknown>)();
    op.block();
    const error = await rejection(
      run(function* () {
        yield* op;
      }),
    );
    expect((error as Error).message).toMatch(USED);
  });

  test.each(kinds)('%s: await twice', async (kind) => {
    const op = (ready()[kind] as () => Op<unknown>)();
    await op;
    expect(((await rejection(op)) as Error).message).toMatch(USED);
  });

  // The channel arms its operation again for the next `send`, so a handle that is kept after its use is the new
  // operation: docs/decisions/0006. One of the two uses is refused, and nothing is sent twice.
  test('a used operation and the next one are never both used', async () => {
    const ch = chan<number>(4);
    const seen = await run(function* () {
      const a = ch.send(1);
      yield* a;
      const b = ch.send(2);
      const errors: unknown[] = [];
      for (const op of [a, b]) {
        try {
          yield* op;
        } catch (error) {
          errors.push(error);
        }
      }
      return errors;
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeInstanceOf(TypeError);
    expect([ch.tryRecv()?.value, ch.tryRecv()?.value, ch.tryRecv()]).toEqual([1, 2, undefined]);
  });

  test('a used receive and the next one are never both used', async () => {
    const ch = chan<number>(4);
    await run(function* () {
      yield* ch.sendMany([1, 2, 3]);
      const a = ch.recv();
      expect(yield* a).toBe(1);
      const b = ch.recv();
      expect(yield* b).toBe(2);
      expect(() => a.block()).toThrow(TypeError);
    });
    expect(ch.length).toBe(1);
  });
});

describe('used while in use', () => {
  test('by another goroutine: TypeError there, and the first gets its value', async () => {
    const seen = await run(function* () {
      const ch = chan<number>();
      const op = ch.recv();
      const first = go(function* () {
        return yield* op;
      });
      yield* gosched();
      const errors: unknown[] = [];
      try {
        yield* op;
      } catch (error) {
        errors.push(error);
      }
      for (const use of [() => op.block(), () => trySelect([op]), () => op.map(() => 1)])
        errors.push(thrownBy(use));
      expect(ch.trySend(5)).toBe(true);
      expect(yield* first.join()).toBe(5);
      return errors as Error[];
    });
    expect(seen).toHaveLength(4);
    for (const error of seen) {
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/is already being waited for/);
    }
  });

  test('a case of a select that waits', async () => {
    const ch = chan<number>();
    const op = ch.recv();
    const chosen = run(function* () {
      return yield* select({ it: op, never: nilChan.recv() });
    });
    await Promise.resolve(gosched());
    expect(() => op.block()).toThrow(/is already being waited for/);
    expect(ch.trySend(7)).toBe(true);
    expect(await chosen).toEqual({ key: 'it', value: 7 });
  });

  test('a case of a select that is not used yet', () => {
    const ch = chan<number>(1);
    ch.trySend(1);
    const op = ch.recv();
    void select([op]);
    expect(() => op.block()).toThrow(TypeError);
    expect(() => trySelect([op])).toThrow(TypeError);
    expect(ch.length).toBe(1);
  });
});

describe('kept and used later', () => {
  test('an operation does nothing until it is used', async () => {
    const ch = chan<number>(5);
    void ch.send(1);
    void ch.recv();
    void ch.sendMany([1, 2]);
    const mu = new Mutex();
    void mu.lock();
    await Promise.resolve(gosched());
    expect(ch.length).toBe(0);
    expect(ch.trySend(9)).toBe(true);
    expect(ch.length).toBe(1);
    expect(mu.tryLock()).toBe(true);
  });

  test('two made before the first is used: each does its own', async () => {
    await run(function* () {
      const ch = chan<string>(4);
      const a = ch.send('a');
      const b = ch.send('b');
      yield* b;
      yield* a;
      const x = ch.recv();
      const y = ch.recv();
      expect([yield* y, yield* x]).toEqual(['b', 'a']);
    });
  });

  test.each(['send', 'send with map', 'select of sends'])(
    'many made, used in any order: %s',
    async (kind) => {
      const ch = chan<number>(100);
      const ops = Array.from({ length: 20 }, (_, i) => {
        if (kind === 'send') return ch.send(i);
        if (kind === 'send with map') return ch.send(i).map(() => i);
        return select([ch.send(i)]);
      });
      await run(function* () {
        for (let i = 19; i >= 0; i--) yield* ops[i] as Op<unknown>;
      });
      const got = Array.from({ length: 20 }, () => ch.tryRecv()?.value);
      expect(got).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
      expect(ch.tryRecv()).toBeUndefined();
    },
  );

  test('a send that waits keeps its value while others are made, mapped, used and dropped', async () => {
    await run(function* () {
      const ch = chan<string>();
      const waiting = go(function* () {
        yield* select([ch.send('waiting').map(() => 1), nilChan.recv()]);
      });
      yield* gosched();
      void ch.send('dropped');
      void ch.send('mapped and dropped').map(() => 1);
      expect(trySelect([ch.send('tried')])).toBeUndefined();
      expect(yield* ch.recv()).toBe('waiting');
      yield* waiting.join();
      expect(ch.tryRecv()).toBeUndefined();
    });
  });

  test.each(['map', 'select'])(
    'made while a goroutine that completed its own in a %s is ended before it knows',
    async (kind) => {
      const ch = chan<number>();
      ch.close();
      const control = new AbortController();
      const program = run(
        function* () {
          // Never parks, so whenever the host has a turn it has completed an operation and given way.
          for (;;) yield* kind === 'map' ? ch.recv().map((v) => v) : select([ch.recv(), nilChan.recv()]);
        },
        { signal: control.signal },
      );
      await hostTurn(5);
      const op = ch.recv();
      control.abort();
      await rejection(program);
      expect(await op).toBeUndefined();
    },
  );

  test('an operation made in one goroutine may be used in another', async () => {
    await run(function* () {
      const ch = chan<number>();
      const op = ch.recv();
      const g = go(function* () {
        return yield* op;
      });
      yield* ch.send(3);
      expect(yield* g.join()).toBe(3);
    });
  });

  test('made, kept while a thousand others are used, then used', async () => {
    await run(function* () {
      const ch = chan<number>(1);
      const kept = ch.send(-1);
      for (let i = 0; i < 1000; i++) {
        yield* ch.send(i);
        expect(yield* ch.recv()).toBe(i);
      }
      yield* kept;
      expect(yield* ch.recv()).toBe(-1);
    });
  });
});

describe('after a refusal', () => {
  test('a yield* outside any goroutine is a TypeError, and nothing is enqueued', () => {
    const ch = chan<number>();
    const outside = function* () {
      yield* ch.recv();
    };
    expect(() => outside().next()).toThrow(/yield\* waits only in a goroutine/);
    expect(ch.trySend(1)).toBe(false);
    const sender = function* () {
      yield* ch.send(1);
    };
    expect(() => sender().next()).toThrow(TypeError);
    expect(ch.tryRecv()).toBeUndefined();
  });

  test('a yield* outside that needs no waiting works', () => {
    const ch = chan<number>(1);
    const outside = function* () {
      yield* ch.send(4);
      return yield* ch.recv();
    };
    expect(outside().next()).toEqual({ done: true, value: 4 });
  });

  test('a yield without star is thrown back at the place', async () => {
    await run(function* () {
      const ch = chan<number>(1);
      let error: unknown;
      try {
        yield ch.recv() as never;
      } catch (e) {
        error = e;
      }
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('yield*');
      yield* ch.send(1); // the goroutine goes on
      expect(yield* ch.recv()).toBe(1);
    });
  });

  test('a yield without star that nobody catches ends the run', async () => {
    const error = await rejection(
      run(function* () {
        yield 5 as never;
      }),
    );
    expect(error).toBeInstanceOf(TypeError);
  });
});
