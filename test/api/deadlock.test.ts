/** Deadlock: reported when nobody can be woken, with everybody's reason, and never otherwise. */
import {
  chan,
  DeadlockError,
  go,
  Mutex,
  nilChan,
  Panic,
  run,
  select,
  sleep,
  wait,
  WaitGroup,
} from 'goroutines';
import { describe, expect, test } from 'vitest';
import { child, inChild, rejection } from './support.ts';

const TEXT = 'all goroutines are asleep - deadlock!';

describe('never while the host may wake somebody', () => {
  test.each([
    'timerFromBeforeSends',
    'timerFromBeforeResolvesAwait',
    'timerFromBeforeReplacedByOwn',
    'intervalSends',
    'serverSends',
    'serverFromBefore',
    'microtaskSends',
    'immediatesSend',
    'waitOnPromise',
    'sleeperWakesMain',
    'afterFuncWakesMain',
    'otherRunWakes',
  ])('%s', async (name) => {
    expect(await inChild(name)).toEqual({ value: 'woken' });
  });

  test.each(['readFileSends', 'readFilePromise'])('%s', async (name) => {
    expect(await inChild(name)).toEqual({ value: true });
  });
});

test('found in every kind of body, in a process without a test runner', async () => {
  const found = (await inChild('deadlocksAreFound')) as Record<string, string>;
  expect(found).toEqual(
    Object.fromEntries(Object.keys(found).map((name) => [name, `DeadlockError: ${TEXT}`])),
  );
  expect(Object.keys(found)).toHaveLength(6);
});

test('a program that ends so: exit code, text and dump on stderr', async () => {
  const { code, stderr } = await child('deadlock');
  expect(code).toBe(1);
  expect(stderr).toContain(TEXT);
  expect(stderr).toMatch(/goroutine 1 \[chan receive\]: main\n\s+created at .*deadlock\.mjs:\d+:\d+/);
  expect(stderr).toMatch(/goroutine 2 \[chan send\]: sender\n\s+created at .*deadlock\.mjs:\d+:\d+/);
});

test('a program whose main ends while others sleep exits at once with 0', async () => {
  const { code, stdout, stderr, ms } = await child('sleepers');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
  expect(ms).toBeLessThan(15_000); // they sleep a hundred seconds
});

describe('within vitest', () => {
  test('the error', async () => {
    const error = await rejection(
      run(function* main() {
        yield* chan<number>().recv();
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error).toBeInstanceOf(Panic);
    expect(error).toMatchObject({ name: 'DeadlockError', message: TEXT, code: 'ERR_DEADLOCK' });
    expect((error as Error).stack).toContain('goroutine 1 [chan receive]: main');
  });

  test("lists every goroutine with Go's reason, name and site, by id", async () => {
    const error = (await rejection(
      run(function* main() {
        const ch = chan<number>();
        const mu = new Mutex();
        const wg = new WaitGroup();
        wg.add(1);
        yield* mu.lock();
        const never = go(function* nilReceiver() {
          yield* nilChan.recv();
        });
        go(function* nilSender() {
          yield* nilChan.send(1);
        });
        go(function* sender() {
          yield* ch.send(1);
        });
        go(function* many() {
          yield* chan<number>().recvMany(3);
        });
        go(function* selector() {
          yield* select([chan().recv(), chan().send(1)]);
        });
        go(function* empty() {
          yield* select({});
        });
        go(function* locker() {
          yield* mu.lock();
        });
        go(function* waiter() {
          yield* wg.wait();
        });
        go(function* joiner() {
          yield* never.join();
        });
        go(async function asyncReceiver() {
          await chan().recv();
        });
        go(function* ranger() {
          yield* chan().each(() => undefined);
        });
        yield* chan().recv();
      }),
    )) as DeadlockError;
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error.goroutines.map(({ id, name, reason }) => `${id} ${name}: ${reason}`)).toEqual([
      '1 main: chan receive',
      '2 nilReceiver: chan receive (nil chan)',
      '3 nilSender: chan send (nil chan)',
      '4 sender: chan send',
      '5 many: chan receive',
      '6 selector: select',
      '7 empty: select (no cases)',
      '8 locker: sync.Mutex.Lock',
      '9 waiter: sync.WaitGroup.Wait',
      '10 joiner: join',
      '11 asyncReceiver: chan receive',
      '12 ranger: chan receive',
    ]);
    for (const { site } of error.goroutines) expect(site).toMatch(/deadlock\.test\.ts:\d+:\d+$/);
  });

  test('the reason of an async goroutine is known after many waits too', async () => {
    const error = (await rejection(
      run(async function main() {
        const ch = chan<number>(1);
        for (let i = 0; i < 3; i++) {
          await ch.send(i);
          await ch.recv();
        }
        await sleep(1);
        await select([ch.recv(), nilChan.recv()]);
      }),
    )) as DeadlockError;
    expect(error.goroutines.map((g) => `${g.id} ${g.name}: ${g.reason}`)).toEqual(['1 main: select']);
  });

  test('a goroutine that waits for a promise for ever keeps the program from being dead', async () => {
    const control = new AbortController();
    setTimeout(() => control.abort('enough'), 300);
    const error = await rejection(
      run(
        function* () {
          yield* wait(new Promise<void>(() => undefined));
        },
        { signal: control.signal },
      ),
    );
    expect(error).toBe('enough');
  });

  test('not reported while a sleeper is left, reported when it has ended', async () => {
    const start = performance.now();
    const error = await rejection(
      run(function* () {
        go(function* () {
          yield* sleep(100);
        });
        yield* chan().recv();
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect(performance.now() - start).toBeGreaterThanOrEqual(100 - 1e-6);
  });

  test('can be caught nowhere in the goroutines, but finally runs', async () => {
    const seen: string[] = [];
    const error = await rejection(
      run(function* () {
        try {
          yield* chan().recv();
        } catch {
          seen.push('caught');
        } finally {
          seen.push('finally');
        }
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect(seen).toEqual(['finally']);
  });

  test('the next run starts afresh', async () => {
    await rejection(
      run(function* () {
        yield* chan().recv();
      }),
    );
    const value = await run(function* () {
      const ch = chan<number>();
      go(function* () {
        yield* ch.send(1);
      });
      return yield* ch.recv();
    });
    expect(value).toBe(1);
  });
});
