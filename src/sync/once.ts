import { RULE_ZERO, WAIT_ONCE } from '../../assembly/layout.ts';
import { mistake } from '../errors.ts';
import { currentProgram, type Go, start as startGoroutine } from '../goroutine.ts';
import type { Op } from '../op.ts';
import { kickIfReady } from '../runtime/loop.ts';
import { isGenerator, isThenable } from '../runtime/kinds.ts';
import type { Waiter } from '../runtime/processor.ts';
import type { Result } from '../runtime/result.ts';
import { trace } from '../runtime/site.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { TAG_ONCE } from '../shared/shareable.ts';
import { expected, finished } from '../wait.ts';
import { shareRecord } from './handles.ts';
import { Sema } from './sema.ts';
import { SemaOp } from './semaop.ts';

/** A function that may be a generator function, an async function or a plain one. */
type Func<T> = (() => Go<T>) | (() => Promise<T>) | (() => T);

// How far it has come, as permits of which `do` waits for none.
const NEW = 2;
const RUNNING = 1;

/**
 * Does something once, whoever comes first.
 *
 * It works between threads when it is given to a task or sent: then the function of whoever comes first runs, on its
 * thread.
 *
 * Source: Go's `sync.Once`.
 *
 * @example
 * const once = new Once();
 * function* load(): Go { table = yield* wait(read('table.json')); }
 * yield* once.do(load); // everybody who needs the table
 */
export class Once implements SharedObject {
  declare readonly [sharedBrand]: true;
  readonly #sema = new Sema(NEW, RULE_ZERO, NEW);
  #kept: SemaOp<void> | null = null;

  static {
    shareRecord(
      TAG_ONCE,
      Once,
      (once) => once.#sema.give(once),
      (addr) => {
        const once = new Once();
        once.#sema.adopt(addr, once);
        return once;
      },
    );
  }

  /**
   * Calls `f`, if this is the first call, and waits until it is finished; later calls, whatever their function, wait for
   * that. If `f` throws, the first call throws it, and it counts as done. To call `do` of the same Once in `f` and wait
   * is a deadlock.
   *
   * @throws what `f` throws; TypeError if `f` is not a function.
   */
  do(f: Func<unknown>): Op<void> {
    if (typeof f !== 'function') throw mistake('Once.do', 'a function', f);
    if (this.#sema.free === 0) return this.#done();
    return new OnceOp(this.#sema, f);
  }

  /** It is done already, which is the usual case. */
  #done(): Op<void> {
    const kept = this.#kept;
    if (kept !== null && kept.rearm()) return kept;
    const op = new SemaOp<void>('do()', this.#sema, 0, WAIT_ONCE, undefined);
    if (op.keepable) this.#kept ??= op;
    return op;
  }
}

class OnceOp extends SemaOp<void> {
  private failed = false;
  private error: unknown = undefined;

  constructor(
    sema: Sema,
    private f: Func<unknown> | undefined,
  ) {
    super('do()', sema, 0, WAIT_ONCE, undefined);
  }

  override next(): Result {
    this.begin();
    return super.next();
  }

  override start(g: Waiter | null): Result {
    this.begin();
    if (this.failed) throw this.error;
    return super.start(g);
  }

  /** Calls `f`, if nobody has. */
  private begin(): void {
    const { f } = this;
    this.f = undefined;
    if (f === undefined || !this.sema.move(NEW, RUNNING)) return;
    try {
      const result = f();
      if (!isGenerator(result) && !isThenable(result)) return this.end();
      expected(result);
      // A goroutine of its own: the caller may be no generator, and may be ended before it is finished.
      startGoroutine(currentProgram(), finish, [this, result], trace(this.begin));
    } catch (error) {
      this.end(error);
      throw error;
    }
  }

  /** `f` is finished. */
  end(...error: unknown[]): void {
    if (error.length > 0) {
      this.failed = true;
      [this.error] = error;
    }
    this.sema.release(-RUNNING);
    kickIfReady();
  }

  override finish(g: Waiter): Result {
    const r = super.finish(g);
    if (this.failed) throw this.error;
    return r;
  }
}

function* finish(op: OnceOp, result: unknown): Go {
  let error: unknown[] = [];
  try {
    yield* finished(result);
  } catch (thrown) {
    error = [thrown];
  } finally {
    op.end(...error);
  }
}

/**
 * A function that does what `f` does the first time it is called, and waits for it; if that has thrown, every call throws
 * the same. `f` is not held on to once it is finished.
 *
 * Source: Go's `sync.OnceFunc`.
 *
 * @throws TypeError if `f` is not a function.
 * @example
 * const open = onceFunc(() => log('opened'));
 * yield* open();
 */
export function onceFunc(f: Func<unknown>): () => Op<void> {
  const value = onceValue(f as () => unknown);
  return () => value().map(nothing);
}

function nothing(): void {}

/**
 * A function that gives what `f` gives the first time it is called; if that has thrown, every call throws the same. `f` is
 * not held on to once it is finished.
 *
 * Source: Go's `sync.OnceValue`. There is no `onceValues`: give an array.
 *
 * @throws TypeError if `f` is not a function.
 * @example
 * const config = onceValue(async () => parse(await readFile('config.json')));
 * const { port } = yield* config();
 */
export function onceValue<T>(f: () => Go<T>): () => Op<T>;
export function onceValue<T>(f: () => Promise<T>): () => Op<T>;
export function onceValue<T>(f: () => T): () => Op<T>;
export function onceValue(f: Func<unknown>): () => Op<unknown> {
  if (typeof f !== 'function') throw mistake('onceValue', 'a function', f);
  const once = new Once();
  let make: Func<unknown> | undefined = f;
  let value: unknown;
  let failed = false;
  const settle = (how: boolean, outcome: unknown): void => {
    failed = how;
    value = outcome;
    make = undefined;
  };
  function* follow(result: unknown): Go {
    try {
      settle(false, yield* finished(result));
    } catch (error) {
      settle(true, error);
    }
  }
  const run = (): unknown => {
    try {
      const result = make?.();
      expected(result);
      if (isGenerator(result) || isThenable(result)) return follow(result);
      settle(false, result);
    } catch (error) {
      settle(true, error);
    }
    return undefined;
  };
  const outcome = (): unknown => {
    if (failed) throw value;
    return value;
  };
  return () => once.do(run).map(outcome);
}
