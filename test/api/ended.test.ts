/** What a goroutine leaves behind when its program ends: values, buffers, locks. And what it may do until then. */
import {
  buffer,
  chan,
  go,
  gosched,
  i32,
  Mutex,
  type Op,
  run,
  select,
  string,
  trySelect,
  value,
} from 'goroutines';
import { Cond, RWMutex } from 'goroutines/sync';
import { describe, expect, test } from 'vitest';
import { hostTurn, rejection, thrownBy } from './support.ts';

type Text = ReturnType<typeof chan<string>>;

describe('a close wakes it, and it is ended before its turn', () => {
  const receivers: [string, (ch: Text) => Op<unknown>][] = [
    ['recv', (ch) => ch.recv()],
    ['next', (ch) => ch.next()],
    ['recvMany', (ch) => ch.recvMany(4)],
    ['map', (ch) => ch.recv().map((v) => v)],
    ['select', (ch) => select([ch.recv(), chan(string).recv()])],
  ];

  test.each(receivers)('%s: what it received before is not freed once more', async (_, receive) => {
    const keep = chan(string, 8);
    await run(function* () {
      const ch = chan(string);
      go(function* () {
        for (;;) yield* receive(ch);
      });
      yield* gosched();
      yield* ch.send('hello');
      yield* gosched();
      keep.trySend('first!'); // has the block that 'hello' had
      ch.close();
    });
    keep.trySend('second');
    expect([keep.tryRecv()?.value, keep.tryRecv()?.value]).toEqual(['first!', 'second']);
  });

  test.each(['send', 'sendMany', 'select'])('%s: the buffer was not sent', async (how) => {
    const b = buffer(64);
    await run(function* () {
      const ch = chan(buffer);
      go(function* () {
        if (how === 'send') yield* ch.send(b);
        else if (how === 'sendMany') yield* ch.sendMany([b]);
        else yield* select([ch.send(b)]);
      });
      yield* gosched();
      expect(b.byteLength).toBe(0);
      ch.close();
    });
    expect(b.byteLength).toBe(64);
  });
});

describe('an operation that is tried in vain', () => {
  const uses: [string, (send: Op<unknown>) => Op<unknown>][] = [
    ['send', (send) => send],
    ['map', (send) => send.map(() => 1)],
    ['select', (send) => select([send, chan(string).recv()])],
  ];

  test('in a finally block: the next send has its own value', async () => {
    const ch = chan(string);
    await run(function* () {
      go(function* () {
        try {
          yield* chan().recv();
        } finally {
          yield* ch.send('old');
        }
      });
      yield* gosched();
    });
    go(function* () {
      yield* ch.send('new');
    });
    expect(await ch.recv()).toBe('new');
  });

  test('in a goroutine that has ended its own program: the same', async () => {
    const [ch, stop] = [chan(string), new AbortController()];
    const ended = run(
      function* () {
        stop.abort(new Error('stop'));
        yield* ch.send('old');
      },
      { signal: stop.signal },
    );
    expect(await rejection(ended)).toEqual(new Error('stop'));
    go(function* () {
      yield* ch.send('new');
    });
    expect(await ch.recv()).toBe('new');
  });

  test.each(uses)('%s outside any goroutine', (_, use) => {
    const [ch, b] = [chan(buffer), buffer(8)];
    const iterator = use(ch.send(b))[Symbol.iterator]();
    expect(thrownBy(() => iterator.next())).toBeInstanceOf(TypeError);
    expect(b.byteLength).toBe(8);
  });

  test.each(uses)('%s by block() in a goroutine that has ended its own program', async (_, use) => {
    const [ch, b, stop] = [chan(buffer), buffer(8), new AbortController()];
    const ended = run(
      function* () {
        stop.abort(new Error('stop'));
        use(ch.send(b)).block();
        yield* gosched();
      },
      { signal: stop.signal },
    );
    expect(await rejection(ended)).toEqual(new Error('stop'));
    expect(b.byteLength).toBe(8);
  });

  test('a condition: no lock is taken that was not given back', async () => {
    const rw = new RWMutex();
    const cond = new Cond(rw.rLocker());
    expect(rw.tryRLock()).toBe(true);
    const iterator = cond.wait()[Symbol.iterator]();
    expect(thrownBy(() => iterator.next())).toBeInstanceOf(TypeError);
    rw.rUnlock();
    expect(rw.tryLock()).toBe(true);
  });
});

describe('a lock that a goroutine has got, and does not know yet', () => {
  const ways: [string, (mu: Mutex) => Op<unknown>][] = [
    ['lock', (mu) => mu.lock()],
    ['map', (mu) => mu.lock().map(() => 1)],
    ['select', (mu) => select({ locked: mu.lock(), never: chan().recv() })],
    ['select of a map', (mu) => select([mu.lock().map(() => 1)])],
  ];

  test.each(ways)('%s: handed over when its program ends', async (_, lock) => {
    const mu = new Mutex();
    await run(function* () {
      yield* mu.lock();
      go(function* () {
        yield* lock(mu);
      });
      yield* gosched();
      mu.unlock();
    });
    expect(mu.tryLock()).toBe(true);
  });

  test.each(ways)('%s: taken at once, but its slice was over', async (_, lock) => {
    const mu = new Mutex();
    await run(function* () {
      go(function* () {
        for (;;) {
          spin(1);
          yield* lock(mu);
          mu.unlock();
        }
      });
      // It unlocks at once, unless it had to give way in between.
      while (mu.tryLock()) {
        mu.unlock();
        yield* gosched();
      }
    });
    expect(mu.tryLock()).toBe(true);
  });

  test.each(ways)('%s: the same of an async goroutine', async (_, lock) => {
    const mu = new Mutex();
    const stop = new AbortController();
    const ended = run(
      async () => {
        go(async () => {
          for (;;) {
            spin(1);
            await lock(mu);
            mu.unlock();
          }
        });
        await chan().recv();
      },
      { signal: stop.signal },
    );
    // It unlocks a few microtasks later, unless the host goes first.
    while (mu.tryLock()) {
      mu.unlock();
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort(new Error('stop'));
    expect(await rejection(ended)).toEqual(new Error('stop'));
    await hostTurn(5);
    expect(mu.tryLock()).toBe(true);
  });
});

test('a goroutine that stands in block() when its program ends still cleans up', async () => {
  const log: string[] = [];
  await run(function* () {
    const ch = chan<number>();
    go(function* () {
      try {
        log.push(`got ${ch.recv().block()}`);
        yield* gosched();
        log.push('went on');
      } finally {
        log.push('cleaned up');
      }
    });
    yield* gosched();
    ch.trySend(1);
  });
  await hostTurn();
  expect(log).toEqual(['got 1', 'cleaned up']);
});

test('a goroutine that has ended its own program starts no other one', async () => {
  const [stop, log] = [new AbortController(), [] as unknown[]];
  const ended = run(
    function* () {
      stop.abort(new Error('stop'));
      log.push(thrownBy(() => go(() => log.push('ran'))));
      yield* gosched();
    },
    { signal: stop.signal },
  );
  expect(await rejection(ended)).toEqual(new Error('stop'));
  await hostTurn();
  expect(log).toMatchObject([{ code: 'ERR_GOROUTINE_ENDED' }]);
});

describe('a getter of what is sent', () => {
  test('sends a buffer that stands there too: it has one owner, and the message is refused', () => {
    const [one, all, b] = [chan(buffer, 4), chan(value<unknown>(), 4), buffer(64)];
    const message = {
      list: [b],
      get late() {
        one.trySend(b);
        return 1;
      },
    };
    expect(() => all.trySend(message)).toThrow(
      new TypeError('trySend: value.list[0]: a buffer that was sent cannot be shared'),
    );
    expect([one.length, all.length]).toEqual([1, 0]);
  });

  test('frees one: the same', () => {
    const [all, b] = [chan(value<unknown>(), 4), buffer(64)];
    const message = {
      b,
      get late() {
        b[Symbol.dispose]();
        return 1;
      },
    };
    expect(() => all.trySend(message)).toThrow(
      new TypeError('trySend: value.b: a buffer that was freed cannot be shared'),
    );
  });

  test('tries a select while another one is made: both have their own cases', async () => {
    const nums = chan(i32);
    const out = chan(value<unknown>());
    const [text, more] = [chan(string), chan(string)];
    const tries = {
      get x() {
        expect(trySelect([text.recv(), more.recv()])).toBe(undefined);
        return 1;
      },
    };
    const chosen = run(function* () {
      return yield* select({ n: nums.recv(), o: out.send(tries).map(() => 'sent') });
    });
    await hostTurn();
    expect(text.trySend('not for the select')).toBe(false);
    expect(nums.trySend(7)).toBe(true);
    expect(await chosen).toEqual({ key: 'n', value: 7 });
  });

  test.each(['send', 'sendMany', 'select'])(
    'ends its own program, in %s: nobody stands at the channel',
    async (how) => {
      const [ch, stop] = [chan(value<unknown>()), new AbortController()];
      const message = {
        get x() {
          stop.abort(new Error('stop'));
          return 1;
        },
      };
      const ended = run(
        function* () {
          if (how === 'send') yield* ch.send(message);
          else if (how === 'sendMany') yield* ch.sendMany([message]);
          else yield* select([ch.send(message), chan().recv()]);
        },
        { signal: stop.signal },
      );
      expect(await rejection(ended)).toEqual(new Error('stop'));
      expect(ch.tryRecv()).toBe(undefined);
      await hostTurn();
    },
  );

  test('makes a send on the same channel: it is one of its own', async () => {
    const ch = chan(value<unknown>(), 8);
    await run(function* () {
      yield* ch.send(0); // from now on the channel has an operation that it uses again
      let inner: Op<void> | undefined;
      yield* ch.send({
        get x() {
          inner = ch.send('inner');
          return 1;
        },
      });
      yield* inner as Op<void>;
    });
    const got = Array.from({ length: ch.length }, () => ch.tryRecv()?.value);
    expect(got).toEqual([0, { x: 1 }, 'inner']);
  });
});

test('sendMany sends what the array held when it began', async () => {
  const [ch, list] = [chan(i32, 1), [1, 2, 3]];
  await run(function* () {
    go(function* () {
      yield* gosched();
      list.push(4);
      for (let i = 1; i <= 3; i++) expect(yield* ch.recv()).toBe(i);
    });
    yield* ch.sendMany(list);
  });
});

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
