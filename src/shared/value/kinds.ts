/** What an object is, seen by its internals and not by what it says of itself. */

export type Kind = 'object' | 'array' | 'map' | 'set' | 'date' | 'regexp' | 'error' | 'view' | 'buffer';

/** The built-in classes that are copied, with a getter or method that throws for anything else. */
const BUILT_IN: readonly (readonly [Kind, object, (v: object) => unknown])[] = [
  ['map', Map.prototype, getter(Map.prototype, 'size')],
  ['set', Set.prototype, getter(Set.prototype, 'size')],
  ['date', Date.prototype, (v) => Date.prototype.getTime.call(v)],
  ['buffer', ArrayBuffer.prototype, getter(ArrayBuffer.prototype, 'byteLength')],
  ['regexp', RegExp.prototype, getter(RegExp.prototype, 'source')],
];

/**
 * The kind of an object that can be copied; undefined for instances of classes and everything else. `prototype` is
 * its prototype: not null.
 */
export function kindOf(value: object, prototype: object): Kind | undefined {
  if (prototype === Object.prototype) return 'object';
  const foreign = isForeign(prototype);
  if (Array.isArray(value)) return prototype === Array.prototype || foreign ? 'array' : undefined;
  if (ArrayBuffer.isView(value)) return 'view'; // a Buffer of Node too: it arrives as the Uint8Array that it is
  if (isError(value)) return 'error';
  if (isRoot(prototype)) return 'object';
  return BUILT_IN.find(([, own, has]) => (own === prototype || foreign) && holds(has, value))?.[0];
}

/** Errors of every class, of other realms too. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The prototype of plain objects, of another realm, such as a frame's. */
function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** That of a built-in class of another realm: right before the root. That of a subclass is one farther away. */
function isForeign(prototype: object): boolean {
  const next = Object.getPrototypeOf(prototype) as object | null;
  return next !== null && next !== Object.prototype && isRoot(next);
}

const tag = getter(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** `Uint8Array` for a Uint8Array of any realm or subclass; undefined for what is no typed array. */
export function typedArrayName(value: unknown): string | undefined {
  return tag(value) as string | undefined;
}

function holds(has: (v: object) => unknown, value: object): boolean {
  try {
    has(value);
    return true;
  } catch {
    return false;
  }
}

function getter(prototype: object, name: string | symbol): (v: unknown) => unknown {
  const get = Object.getOwnPropertyDescriptor(prototype, name)!.get!;
  return (v) => get.call(v) as unknown;
}
