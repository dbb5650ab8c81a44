/** Waiting in async functions. */
import { outOfMemory } from '../errors.ts';
import { type AnyOperation, release } from '../op.ts';
import { exit, waiter } from './core.ts';
import { afterHost, asyncResumed, kick, kickIfReady, sliceOver } from './loop.ts';
import { clearOwner, p, setOwner, type Waiter } from './processor.ts';

export type Handler = ((value: unknown) => unknown) | null | undefined;

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

/**
 * The wait of an async function. It is also what `then` answers: a promise is made only if somebody asks for one,
 * and `await` does not.
 */
export class AsyncWait implements Waiter, PromiseLike<unknown> {
  addr = 0;
  readonly gen = null;
  value: unknown = undefined;
  /** The async goroutine that waits, if known. */
  readonly owner: Waiter | null = currentOwner();
  private settled = false;
  private outcome: Promise<unknown> | undefined = undefined;
  private listener: ((outcome: Promise<unknown> | undefined) => void) | undefined = undefined;

  constructor(
    public op: AnyOperation | null,
    private readonly onValue: Handler,
    private readonly onError: Handler,
  ) {}

  /** Uses the operation: completes it now, or parks. */
  begin(): void {
    const op = this.op as AnyOperation;
    try {
      op.take();
      let r = op.start(null);
      if (!r.done) {
        this.addr = spare.pop() ?? waiterRecord();
        setOwner(this.addr, this);
        r = op.start(this);
        if (!r.done) return this.park(op);
      }
      kickIfReady();
      const { value } = r;
      this.free(false);
      // Microtasks that complete at once would keep the host from its own events: then it goes first.
      if (p.self === null && --p.budget < 0 && sliceOver()) afterHost(() => this.resolve(value));
      else this.resolve(value);
    } catch (error) {
      this.free(false);
      this.reject(error);
    }
  }

  wake(): void {
    const op = this.op as AnyOperation;
    noteResumed(this.owner);
    try {
      const r = op.finish(this);
      if (!r.done) return this.park(op);
      const { value } = r;
      this.free(true);
      this.resolve(value);
    } catch (error) {
      this.free(true);
      this.reject(error);
    }
  }

  /** Its program has ended: it is never resumed. */
  drop(): void {
    if (this.op !== null) release(this.op);
    this.free(false);
  }

  then<A, B>(
    onValue?: ((value: unknown) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    const promise = this.settled
      ? Promise.resolve(this.outcome)
      : new Promise<unknown>((settle) => {
          const before = this.listener;
          this.listener = (outcome) => {
            before?.(outcome);
            settle(outcome);
          };
        });
    return promise.then(onValue, onError);
  }

  private park(op: AnyOperation): void {
    op.wait();
    kick(); // an operation that only yields is ready already
  }

  /** `woken`: nothing in the core knows the record any more, so another wait may have it. */
  private free(woken: boolean): void {
    this.op = null;
    const { addr } = this;
    if (addr === 0) return;
    this.addr = 0;
    clearOwner(addr);
    if (woken && spare.length < SPARE_MAX) spare.push(addr);
    else exit(addr);
  }

  private resolve(value: unknown): void {
    this.settle(this.onValue, value, false);
  }

  private reject(error: unknown): void {
    this.settle(this.onError, error, true);
  }

  /** Calls the handler; what comes of it is the outcome of what `then` answered. */
  private settle(handler: Handler, argument: unknown, failed: boolean): void {
    this.settled = true;
    try {
      // `await` passes handlers that answer undefined, for which no promise is made.
      const result =
        typeof handler === 'function' ? handler(argument) : failed ? Promise.reject(argument) : argument;
      if (result !== undefined) this.outcome = Promise.resolve(result);
    } catch (error) {
      this.outcome = Promise.reject(error);
    }
    this.listener?.(this.outcome);
  }
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

/** Records of waits that are over. */
const spare: number[] = [];
const SPARE_MAX = 64;

/** A record of the core to wait with, outside a generator goroutine. */
export function waiterRecord(): number {
  const addr = waiter();
  if (!addr) throw outOfMemory();
  return addr;
}
