import { mistake } from '../errors.ts';

/** A value that cannot be sent. Knows its place, so that whoever encodes something bigger can say the whole path. */
export class Mismatch extends TypeError {
  readonly where: string;
  readonly path: string;
  readonly text: string;

  /** @param path The place inside the value, such as `.items[3]`; empty for the value itself. */
  constructor(where: string, path: string, text: string) {
    super(path === '' ? `${where}: ${text}` : `${where}: value${path}: ${text}`);
    this.where = where;
    this.path = path;
    this.text = text;
  }
}

/** `expected` what, and what came instead. */
export function mismatch(where: string, expected: string, got: unknown): Mismatch {
  return new Mismatch(where, '', mistake('', expected, got).message.slice(2));
}

/** The error of a part as the error of the whole; what is no Mismatch, such as out of memory, stays as it is. */
export function inside(step: string, error: unknown): unknown {
  return error instanceof Mismatch ? new Mismatch(error.where, step + error.path, error.text) : error;
}

/** `.name`, or `["two words"]`. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
