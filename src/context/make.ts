import { mistake, Panic } from '../errors.ts';
import { currentProgram } from '../goroutine.ts';
import { clock, p } from '../runtime/processor.ts';
import { checkMs } from '../time/sleep.ts';
import { BACKGROUND, TODO } from './ctx.ts';
import { Canceled, DeadlineExceeded } from './errors.ts';
import { causeOf, contextOf } from './foreign.ts';
import { Node } from './node.ts';
import type { CancelCauseFunc, CancelFunc, Context, ContextLike } from './types.ts';
import { ValueCtx, WithoutCancelCtx } from './values.ts';

/**
 * The context that nothing ends: the root of others.
 *
 * Source: Go's `context.Background`.
 *
 * @example
 * const [ctx, cancel] = withCancel(background());
 */
export function background(): Context {
  return BACKGROUND;
}

/**
 * As `background`, for where it is not clear yet which context to use.
 *
 * Source: Go's `context.TODO`.
 */
export function todo(): Context {
  return TODO;
}

/**
 * A context below `parent` and a function that ends it. It is over when that is called or when `parent` is over, and so
 * is everything below it, at once. Call the function when the work is done, however it ended: until then those above may
 * hold what waits for it.
 *
 * Source: Go's `context.WithCancel`.
 *
 * @throws Panic `cannot create context from nil parent`.
 * @throws TypeError unless `parent` is a context.
 * @example
 * const [ctx, cancel] = withCancel(background());
 * using _ = defer(cancel);
 * go(worker, ctx, jobs);
 */
export function withCancel(parent: ContextLike): [ctx: Context, cancel: CancelFunc] {
  const node = new Node(contextOf('withCancel', parent));
  return [node, () => node.cancel(Canceled)];
}

/**
 * As `withCancel`; what the function is given is what `cause` answers for the context and for all below it.
 *
 * Source: Go's `context.WithCancelCause`.
 *
 * @throws as `withCancel`.
 * @example
 * const [ctx, cancel] = withCancelCause(background());
 * cancel(new Error('the client has gone'));
 */
export function withCancelCause(parent: ContextLike): [ctx: Context, cancel: CancelCauseFunc] {
  const node = new Node(contextOf('withCancelCause', parent));
  return [node, (cause) => node.cancel(cause ?? Canceled)];
}

/**
 * A context below `parent` that is over after `ms` milliseconds, with `DeadlineExceeded`, unless it is earlier. A
 * deadline of `parent` that comes first counts. Until it is over, or dropped by all, it may keep the process alive. It
 * belongs to the program that makes it: when that ends, its timer ends, too.
 *
 * Source: Go's `context.WithTimeout`.
 *
 * @param ms zero or less: it is over at once.
 * @throws as `withCancel`; TypeError unless `ms` is a number.
 * @example
 * const [ctx, cancel] = withTimeout(background(), 500);
 * using _ = defer(cancel);
 * const response = yield* wait(fetch(url, { signal: ctx.signal }));
 */
export function withTimeout(parent: ContextLike, ms: number): [ctx: Context, cancel: CancelFunc] {
  return until('withTimeout', parent, ms, Date.now() + ms, DeadlineExceeded);
}

/**
 * As `withTimeout`; if the time is over first, `cause` answers `cause`.
 *
 * Source: Go's `context.WithTimeoutCause`.
 *
 * @throws as `withTimeout`.
 * @example
 * const [ctx] = withTimeoutCause(background(), 500, new Error('the database is slow'));
 */
export function withTimeoutCause(
  parent: ContextLike,
  ms: number,
  cause: unknown,
): [ctx: Context, cancel: CancelFunc] {
  return until('withTimeoutCause', parent, ms, Date.now() + ms, cause ?? DeadlineExceeded);
}

/**
 * As `withTimeout`, at a time: a Date, or milliseconds since 1970. Counts from now by a clock that nobody sets.
 *
 * Source: Go's `context.WithDeadline`.
 *
 * @throws as `withTimeout`; TypeError unless `time` is a time.
 * @example
 * const [ctx, cancel] = withDeadline(background(), Date.now() + 500);
 */
export function withDeadline(parent: ContextLike, time: Date | number): [ctx: Context, cancel: CancelFunc] {
  const epoch = timeOf('withDeadline', time);
  return until('withDeadline', parent, epoch - Date.now(), epoch, DeadlineExceeded);
}

/**
 * As `withDeadline`; if the time comes first, `cause` answers `cause`.
 *
 * Source: Go's `context.WithDeadlineCause`.
 *
 * @throws as `withDeadline`.
 * @example
 * const [ctx] = withDeadlineCause(background(), closingTime, new Error('the shop is closed'));
 */
export function withDeadlineCause(
  parent: ContextLike,
  time: Date | number,
  cause: unknown,
): [ctx: Context, cancel: CancelFunc] {
  const epoch = timeOf('withDeadlineCause', time);
  return until('withDeadlineCause', parent, epoch - Date.now(), epoch, cause ?? DeadlineExceeded);
}

function timeOf(where: string, time: Date | number): number {
  const epoch = time instanceof Date ? time.getTime() : time;
  if (typeof epoch !== 'number' || Number.isNaN(epoch)) {
    throw mistake(where, 'a Date or milliseconds since 1970', time);
  }
  return epoch;
}

function until(
  where: string,
  parent: ContextLike,
  ms: number,
  epoch: number,
  late: unknown,
): [ctx: Context, cancel: CancelFunc] {
  const above = contextOf(where, parent);
  checkMs(where, ms);
  const node = new Node(above);
  if (epoch <= (above.deadline() ?? Number.MAX_VALUE)) {
    node.expireAt(clock() + ms, epoch, late, p.ending ? undefined : currentProgram());
  }
  return [node, () => node.cancel(Canceled)];
}

/**
 * A context below `parent` that has a value for a key, and else is as `parent`. In another thread it has those values
 * that can be copied there, for keys that mean the same there: strings, numbers and symbols of `Symbol.for`; the others
 * are missing.
 *
 * Source: Go's `context.WithValue`.
 *
 * @param key anything but null and undefined; a symbol or an object of one's own collides with nobody's.
 * @throws Panic `nil key`.
 * @throws as `withCancel`.
 * @example
 * const USER = Symbol.for('app.user');
 * go(handle, withValue(ctx, USER, 'gopher'));
 */
export function withValue(parent: ContextLike, key: unknown, value: unknown): Context {
  const above = contextOf('withValue', parent);
  if (key === undefined || key === null) throw new Panic('nil key', 'ERR_NIL_KEY');
  return new ValueCtx(above, key, value);
}

/**
 * A context with the values of `parent`, that is not over when `parent` is and has no deadline.
 *
 * Source: Go's `context.WithoutCancel`.
 *
 * @throws as `withCancel`.
 * @example
 * go(writeAuditLog, withoutCancel(ctx), entry); // also if the request is cancelled
 */
export function withoutCancel(parent: ContextLike): Context {
  return new WithoutCancelCtx(contextOf('withoutCancel', parent));
}

/**
 * Why the context is over: what the function of `withCancelCause` was given, the cause of a deadline, the reason of a
 * signal, or else what `err()` answers. Undefined as long as it lasts.
 *
 * Source: Go's `context.Cause`.
 *
 * @throws TypeError unless `ctx` is a context.
 * @example
 * if (ctx.err() !== undefined) console.log('stopped:', cause(ctx));
 */
export function cause(ctx: ContextLike): unknown {
  if (typeof (ctx as ContextLike | undefined)?.err !== 'function') throw mistake('cause', 'a context', ctx);
  const error = ctx.err();
  return error === undefined ? undefined : causeOf(ctx, error);
}
