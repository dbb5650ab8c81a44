/** The common root of Mutex and WaitGroup: a semaphore of the core and the operations that wait on it. */
import { outOfMemory } from '../errors.ts';
import { Operation } from '../op.ts';
import { parkedOr, writeCase } from '../runtime/cases.ts';
import { semaFree, semaNew } from '../runtime/core.ts';
import type { Waiter } from '../runtime/processor.ts';
import { done, type Result } from '../runtime/result.ts';

const dropped = new FinalizationRegistry<number>(semaFree);

/** A semaphore that is freed when its owner is no longer reachable. */
export function newSema(owner: object, count: number): number {
  const s = semaNew(count);
  if (s === 0) throw outOfMemory();
  dropped.register(owner, s);
  return s;
}

/** Waits on a semaphore by one function of the core; `value` is what the wait gives. */
export class SemaOp<T> extends Operation<T> {
  constructor(
    readonly label: string,
    /** Keeps the semaphore from being freed while somebody waits on it. */
    protected readonly owner: object,
    private readonly sema: number,
    private readonly kind: number,
    private readonly enter: (s: number, g: number) => number,
    private readonly value: T,
  ) {
    super();
  }

  start(g: Waiter | null): Result {
    const r = parkedOr(this.enter(this.sema, g === null ? 0 : g.addr));
    return r.done ? done(this.value) : r;
  }

  finish(): Result {
    return done(this.value);
  }

  describe(i: number): void {
    writeCase(i, this.kind, this.sema);
  }

  commit(): Result {
    return done(this.value);
  }
}
