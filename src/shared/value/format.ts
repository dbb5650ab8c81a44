/**
 * The bytes of a message: a header of 8, then one value, then the handles that stand in it.
 *
 * Every object has a number, in the order in which they begin, and a second mention is that number; so cycles and
 * repetitions arrive as they were. The lists of keys have numbers too: an array of equal objects has their keys once. A handle of something shared is written as the number of its entry in the table at
 * the end: that can be discarded without decoding the value.
 */

/** The first byte of the header. With handles, bytes 4 to 7 say where their table begins. */
export const PLAIN = 1;
export const WITH_HANDLES = 2;
/** Not a value but a list of f64, as many as the size says: arguments that are all numbers. */
export const NUMBERS = 3;
export const HEADER = 8;

// Tags. The low ones have a number in them.
/** 0x00 to 0x3f: that integer. */
export const STRING = 0x40; // to 0x7f: Latin-1, with the length in the tag; all up to SHORT that are
export const ARRAY = 0x80; // to 0x9f, with the length in the tag
export const OBJECT = 0xa0; // to 0xbf, with the number of keys in the tag: keys, values

export const NULL = 0xc0;
export const UNDEFINED = 0xc1;
export const FALSE = 0xc2;
export const TRUE = 0xc3;
export const I32 = 0xc4;
export const F64 = 0xc5;
export const I64 = 0xc6;
export const BIG = 0xc7; // sign, then a string of hexadecimal digits
export const UTF16_LONG = 0xc9; // length in units, bytes
export const UTF8_LONG = 0xca; // length in bytes, bytes
export const ARRAY_LONG = 0xcb; // length
export const ARRAY_SPARSE = 0xcc; // length, then key, value, … END
export const OBJECT_LONG = 0xcd; // number of keys, keys, values
export const OBJECT_NULL = 0xce; // the same, for one without prototype
export const OBJECT_LIKE = 0xd9; // number of a list of keys that came before, values
export const MAP = 0xcf; // key, value, … END
export const SET = 0xd0; // value, … END
export const DATE = 0xd1; // f64
export const REGEXP = 0xd2; // source, flags
export const ERROR = 0xd3; // see errors.ts
export const VIEW = 0xd4; // kind, length in bytes, bytes
export const BUFFER = 0xd5; // length, bytes
export const REF = 0xd6; // number
export const HANDLE = 0xd7; // number in the table
export const END = 0xd8;

/** How deep a value may be nested: a decoder must never run out of stack. */
export const MAX_DEPTH = 1000;

type ViewClass = new (buffer: ArrayBuffer) => ArrayBufferView;

/** Views: the number in a message is the place in this list. */
export const VIEWS = [
  'DataView',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array', // not in every runtime
];

/** The class with that number. */
export function viewClass(kind: number): ViewClass {
  return (globalThis as unknown as Record<string, ViewClass>)[VIEWS[kind]!]!;
}
