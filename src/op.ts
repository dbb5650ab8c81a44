/**
 * Operations: lazy descriptions of something that may wait, and the four ways to use one.
 *
 * An operation is its own iterator, so `yield* op` allocates nothing: `next` completes it at once, or parks the
 * goroutine and is called again when the goroutine is resumed.
 */
import { G_CLOSED } from '../assembly/layout.ts';
import { goroutineEnded, mistake } from './errors.ts';
import { type Handler, thenOn } from './runtime/async.ts';
import { blockOn } from './runtime/block.ts';
import { wordAt, woken, yieldNow } from './runtime/core.ts';
import { kickIfReady, sliceOver } from './runtime/loop.ts';
import { p, type Waiter } from './runtime/processor.ts';
import { BLOCKED, done, PARKED, type Result } from './runtime/result.ts';
import { ADOPTED, ARMED, BUSY, IDLE, KEPT, UNKNOWN, YES } from './runtime/state.ts';
import { checking, track } from './runtime/unused.ts';

declare const parkedBrand: unique symbol;

/**
 * What a goroutine yields while it waits. Only operations make it.
 *
 * @example
 * function* f(): Generator<Parked, number, void> {} // what Go<number> is short for
 */
export interface Parked {
  readonly [parkedBrand]: true;
}

/**
 * Something that may wait. It does nothing until it is used, and it is used once:
 *
 * - `yield* op` in a generator goroutine: the fast path, no promise,
 * - `await op` in an async function,
 * - as a case of `select`,
 * - `op.block()` in synchronous code.
 *
 * Using one twice throws a `TypeError`. A channel arms its operation again for the next `send` or `recv`, and so do Mutex
 * and WaitGroup, so a handle kept after its use may be that next one.
 *
 * `await` is meant; `then` calls its handlers at once if the operation can complete.
 *
 * @example
 * const v = yield* ch.recv();
 */
export interface Op<out T> extends PromiseLike<T> {
  /** For `yield* op`. */
  [Symbol.iterator](): Iterator<Parked, T, void>;
  /**
   * The same operation with its result passed through `f`. `f` runs once, when the operation has completed; in a
   * select, only if the case was chosen.
   *
   * @example
   * const line = yield* ch.recv().map((v) => `got ${v}`);
   */
  map<U>(f: (value: T) => U): Op<U>;
  /**
   * Waits in plain synchronous code. Generator goroutines and timers of this thread go on meanwhile; promises and
   * host I/O do not. Throws where the thread may not block, and if nothing on this thread could ever end the wait.
   *
   * @example
   * const v = ch.recv().block();
   */
  block(): T;
}

/** Operations have this property, and nothing else has. Asking is quicker than `instanceof`, which walks the prototypes. */
export const SELECTABLE = Symbol('selectable');

export type AnyOperation = Operation<unknown>;

/** What every operation is made of; each kind says how it starts, finishes, and stands in a select. */
export abstract class Operation<T> implements Op<T> {
  state: number = ARMED;
  /** The async goroutine that made it, if one did: its `then` is called later, when nobody can tell any more. */
  readonly by: Waiter | null = p.async;

  /** Whether it waits on something that was made outside any goroutine, so that host code may hold it. */
  get outside(): boolean {
    return false;
  }

  /** Whether it may be a case of a select: NO, YES or ENCODES. */
  get [SELECTABLE](): number {
    return YES;
  }

  constructor() {
    if (checking) track(this);
  }

  /** How it is called in messages. */
  abstract get label(): string;
  /** Completes, or parks `g`, or answers BLOCKED when `g` is null. Throws with nothing changed. */
  abstract start(g: Waiter | null): Result;
  /** Completes after `g` was woken. May answer PARKED again. */
  abstract finish(g: Waiter): Result;
  /**
   * Writes itself as case `i` of the select that is being made. What it must hold on to while the select waits it takes
   * here, and gives back in `abandon`; with `g` null the select only tries.
   */
  abstract describe(i: number, g: Waiter | null): void;
  /** Whether `start` would complete, if that can be told without the core: YES, NO, or UNKNOWN. Changes nothing. */
  ready(): number {
    return UNKNOWN;
  }
  /** ENCODES: does what may run code of the program, before any case is described. */
  prepare(): void {}
  /** Completes as the chosen case, by result `r` of the core. */
  abstract commit(r: number): Result;
  /** What a parked sender offers, for a case of a select: the value of that case. */
  offer(_case: number): unknown {
    return undefined;
  }
  /**
   * It was completed, but its goroutine is ended before it could know: gives back what must not be lost. `g` is null if it
   * has taken its value out of the core already. Not called of one that a close has woken: it is abandoned.
   */
  giveBack(_g: Waiter | null): void {}
  /** The same, when another thread is just completing it and nobody can tell what came of it. */
  lose(): void {}
  /** It waited, or stood in a select, and will not be completed. */
  abandon(): void {}

  [Symbol.iterator](): Iterator<Parked, T, void> {
    return this as unknown as Iterator<Parked, T, void>;
  }

  next(): Result {
    if (this.state === ARMED) {
      this.state = IDLE;
      return this.settle(this.start(p.self));
    }
    return this.resume();
  }

  /** What `next` does on every call but the first. */
  protected resume(): Result {
    const g = p.self;
    if (g !== null && g.op === (this as AnyOperation)) {
      g.op = null;
      if (this.state === BUSY) {
        this.state = IDLE;
        const r = this.finish(g);
        // Not counted: whoever is resumed gets to run. The loop looks at the clock between two turns.
        return r.done ? r : this.settle(r);
      }
      if (this.state === KEPT) {
        this.state = IDLE;
        const value = g.value;
        g.value = undefined;
        return done(value);
      }
    }
    throw this.misused();
  }

  /** A step of a goroutine is made: notes that it waits, or whether it has to give way. */
  protected settle(r: Result): Result {
    const g = p.self;
    if (r.done) {
      if (g === null) kickIfReady();
      if (--p.budget >= 0 || g === null) return r;
      const { value } = r; // the clock may fire timers, and they may run code that uses the shared result
      if (!sliceOver()) return done(value);
      this.state = KEPT;
      g.op = this;
      g.value = value;
      yieldNow(g.addr);
      return PARKED;
    }
    if (r === BLOCKED || g === null) {
      release(this); // tried in vain: it has encoded what it would have sent, or holds its cases
      if (p.ending) throw goroutineEnded();
      if (p.cut !== null) return PARKED; // it is ended instead of parked: see `resume` in loop.ts
      throw new TypeError(
        `${this.label}: yield* waits only in a goroutine started by go() or run(); use await here`,
      );
    }
    this.state = BUSY;
    g.op = this;
    return r;
  }

  /** Marks it used, for whoever runs it by hand. */
  take(): void {
    if (this.state !== ARMED) throw this.misused();
    this.state = IDLE;
  }

  /** Whether somebody used it. */
  get used(): boolean {
    return this.state !== ARMED;
  }

  /** It is parked by someone who runs it by hand. */
  wait(): void {
    this.state = BUSY;
  }

  /** It is woken by whoever runs it by hand. */
  rest(): void {
    this.state = IDLE;
  }

  /** Gives it to a select. */
  adopt(): void {
    if (this.state !== ARMED) throw this.misused();
    this.state = ADOPTED;
  }

  private misused(): TypeError {
    const now =
      this.state === BUSY || this.state === ADOPTED ? 'is already being waited for' : 'was used already';
    return new TypeError(`${this.label}: an operation is used once, and this one ${now}; make a new one`);
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return thenOn(this, onValue as Handler, onError) as PromiseLike<A | B>;
  }

  map<U>(f: (value: T) => U): Op<U> {
    if (typeof f !== 'function') throw mistake('map', 'a function', f);
    this.adopt();
    return new MapOp<T, U>(this, f);
  }

  block(): T {
    this.take();
    return blockOn(this) as T;
  }
}

/** Answers of `woken`. */
const WOKEN = 1;
const COMING = 2;

/** Gives back what the operation of a goroutine that is ended has won already. The record is still there. */
export function giveBack(g: Waiter): void {
  const { op } = g;
  if (op === null) return;
  if (op.state === KEPT) return op.giveBack(null);
  const state = woken(g.addr);
  if (state === WOKEN) {
    // Woken by a close, or only to compete for a permit: nothing was given, and the word is an older one.
    if (wordAt(g.addr + G_CLOSED) === 0) op.giveBack(g);
  } else if (state === COMING) op.lose();
}

/** Gives up an operation that somebody waited in. */
export function release(op: AnyOperation): void {
  const over = op.state === KEPT;
  op.state = IDLE;
  if (!over) op.abandon(); // what it was made of may be armed again since, by somebody else
}

/** `op.map(f)`: the same operation with its result passed through `f`. */
class MapOp<T, U> extends Operation<U> {
  constructor(
    private readonly inner: Operation<T>,
    private readonly f: (value: T) => U,
  ) {
    super();
  }

  get label(): string {
    return this.inner.label;
  }

  private through(r: Result): Result {
    if (!r.done) return r;
    this.inner.state = IDLE; // now, and not before, may it be armed again
    const { f } = this;
    return done(f(r.value as T));
  }

  start(g: Waiter | null): Result {
    return this.through(this.inner.start(g));
  }

  finish(g: Waiter): Result {
    return this.through(this.inner.finish(g));
  }

  override prepare(): void {
    this.inner.prepare();
  }

  describe(i: number, g: Waiter | null): void {
    this.inner.describe(i, g);
  }

  override ready(): number {
    return this.inner.ready();
  }

  override get [SELECTABLE](): number {
    return this.inner[SELECTABLE];
  }

  override get outside(): boolean {
    return this.inner.outside;
  }

  commit(r: number): Result {
    return this.through(this.inner.commit(r));
  }

  override offer(index: number): unknown {
    return this.inner.offer(index);
  }

  override giveBack(g: Waiter | null): void {
    this.inner.giveBack(g);
  }

  override lose(): void {
    this.inner.lose();
  }

  override abandon(): void {
    release(this.inner);
  }
}
