/** Errors about values that cannot be sent: they say where in the value, and why. */
import { mistake } from '../errors.ts';

interface Parts {
  readonly where: string;
  readonly path: string;
  readonly text: string;
}

// Beside the error and not in it: it is a plain TypeError to everybody else.
const partsOf = new WeakMap<object, Parts>();

/**
 * `send: value.items[3]: a function cannot be shared`.
 *
 * @param path The place inside the value, such as `.items[3]`; empty for the value itself.
 */
export function refusal(where: string, path: string, text: string): TypeError {
  const error = new TypeError(path === '' ? `${where}: ${text}` : `${where}: value${path}: ${text}`);
  partsOf.set(error, { where, path, text });
  return error;
}

/** `expected` what, and what came instead. */
export function mismatch(where: string, expected: string, got: unknown): TypeError {
  return refusal(where, '', mistake('', expected, got).message.slice(2));
}

/** The error about a part as one about the whole; any other, such as out of memory, as it is. */
export function inside(step: string, error: unknown): unknown {
  const parts = partsOf.get(error as object);
  return parts === undefined ? error : refusal(parts.where, step + parts.path, parts.text);
}

/** `.name`, or `["two words"]`. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
