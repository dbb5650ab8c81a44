/** `string` and `bytes`: one block with the content, or no block, and the address 0, for an empty one. */
import type { Codec } from './codec.ts';
import { alloc, free, sizeOf, u8 } from './heap.ts';
import { mismatch } from './mismatch.ts';
import {
  LATIN1,
  SHORT,
  UTF16,
  UTF8,
  isWellFormed,
  latin1From,
  latin1Into,
  utf16From,
  utf16Into,
  utf8From,
  utf8Into,
} from './text.ts';
import { typedArrayName } from './value/kinds.ts';
import { copy } from './value/writer.ts';
import { word } from './word.ts';

/** Frees the block of the word. */
export function freeBlock(): void {
  const address = word.f64[0]!;
  if (address !== 0) free(address);
}

let scratch = new Uint8Array(0);

/** Private bytes for what goes through TextEncoder and TextDecoder: the same ones unless they are many. */
function privateBytes(size: number): Uint8Array {
  if (size > 65536) return new Uint8Array(size);
  if (scratch.length === 0) scratch = new Uint8Array(65536);
  return scratch;
}

function utf8Block(text: string): number {
  const bytes = privateBytes(3 * text.length);
  const length = utf8Into(bytes, 0, text);
  const address = alloc(length + 1);
  const memory = u8();
  memory[address] = UTF8;
  copy(bytes, 0, memory, address + 1, length);
  return address;
}

function utf8Text(memory: Uint8Array, start: number, length: number): string {
  const bytes = privateBytes(length);
  copy(memory, start, bytes, 0, length);
  return utf8From(bytes, 0, length);
}

function utf16Block(text: string): number {
  const address = alloc(2 * text.length + 1);
  const memory = u8();
  memory[address] = UTF16;
  utf16Into(memory, address + 1, text);
  return address;
}

function shortBlock(text: string): number {
  const address = alloc(text.length + 1);
  const memory = u8();
  memory[address] = LATIN1;
  if (latin1Into(memory, address + 1, text)) return address;
  free(address);
  return utf16Block(text);
}

/** A block: the form of the text in its first byte, then the text. */
export const stringCodec: Codec<string> = {
  slot: 'f64',
  write(value, where) {
    if (typeof value !== 'string') throw mismatch(where, 'a string', value);
    if (value.length === 0) word.f64[0] = 0;
    else if (value.length <= SHORT) word.f64[0] = shortBlock(value);
    else word.f64[0] = isWellFormed(value) ? utf8Block(value) : utf16Block(value);
  },
  read() {
    const address = word.f64[0]!;
    if (address === 0) return '';
    const length = sizeOf(address) - 1;
    const memory = u8();
    const start = address + 1;
    let text: string;
    if (memory[address] === LATIN1) text = latin1From(memory, start, length);
    else if (memory[address] === UTF16) text = utf16From(memory, start, length / 2);
    else text = utf8Text(memory, start, length);
    free(address);
    return text;
  },
  drop: freeBlock,
  undo: freeBlock,
};

export const bytesCodec: Codec<Uint8Array> = {
  slot: 'f64',
  write(value, where) {
    if (typedArrayName(value) !== 'Uint8Array') throw mismatch(where, 'bytes (a Uint8Array)', value);
    if (value.length === 0) {
      word.f64[0] = 0;
      return;
    }
    const address = alloc(value.length);
    u8().set(value, address);
    word.f64[0] = address;
  },
  read() {
    const address = word.f64[0]!;
    if (address === 0) return new Uint8Array(0);
    const copy = new Uint8Array(sizeOf(address));
    copy.set(u8().subarray(address, address + copy.length));
    free(address);
    return copy;
  },
  drop: freeBlock,
  undo: freeBlock,
};
