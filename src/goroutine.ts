/** Goroutines: what `go` starts, and how one waits for another to end. */
import { CASE_JOIN, CASE_READY, HEADER_PS, P_GS, PTABLE } from '../assembly/layout.ts';
import { goroutineCut, goroutineEnded, type GoroutineInfo, mistake, outOfMemory, Panic } from './errors.ts';
import { host } from './host/index.ts';
import { giveBack, type Op, type Parked, Operation, release } from './op.ts';
import { currentOwner } from './runtime/async.ts';
import { coreWords, exit, explain, join, spawn, wordAt } from './runtime/core.ts';
import { reasonFor } from './runtime/dump.ts';
import { isAsyncGeneratorFunction, isGenerator, isGeneratorFunction, isThenable } from './runtime/kinds.ts';
import { asyncResumed, kick, resume } from './runtime/loop.ts';
import {
  blocking,
  clearOwner,
  type Coroutine,
  cutRunning,
  p,
  setOwner,
  type Waiter,
} from './runtime/processor.ts';
import { BLOCKED, done, type Result } from './runtime/result.ts';
import { NO, YES } from './runtime/state.ts';
import { siteOf, type Trace, trace } from './runtime/site.ts';
import { parkedOr, writeCase } from './runtime/cases.ts';
import { checking, reportUnused } from './runtime/unused.ts';

/**
 * The return type of a generator goroutine.
 *
 * @example
 * function* sum(ch: RecvChan<number>): Go<number> {
 *   let total = 0;
 *   yield* ch.each((v) => void (total += v));
 *   return total;
 * }
 */
export type Go<T = void> = Generator<Parked, T, void>;

/**
 * What a goroutine can run: a generator function, an async function, or a plain one.
 *
 * @example
 * function twice(body: Body<[number], void>): void {
 *   for (const n of [1, 2]) go(body as (n: number) => void, n);
 * }
 */
export type Body<A extends unknown[], T> =
  ((...args: A) => Go<T>) | ((...args: A) => Promise<T>) | ((...args: A) => T);

/**
 * A started goroutine. Dropping the handle does not end it.
 *
 * @example
 * const g = go(sum, numbers);
 * const total = yield* g.join();
 */
export interface Goroutine<T> {
  /** Counts up within a run; its main goroutine is 1. */
  readonly id: number;
  /** The name of its body, or `func`. */
  readonly name: string;
  /**
   * Waits until it has ended: its return value, or throws what it threw. May be called any number of times, also after
   * it has ended. A goroutine that throws and that nobody joins by the host's next turn ends its program with a panic.
   *
   * @throws what the goroutine threw; Panic `the goroutine was ended: its program is over` if that is how it ended.
   */
  join(): Op<T>;
}

/** A program's goroutines: see program.ts. */
export interface Program {
  readonly over: boolean;
  /** Its name in the core, 0 outside any run: tasks are told by it. */
  readonly run: number;
  /** Calls of `afterFunc` to come, and waits of its async goroutines. */
  pending: number;
  nextId(): number;
  started(g: G<unknown>): void;
  ended(g: G<unknown>, threw: boolean): void;
}

let fallback: Program;

/** Sets the program of goroutines that nobody can tell the program of. */
export function setFallback(program: Program): void {
  fallback = program;
}

const RUNNING = 0;
/** Running, driven by a promise: an async function. */
const ASYNC = 1;
const RETURNED = 2;
const THREW = 3;
/** Ended by the end of its program. */
const CUT = 4;

/** Async goroutines that have not ended. */
export let liveAsync = 0;
let live = 0;

/**
 * How many goroutines there are that have not ended, over all runs and threads.
 *
 * Source: Go's `runtime.NumGoroutine`.
 *
 * @example
 * console.log(`${numGoroutine()} goroutines`);
 */
export function numGoroutine(): number {
  let total = 0;
  const processors = wordAt(HEADER_PS);
  for (let i = 0; i < processors; i++) total += wordAt(wordAt(PTABLE + i * 4) + P_GS);
  return total;
}

/** The goroutine and its handle in one. */
export class G<T> implements Goroutine<T>, Coroutine {
  gen: Iterator<unknown, unknown, void> | null;
  op: Waiter['op'] = null;
  /** The arguments before it starts, a value in transit while it waits, its result or error after its end. */
  value: unknown;
  state = RUNNING;
  /** Who has its outcome, or waits for it. */
  joins = 0;

  constructor(
    readonly addr: number,
    gen: Iterator<unknown, unknown, void> | null,
    args: unknown[] | undefined,
    private readonly body: (...args: never[]) => unknown,
    readonly program: Program,
    readonly id: number,
    private readonly made: Trace | undefined,
  ) {
    this.gen = gen;
    this.value = args;
  }

  get name(): string {
    return this.body.name || 'func';
  }

  get site(): string | undefined {
    return siteOf(this.made);
  }

  join(): Op<T> {
    return new JoinOp<T>(this);
  }

  info(): GoroutineInfo {
    return { id: this.id, name: this.name, reason: this.reason(), site: this.site };
  }

  private reason(): string {
    return this.ended ? 'running' : reasonFor(this, this.state === ASYNC);
  }

  /** Starts a body that is no generator function, in its first turn. */
  wake(): void {
    const args = this.value as never[];
    this.value = undefined;
    // Not `p.self`: it has no generator to park. An async function's operations are known by `p.async`.
    p.async = this;
    let result: unknown;
    try {
      result = this.body(...args);
    } catch (error) {
      this.threw(error);
      return;
    } finally {
      p.async = null;
    }
    if (this.ended) return; // it ended its own program
    if (isGenerator(result)) {
      this.gen = result;
      resume(this, result);
    } else if (isThenable(result)) {
      this.follow(result);
    } else {
      this.returned(result);
    }
  }

  /** It can be woken from now on. */
  born(): void {
    this.count(1);
    this.program.started(this);
  }

  protected count(delta: number): void {
    live += delta;
    coreWords[P_GS >> 2] = live; // for other threads
  }

  private follow(promise: PromiseLike<unknown>): void {
    this.state = ASYNC;
    liveAsync++;
    asyncResumed();
    // `resolve` answers a promise as it is, and tames a thenable that throws or calls back at once.
    Promise.resolve(promise).then(
      (value) => this.settled(() => this.returned(value)),
      (error: unknown) => this.settled(() => this.threw(error)),
    );
  }

  private settled(end: () => void): void {
    if (this.ended) return; // its program has ended
    end();
    kick();
  }

  returned(value: unknown): void {
    if (this.ended) return;
    this.end(RETURNED, value);
    this.program.ended(this, false);
  }

  threw(error: unknown): void {
    if (this.ended) return;
    this.end(THREW, explain(error));
    this.program.ended(this, true);
  }

  private end(state: number, value: unknown): void {
    if (this.state === ASYNC) liveAsync--;
    this.state = state;
    this.value = value;
    this.gen = null;
    this.op = null;
    this.count(-1);
    clearOwner(this.addr);
    exit(this.addr);
    if (checking) reportUnused(this);
  }

  /** Takes it out of everything that could wake it: its program has ended. */
  cut(): void {
    const { gen, op } = this;
    if (this.ended) return;
    giveBack(this);
    this.end(CUT, undefined);
    if (op !== null) release(op);
    this.gen = gen; // for `unwind`
    if (p.self === this) cutRunning(this);
  }

  /** Runs its `finally` blocks; they may not wait. One that runs now, or blocks, comes here when it next waits. */
  unwind(): void {
    const { gen } = this;
    if (gen === null || p.cut === this || blocking.has(this)) return;
    this.gen = null;
    const { self, addr, ending } = p;
    p.self = null;
    p.addr = 0;
    p.ending = true;
    try {
      gen.return?.();
    } catch (error) {
      // The program is over, as in Go, and its result stands.
      if (!(error instanceof Panic && error.code === 'ERR_GOROUTINE_ENDED')) warnOfCleanUp(this, error);
    } finally {
      p.self = self;
      p.addr = addr;
      p.ending = ending;
    }
  }

  /** Whether its outcome is anybody's business. */
  get joined(): boolean {
    return this.joins > 0;
  }

  /** The result of a goroutine that has ended. */
  outcome(): Result {
    if (this.state === THREW) throw this.value;
    if (this.state === CUT) throw goroutineCut();
    return done(this.value);
  }

  get ended(): boolean {
    return this.state >= RETURNED;
  }
}

function warnOfCleanUp({ id, name }: G<unknown>, error: unknown): void {
  let text = 'something that has no text';
  try {
    text = String((error as { stack?: unknown } | null | undefined)?.stack ?? error);
  } catch {
    // so it is
  }
  host.warn(`clean-up of goroutine ${id} (${name}) at the end of its program threw: ${text}`);
}

function nobody(): void {}

/** A goroutine whose end is told to somebody. */
export class CountedG<T> extends G<T> {
  /** Set right after construction. */
  onReturn: (value: unknown) => void = nobody;
  /** Whoever sets it has joined it, too. */
  onThrow: (error: unknown) => void = nobody;

  override returned(value: unknown): void {
    if (this.ended) return;
    try {
      this.onReturn(value);
    } catch (error) {
      return this.threw(error);
    }
    super.returned(value);
  }

  override threw(error: unknown): void {
    if (!this.ended) this.onThrow(error);
    super.threw(error);
  }
}

class JoinOp<T> extends Operation<T> {
  /** It waits, and counts as a joiner unless it is abandoned. */
  private waiting = false;

  constructor(private readonly target: G<T>) {
    super();
  }

  get label(): string {
    return 'join()';
  }

  start(g: Waiter | null): Result {
    if (this.target.ended) return this.commit();
    if (g === null) return BLOCKED;
    const r = parkedOr(join(this.target.addr, g.addr));
    this.joining();
    return r;
  }

  finish(): Result {
    this.waiting = false;
    return this.target.outcome();
  }

  override ready(): number {
    return this.target.ended ? YES : NO;
  }

  describe(i: number, g: Waiter | null): void {
    if (this.target.ended) return writeCase(i, CASE_READY, 0);
    writeCase(i, CASE_JOIN, this.target.addr);
    if (g !== null) this.joining();
  }

  private joining(): void {
    this.target.joins++;
    this.waiting = true;
  }

  commit(): Result {
    this.target.joins++;
    return this.target.outcome();
  }

  override abandon(): void {
    if (this.waiting) this.target.joins--;
    this.waiting = false;
  }
}

/** Refuses what no goroutine can run. */
export function checkBody(where: string, body: unknown): void {
  if (isGeneratorFunction(body)) return;
  if (typeof body !== 'function') throw mistake(where, 'a function', body);
  if (isAsyncGeneratorFunction(body)) {
    throw mistake(where, 'a generator, async or plain function', 'an async generator function');
  }
}

type GeneratorBody = (...args: unknown[]) => Iterator<unknown, unknown, void>;

/** Calls it. Up to two arguments are spelled out: spreading them costs as much as the call. */
function create(body: GeneratorBody, args: unknown[]): Iterator<unknown, unknown, void> {
  switch (args.length) {
    case 0:
      return body();
    case 1:
      return body(args[0]);
    case 2:
      return body(args[0], args[1]);
    default:
      return body(...args);
  }
}

/** Starts a goroutine of a program. */
export function start<T>(
  program: Program,
  body: (...args: never[]) => unknown,
  args: unknown[],
  made: Trace | undefined,
  Kind: typeof G<T> = G,
  id = program.nextId(),
): G<T> {
  const lazy = isGeneratorFunction(body);
  // The frame of a generator function holds its arguments; it runs nothing yet.
  const gen = lazy ? create(body as GeneratorBody, args) : null;
  const addr = spawn();
  if (addr === 0) throw outOfMemory();
  const g = new Kind(addr, gen, lazy ? undefined : args, body, program, id, made);
  setOwner(addr, g);
  g.born();
  kick();
  return g;
}

/** Starts a goroutine on behalf of the public function `below`, whose caller is its creation site. */
export function goFrom(
  below: (...args: never[]) => unknown,
  body: (...args: never[]) => unknown,
  args: unknown[],
): G<unknown> {
  return start(currentProgram(), body, args, trace(below));
}

/** The program on whose behalf code runs now. */
export function currentProgram(): Program {
  if (p.ending || p.cut !== null) throw goroutineEnded();
  const owner = currentOwner();
  if (owner instanceof G && !owner.program.over) return owner.program;
  return fallback;
}
