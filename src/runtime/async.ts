/** Waiting in async functions. */
import { outOfMemory } from '../errors.ts';
import { type AnyOperation, giveBack, release } from '../op.ts';
import { exit, waiter } from './core.ts';
import { afterHost, asyncResumed, kick, kickIfReady, sliceOver } from './loop.ts';
import { clearOwner, p, setOwner, type Waiter } from './processor.ts';
import { takeResult } from './result.ts';

export type Handler = ((value: unknown) => unknown) | null | undefined;

/** Records of waits that are over. */
const spare: number[] = [];
const SPARE_MAX = 64;

/** The goroutine on whose behalf code runs now, or null when it is none, or nobody can tell. */
export function currentOwner(): Waiter | null {
  return p.self ?? p.async;
}

/** Whose continuations are about to run in microtasks, in that order. */
let entering: Waiter[] = [];
let entered = 0;
const settled = Promise.resolve();

function enter(): void {
  p.async = entering[entered++] as Waiter;
  if (entered === entering.length) {
    entering = [];
    entered = 0;
  }
}

function leave(): void {
  p.async = null;
}

/**
 * Settles a promise that an async goroutine awaits, so that its code runs with `p.async` set: `settle` queues the
 * continuation, and a microtask before and one after it hold it in between.
 */
function resumeAs(owner: Waiter, settle: () => void): void {
  entering.push(owner);
  void settled.then(enter);
  settle();
  void settled.then(leave);
}

/** Uses an operation for `then`: completes it now, or parks. */
export function thenOn(op: AnyOperation, onValue: Handler, onError: Handler): PromiseLike<unknown> {
  if (op.by?.ended) return new Outcome(); // its goroutine's program has ended: it never goes on
  try {
    op.take();
    const r = op.start(null);
    if (!r.done) return park(op, onValue, onError);
    kickIfReady();
    return resolveSoon(op, takeResult(r), onValue);
  } catch (error) {
    const outcome = new Outcome();
    outcome.settleFor(op.by, onError, error, true);
    return outcome;
  }
}

function resolveSoon(op: AnyOperation, value: unknown, onValue: Handler): Outcome {
  const outcome = new Outcome();
  if (p.self !== null || --p.budget >= 0 || !sliceOver()) outcome.settleFor(op.by, onValue, value, false);
  // Microtasks that complete at once have kept the host from its own events for long enough: it goes first.
  else {
    afterHost(() => {
      if (op.by?.ended)
        op.giveBack(null); // nobody goes on with it, so a lock would stay locked
      else outcome.settleFor(op.by, onValue, value, false);
    });
  }
  return outcome;
}

/** The wait of an operation that was tried in vain; without memory for it the operation is given up. */
function asyncWait(op: AnyOperation, onValue: Handler, onError: Handler): AsyncWait {
  try {
    return new AsyncWait(op, onValue, onError);
  } catch (error) {
    release(op);
    throw error;
  }
}

function park(op: AnyOperation, onValue: Handler, onError: Handler): Outcome {
  const wait = asyncWait(op, onValue, onError);
  try {
    const r = op.start(wait);
    if (!r.done) {
      wait.park(op);
      return wait;
    }
    // A timer became due since it was tried.
    const value = takeResult(r);
    wait.free(true);
    return resolveSoon(op, value, onValue);
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

  /** Settles it for the async goroutine that waits, or for anybody. */
  settleFor(owner: Waiter | null, handler: Handler, argument: unknown, failed: boolean): void {
    if (owner === null) this.settle(handler, argument, failed);
    else if (!owner.ended) resumeAs(owner, () => this.settle(handler, argument, failed));
  }

  /** Calls the handler; what comes of it is the outcome. */
  private settle(handler: Handler, argument: unknown, failed: boolean): void {
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
  readonly owner: Waiter | null;

  constructor(
    public op: AnyOperation | null,
    private readonly onValue: Handler,
    private readonly onError: Handler,
  ) {
    super();
    this.owner = op?.by ?? null;
    setOwner(this.addr, this);
    if (this.owner?.program) this.owner.program.pending++;
  }

  wake(): void {
    const op = this.op as AnyOperation;
    asyncResumed();
    try {
      op.rest();
      const r = op.finish(this);
      if (!r.done) return this.park(op);
      const value = takeResult(r);
      this.free(true);
      this.settleFor(this.owner, this.onValue, value, false);
    } catch (error) {
      this.free(true);
      this.settleFor(this.owner, this.onError, error, true);
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
    giveBack(this);
    this.free(false);
    if (op !== null) release(op);
  }

  /** `woken`: nothing in the core knows the record any more, so another wait may have it. */
  free(woken: boolean): void {
    const { addr } = this;
    this.op = null;
    if (addr === 0) return;
    this.addr = 0;
    if (this.owner?.program) this.owner.program.pending--;
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
