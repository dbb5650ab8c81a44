/** Errors into messages. They always can be: what inside one cannot is left out, or described if it is its cause. */
import { encodeWith, whatIs, type Encoder } from './encoder.ts';
import { CAUSE, ERRORS, MESSAGE, NAME, STACK, baseOf, classOf } from './errors.ts';
import * as F from './format.ts';

/** Fields that have a place of their own. */
const OWN_PLACE = new Set(['message', 'stack', 'cause', 'errors']);

/** A property; undefined if its getter throws. */
function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** A property if it is a string. */
function text(error: Error, key: string): string | undefined {
  const value = read(error, key);
  return typeof value === 'string' ? value : undefined;
}

/** Writes an error. Its number was given already. */
export function putError(encoder: Encoder, error: Error, depth: number): void {
  const base = baseOf(error);
  const message = text(error, 'message');
  const stack = text(error, 'stack');
  const name = text(error, 'name');
  const className = classOf(error);
  const hasCause = Object.hasOwn(error, 'cause');
  const errors = read(error, 'errors');
  const hasName = name !== undefined && !Object.keys(error).includes('name');
  encoder.byte(F.ERROR);
  encoder.byte(base);
  encoder.byte(
    (message === undefined ? 0 : MESSAGE) |
      (stack === undefined ? 0 : STACK) |
      (hasName ? NAME : 0) |
      (hasCause ? CAUSE : 0) |
      (errors !== undefined ? ERRORS : 0),
  );
  if (message !== undefined) encoder.string(message);
  if (stack !== undefined) encoder.string(stack);
  if (hasName) encoder.string(name);
  encoder.string(className);
  if (hasCause) part(encoder, () => error.cause, depth);
  if (errors !== undefined) parts(encoder, errors, depth);
  for (const key of Object.keys(error)) {
    if (OWN_PLACE.has(key)) continue;
    const mark = encoder.mark();
    encoder.string(key);
    if (!encoder.attempt(() => error[key as never], depth + 1)) encoder.rollback(mark);
  }
  encoder.byte(F.END);
}

/** Something thrown or a cause: itself, or an error that says what it was. */
export function part(encoder: Encoder, value: () => unknown, depth: number): void {
  if (encoder.attempt(value, depth + 1)) return;
  encoder.put(new Error(`${describe(value)} cannot be shared`), 0);
}

/** The errors of an AggregateError, each by itself. */
function parts(encoder: Encoder, errors: unknown, depth: number): void {
  if (!Array.isArray(errors)) return part(encoder, () => errors, depth);
  const list: unknown[] = [...(errors as unknown[])];
  encoder.begin(list);
  encoder.list(list.length);
  for (const e of list) part(encoder, () => e, depth);
}

/** What cannot be shared, in words. */
function describe(get: () => unknown): string {
  try {
    const value = get();
    if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
    if (typeof value !== 'object' || value === null) return String(value);
    const { message } = value as { message?: unknown };
    return whatIs(value) + (typeof message === 'string' ? `: ${message}` : '');
  } catch {
    return 'a value whose getter throws';
  }
}

/** Encodes something thrown into a block. */
export function encodePart(thrown: unknown): number {
  return encodeWith((encoder) => part(encoder, () => thrown, 0));
}
