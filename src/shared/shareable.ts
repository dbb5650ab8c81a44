/**
 * Objects that are handles of something in shared memory: channels, locks, buffers. They may stand anywhere inside a
 * value that crosses threads, and arrive as handles of the same thing.
 *
 * Stable: `Sharing`, `shareable`, `sharingOf`, `sharingOfTag`, `unshareable`, the tags.
 */

/** Kinds of handles. In messages, so the same in all threads. */
export const TAG_CHAN = 1;
export const TAG_BUFFER = 2;
export const TAG_TASK = 3;
export const TAG_MUTEX = 4;
export const TAG_RW_MUTEX = 5;
export const TAG_WAIT_GROUP = 6;
export const TAG_ONCE = 7;
export const TAG_COND = 8;
export const TAG_CONTEXT = 9;
export const TAG_ATOMIC = 10;
export const TAG_WEIGHTED = 11;

/** How a kind of handle crosses. A handle that stands twice in a message is given once and arrives as one. */
export interface Sharing<T extends object> {
  /** Why this one cannot be given now, such as `a buffer that was sent`; undefined if it can. Changes nothing. */
  refuse?(object: T): string | undefined;
  /** Takes a reference, which the message owns from then on. Called last, when all else of the message is ready. */
  give(object: T): readonly [address: number, description: string];
  /** The receiver takes over the reference of a message. */
  adopt(address: number, description: string): T;
  /** The message is dropped unread: its reference goes. */
  discard(address: number, description: string): void;
  /** The message was not sent after all: as if not given. The same as `discard` unless giving changed the handle. */
  undo?(address: number, description: string): void;
}

interface Entry {
  readonly tag: number;
  readonly sharing: Sharing<object>;
}

// Abstract, and with any arguments: all that counts is the prototype.
type Class<T> = abstract new (...args: never[]) => T;

const byTag: (Sharing<object> | undefined)[] = [];
const byPrototype = new Map<unknown, Entry | string>();

/**
 * Makes the instances of a class shareable, and those of its subclasses, which arrive as what `adopt` makes.
 *
 * @param tag 1 to 255, of the list above.
 */
export function shareable<T extends object>(tag: number, Class: Class<T>, sharing: Sharing<T>): void {
  byTag[tag] = sharing;
  byPrototype.set(Class.prototype, { tag, sharing });
}

/**
 * Says better than the name of the class what cannot be shared and what to do: `unshareable(LocalChan, 'a local
 * channel (make it with a type: chan(type, capacity))')`.
 */
export function unshareable<T extends object>(Class: Class<T>, what: string): void {
  byPrototype.set(Class.prototype, what);
}

/** The entry of an object, the text of `unshareable`, or undefined. */
export function sharingOf(object: object): Entry | string | undefined {
  for (let p: unknown = Object.getPrototypeOf(object); p !== null; p = Object.getPrototypeOf(p)) {
    const entry = byPrototype.get(p);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** Of a handle in a message. */
export function sharingOfTag(tag: number): Sharing<object> {
  const sharing = byTag[tag];
  if (sharing === undefined)
    throw new Error(`goroutines: internal error: no shareable object has tag ${tag}`);
  return sharing;
}
