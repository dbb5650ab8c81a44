/** Errors into messages. They always can be: what inside one cannot is left out, or described if it is its cause. */
import { encodeWith, whatIs, type Encoder } from './encoder.ts';
import { CAUSE, ERRORS, MESSAGE, NAME, STACK, baseOf, classOf } from './errors.ts';
import * as F from './format.ts';
import { isError } from './kinds.ts';

/** Fields that have a place of their own. */
const OWN_PLACE = new Set(['message', 'stack', 'cause', 'errors']);

/** A property as a string; undefined if it is none, or its getter throws. */
function text(error: Error, key: 'message' | 'stack' | 'name'): string | undefined {
  try {
    const value: unknown = error[key];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes an error. Its number was given already. */
export function putError(encoder: Encoder, error: Error, depth: number): void {
  const base = baseOf(error);
  const message = text(error, 'message');
  const stack = text(error, 'stack');
  const name = text(error, 'name');
  const className = classOf(error);
  const hasCause = Object.hasOwn(error, 'cause');
  const hasErrors = Object.hasOwn(error, 'errors');
  const hasName = name !== undefined && !Object.keys(error).includes('name');
  encoder.byte(F.ERROR);
  encoder.byte(base);
  encoder.byte(
    (message === undefined ? 0 : MESSAGE) |
      (stack === undefined ? 0 : STACK) |
      (hasName ? NAME : 0) |
      (hasCause ? CAUSE : 0) |
      (hasErrors ? ERRORS : 0),
  );
  if (message !== undefined) encoder.string(message);
  if (stack !== undefined) encoder.string(stack);
  if (hasName) encoder.string(name);
  encoder.string(className);
  if (hasCause) part(encoder, () => error.cause, depth);
  if (hasErrors) parts(encoder, error as AggregateError, depth);
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
function parts(encoder: Encoder, error: AggregateError, depth: number): void {
  const errors: unknown = error.errors;
  if (!Array.isArray(errors)) return part(encoder, () => errors, depth);
  encoder.list(errors.length);
  for (const e of errors as unknown[]) part(encoder, () => e, depth);
}

/** What cannot be shared, in words. */
function describe(get: () => unknown): string {
  try {
    const value = get();
    if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`;
    if (typeof value !== 'object' || value === null) return String(value);
    const message = isError(value) ? undefined : (value as { message?: unknown }).message;
    return whatIs(value) + (typeof message === 'string' ? `: ${message}` : '');
  } catch {
    return 'a value whose getter throws';
  }
}

/** Encodes something thrown into a block. */
export function encodePart(thrown: unknown): number {
  return encodeWith((encoder) => part(encoder, () => thrown, 0));
}
