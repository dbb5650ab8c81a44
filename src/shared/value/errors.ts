/**
 * Classes of errors in messages: the built-in ones by number, the library's own by name.
 *
 *     ERROR base flags [message] [stack] [name] class [cause] [errors] key value … END
 */
import { DeadlockError, Panic } from '../../errors.ts';

// The flags: what is there.
export const MESSAGE = 1;
export const STACK = 2;
export const NAME = 4;
export const CAUSE = 8;
export const ERRORS = 16;

type Make = (message: string, name: string) => Error;

/** Built-in classes, by the number in a message. The base of a class of the program's own is the nearest of these. */
export const BASES: readonly (readonly [new (message: string) => Error, Make])[] = [
  [EvalError, (m) => new EvalError(m)],
  [RangeError, (m) => new RangeError(m)],
  [ReferenceError, (m) => new ReferenceError(m)],
  [SyntaxError, (m) => new SyntaxError(m)],
  [TypeError, (m) => new TypeError(m)],
  [URIError, (m) => new URIError(m)],
  [AggregateError as never, (m) => new AggregateError([], m)],
  [DOMException, (m, name) => new DOMException(m, name)],
  [Error, (m) => new Error(m)],
];
export const DOM_EXCEPTION = BASES.findIndex(([Base]) => Base === DOMException);

/** The library's own classes by name. */
export const CLASSES = new Map<string, object>();

/**
 * Makes errors of a class arrive as such. They are not constructed anew: what the class adds must be enumerable fields
 * that can be shared. For the library's own classes, which all threads know; the name is that in messages.
 */
export function errorClass(name: string, Class: abstract new (...args: never[]) => Error): void {
  CLASSES.set(name, Class.prototype as object);
}

/** The name of the nearest of these classes, or ''. */
export function classOf(error: Error): string {
  for (let p: unknown = Object.getPrototypeOf(error); p !== null; p = Object.getPrototypeOf(p)) {
    for (const [name, prototype] of CLASSES) if (prototype === p) return name;
  }
  return '';
}

errorClass('Panic', Panic);
errorClass('DeadlockError', DeadlockError);

/** The number of the nearest built-in class. */
export function baseOf(error: Error): number {
  const own = BASES.findIndex(([Base]) => error instanceof Base);
  // Of another realm: by its name.
  const named = own >= 0 ? own : BASES.findIndex(([Base]) => Base.name === error.name);
  return named >= 0 ? named : BASES.length - 1;
}
