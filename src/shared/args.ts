/**
 * What a task is given, and what it gives back: each is the address of one block, or 0 for nothing.
 *
 * Stable: all exports.
 */
import { outOfMemory, Panic } from '../errors.ts';
import { alloc, view } from './heap.ts';
import { decode, discard } from './value/decoder.ts';
import { encode } from './value/encoder.ts';
import { encodePart } from './value/puterror.ts';
import { HEADER, NUMBERS } from './value/format.ts';

/** Longer lists of numbers are values like others. */
const FEW = 16;

/**
 * Encodes the arguments of a task: 0 for none. `where` begins the message of an error, such as `go(task)`.
 *
 * @throws TypeError that names the argument, counted from 1, and the place in it and why; nothing has changed then:
 *   `go(task): argument 2.items[3]: a function cannot be shared`.
 * @throws Panic `out of memory`.
 */
export function encodeArgs(args: readonly unknown[], where: string): number {
  if (args.length === 0) return 0;
  if (args.length <= FEW && allNumbers(args)) return encodeNumbers(args);
  return encode(args, ([first, ...path], why) => {
    const index = Number(first?.slice(1, -1)) + 1;
    return new TypeError(`${where}: argument ${index}${path.join('')}: ${why}`);
  });
}

/** Takes the arguments, and frees their block. */
export function decodeArgs(address: number): unknown[] {
  return address === 0 ? [] : (decode(address) as unknown[]);
}

/**
 * Encodes a result: 0 for undefined.
 *
 * @throws TypeError `go(task): result.items[3]: a function cannot be shared`; nothing has changed then.
 * @throws Panic `out of memory`.
 */
export function encodeResult(result: unknown, where: string): number {
  if (result === undefined) return 0;
  return encode(result, (path, why) => new TypeError(`${where}: result${path.join('')}: ${why}`));
}

/** Takes a result, and frees its block. */
export function decodeResult(address: number): unknown {
  return address === 0 ? undefined : decode(address);
}

/**
 * Encodes what was thrown. Whatever it is, it arrives: an error as the nearest built-in class, with its name, message,
 * stack, causes and own fields; something else as itself, if it can be shared, or as an error that says what it was.
 * 0 without memory, which arrives as that: nobody is there who could be told otherwise.
 */
export function encodeError(thrown: unknown): number {
  try {
    return encodePart(thrown);
  } catch (error) {
    if (error instanceof Panic && error.code === 'ERR_OUT_OF_MEMORY') return 0;
    throw error;
  }
}

/** Takes what was thrown, and frees its block. */
export function decodeError(address: number): unknown {
  return address === 0 ? outOfMemory() : decode(address);
}

/** Frees arguments, a result or an error that nobody will take. */
export function dropEncoded(address: number): void {
  if (address !== 0) discard(address, false);
}

/** Frees them because they could not be sent: what they had moved is the sender's again. */
export function undoEncoded(address: number): void {
  if (address !== 0) discard(address, true);
}

function allNumbers(args: readonly unknown[]): args is readonly number[] {
  for (let i = 0; i < args.length; i++) if (typeof args[i] !== 'number') return false;
  return true;
}

function encodeNumbers(args: readonly number[]): number {
  const address = alloc(HEADER + 8 * args.length);
  const memory = view();
  memory.setUint8(address, NUMBERS);
  for (let i = 0; i < args.length; i++) memory.setFloat64(address + HEADER + 8 * i, args[i]!, true);
  return address;
}
