import { CASE_READY, G_CLOSED, R_MEMORY, R_PARKED } from '../../assembly/layout.ts';
import type { Ctx } from '../context/ctx.ts';
import type { Listener } from '../context/node.ts';
import { outOfMemory } from '../errors.ts';
import { Operation } from '../op.ts';
import { writeCase, writeSemaCase } from '../runtime/cases.ts';
import { reasonOf, select, wake, wordAt } from '../runtime/core.ts';
import { kick } from '../runtime/loop.ts';
import { p, type Waiter } from '../runtime/processor.ts';
import { BLOCKED, PARKED, type Result, VOID } from '../runtime/result.ts';
import { UNKNOWN, YES } from '../runtime/state.ts';
import type { Sema } from '../sync/sema.ts';

/**
 * Acquires permits, unless a context is over. It waits for the semaphore alone, always as a case of a select, for the
 * waiter of one of those can be taken away from outside; the end of the context does that, and says so with the mark that
 * a close leaves. If permits come at the same time, they are given back: the context wins.
 */
export class AcquireOp extends Operation<void> implements Listener {
  readonly label = 'acquire()';
  /** Who waits, and as which case; null while nobody does. */
  private waiter: Waiter | null = null;
  private index = 0;
  private holding = false;
  /** The context was over when the select began. */
  private over = false;

  constructor(
    private readonly sema: Sema,
    private readonly n: number,
    private readonly ctx: Ctx,
  ) {
    super();
  }

  override get outside(): boolean {
    return this.sema.outside || (this.ctx.node?.outside ?? false);
  }

  override ready(): number {
    const { sema } = this;
    if (this.ctx.err() !== undefined) return YES;
    return sema.addr === 0 && sema.suffices(this.n) ? YES : UNKNOWN;
  }

  start(g: Waiter | null): Result {
    const { sema, n, ctx } = this;
    const error = ctx.err();
    if (error !== undefined) throw error;
    if (sema.tryAcquire(n)) return VOID;
    if (g === null) return BLOCKED;
    if (!this.enter(0, g)) throw ctx.err();
    const r = select(1, g.addr);
    if (r === R_PARKED) return PARKED;
    if (r !== R_MEMORY) return this.acquired();
    this.abandon();
    throw outOfMemory();
  }

  finish(): Result {
    if (!p.closed) return this.acquired();
    this.abandon();
    throw this.ctx.err();
  }

  describe(i: number, g: Waiter | null): void {
    this.over = this.ctx.err() !== undefined || !this.enter(i, g);
    if (this.over) writeCase(i, CASE_READY, 0);
  }

  commit(): Result {
    if (!this.over) return this.acquired();
    throw this.ctx.err();
  }

  /** Writes the case, and listens to the context; false, and nothing is held, if that is over. */
  private enter(i: number, g: Waiter | null): boolean {
    const { sema, ctx } = this;
    sema.hold();
    this.holding = true;
    if (g !== null) {
      ctx.node?.addListener(this);
      this.waiter = g;
      this.index = i;
      if (ctx.err() !== undefined) {
        this.abandon(); // it heard of it by listening
        return false;
      }
    }
    writeSemaCase(i, sema.addr, this.n);
    return true;
  }

  /** The context is over. */
  call(): void {
    // Not yet if it is just about to wait, and the context was found to be over for another case.
    if (!this.wake()) void Promise.resolve().then(() => this.wake());
  }

  private wake(): boolean {
    const { waiter } = this;
    if (waiter === null || reasonOf(waiter.addr) === 0) return false;
    wake(waiter.addr, this.index, 1);
    kick();
    return true;
  }

  /** It has permits. */
  private acquired(): Result {
    this.abandon();
    const error = this.ctx.err();
    if (error === undefined) return VOID;
    this.sema.release(this.n);
    throw error;
  }

  override abandon(): void {
    if (this.waiter !== null) this.ctx.node?.removeListener(this);
    this.waiter = null;
    if (this.holding) this.sema.letGo();
    this.holding = false;
  }

  override giveBack(g: Waiter | null): void {
    if (!this.over && (g === null || wordAt(g.addr + G_CLOSED) === 0)) this.sema.release(this.n);
  }
}
