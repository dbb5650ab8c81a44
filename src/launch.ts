import { type Op, Operation } from './op.ts';
import type { Waiter } from './runtime/processor.ts';
import type { Result } from './runtime/result.ts';

/** An operation that begins something when it is used, and then waits for it as another operation does. */
export class LaunchOp<T> extends Operation<T> {
  private inner: Operation<T> | undefined = undefined;

  constructor(
    readonly label: string,
    private readonly launch: () => Op<T>,
    /** It has begun, and nobody will wait for it any more. */
    private readonly leave: () => void = nothing,
  ) {
    super();
  }

  private get begun(): Operation<T> {
    if (this.inner === undefined) {
      this.inner = this.launch() as Operation<T>;
      this.inner.take();
    }
    return this.inner;
  }

  start(g: Waiter | null): Result {
    return this.begun.start(g);
  }

  finish(g: Waiter): Result {
    return this.begun.finish(g);
  }

  describe(i: number, g: Waiter | null): void {
    this.begun.describe(i, g);
  }

  commit(r: number): Result {
    return this.begun.commit(r);
  }

  override giveBack(g: Waiter | null): void {
    this.inner?.giveBack(g);
  }

  override lose(): void {
    this.inner?.lose();
  }

  override abandon(): void {
    if (this.inner === undefined) return;
    this.inner.abandon();
    this.leave();
  }
}

function nothing(): void {}
