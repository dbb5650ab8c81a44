/** Contexts of other classes, as parents. */
import { chan } from '../chan.ts';
import type { Chan, RecvChan } from '../chantypes.ts';
import { mistake, Panic } from '../errors.ts';
import { currentProgram, type Go, start } from '../goroutine.ts';
import { nilChan } from '../nil.ts';
import { clock } from '../runtime/processor.ts';
import { select } from '../select.ts';
import { Ctx, NODE } from './ctx.ts';
import { Canceled } from './errors.ts';
import { Node } from './node.ts';
import type { ContextLike } from './types.ts';

interface Registering {
  afterFunc?(f: () => void): () => boolean;
}

const known = new WeakMap<object, Ctx>();

/**
 * Any context as one of this library.
 *
 * @throws Panic `cannot create context from nil parent`.
 * @throws TypeError if it is none.
 */
export function contextOf(where: string, ctx: ContextLike): Ctx {
  if (ctx instanceof Ctx) return ctx;
  if ((ctx as unknown) === undefined || ctx === null) {
    throw new Panic('cannot create context from nil parent', 'ERR_NIL_CONTEXT');
  }
  let found = known.get(ctx);
  if (found === undefined) {
    if (!isContext(ctx)) throw mistake(where, 'a context', ctx);
    found = adapt(ctx);
    known.set(ctx, found);
  }
  return found;
}

function isContext(ctx: ContextLike): boolean {
  return (['done', 'err', 'deadline', 'value'] as const).every((name) => typeof ctx[name] === 'function');
}

function adapt(ctx: ContextLike): Ctx {
  const done = ctx.done();
  if (done === nilChan) return new Foreign(ctx, undefined);
  const inner = ctx.value(NODE);
  // One that only wraps a context of this library is over when that is.
  if (inner instanceof Node && inner.done() === done) return new Foreign(ctx, inner);
  return new ForeignNode(ctx, done);
}

/** Its values and its deadline. */
class Foreign extends Ctx {
  constructor(
    private readonly inner: ContextLike,
    readonly node: Node | undefined,
  ) {
    super(undefined);
  }

  protected override rest(key: unknown): unknown {
    return this.inner.value(key);
  }

  protected override deadlineHere(): number | undefined {
    return this.inner.deadline();
  }

  toString(): string {
    const { inner } = this;
    const own = inner.toString !== Object.prototype.toString;
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it has one of its own
    return own ? String(inner) : (inner.constructor?.name ?? 'context');
  }
}

/** One that can be over, and must be watched for it. */
class ForeignNode extends Node {
  private stop: (() => void) | undefined = undefined;

  constructor(
    private readonly inner: ContextLike & Registering,
    private readonly channel: RecvChan<unknown>,
  ) {
    super(new Foreign(inner, undefined));
  }

  override done(): RecvChan<never> {
    return this.channel as RecvChan<never>;
  }

  override isOver(): boolean {
    return this.inner.err() !== undefined;
  }

  protected override look(): void {
    const error = this.inner.err() as Error;
    this.finish(error, causeOf(this.inner, error), clock());
  }

  /** It has said that it is over. */
  over(): void {
    this.stop = undefined;
    if (!this.poll()) this.finish(Canceled, Canceled, clock());
  }

  protected override listen(): void {
    const { inner } = this;
    if (typeof inner.afterFunc === 'function') {
      const stop = inner.afterFunc(() => this.over());
      this.stop = () => void stop();
      return;
    }
    const stop = chan<never>();
    start(currentProgram(), watchContext, [this, this.channel, stop], undefined);
    this.stop = () => stop.close();
  }

  protected override unlisten(): void {
    this.stop?.();
    this.stop = undefined;
  }

  override toString(): string {
    return this.above;
  }
}

/** Waits until a context says that it is over. */
function* watchContext(node: ForeignNode, done: RecvChan<unknown>, stop: Chan<never>): Go {
  const s = yield* select({ done: done.recv(), stop: stop.recv() });
  if (s.key === 'done') node.over();
}

/** Why a context is over that has this error: what the nearest context of this library says of it. */
export function causeOf(ctx: ContextLike, error: Error): unknown {
  const node = ctx.value(NODE);
  return (node instanceof Node && node.poll() ? node.reason : undefined) ?? error;
}
