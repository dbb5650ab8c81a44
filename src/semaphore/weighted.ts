import { RULE_QUEUE, S_PERMITS } from '../../assembly/layout.ts';
import { contextOf } from '../context/foreign.ts';
import type { ContextLike } from '../context/types.ts';
import { mistake, Panic } from '../errors.ts';
import type { Op } from '../op.ts';
import type { sharedBrand, SharedObject } from '../shared/shared.ts';
import { TAG_WEIGHTED } from '../shared/shareable.ts';
import { shareRecord } from '../sync/handles.ts';
import { Sema } from '../sync/sema.ts';
import { AcquireOp } from './acquire.ts';

/**
 * A number of permits that are taken several at a time, in the order of asking: who wants many is not overtaken by those
 * who want few. It works between threads when it is given to a task or sent.
 *
 * Source: `semaphore.Weighted` of golang.org/x/sync.
 *
 * @throws TypeError unless `size` is an integer from 0 to 2147483647.
 * @example
 * const memory = new Weighted(512);
 * yield* memory.acquire(ctx, image.megabytes);
 * using _ = defer(() => memory.release(image.megabytes));
 */
export class Weighted implements SharedObject {
  declare readonly [sharedBrand]: true;
  readonly #size: number;
  readonly #sema: Sema;

  static {
    shareRecord(
      TAG_WEIGHTED,
      Weighted,
      (weighted) => weighted.#sema.give(weighted),
      (addr, size) => {
        const weighted = new Weighted(Number(size));
        weighted.#sema.adopt(addr, weighted);
        return weighted;
      },
      (weighted) => String(weighted.#size),
    );
  }

  constructor(size: number) {
    this.#size = checkPermits('Weighted', size);
    this.#sema = new Sema(size, RULE_QUEUE, size);
  }

  /**
   * Takes `n` permits, or waits until they are there and nobody waits in front. If the context is over, before or
   * meanwhile, nothing is taken. For more than there can be it waits until then, and holds up nobody.
   *
   * Source: `Weighted.Acquire`.
   *
   * @throws `ctx.err()` if the context is over.
   * @throws TypeError unless `ctx` is a context and `n` an integer, 0 or more.
   * @throws Panic `cannot create context from nil parent`.
   * @example
   * yield* permits.acquire(ctx, 1);
   */
  acquire(ctx: ContextLike, n: number): Op<void> {
    const context = contextOf('Weighted.acquire', ctx);
    checkPermits('Weighted.acquire', n);
    if (n <= this.#size) return new AcquireOp(this.#sema, n, context);
    return context
      .done()
      .recv()
      .map(() => {
        throw context.err();
      });
  }

  /**
   * Takes `n` permits if they are there and nobody waits; says whether it did.
   *
   * Source: `Weighted.TryAcquire`.
   *
   * @throws TypeError unless `n` is an integer, 0 or more.
   */
  tryAcquire(n: number): boolean {
    return checkPermits('Weighted.tryAcquire', n) <= this.#size && this.#sema.tryAcquire(n);
  }

  /**
   * Gives `n` permits back, to those who wait in their order.
   *
   * Source: `Weighted.Release`.
   *
   * @throws Panic `semaphore: released more than held`; nothing has changed then.
   * @throws TypeError unless `n` is an integer, 0 or more.
   */
  release(n: number): void {
    if (checkPermits('Weighted.release', n) > this.#size || !this.#sema.release(n)) {
      throw new Panic('semaphore: released more than held', 'ERR_RELEASED_TOO_MUCH');
    }
  }
}

function checkPermits(where: string, n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > S_PERMITS) {
    throw mistake(where, `an integer from 0 to ${S_PERMITS}`, n);
  }
  return n;
}
