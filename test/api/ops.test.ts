/** Every operation in every way to wait: at once, parked, as a case that wins and as one that loses. */
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
import { afterFunc } from 'goroutines/time';
import { describe, expect, test } from 'vitest';
import { hostTurn, thrownBy } from './support.ts';

interface Scene {
  /** The operation under test. */
  readonly op: () => Op<unknown>;
  /** Lets it complete; nothing if it is ready as it stands. */
  readonly let?: () => void;
  /** What it gives. */
  readonly value: unknown;
  /** What must be true when it has completed. */
  readonly check?: () => void;
  /** What must be true when it was a case that lost. */
  readonly lost?: () => void;
  /** Needs promises of the host, which block() does not wait for. */
  readonly host?: boolean;
  readonly unselectable?: boolean;
}

const scenes: Record<string, () => Scene> = {
  'send, ready': () => {
    const ch = chan<number>(1);
    return {
      op: () => ch.send(5),
      value: undefined,
      check: () => expect(ch.tryRecv()).toEqual({ done: false, value: 5 }),
    };
  },
  'send, parked': () => {
    const ch = chan<number>();
    let got: unknown;
    return {
      op: () => ch.send(5),
      let: () => void (got = ch.tryRecv()),
      value: undefined,
      check: () => expect(got).toEqual({ done: false, value: 5 }),
      lost: () => expect(ch.tryRecv()).toBeUndefined(),
    };
  },
  'recv, ready': () => {
    const ch = chan<number>(1);
    ch.trySend(5);
    return { op: () => ch.recv(), value: 5, check: () => expect(ch.length).toBe(0) };
  },
  'recv, parked': () => {
    const ch = chan<number>();
    return {
      op: () => ch.recv(),
      let: () => expect(ch.trySend(5)).toBe(true),
      value: 5,
      lost: () => expect(ch.trySend(5)).toBe(false),
    };
  },
  'recv, woken by close': () => {
    const ch = chan<number>();
    return { op: () => ch.recv(), let: () => ch.close(), value: undefined };
  },
  'recv, from a sender that stands behind a full buffer': () => {
    const ch = chan<number>(1);
    ch.trySend(1);
    go(function* () {
      yield* ch.send(2);
    });
    return { op: () => ch.recv(), value: 1 };
  },
  'next, ready': () => {
    const ch = chan<undefined>(1);
    ch.trySend(undefined);
    return { op: () => ch.next(), value: { done: false, value: undefined } };
  },
  'next, parked': () => {
    const ch = chan<number>();
    return {
      op: () => ch.next(),
      let: () => expect(ch.trySend(5)).toBe(true),
      value: { done: false, value: 5 },
      lost: () => expect(ch.trySend(5)).toBe(false),
    };
  },
  'next, woken by close': () => {
    const ch = chan<number>();
    return { op: () => ch.next(), let: () => ch.close(), value: { done: true, value: undefined } };
  },
  'sendMany, ready': () => {
    const ch = chan<number>(3);
    return {
      op: () => ch.sendMany([1, 2, 3]),
      value: undefined,
      check: () => expect(ch.length).toBe(3),
      unselectable: true,
    };
  },
  'sendMany, parked': () => {
    const ch = chan<number>(1);
    const got: unknown[] = [];
    return {
      op: () => ch.sendMany([1, 2, 3, 4]),
      let: () => {
        for (let i = 0; i < 2; i++) got.push(ch.tryRecv()?.value);
        // Its turn has to come for the fourth.
        go(function* () {
          got.push(yield* ch.recv(), yield* ch.recv());
        });
      },
      value: undefined,
      check: () => expect([...got, ch.tryRecv()?.value].filter((v) => v !== undefined)).toEqual([1, 2, 3, 4]),
      unselectable: true,
    };
  },
  'recvMany, ready': () => {
    const ch = chan<number>(5);
    for (let i = 0; i < 4; i++) ch.trySend(i);
    return { op: () => ch.recvMany(3), value: [0, 1, 2], check: () => expect(ch.length).toBe(1) };
  },
  'recvMany, parked': () => {
    const ch = chan<number>();
    return {
      op: () => ch.recvMany(3),
      let: () => expect(ch.trySend(1)).toBe(true),
      value: [1],
      lost: () => expect(ch.trySend(1)).toBe(false),
    };
  },
  'recvMany, woken by close': () => {
    const ch = chan<number>();
    return { op: () => ch.recvMany(3), let: () => ch.close(), value: [] };
  },
  'sleep, over': () => ({ op: () => sleep(0), value: undefined }),
  'sleep, parked': () => ({ op: () => sleep(2), let: () => undefined, value: undefined }),
  'wait, parked': () => {
    let resolve: (value: number) => void = () => undefined;
    const promise = new Promise<number>((f) => (resolve = f));
    return { op: () => wait(promise), let: () => resolve(5), value: 5, host: true };
  },
  'join, ended': () => ({ op: () => go(() => 5).join(), value: 5 }),
  'join, parked': () => {
    const ch = chan<number>();
    const g = go(function* () {
      return yield* ch.recv();
    });
    let left = 2;
    return {
      op: () => g.join(),
      let: () => {
        while (left > 0 && !ch.trySend(5)) left--;
        if (!left) ch.close();
      },
      value: 5,
    };
  },
  gosched: () => ({ op: () => gosched(), value: undefined }),
  'lock, free': () => {
    const mu = new Mutex();
    return {
      op: () => mu.lock().map((lock) => typeof lock[Symbol.dispose]),
      value: 'function',
      check: () => expect(mu.tryLock()).toBe(false),
    };
  },
  'lock, parked': () => {
    const mu = new Mutex();
    mu.tryLock();
    return {
      op: () => mu.lock().map((lock) => typeof lock[Symbol.dispose]),
      let: () => mu.unlock(),
      value: 'function',
      check: () => expect(mu.tryLock()).toBe(false),
      lost: () => {
        mu.unlock();
        expect(mu.tryLock()).toBe(true);
      },
    };
  },
  'wg.wait, zero': () => ({ op: () => new WaitGroup().wait(), value: undefined }),
  'wg.wait, parked': () => {
    const wg = new WaitGroup();
    wg.add(2);
    return { op: () => wg.wait(), let: () => wg.add(-2), value: undefined };
  },
};

const names = Object.keys(scenes);
const make = (name: string) => (scenes[name] as () => Scene)();
const selectable = names.filter((name) => !make(name).unselectable);
const parked = selectable.filter((name) => name !== 'sleep, parked' && make(name).let !== undefined);

/** Lets the operation complete after it had the time to park. */
function release({ let: f }: Scene): void {
  if (f !== undefined) afterFunc(1, f);
}

test.each(names)('yield*: %s', async (name) => {
  const scene = make(name);
  const value = await run(function* () {
    release(scene);
    return yield* scene.op();
  });
  expect(value).toEqual(scene.value);
  scene.check?.();
});

test.each(names)('await in a goroutine: %s', async (name) => {
  const scene = make(name);
  const value = await run(async () => {
    release(scene);
    return await scene.op();
  });
  expect(value).toEqual(scene.value);
  scene.check?.();
});

test.each(names)('await outside any run: %s', async (name) => {
  const scene = make(name);
  release(scene);
  expect(await scene.op()).toEqual(scene.value);
  scene.check?.();
});

test.each(names.filter((name) => !make(name).host))('block: %s', (name) => {
  const scene = make(name);
  release(scene);
  expect(scene.op().block()).toEqual(scene.value);
  scene.check?.();
});

test.each(names.filter((name) => !make(name).host))('block inside a goroutine: %s', async (name) => {
  const scene = make(name);
  const value = await run(function* () {
    release(scene);
    return scene.op().block();
  });
  expect(value).toEqual(scene.value);
  scene.check?.();
});

test.each(selectable)('a case that wins, by key: %s', async (name) => {
  const scene = make(name);
  const s = await run(function* () {
    release(scene);
    return yield* select({ never: nilChan.recv(), it: scene.op(), other: chan().recv() });
  });
  expect(s).toEqual({ key: 'it', value: scene.value });
  scene.check?.();
});

test.each(selectable)('a case that wins, by index, awaited and blocked on: %s', async (name) => {
  const awaited = make(name);
  release(awaited);
  expect(await select([chan().recv(), awaited.op()])).toEqual([1, awaited.value]);
  awaited.check?.();

  const blocked = make(name);
  if (blocked.host) return;
  release(blocked);
  expect(select([chan().recv(), blocked.op()]).block()).toEqual([1, blocked.value]);
  blocked.check?.();
});

test.each(parked)('a case that loses leaves no trace: %s', async (name) => {
  const scene = make(name);
  await run(function* () {
    const s = yield* select({ it: scene.op(), other: sleep(1) });
    expect(s.key).toBe('other');
  });
  if (scene.lost !== undefined) scene.lost();
  else scene.let?.(); // wakes nobody, throws nothing
  await hostTurn(1);
});

test.each(parked)('a case of trySelect that is not ready: %s', async (name) => {
  const scene = make(name);
  expect(trySelect({ it: scene.op() })).toBeUndefined();
  if (scene.lost !== undefined) scene.lost();
  else scene.let?.();
  await hostTurn(1);
});

test.each(names)('map: %s', async (name) => {
  for (const way of ['yield*', 'await', 'select'] as const) {
    const scene = make(name);
    if (way === 'select' && scene.unselectable) continue;
    let calls = 0;
    const op = scene
      .op()
      .map((value) => (calls++, [value]))
      .map(([value]) => ({ value }));
    expect(calls).toBe(0);
    release(scene);
    const value =
      way === 'yield*'
        ? await run(() => driven(op))
        : way === 'await'
          ? await op
          : (await select({ it: op, never: chan().recv() })).value;
    expect(value).toEqual({ value: scene.value });
    expect(calls).toBe(1);
    scene.check?.();
  }

  function* driven(op: Op<unknown>) {
    return yield* op as Op<number>;
  }
});

describe('errors come out of every way to wait', () => {
  const failing: Record<string, () => Op<unknown>> = {
    send: () => {
      const ch = chan<number>(1);
      ch.close();
      return ch.send(1);
    },
    'parked send': () => {
      const ch = chan<number>();
      const op = ch.send(1);
      go(function* () {
        yield* gosched();
        yield* gosched();
        ch.close();
      });
      return op;
    },
    'map of recv': () =>
      sleep(0).map(() => {
        throw new Error('send on closed channel');
      }),
    join: () =>
      go(() => {
        throw new Error('send on closed channel');
      }).join(),
  };
  test.each(Object.keys(failing))('%s', async (name) => {
    const text = 'send on closed channel';
    const op = failing[name] as () => Op<unknown>;
    await expect(
      run(function* () {
        yield* op();
      }),
    ).rejects.toThrow(text);
    await expect(Promise.resolve(op())).rejects.toThrow(text);
    await expect(Promise.resolve(select([op(), nilChan.recv()]))).rejects.toThrow(text);
    expect((thrownBy(() => op().block()) as Error).message).toBe(text);
  });

  test('wait: the reason itself', async () => {
    const reason = { not: 'an error' };
    const caught = await run(function* () {
      try {
        yield* wait(Promise.reject(reason));
      } catch (error) {
        return error;
      }
      return 'nothing';
    });
    expect(caught).toBe(reason);
  });
});
