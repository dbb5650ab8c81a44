/**
 * Strings as bytes. Every string arrives as it was, lone surrogates too, which UTF-8 has no bytes for.
 *
 * Short strings go one character at a time: a call of TextEncoder costs as much as fifty of them. Long ones go through
 * TextEncoder, or as UTF-16 if they are not well formed. Browsers refuse memory that is shared to both TextEncoder and
 * TextDecoder, so these two only ever see private bytes.
 */

/** A byte for each character. */
export const LATIN1 = 0;
/** Two bytes for each code unit, the low one first. */
export const UTF16 = 1;
/** For long strings that are well formed. */
export const UTF8 = 2;

/** Strings up to this length are written and read in a loop. Not above 63: format.ts has 6 bits for it. */
export const SHORT = 48;

const encoder = new TextEncoder();
// The mark is a character like any other here.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Writes a byte for each character; false, and something written, if one does not fit into a byte. */
export function latin1Into(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 0xff) return false;
    bytes[at + i] = c;
  }
  return true;
}

export function utf16Into(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    bytes[at + 2 * i] = c;
    bytes[at + 2 * i + 1] = c >> 8;
  }
}

/** Into private bytes with room for three for each code unit. Answers how many were written. */
export function utf8Into(bytes: Uint8Array, at: number, text: string): number {
  return encoder.encodeInto(text, bytes.subarray(at)).written;
}

export function isWellFormed(text: string): boolean {
  // In every runtime with the shared memory that this library needs; younger than the types of ES2023.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

export function latin1From(bytes: Uint8Array, at: number, length: number): string {
  const codes = new Array<number>(length);
  for (let i = 0; i < length; i++) codes[i] = bytes[at + i]!;
  return String.fromCharCode.apply(null, codes);
}

/** @param length In code units. */
export function utf16From(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  // In pieces, for the arguments of a call stand on the stack.
  for (let from = 0; from < length; from += 4096) {
    const codes = new Array<number>(Math.min(4096, length - from));
    for (let i = 0; i < codes.length; i++) {
      const a = at + 2 * (from + i);
      codes[i] = bytes[a]! | (bytes[a + 1]! << 8);
    }
    text += String.fromCharCode.apply(null, codes);
  }
  return text;
}

/** From private bytes. */
export function utf8From(bytes: Uint8Array, at: number, length: number): string {
  return decoder.decode(bytes.subarray(at, at + length));
}
