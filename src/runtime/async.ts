/** Waiting in async functions. */
import { outOfMemory } from '../errors.ts';
import { type AnyOperation, release } from '../op.ts';
import { exit, waiter } from './core.ts';
import { afterHost, asyncResumed, kick, kickIfReady, sliceOver } from './loop.ts';
import { clearOwner, p, setOwner, type Waiter } from './processor.ts';
import { takeResult } from './result.ts';

export type Handler = ((value: unknown) => unknown) | null | undefined;

/** Records of waits that are over. */
const spare: number[] = [];
const SPARE_MAX = 64;

/**
 * Which async goroutine the microtasks that run now belong to, as far as it is known: the one whose wait ended in
 * the turn before. Two in one turn are told apart by nothing.
 */
let resumed: Waiter | null = null;
let resumedInTurn = 0;

/** The goroutine on whose behalf code runs now, or null when nobody can tell. */
export function currentOwner(): Waiter | null {
  return p.self ?? resumed;
}

/** An async goroutine goes on in the microtasks of this turn. */
export function noteResumed(g: Waiter | null): void {
  if (resumedInTurn++ === 0) asyncResumed(forgetResumed);
  resumed = resumedInTurn === 1 ? g : null;
}

function forgetResumed(): void {
  resumed = null;
  resumedInTurn = 0;
}

/** Uses an operation for `then`: completes it now, or parks. */
export function thenOn(op: AnyOperation, onValue: Handler, onError: Handler): PromiseLike<unknown> {
  // Its goroutine's program has ended: it never goes on.
  if (currentOwner()?.ended) return new Outcome();
  try {
    op.take();
    const r = op.start(null);
    if (!r.done) return park(op, onValue, onError);
    kickIfReady();
    return resolveSoon(takeResult(r), onValue);
  } catch (error) {
    return settledBy(onError, error, true);
  }
}

function resolveSoon(value: unknown, onValue: Handler): Outcome {
  if (p.self !== null || --p.budget >= 0 || !sliceOver()) return settledBy(onValue, value, false);
  // Microtasks that complete at once have kept the host from its own events for long enough: it goes first.
  const outcome = new Outcome();
  afterHost(() => {
    outcome.settle(onValue, value, false);
  });
  return outcome;
}

function settledBy(handler: Handler, argument: unknown, failed: boolean): Outcome {
  const outcome = new Outcome();
  outcome.settle(handler, argument, failed);
  return outcome;
}

function park(op: AnyOperation, onValue: Handler, onError: Handler): AsyncWait {
  const wait = new AsyncWait(op, onValue, onError);
  try {
    op.start(wait);
    wait.park(op);
    return wait;
  } catch (error) {
    wait.free(false);
    throw error;
  }
}

/** What `then` answers. A promise is made only if somebody asks for one, and `await` does not. */
class Outcome implements PromiseLike<unknown> {
  private settled = false;
  private promise: Promise<unknown> | undefined = undefined;
  private listener: ((promise: Promise<unknown> | undefined) => void) | undefined = undefined;

  /** Calls the handler; what comes of it is the outcome. */
  settle(handler: Handler, argument: unknown, failed: boolean): void {
    this.settled = true;
    try {
      // `await` passes handlers that answer undefined, for which no promise is made.
      const result =
        typeof handler === 'function' ? handler(argument) : failed ? Promise.reject(argument) : argument;
      if (result !== undefined) this.promise = Promise.resolve(result);
    } catch (error) {
      this.promise = Promise.reject(error);
    }
    this.listener?.(this.promise);
  }

  then<A, B>(
    onValue?: ((value: unknown) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    const promise = this.settled
      ? Promise.resolve(this.promise)
      : new Promise<unknown>((settle) => {
          const before = this.listener;
          this.listener = (outcome) => {
            before?.(outcome);
            settle(outcome);
          };
        });
    return promise.then(onValue, onError);
  }
}

/** The wait of an async function. */
export class AsyncWait extends Outcome implements Waiter {
  addr = spare.pop() ?? waiterRecord();
  readonly gen = null;
  value: unknown = undefined;
  /** The async goroutine that waits, if known. */
  readonly owner: Waiter | null = currentOwner();

  constructor(
    public op: AnyOperation | null,
    private readonly onValue: Handler,
    private readonly onError: Handler,
  ) {
    super();
    setOwner(this.addr, this);
  }

  wake(): void {
    const op = this.op as AnyOperation;
    noteResumed(this.owner);
    try {
      op.rest();
      const r = op.finish(this);
      if (!r.done) return this.park(op);
      const value = takeResult(r);
      this.free(true);
      this.settle(this.onValue, value, false);
    } catch (error) {
      this.free(true);
      this.settle(this.onError, error, true);
    }
  }

  /** It waits, in the core and here. */
  park(op: AnyOperation): void {
    op.wait();
    kick(); // the host timer may be late now; and an operation that only yields is ready already
  }

  /** Its program has ended: it is never resumed. */
  drop(): void {
    const { op } = this;
    this.free(false);
    if (op !== null) release(op);
  }

  /** `woken`: nothing in the core knows the record any more, so another wait may have it. */
  free(woken: boolean): void {
    const { addr } = this;
    this.op = null;
    if (addr === 0) return;
    this.addr = 0;
    clearOwner(addr);
    if (woken && spare.length < SPARE_MAX) spare.push(addr);
    else exit(addr);
  }
}

/** A record of the core to wait with, outside a generator goroutine. */
export function waiterRecord(): number {
  const addr = waiter();
  if (!addr) throw outOfMemory();
  return addr;
}
