/** What the conformance tests share. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chan, type Chan, type Go, go, type Goroutine, nilChan, type Op, run, wait } from 'goroutines';
import { expect, test } from 'vitest';

/**
 * A program that is run twice: with generator goroutines and with async functions. It hands every operation to
 * whoever drives it, which is `yield*` or `await`.
 */
export type Prog<T = void> = Generator<Op<unknown>, T, unknown>;

/** One wait of a `Prog`. */
export function* use<T>(op: Op<T>): Prog<T> {
  return (yield op) as T;
}

function* byYield<T>(prog: Prog<T>): Go<T> {
  try {
    let step = prog.next();
    while (!step.done) {
      let value: unknown;
      try {
        value = yield* step.value;
      } catch (error) {
        step = prog.throw(error);
        continue;
      }
      step = prog.next(value);
    }
    return step.value;
  } finally {
    prog.return(undefined as never); // when its program has ended: its `finally` blocks
  }
}

async function byAwait<T>(prog: Prog<T>): Promise<T> {
  let step = prog.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = prog.throw(error);
      continue;
    }
    step = prog.next(value);
  }
  return step.value;
}

/** `go` for bodies of the form that is being tested. */
export type Spawn = <A extends unknown[], T>(body: (...args: A) => Prog<T>, ...args: A) => Goroutine<T>;

const goYield: Spawn = (body, ...args) =>
  go(function* () {
    return yield* byYield(body(...args));
  });
const goAwait: Spawn = (body, ...args) => go(async () => byAwait(body(...args)));

/** Runs a program in both forms; `seed` makes the choices of select repeatable. */
export function testForms(title: string, main: (spawn: Spawn) => Prog<unknown>, seed = 1): void {
  test(`${title} [generators]`, async () => {
    await run(
      function* () {
        yield* byYield(main(goYield));
      },
      { seed },
    );
  });
  test(`${title} [async functions]`, async () => {
    await run(async () => void (await byAwait(main(goAwait))), { seed });
  });
}

/** Waits until every goroutine that can run has run: two turns of the host. */
export function settle(): Op<void> {
  return wait(new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))));
}

/** What `f` throws. */
export function thrown(f: () => unknown): unknown {
  try {
    f();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Waits until all of the goroutines have ended. */
export function* joinAll(all: readonly Goroutine<unknown>[]): Prog {
  for (const g of all) yield* use(g.join());
}

/** A channel that already holds these values. */
export function filled<T>(...values: T[]): Chan<T> {
  const ch = chan<T>(values.length);
  for (const v of values) expect(ch.trySend(v)).toBe(true);
  return ch;
}

export function closedChan<T>(capacity = 0): Chan<T> {
  const ch = chan<T>(capacity);
  ch.close();
  return ch;
}

/** The channel, or the nil channel in its place: Go's idiom for switching a case off. */
export function when<T>(on: boolean, ch: Chan<T>): Chan<T> {
  return on ? ch : (nilChan as Chan<T>);
}

/** Collects garbage until `done` says so; false if it never does. Needs --expose-gc. */
export async function collect(done: () => boolean): Promise<boolean> {
  if (globalThis.gc === undefined) throw new Error('start Node with --expose-gc');
  for (let i = 0; i < 30; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    globalThis.gc();
    if (done()) return true;
  }
  return false;
}

/** `collect` as an operation. */
export function collected(done: () => boolean): Op<boolean> {
  return wait(collect(done));
}

/** Bytes of the JavaScript heap in use after a collection. */
export async function heapUsed(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return process.memoryUsage().heapUsed;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one program of fixtures/programs.mjs in a process of its own. */
export function program(name: string): Promise<Ended> {
  const file = fileURLToPath(new URL('./fixtures/programs.mjs', import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, name], { timeout: 20_000 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
