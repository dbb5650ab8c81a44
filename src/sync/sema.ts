/** The common root of Mutex and WaitGroup: a semaphore of the core and the operations that wait on it. */
import { CASE_SEMA, Q_FIRST, S_COUNT, S_WAITQ } from '../../assembly/layout.ts';
import { outOfMemory } from '../errors.ts';
import { Operation } from '../op.ts';
import { currentOwner } from '../runtime/async.ts';
import { parkedOr, writeCase } from '../runtime/cases.ts';
import { reach, semaFree, semaNew, semaRelease } from '../runtime/core.ts';
import { p, type Waiter } from '../runtime/processor.ts';
import { completed, type Result } from '../runtime/result.ts';
import { ARMED, IDLE, NO, YES } from '../runtime/state.ts';
import { checking } from '../runtime/unused.ts';

const dropped = new FinalizationRegistry<number>(semaFree);

/** A semaphore of the core, freed when nothing holds this any more. */
export class Sema {
  readonly addr: number;
  readonly outside = currentOwner() === null;

  // Small, and holding nothing: V8 keeps what is registered here through its young collections.
  constructor(count: number) {
    this.addr = semaNew(count);
    if (this.addr === 0) throw outOfMemory();
    reach(this.addr);
    dropped.register(this, this.addr);
  }

  // The record is this thread's alone, and as long as nobody waits a change of the count has no consequences: it is made
  // here, for a call of the core costs more.
  get count(): number {
    return p.words[(this.addr + S_COUNT) >> 2] as number;
  }

  set count(value: number) {
    p.words[(this.addr + S_COUNT) >> 2] = value;
  }

  /** Whether anybody waits. */
  get waited(): boolean {
    return p.words[(this.addr + S_WAITQ + Q_FIRST) >> 2] !== 0;
  }
}

/** Waits on a semaphore by one function of the core; `value` is what the wait gives. */
export class SemaOp<T> extends Operation<T> {
  /** Always the same, so it need not be put into the shared result each time. */
  private readonly result: Result;

  constructor(
    readonly label: string,
    private readonly sema: Sema,
    private readonly kind: number,
    private readonly enter: (s: number, g: number) => number,
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
    const { count } = this.sema;
    if (this.kind === CASE_SEMA) {
      if (count === 0 || --p.budget < 0) return this.slow();
      this.sema.count = count - 1;
    } else if (count !== 0 || --p.budget < 0) return this.slow();
    return this.result;
  }

  private slow(): Result {
    return this.settle(this.start(p.self));
  }

  override ready(): number {
    const { count } = this.sema;
    return (this.kind === CASE_SEMA ? count > 0 : count === 0) ? YES : NO;
  }

  start(g: Waiter | null): Result {
    const r = parkedOr(this.enter(this.sema.addr, g === null ? 0 : g.addr));
    return r.done ? this.result : r;
  }

  finish(): Result {
    return this.result;
  }

  /** A lock that is handed over and never held would be locked for ever. */
  override giveBack(): void {
    if (this.kind === CASE_SEMA) semaRelease(this.sema.addr);
  }

  describe(i: number): void {
    writeCase(i, this.kind, this.sema.addr);
  }

  commit(): Result {
    return this.result;
  }
}
