import { mistake } from '../errors.ts';
import { clock } from '../runtime/processor.ts';
import { BACKGROUND } from './ctx.ts';
import { Canceled, DeadlineExceeded } from './errors.ts';
import { Node } from './node.ts';
import type { Context } from './types.ts';

class SignalNode extends Node {
  override readonly outside = true;
  private readonly aborted = (): void => void this.poll();

  constructor(private readonly source: AbortSignal) {
    super(BACKGROUND);
  }

  override get signal(): AbortSignal {
    return this.source;
  }

  override isOver(): boolean {
    return this.source.aborted;
  }

  protected override look(): void {
    const reason = this.source.reason as unknown;
    const late = reason instanceof DOMException && reason.name === 'TimeoutError';
    this.finish(late ? DeadlineExceeded : Canceled, reason, clock());
  }

  protected override listen(): void {
    this.source.addEventListener('abort', this.aborted);
  }

  protected override unlisten(): void {
    this.source.removeEventListener('abort', this.aborted);
  }

  override toString(): string {
    return 'context.FromSignal';
  }
}

const known = new WeakMap<AbortSignal, SignalNode>();

/**
 * A context that is over when the signal is aborted: `err()` is `Canceled`, or `DeadlineExceeded` for a signal of
 * `AbortSignal.timeout`, and `cause(ctx)` is the signal's reason. The same signal gives the same context.
 *
 * @throws TypeError unless `signal` is an AbortSignal.
 * @example
 * const [ctx, cancel] = withTimeout(fromSignal(request.signal), 5000);
 */
export function fromSignal(signal: AbortSignal): Context {
  if (
    typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function' ||
    !('aborted' in signal)
  ) {
    throw mistake('fromSignal', 'an AbortSignal', signal);
  }
  let node = known.get(signal);
  if (node === undefined) {
    node = new SignalNode(signal);
    known.set(signal, node);
  }
  return node;
}
