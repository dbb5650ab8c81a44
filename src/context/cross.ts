/**
 * How contexts cross threads. What names one in a message is the address of its record; or, when there is a deadline or
 * there are values, that of an envelope, a block that belongs to the message:
 *
 *  +0 RECORD   +4 COUNT    0: nothing cancels it; how many values
 *  +8 EPOCH   +16 LEFT     f64: its deadline in milliseconds since 1970, for programs, or NaN; when that will be on this
 *                          machine's wall clock, if whoever receives it is to see to it, or NaN
 * +24 LATE    +32 ENTRIES  block of the cause if the deadline passes, or 0; blocks of keys and values
 *
 * Values cross if they, and their keys, can be copied: the keys that mean the same in another thread are strings,
 * numbers, bigints, booleans and symbols of `Symbol.for`. What cannot cross is not there on the other side.
 */
import { clock } from '../runtime/processor.ts';
import {
  decodeError,
  decodeResult,
  dropEncoded,
  encodeError,
  encodeResult,
  undoEncoded,
} from '../shared/args.ts';
import { alloc, free, view } from '../shared/heap.ts';
import { shareable, type Sharing, TAG_CONTEXT } from '../shared/shareable.ts';
import { BACKGROUND, Ctx, TODO } from './ctx.ts';
import { Canceled, ContextError, DeadlineExceeded } from './errors.ts';
import { limitOf, type Node } from './node.ts';
import { release } from './record.ts';
import { nodeOf, recordOf } from './remote.ts';
import { CarriedCtx, ValueCtx } from './values.ts';

const RECORD = 0;
const COUNT = 4;
const EPOCH = 8;
const LEFT = 16;
const LATE = 24;
const ENTRIES = 32;

/** In the place of an address: what every thread has of its own. */
const CONSTANTS: readonly object[] = [BACKGROUND, TODO, Canceled, DeadlineExceeded];
const CONSTANT_STEP = 8;

const PLAIN = '';
const ENVELOPE = '+';

/** Blocks of the keys and values that can cross, innermost first. */
function encodeValues(ctx: Ctx): number[] {
  const blocks: number[] = [];
  const seen = new Set<unknown>();
  const add = (key: unknown, value: unknown): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const named = nameOf(key);
    const block = named && tryEncode([...named, value]);
    if (block) blocks.push(block);
  };
  try {
    for (let c: Ctx | undefined = ctx; c !== undefined; c = c.parent) {
      if (c instanceof ValueCtx) add(c.key, c.own);
      else if (c instanceof CarriedCtx) for (const [key, value] of c.values) add(key, value);
    }
    return blocks;
  } catch (error) {
    blocks.forEach(dropEncoded);
    throw error;
  }
}

/** A key, and whether it is that of a symbol. */
function nameOf(key: unknown): [boolean, unknown] | undefined {
  if (typeof key === 'symbol') {
    const name = Symbol.keyFor(key);
    return name === undefined ? undefined : [true, name];
  }
  return typeof key === 'object' || typeof key === 'function' ? undefined : [false, key];
}

function tryEncode(entry: readonly unknown[]): number {
  try {
    return encodeResult(entry, 'context');
  } catch (error) {
    if (error instanceof TypeError) return 0;
    throw error;
  }
}

/** The causes of deadlines are mostly none of their own. */
function encodeLate(late: unknown): number {
  return late === DeadlineExceeded ? 0 : encodeError(late);
}

function envelope(ctx: Ctx, record: number, values: readonly number[]): number {
  const limit = ctx.node && limitOf(ctx.node);
  const late = limit === undefined ? 0 : encodeLate(limit.late);
  const at = alloc(ENTRIES + 4 * values.length);
  const memory = view();
  memory.setInt32(at + RECORD, record, true);
  memory.setInt32(at + COUNT, values.length, true);
  memory.setFloat64(at + EPOCH, ctx.deadline() ?? NaN, true);
  memory.setFloat64(at + LEFT, limit === undefined ? NaN : Date.now() + (limit.when - clock()), true);
  memory.setInt32(at + LATE, late, true);
  values.forEach((block, i) => memory.setInt32(at + ENTRIES + 4 * i, block, true));
  return at;
}

interface Envelope {
  readonly record: number;
  readonly epoch: number | undefined;
  readonly left: number | undefined;
  readonly late: number;
  readonly values: readonly number[];
}

/** Opens an envelope: what is in it belongs to the caller. */
function open(at: number): Envelope {
  const memory = view();
  const float = (field: number): number | undefined => {
    const value = memory.getFloat64(at + field, true);
    return Number.isNaN(value) ? undefined : value;
  };
  const word = (field: number): number => memory.getInt32(at + field, true);
  const values = Array.from({ length: word(COUNT) }, (_, i) => word(ENTRIES + 4 * i));
  const content = { record: word(RECORD), epoch: float(EPOCH), left: float(LEFT), late: word(LATE), values };
  free(at);
  return content;
}

function adoptEnvelope(at: number): Ctx {
  const { record, epoch, left, late, values } = open(at);
  const cause = late === 0 ? DeadlineExceeded : decodeError(late);
  const node = record === 0 ? undefined : nodeOf(record);
  if (node !== undefined && left !== undefined) {
    // A millisecond more, for the clocks are compared in whole ones.
    node.expireThere(clock() + (left - Date.now()) + 1, epoch, cause);
  }
  const entries = values.map((block) => decodeResult(block) as [boolean, unknown, unknown]);
  if (node !== undefined && entries.length === 0) return node;
  const map = new Map(
    entries.map(([symbol, key, value]) => [symbol ? Symbol.for(key as string) : key, value]),
  );
  return new CarriedCtx(node, map, epoch);
}

function giveContext(ctx: Ctx): readonly [number, string] {
  const values = encodeValues(ctx);
  let record = 0;
  try {
    const node: Node | undefined = ctx.node;
    if (node !== undefined) record = recordOf(node);
    if (record !== 0 && values.length === 0 && ctx.deadline() === undefined) return [record, PLAIN];
    return [envelope(ctx, record, values), ENVELOPE];
  } catch (error) {
    release(record);
    values.forEach(dropEncoded);
    throw error;
  }
}

const sharing: Sharing<object> = {
  give(object) {
    const index = CONSTANTS.indexOf(object);
    return index < 0 ? giveContext(object as Ctx) : [(index + 1) * CONSTANT_STEP, PLAIN];
  },
  adopt(address, description) {
    if (description === ENVELOPE) return adoptEnvelope(address);
    return CONSTANTS[address / CONSTANT_STEP - 1] ?? nodeOf(address);
  },
  discard: (address, description) => drop(address, description, dropEncoded),
  undo: (address, description) => drop(address, description, undoEncoded),
};

function drop(address: number, description: string, dropValue: (block: number) => void): void {
  if (description === ENVELOPE) {
    const { record, late, values } = open(address);
    release(record);
    for (const block of [late, ...values]) dropValue(block);
  } else if (CONSTANTS[address / CONSTANT_STEP - 1] === undefined) release(address);
}

/** From now on contexts, and the errors that they end with, may cross. */
shareable(TAG_CONTEXT, Ctx, sharing);
shareable(TAG_CONTEXT, ContextError, sharing);
