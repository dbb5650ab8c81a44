/** Equivalents of the small channel programs of Go's test tree. */
import {
  type Chan,
  chan,
  go,
  gosched,
  nilChan,
  type Op,
  Panic,
  type RecvChan,
  run,
  select,
  type SendChan,
  trySelect,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import {
  closedChan,
  collect,
  collected,
  filled,
  heapUsed,
  joinAll,
  type Prog,
  settle,
  type Spawn,
  testForms,
  thrown,
  use,
} from './helpers.ts';

test('test/chancap.go: length, capacity, and sizes out of range', () => {
  const ch = chan<number>(10);
  expect([ch.length, ch.capacity]).toEqual([0, 10]);
  for (let i = 0; i < 3; i++) ch.trySend(i);
  expect([ch.length, ch.capacity]).toEqual([3, 10]);
  expect([chan().length, chan().capacity]).toEqual([0, 0]);
  for (const size of [-1, -(2 ** 31), 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 62]) {
    expect(thrown(() => chan(size))).toMatchObject({ message: 'makechan: size out of range' });
  }
});

testForms('test/range.go: values a to z and then the end', function* (spawn) {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz';
  for (const capacity of [0, 5]) {
    const ch = chan<string>(capacity);
    spawn(function* (): Prog {
      for (const letter of alphabet) yield* use(ch.send(letter));
      ch.close();
    });
    let s = '';
    for (let step = yield* use(ch.next()); !step.done; step = yield* use(ch.next())) s += step.value;
    expect(s).toBe(alphabet);
  }
});

test('test/range.go: the loops of the library, with the value and without', async () => {
  const letters = (): Chan<string> => {
    const ch = filled(...'abcdefghijklmnopqrstuvwxyz');
    ch.close();
    return ch;
  };
  let s = '';
  let n = 0;
  await run(function* () {
    yield* letters().each((v) => void (s += v));
    yield* letters().each(() => n++);
  });
  for await (const v of letters()) s += v;
  for await (const _ of letters()) n++;
  expect(s).toBe('abcdefghijklmnopqrstuvwxyz'.repeat(2));
  expect(n).toBe(52);
});

testForms('test/nil.go: the nil channel is never ready and has no room', function* (spawn) {
  expect([nilChan.length, nilChan.capacity, nilChan.closed]).toEqual([0, 0, false]);
  expect(trySelect({ s: nilChan.send(1), r: nilChan.recv(), n: nilChan.next() })).toBeUndefined();
  let went = false;
  for (const op of [() => nilChan.send(1), () => nilChan.recv()] as (() => Op<unknown>)[]) {
    spawn(function* (): Prog {
      yield* use(op());
      went = true;
    });
  }
  yield* use(settle());
  expect(went).toBe(false);
});

testForms('test/fixedbugs/bug067.go: one goroutine sends, main receives', function* (spawn) {
  const ch = chan<number>();
  spawn(function* (): Prog {
    yield* use(ch.send(0));
  });
  expect(yield* use(ch.recv())).toBe(0);
});

testForms('test/fixedbugs/bug147.go: a rendezvous waits for its receiver', function* (spawn) {
  const ch = chan<number>();
  const log: string[] = [];
  const sender = spawn(function* (): Prog {
    log.push('sending');
    yield* use(ch.send(1));
    log.push('sent');
  });
  yield* use(settle());
  log.push('receiving');
  yield* use(ch.recv());
  yield* use(sender.join());
  expect(log).toEqual(['sending', 'receiving', 'sent']);
});

test('test/fixedbugs/bug225.go: a receive with a default, empty and then full', () => {
  const ch = chan<boolean>(1);
  expect(trySelect({ v: ch.recv() })).toBeUndefined();
  ch.trySend(true);
  expect(trySelect({ v: ch.recv() })).toEqual({ key: 'v', value: true });
});

testForms('test/fixedbugs/bug234.go: value and ok before and after close', function* () {
  const ch = chan<number>(100);
  yield* use(ch.send(1));
  expect(yield* use(ch.next())).toEqual({ done: false, value: 1 });
  ch.close();
  expect(yield* use(ch.next())).toEqual({ done: true, value: undefined });
});

testForms('test/fixedbugs/issue4313.go: operands are evaluated in the order they are written', function* () {
  const ch = chan<number>(1);
  let x = 10;
  const change = (): Chan<number> => {
    x = 20;
    return nilChan as Chan<number>;
  };
  yield* use(select({ s: ch.send(x), other: change().recv() }));
  expect(yield* use(ch.recv())).toBe(10);
});

testForms('test/fixedbugs/issue8011.go: a receive from a received channel', function* (spawn) {
  const outer = chan<Chan<number>>();
  spawn(function* (): Prog {
    const inner = chan<number>(1);
    yield* use(inner.send(42));
    yield* use(outer.send(inner));
  });
  expect(yield* use(((yield* use(outer.recv())) as Chan<number>).recv())).toBe(42);
});

testForms(
  'test/fixedbugs/issue8158.go: a clean-up that ends a panic and the goroutine, twice',
  function* (spawn) {
    for (let i = 0; i < 2; i++) {
      let after = false;
      const g = spawn(function* (): Prog<string> {
        try {
          yield* use(gosched());
          throw new Error('boom');
          after = true;
        } finally {
          return 'ended';
        }
      });
      expect(yield* use(g.join())).toBe('ended');
      expect(after).toBe(false);
    }
  },
);

test('test/fixedbugs/issue8336.go: a panic in one operand keeps the next from being evaluated', () => {
  const log: string[] = [];
  const fails = (): Chan<number> => {
    log.push('first');
    throw new Error('operand');
  };
  const next = (): Chan<number> => {
    log.push('second');
    return chan();
  };
  expect(() => trySelect({ a: fails().recv(), b: next().recv() })).toThrow('operand');
  expect(() => trySelect([fails().recv(), next().recv()])).toThrow('operand');
  expect(log).toEqual(['first', 'first']);
});

test('test/fixedbugs/issue8347.go: ok of a receive with a default, before and after close', () => {
  const ch = chan<number>(1);
  expect(trySelect({ v: ch.next() })).toBeUndefined();
  ch.trySend(5);
  expect(trySelect({ v: ch.next() })?.value).toEqual({ done: false, value: 5 });
  ch.close();
  expect(trySelect({ v: ch.next() })?.value).toEqual({ done: true, value: undefined });
});

test('test/fixedbugs/issue67190.go: the views of a channel are equal', () => {
  const ch = chan<number>();
  const [send, recv]: [SendChan<number>, RecvChan<number>] = [ch, ch];
  expect(Object.is(send, recv) && Object.is(send, ch)).toBe(true);
  expect(new Map<unknown, string>([[send, 'found']]).get(recv)).toBe('found');
  expect((chan() as unknown) === send).toBe(false);
});

describe('memory', () => {
  /** Bytes that a second, longer run leaves behind; the least of three, as the heap of V8 moves by itself. */
  async function growth(rounds: (n: number) => Promise<void>, n: number): Promise<number> {
    let least = Infinity;
    await rounds(n);
    for (let i = 0; i < 3; i++) {
      const before = await heapUsed();
      await rounds(n);
      least = Math.min(least, (await heapUsed()) - before);
    }
    return least;
  }

  test('test/chan/select2.go: selects leave nothing behind', async () => {
    const rounds = (n: number): Promise<void> =>
      run(function* () {
        const [data, quit, ready] = [chan<number>(), chan<number>(), chan<number>(1)];
        for (let i = 0; i < n; i++) {
          ready.trySend(i);
          yield* select({ off: nilChan.recv(), ready: ready.recv(), data: data.recv(), quit: quit.recv() });
        }
      });
    expect(await growth(rounds, 100_000)).toBeLessThan(110_000);
  });

  test('test/fixedbugs/issue9110.go: waiters of parked selects are used again', async () => {
    const rounds = (n: number): Promise<void> =>
      run(function* () {
        const [a, b, back] = [chan<number>(), chan<number>(), chan<number>()];
        go(function* () {
          for (;;) {
            yield* select({ a: a.recv(), b: b.recv(), again: a.recv() });
            yield* back.send(1);
          }
        });
        for (let i = 0; i < n; i++) {
          yield* gosched();
          yield* i % 2 ? a.send(i) : b.send(i);
          yield* back.recv();
        }
      });
    expect(await growth(rounds, 30_000)).toBeLessThan(110_000);
  });

  testForms('test/fixedbugs/issue15281.go: what was received is not kept alive by the channel', function* () {
    const ch = chan<{ big: number[] }>(10);
    const refs: WeakRef<object>[] = [];
    const fill = (): void => {
      for (let i = 0; i < 10; i++) {
        const value = { big: new Array<number>(1000).fill(i) };
        refs.push(new WeakRef(value));
        ch.trySend(value);
      }
    };
    fill();
    for (let i = 0; i < 5; i++) yield* use(ch.recv());
    // As many live as are still in the buffer: the received ones are gone.
    const gone = yield* use(collected(() => refs.slice(0, 4).every((ref) => ref.deref() === undefined)));
    expect(gone).toBe(true);
    expect(refs.slice(5).every((ref) => ref.deref() !== undefined)).toBe(true);
    expect(ch.length).toBe(5);
  });

  test('test/gc2.go: abandoned channels with values are collected', async () => {
    let left = 10_000;
    const registry = new FinalizationRegistry<number>(() => left--);
    for (let i = 0; i < 10_000; i++) {
      const ch = chan<number[]>(2);
      ch.trySend([i]);
      registry.register(ch, i);
    }
    expect(await collect(() => left < 100)).toBe(true);
  });

  test('test/typeparam/chans.go TestRanger: a sender learns that its receiver was dropped', async () => {
    const stop = chan<number>();
    const registry = new FinalizationRegistry<Chan<number>>((ch) => ch.close());
    const values = chan<number>();
    (() => {
      const receiver = { values: values as RecvChan<number> };
      registry.register(receiver, stop);
    })();
    const sent = run(async () => {
      const s = await select({
        sent: values.send(1),
        dropped: stop.recv(),
        host: collected(() => stop.closed),
      });
      return s.key;
    });
    expect(['dropped', 'host']).toContain(await sent);
    expect(stop.closed).toBe(true);
  });
});

test('test/chanlinear.go: leaving a queue takes the same time wherever one stands', async () => {
  const time = (n: number): Promise<number> =>
    run(function* () {
      const shared = chan<number>();
      const own = Array.from({ length: n }, () => chan<number>());
      for (const ch of own) {
        go(function* () {
          yield* select({ shared: shared.recv(), own: ch.recv() });
        });
      }
      yield* gosched();
      const start = performance.now();
      // From the far end and from the middle: each leaves a long queue.
      for (let i = n - 1; i >= 0; i -= 2) expect(own[i]?.trySend(1)).toBe(true);
      for (let i = 0; i < n; i += 2) own[i]?.trySend(1);
      yield* gosched();
      expect(shared.trySend(1)).toBe(false);
      return performance.now() - start;
    });
  await time(2000);
  const best = async (n: number): Promise<number> => Math.min(await time(n), await time(n), await time(n));
  // Linear in all is a factor of 8; quadratic would be 64.
  expect((await best(16_000)) / (await best(2000))).toBeLessThan(25);
});

describe('test/typeparam/chans.go', () => {
  function* readAll<T>(ch: RecvChan<T>): Prog<T[]> {
    const all: T[] = [];
    for (let step = yield* use(ch.next()); !step.done; step = yield* use(ch.next())) all.push(step.value);
    return all;
  }
  function produce<T>(spawn: Spawn, ...values: T[]): Chan<T> {
    const ch = chan<T>();
    spawn(function* (): Prog {
      for (const v of values) yield* use(ch.send(v));
      ch.close();
    });
    return ch;
  }
  function merge<T>(spawn: Spawn, quit: RecvChan<unknown>, a: RecvChan<T>, b: RecvChan<T>): Chan<T> {
    const out = chan<T>();
    spawn(function* (): Prog {
      let [x, y] = [a, b];
      while (x !== nilChan || y !== nilChan) {
        const s = yield* use(select({ x: x.next(), y: y.next(), quit: quit.recv() }));
        if (s.key === 'quit') break;
        if (!s.value.done) yield* use(out.send(s.value.value));
        else if (s.key === 'x') x = nilChan;
        else y = nilChan;
      }
      out.close();
    });
    return out;
  }
  /** A lock that is a value in a channel of one place. */
  class Exclusive<T> {
    private readonly place: Chan<T>;
    constructor(value: T) {
      this.place = filled(value);
    }
    acquire(): Op<T | undefined> {
      return this.place.recv();
    }
    tryAcquire(): T | undefined {
      return this.place.tryRecv()?.value;
    }
    release(value: T): void {
      if (!this.place.trySend(value)) throw new Error('released twice');
    }
  }

  testForms('test/typeparam/chans.go TestReadAll: all values until the end', function* (spawn) {
    expect(yield* readAll(produce(spawn, 4, 2, 1))).toEqual([4, 2, 1]);
    expect(yield* readAll(closedChan<number>())).toEqual([]);
  });
  testForms('test/typeparam/chans.go TestMerge: two inputs, each in its order', function* (spawn) {
    const all = yield* readAll(merge(spawn, chan(), produce(spawn, 1, 3, 5), produce(spawn, 2, 4, 6)));
    expect(all.filter((v) => v % 2)).toEqual([1, 3, 5]);
    expect(all.filter((v) => v % 2 === 0)).toEqual([2, 4, 6]);
    expect(yield* readAll(merge(spawn, closedChan(), chan<number>(), chan<number>()))).toEqual([]);
  });
  testForms('test/typeparam/chans.go TestFilter: only what is let through', function* (spawn) {
    const from = produce(spawn, 1, 2, 3, 4, 5);
    const out = chan<number>();
    spawn(function* (): Prog {
      for (let step = yield* use(from.next()); !step.done; step = yield* use(from.next())) {
        if (step.value % 2 === 0) yield* use(out.send(step.value));
      }
      out.close();
    });
    expect(yield* readAll(out)).toEqual([2, 4]);
  });
  testForms('test/typeparam/chans.go TestSink: a channel that takes everything', function* (spawn) {
    const sink = chan<number>();
    const taken = spawn(() => readAll(sink));
    for (let i = 0; i < 5; i++) yield* use(sink.send(i));
    sink.close();
    expect(yield* use(taken.join())).toEqual([0, 1, 2, 3, 4]);
  });
  testForms('test/typeparam/chans.go TestExclusive: one at a time has the value', function* (spawn) {
    const ex = new Exclusive({ n: 0 });
    const all = Array.from({ length: 10 }, () =>
      spawn(function* (): Prog {
        for (let i = 0; i < 10; i++) {
          const value = (yield* use(ex.acquire())) as { n: number };
          const { n } = value;
          yield* use(gosched()); // whoever else had it now would be lost
          value.n = n + 1;
          ex.release(value);
        }
      }),
    );
    yield* joinAll(all);
    expect(yield* use(ex.acquire())).toEqual({ n: 100 });
  });
  testForms('test/typeparam/chans.go TestExclusiveTry: a try succeeds when it is free', function* (spawn) {
    const ex = new Exclusive('value');
    expect(ex.tryAcquire()).toBe('value');
    expect(ex.tryAcquire()).toBeUndefined();
    const waiter = spawn(function* (): Prog<unknown> {
      return yield* use(ex.acquire());
    });
    yield* use(settle());
    ex.release('next');
    expect(ex.tryAcquire()).toBeUndefined(); // it went to the one who waits
    expect(yield* use(waiter.join())).toBe('next');
    ex.release('back');
    expect(() => ex.release('again')).toThrow('released twice');
    expect(thrown(() => nilChan.close())).toBeInstanceOf(Panic);
  });
});
