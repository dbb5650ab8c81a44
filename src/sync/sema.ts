/** The common root of Mutex and WaitGroup: a semaphore of the core and the operations that wait on it. */
import { CASE_SEMA } from '../../assembly/layout.ts';
import { outOfMemory } from '../errors.ts';
import { Operation } from '../op.ts';
import { currentOwner } from '../runtime/async.ts';
import { parkedOr, writeCase } from '../runtime/cases.ts';
import { semaFree, semaNew, semaRelease } from '../runtime/core.ts';
import type { Waiter } from '../runtime/processor.ts';
import { done, type Result } from '../runtime/result.ts';

const dropped = new FinalizationRegistry<number>(semaFree);

/** A semaphore of the core, freed when nothing holds this any more. */
export class Sema {
  readonly addr: number;
  readonly outside = currentOwner() === null;

  // Small, and holding nothing: V8 keeps what is registered here through its young collections.
  constructor(count: number) {
    this.addr = semaNew(count);
    if (this.addr === 0) throw outOfMemory();
    dropped.register(this, this.addr);
  }
}

/** Waits on a semaphore by one function of the core; `value` is what the wait gives. */
export class SemaOp<T> extends Operation<T> {
  constructor(
    readonly label: string,
    private readonly sema: Sema,
    private readonly kind: number,
    private readonly enter: (s: number, g: number) => number,
    private readonly value: T,
  ) {
    super();
  }

  override get outside(): boolean {
    return this.sema.outside;
  }

  start(g: Waiter | null): Result {
    const r = parkedOr(this.enter(this.sema.addr, g === null ? 0 : g.addr));
    return r.done ? done(this.value) : r;
  }

  finish(): Result {
    return done(this.value);
  }

  /** A lock that is handed over and never held would be locked for ever. */
  override giveBack(): void {
    if (this.kind === CASE_SEMA) semaRelease(this.sema.addr);
  }

  describe(i: number): void {
    writeCase(i, this.kind, this.sema.addr);
  }

  commit(): Result {
    return done(this.value);
  }
}
