/**
 * Keys of objects. Programs send the same ones over and over: a key that was met before is found by its bytes, which
 * spares making a string and finding the engine's own copy of it.
 */
import { latin1From } from '../text.ts';

const SLOTS = 512;
const MAX = 24;
const cache = new Array<string>(SLOTS).fill('');

/** The key whose Latin-1 bytes these are. */
export function keyFrom(bytes: Uint8Array, at: number, length: number): string {
  if (length > MAX) return latin1From(bytes, at, length);
  let hash = length;
  for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[at + i]!) | 0;
  const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
  const known = cache[slot]!;
  if (known.length === length && same(known, bytes, at)) return known;
  return (cache[slot] = latin1From(bytes, at, length));
}

function same(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}

/** Whether an assignment may do something else than make an own property: `__proto__`, or what is frozen above. */
export function mustDefine(key: string): boolean {
  return key in Object.prototype;
}
