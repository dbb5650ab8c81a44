/** The operations that wait for a semaphore. */
import { R_PARKED } from '../../assembly/layout.ts';
import { Operation } from '../op.ts';
import { writeSemaCase } from '../runtime/cases.ts';
import { semaAcquire } from '../runtime/core.ts';
import { p, type Waiter } from '../runtime/processor.ts';
import { BLOCKED, completed, PARKED, type Result } from '../runtime/result.ts';
import { ARMED, IDLE, UNKNOWN, YES } from '../runtime/state.ts';
import { checking } from '../runtime/unused.ts';
import type { Sema } from './sema.ts';

/** Acquires `n` permits; `value` is what the wait gives. */
export class SemaOp<T> extends Operation<T> {
  /** Always the same, so it need not be put into the shared result each time. */
  protected readonly result: Result;
  /** It waits, and the semaphore knows. */
  private holding = false;

  constructor(
    readonly label: string,
    protected readonly sema: Sema,
    protected readonly n: number,
    protected readonly reason: number,
    value: T,
  ) {
    super();
    this.result = completed(value);
  }

  /** Arms it again, if it may be: it is kept for reuse, as those of channels are (decision 6). */
  rearm(): boolean {
    if (this.state !== IDLE || p.async !== null) return false;
    this.state = ARMED;
    return true;
  }

  /** Whether it may be kept: it was made by nobody who has to be remembered. */
  get keepable(): boolean {
    return this.by === null && !checking;
  }

  override get outside(): boolean {
    return this.sema.outside;
  }

  override next(): Result {
    if (this.state !== ARMED) return this.resume();
    this.state = IDLE;
    if (--p.budget < 0 || !this.sema.tryAcquire(this.n)) return this.settle(this.start(p.self));
    return this.result;
  }

  override ready(): number {
    const { sema } = this;
    return sema.addr === 0 && sema.suffices(this.n) ? YES : UNKNOWN;
  }

  start(g: Waiter | null): Result {
    if (this.sema.tryAcquire(this.n)) return this.result;
    return g === null ? BLOCKED : this.park(g);
  }

  protected park(g: Waiter): Result {
    this.hold();
    if (semaAcquire(this.sema.addr, this.n, g.addr, this.reason, 0) === R_PARKED) return PARKED;
    return this.won();
  }

  finish(_g: Waiter): Result {
    return this.won();
  }

  describe(i: number): void {
    this.hold();
    writeSemaCase(i, this.sema.addr, this.n);
  }

  commit(): Result {
    return this.won();
  }

  private hold(): void {
    this.sema.hold();
    this.holding = true;
  }

  /** It has what it waited for. */
  protected won(): Result {
    this.abandon();
    return this.result;
  }

  override abandon(): void {
    if (this.holding) this.sema.letGo();
    this.holding = false;
  }

  /** What was given to somebody who is gone would be gone, too. */
  override giveBack(): void {
    this.sema.release(this.n);
  }
}
