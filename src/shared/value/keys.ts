/**
 * Keys of objects. Programs send the same ones over and over: a key that was met before is found by its bytes, which
 * spares making a string and finding the engine's own copy of it.
 */
import { latin1From } from '../text.ts';

const SLOTS = 512;
const MAX = 24;
const cache = new Array<string>(SLOTS).fill('');
const defined = new Array<boolean>(SLOTS).fill(false);

/** Whether the key that was asked for last needs more than an assignment to become an own property. */
export let mustDefine = false;

/** The key whose Latin-1 bytes these are. */
export function keyFrom(bytes: Uint8Array, at: number, length: number): string {
  if (length > MAX) return otherKey(latin1From(bytes, at, length));
  let hash = length;
  for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + bytes[at + i]!) | 0;
  const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
  let key = cache[slot]!;
  if (key.length !== length || !same(key, bytes, at)) {
    key = otherKey(latin1From(bytes, at, length));
    cache[slot] = key;
    defined[slot] = mustDefine;
  }
  mustDefine = defined[slot]!;
  return key;
}

/** A key that is a string already. */
export function otherKey(key: string): string {
  mustDefine = key in Object.prototype; // `__proto__`, or a name that is frozen there
  return key;
}

function same(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false;
  return true;
}
