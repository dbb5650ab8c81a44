/**
 * A message, see format.ts, as a value: the receiver's own, which shares no byte with the message.
 *
 * A small message is copied into private bytes first: they are warm, and their views are the same for every message.
 * A large one is decoded where it lies, for that spares a copy; nothing allocates meanwhile, so the views stay right.
 */
import { free, sizeOf, u8, view as memoryView } from '../heap.ts';
import { sharingOfTag } from '../shareable.ts';
import { latin1From, utf16From, utf8From } from '../text.ts';
import { BASES, CAUSE, CLASSES, DOM_EXCEPTION, ERRORS, MESSAGE, NAME, STACK } from './errors.ts';
import * as F from './format.ts';
import { keyFrom, mustDefine, otherKey } from './keys.ts';
import { copy } from './writer.ts';

const small = new Uint8Array(4096);
const smallView = new DataView(small.buffer);

// The message that is being decoded. Nothing of the program's runs meanwhile, so there is only one.
let bytes: Uint8Array = small;
let view: DataView = smallView;
let at = 0;
let seen: unknown[] = [];
let handles: object[] = [];
let shapes: Shape[] = [];

/** Decodes a message of any kind, and frees its block. */
export function decode(address: number): unknown {
  const size = sizeOf(address);
  const memory = u8();
  const kind = memory[address];
  if (kind === F.NUMBERS) return numbers(address, size);
  const adopted = kind === F.WITH_HANDLES ? adopt(address, size) : [];
  if (size <= small.length) {
    copy(u8(), address, small, 0, size);
    at = F.HEADER;
  } else {
    bytes = u8();
    view = memoryView();
    at = address + F.HEADER;
  }
  handles = adopted;
  try {
    return take();
  } finally {
    free(address);
    seen = [];
    handles = [];
    shapes = [];
    bytes = small;
    view = smallView;
  }
}

/** Frees a message that nobody will read. `undo`: it was not sent after all. */
export function discard(address: number, undo: boolean): void {
  const memory = u8();
  const message =
    memory[address] === F.WITH_HANDLES ? memory.slice(address, address + sizeOf(address)) : undefined;
  free(address);
  if (message === undefined) return;
  for (const { tag, address, description } of table(message)) {
    const sharing = sharingOfTag(tag);
    if (undo && sharing.undo) sharing.undo(address, description);
    else sharing.discard(address, description);
  }
}

interface Handle {
  readonly tag: number;
  readonly address: number;
  readonly description: string;
}

/** The handles of a message in private bytes. */
function table(message: Uint8Array): Handle[] {
  bytes = message;
  view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  at = view.getUint32(4, true);
  const handles: Handle[] = [];
  for (let left = size(); left > 0; left--) {
    handles.push({ tag: byte(), address: float(), description: text() });
  }
  bytes = small;
  view = smallView;
  return handles;
}

/** Takes over the handles of a message. If one cannot be, the rest is discarded, and so is the message. */
function adopt(message: number, size: number): object[] {
  const entries = table(u8().slice(message, message + size));
  const adopted: object[] = [];
  try {
    for (const { tag, address, description } of entries) {
      adopted.push(sharingOfTag(tag).adopt(address, description));
    }
  } catch (error) {
    for (const { tag, address, description } of entries.slice(adopted.length + 1)) {
      sharingOfTag(tag).discard(address, description);
    }
    free(message);
    throw error;
  }
  return adopted;
}

function numbers(address: number, size: number): number[] {
  const memory = memoryView();
  const list = new Array<number>((size - F.HEADER) / 8);
  for (let i = 0; i < list.length; i++) list[i] = memory.getFloat64(address + F.HEADER + 8 * i, true);
  free(address);
  return list;
}

function byte(): number {
  return bytes[at++]!;
}

function size(): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const b = byte();
    value |= (b & 0x7f) << shift;
    if (b < 0x80) return value >>> 0;
  }
}

function float(): number {
  at += 8;
  return view.getFloat64(at - 8, true);
}

function text(): string {
  return take() as string;
}

function begin<T>(object: T): T {
  seen.push(object);
  return object;
}

function take(): unknown {
  const tag = bytes[at++]!;
  if (tag < F.STRING) return tag;
  if (tag < F.ARRAY) return shortText(tag & 0x3f);
  if (tag < F.OBJECT) return list(tag & 0x1f);
  if (tag < F.NULL) return fill(begin({}), shape(tag & 0x1f));
  switch (tag) {
    case F.NULL:
      return null;
    case F.UNDEFINED:
      return undefined;
    case F.FALSE:
      return false;
    case F.TRUE:
      return true;
    case F.I32:
      at += 4;
      return view.getInt32(at - 4, true);
    case F.F64:
      return float();
    case F.I64:
      at += 8;
      return view.getBigInt64(at - 8, true);
    case F.BIG:
      return byte() === 1 ? -BigInt(`0x${text()}`) : BigInt(`0x${text()}`);
    case F.UTF16_LONG:
      return wideText(size());
    case F.UTF8_LONG:
      return longText();
    case F.ARRAY_LONG:
      return list(size());
    case F.ARRAY_SPARSE:
      return sparse(size());
    case F.OBJECT_LONG:
      return fill(begin({}), shape(size()));
    case F.OBJECT_NULL:
      return fill(begin(Object.create(null) as object), shape(size()));
    case F.OBJECT_LIKE:
      return fill(begin({}), shapes[size()]!);
    case F.MAP:
      return map();
    case F.SET:
      return set();
    case F.DATE:
      return begin(new Date(float()));
    case F.REGEXP:
      return regexp();
    case F.ERROR:
      return error();
    case F.VIEW:
      return viewOf(byte());
    case F.BUFFER:
      return begin(content());
    case F.REF:
      return seen[size()];
    default:
      return begin(handles[size()]);
  }
}

function shortText(length: number): string {
  at += length;
  return latin1From(bytes, at - length, length);
}

function wideText(length: number): string {
  at += 2 * length;
  return utf16From(bytes, at - 2 * length, length);
}

function longText(): string {
  const length = view.getUint32(at, true);
  at += 4 + length;
  return bytes === small
    ? utf8From(small, at - length, length)
    : utf8From(bytes.slice(at - length, at), 0, length);
}

/** A key of an object. */
function key(): string {
  const tag = bytes[at]!;
  if (tag < F.STRING || tag >= F.ARRAY) return otherKey(text());
  const length = tag & 0x3f;
  at += 1 + length;
  return keyFrom(bytes, at - length, length);
}

function list(length: number): unknown[] {
  const array = begin(new Array<unknown>(length));
  for (let i = 0; i < length; i++) array[i] = take();
  return array;
}

function sparse(length: number): unknown[] {
  const array = begin([] as unknown[]);
  for (let index = float(); index >= 0; index = float()) array[index] = take();
  array.length = length; // last: of an array that has nothing yet, V8 makes room for all of it
  return array;
}

/** The keys of objects, and whether any of them needs more than an assignment. */
interface Shape {
  readonly keys: string[];
  define: boolean;
}

function shape(count: number): Shape {
  const shape = { keys: new Array<string>(count), define: false };
  for (let i = 0; i < count; i++) {
    shape.keys[i] = key();
    if (mustDefine) shape.define = true;
  }
  shapes.push(shape);
  return shape;
}

function fill(object: object, { keys, define }: Shape): object {
  for (let i = 0; i < keys.length; i++) {
    if (define) property(object, keys[i]!, take());
    else (object as Record<string, unknown>)[keys[i]!] = take();
  }
  return object;
}

/** An own property, whatever prototypes have of that name. */
function property(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function map(): Map<unknown, unknown> {
  const map = begin(new Map<unknown, unknown>());
  while (bytes[at] !== F.END) {
    const name = take();
    map.set(name, take());
  }
  at++;
  return map;
}

function set(): Set<unknown> {
  const set = begin(new Set<unknown>());
  while (bytes[at] !== F.END) set.add(take());
  at++;
  return set;
}

function regexp(): RegExp {
  const source = text();
  return begin(new RegExp(source, text()));
}

function content(): ArrayBuffer {
  const length = size();
  at += length;
  return bytes.slice(at - length, at).buffer;
}

function viewOf(kind: number): ArrayBufferView {
  const View = F.viewClass(kind);
  return begin(new View(content()));
}

function error(): Error {
  const base = byte();
  const flags = byte();
  const message = flags & MESSAGE ? text() : '';
  const stack = flags & STACK ? text() : undefined;
  const name = flags & NAME ? text() : undefined;
  const error = begin(BASES[base]![1](message, name ?? 'Error'));
  const own = CLASSES.get(text());
  if (own !== undefined) Object.setPrototypeOf(error, own);
  hidden(error, 'stack', stack);
  if (base !== DOM_EXCEPTION && name !== undefined && error.name !== name) hidden(error, 'name', name);
  if (flags & CAUSE) hidden(error, 'cause', take());
  if (flags & ERRORS) hidden(error, 'errors', take());
  while (bytes[at] !== F.END) property(error, key(), take());
  at++;
  return error;
}

/** As the engine would: not enumerable. */
function hidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}
