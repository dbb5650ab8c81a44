/**
 * A value as the bytes of a message, see format.ts.
 *
 * First the walk, which finds everything that cannot be shared and changes nothing; then handles are given, and only
 * then is there a block. A refusal is not thrown but answered, so that every level adds its step to the path.
 */
import { property } from '../mismatch.ts';
import { sharingOf, type Sharing } from '../shareable.ts';
import * as F from './format.ts';
import { kindOf, typedArrayName } from './kinds.ts';
import { putError } from './puterror.ts';
import { Writer } from './writer.ts';

interface Given {
  readonly sharing: Sharing<object>;
  readonly tag: number;
  readonly object: object;
}

/** How far an encoder was, for `rollback`. */
export interface Mark {
  readonly at: number;
  readonly chunks: number;
  readonly seen: number;
  readonly handles: number;
  readonly shapes: number;
}

/** So many lists of keys are looked through for an equal one. */
const NEAR = 8;

/** Above so many objects their numbers are looked up in a map. */
const FEW = 8;

const idle: Encoder[] = [];

/**
 * Encodes a value into a block.
 *
 * @param refused Makes the error for what cannot be shared: `path` are the steps to it, such as `['.items', '[3]']`.
 * @throws what `refused` makes; what a getter of the value throws; Panic `out of memory`. Nothing has changed then.
 */
export function encode(value: unknown, refused: (path: readonly string[], why: string) => Error): number {
  return encodeWith((encoder) => {
    if (!encoder.put(value, 0)) throw refused(encoder.path.reverse(), encoder.why);
  });
}

/** Encodes what `put` puts, one value, into a block. */
export function encodeWith(put: (encoder: Encoder) => void): number {
  // A getter of the value may send something itself: it takes another encoder.
  const encoder = idle.pop() ?? new Encoder();
  try {
    put(encoder);
    if (!encoder.giveable()) {
      // A getter has sent or freed what the walk had passed. Now the walk meets it, and says where it is.
      encoder.clear();
      put(encoder);
      if (!encoder.giveable())
        throw new TypeError('a value that changes while it is encoded cannot be shared');
    }
    return encoder.finish();
  } finally {
    encoder.clear();
    idle.push(encoder);
  }
}

export class Encoder extends Writer {
  /** Steps to what was refused, the last one first. */
  path: string[] = [];
  why = '';

  private seen: object[] = [];
  private numbers = new Map<object, number>();
  private handles: Given[] = [];
  private shapes: (readonly string[])[] = [];

  /** Writes a value; false if it cannot be shared, and `why` and `path` say why. */
  put(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'number':
        this.number(value);
        return true;
      case 'string':
        this.string(value);
        return true;
      case 'object':
        if (value !== null) return this.object(value, depth);
        this.byte(F.NULL);
        return true;
      case 'boolean':
        this.byte(value ? F.TRUE : F.FALSE);
        return true;
      case 'undefined':
        this.byte(F.UNDEFINED);
        return true;
      case 'bigint':
        this.bigint(value);
        return true;
      default:
        return this.refuse(typeof value === 'symbol' ? 'a symbol' : 'a function');
    }
  }

  /** As `put`; if it cannot be shared, or a getter throws, it is as if nothing had been tried. */
  attempt(value: () => unknown, depth: number): boolean {
    const mark = this.mark();
    try {
      if (this.put(value(), depth)) return true;
      this.rollback(mark);
    } catch {
      this.rollback(mark);
    }
    return false;
  }

  mark(): Mark {
    return {
      at: this.at,
      chunks: this.chunks.length,
      seen: this.seen.length,
      handles: this.handles.length,
      shapes: this.shapes.length,
    };
  }

  rollback(mark: Mark): void {
    this.at = mark.at;
    for (const object of this.seen.splice(mark.seen)) this.numbers.delete(object);
    this.handles.length = mark.handles;
    this.shapes.length = mark.shapes;
    this.chunks.length = mark.chunks;
    this.path.length = 0;
  }

  /** Gives an object the next number, as the decoder does when it makes one. */
  begin(object: object): void {
    const { seen, numbers } = this;
    if (seen.length === FEW) seen.forEach((o, i) => numbers.set(o, i));
    if (seen.length >= FEW) numbers.set(object, seen.length);
    seen.push(object);
  }

  /** The head of an array: as many values follow. */
  list(length: number): void {
    if (length < 32) {
      this.byte(F.ARRAY | length);
    } else {
      this.byte(F.ARRAY_LONG);
      this.size(length);
    }
  }

  /** Whether everything may be given still that might be when the walk passed it. */
  giveable(): boolean {
    for (const { sharing, object } of this.handles) {
      if (sharing.refuse?.(object) !== undefined) return false;
    }
    return true;
  }

  /** Gives what is to be given, and puts all into a block. */
  finish(): number {
    const { handles } = this;
    if (handles.length === 0) {
      this.head(F.PLAIN, 0);
      return this.block();
    }
    this.head(F.WITH_HANDLES, this.length());
    this.size(handles.length);
    const given: (readonly [number, string])[] = [];
    try {
      for (const { sharing, tag, object } of handles) {
        const [address, description] = sharing.give(object);
        given.push([address, description]);
        this.byte(tag);
        this.float(address);
        this.string(description);
      }
      return this.block();
    } catch (error) {
      given.forEach(([address, description], i) => {
        const { sharing } = handles[i]!;
        if (sharing.undo) sharing.undo(address, description);
        else sharing.discard(address, description);
      });
      throw error;
    }
  }

  override clear(): void {
    super.clear();
    if (this.numbers.size > 0) this.numbers.clear();
    // New ones: an array is slow to empty.
    if (this.seen.length > 0) this.seen = [];
    if (this.handles.length > 0) this.handles = [];
    if (this.shapes.length > 0) this.shapes = [];
    if (this.path.length > 0) this.path = [];
  }

  private refuse(what: string): boolean {
    this.why = `${what} cannot be shared`;
    return false;
  }

  /** Adds a step to the path of a refusal. */
  private under(step: string): boolean {
    this.path.push(step);
    return false;
  }

  private bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.byte(F.I64);
      this.bits(value);
    } else {
      this.byte(F.BIG);
      this.byte(value < 0n ? 1 : 0);
      this.string((value < 0n ? -value : value).toString(16));
    }
  }

  /** Whether an object was mentioned before: then its number is written. Otherwise it gets one. */
  private repeated(object: object): boolean {
    const { seen } = this;
    const number = seen.length <= FEW ? seen.indexOf(object) : (this.numbers.get(object) ?? -1);
    if (number < 0) {
      this.begin(object);
      return false;
    }
    this.byte(F.REF);
    this.size(number);
    return true;
  }

  private object(value: object, depth: number): boolean {
    if (this.repeated(value)) return true;
    if (depth > F.MAX_DEPTH) return this.refuse(`a value nested more than ${F.MAX_DEPTH} levels deep`);
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === Object.prototype) return this.plain(value, F.OBJECT_LONG, depth);
    if (prototype === Array.prototype && Array.isArray(value)) return this.array(value, depth);
    if (prototype === null) return this.plain(value, F.OBJECT_NULL, depth);
    const entry = sharingOf(value);
    if (typeof entry === 'string') return this.refuse(entry);
    if (entry !== undefined) {
      const why = entry.sharing.refuse?.(value);
      if (why !== undefined) return this.refuse(why);
      this.byte(F.HANDLE);
      this.size(this.handles.length);
      this.handles.push({ ...entry, object: value });
      return true;
    }
    return this.special(value, prototype, depth);
  }

  private special(value: object, prototype: object, depth: number): boolean {
    switch (kindOf(value, prototype)) {
      case 'object':
        return this.plain(value, F.OBJECT_LONG, depth);
      case 'array':
        return this.array(value as unknown[], depth);
      case 'map':
        return this.map(value as Map<unknown, unknown>, depth);
      case 'set':
        return this.set(value as Set<unknown>, depth);
      case 'date':
        this.byte(F.DATE);
        this.float(Date.prototype.getTime.call(value));
        return true;
      case 'regexp':
        this.byte(F.REGEXP);
        this.string((value as RegExp).source);
        this.string((value as RegExp).flags);
        return true;
      case 'error':
        putError(this, value as Error, depth);
        return true;
      case 'buffer':
        return this.buffer(value as ArrayBuffer);
      case 'view':
        return this.viewOf(value as ArrayBufferView);
      default:
        return this.refuse(whatIs(value));
    }
  }

  private plain(value: object, tag: number, depth: number): boolean {
    const keys = Object.keys(value);
    this.keys(keys, tag);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (!this.put((value as Record<string, unknown>)[key], depth + 1)) return this.under(property(key));
    }
    return true;
  }

  /** The keys of an object, or the number of such a list if it is one of the last. */
  private keys(keys: readonly string[], tag: number): void {
    const { shapes } = this;
    if (tag === F.OBJECT_LONG) {
      for (let i = shapes.length - 1; i >= 0 && i >= shapes.length - NEAR; i--) {
        if (!sameKeys(shapes[i]!, keys)) continue;
        this.byte(F.OBJECT_LIKE);
        this.size(i);
        return;
      }
    }
    if (tag === F.OBJECT_LONG && keys.length < 32) {
      this.byte(F.OBJECT | keys.length);
    } else {
      this.byte(tag);
      this.size(keys.length);
    }
    for (let i = 0; i < keys.length; i++) this.string(keys[i]!);
    shapes.push(keys);
  }

  private array(value: readonly unknown[], depth: number): boolean {
    const length = value.length >>> 0; // of a Proxy it may be anything
    if (hasHole(value)) return this.sparse(value, length, depth);
    this.list(length);
    for (let i = 0; i < length; i++) {
      if (!this.put(value[i], depth + 1)) return this.under(`[${i}]`);
    }
    return true;
  }

  /** Only the elements that are there: an array may be a billion long and hold three. */
  private sparse(value: readonly unknown[], length: number, depth: number): boolean {
    this.byte(F.ARRAY_SPARSE);
    this.size(length);
    for (const key of Object.keys(value)) {
      const index = Number(key);
      if (!(index < length) || String(index) !== key) continue;
      this.float(index);
      if (!this.put(value[index], depth + 1)) return this.under(`[${key}]`);
    }
    this.float(-1);
    return true;
  }

  private map(value: Map<unknown, unknown>, depth: number): boolean {
    this.byte(F.MAP);
    for (const [key, item] of value) {
      if (!this.put(key, depth + 1)) return this.under(`.keys()`);
      if (!this.put(item, depth + 1)) return this.under(`.get(${named(key)})`);
    }
    this.byte(F.END);
    return true;
  }

  private set(value: Set<unknown>, depth: number): boolean {
    this.byte(F.SET);
    for (const item of value) {
      if (!this.put(item, depth + 1)) return this.under('.values()');
    }
    this.byte(F.END);
    return true;
  }

  private buffer(value: ArrayBuffer): boolean {
    let content: Uint8Array;
    try {
      content = new Uint8Array(value);
    } catch {
      return this.refuse('an ArrayBuffer that was transferred away');
    }
    this.byte(F.BUFFER);
    this.content(content);
    return true;
  }

  private viewOf(value: ArrayBufferView): boolean {
    let content: Uint8Array;
    try {
      content = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    } catch {
      return this.refuse('a view of an ArrayBuffer that was transferred away');
    }
    this.byte(F.VIEW);
    this.byte(F.VIEWS.indexOf(typedArrayName(value) ?? 'DataView'));
    this.content(content);
    return true;
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function hasHole(array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i++) if (array[i] === undefined && !(i in array)) return true;
  return false;
}

/** An object that is refused, in words. */
export function whatIs(value: object): string {
  const name = (value.constructor as { name?: unknown } | undefined)?.name;
  if (name === 'SharedArrayBuffer') return 'a SharedArrayBuffer (buffer(n) makes memory that can be)';
  return typeof name === 'string' && name !== '' ? `an object of ${name}` : 'an object of a class';
}

/** A key of a map in a path. */
function named(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key);
  return typeof key === 'object' && key !== null ? '…' : String(key);
}
