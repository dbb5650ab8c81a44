/**
 * `struct`: one block, with the fields at fixed places, the widest first, so that each is aligned and nothing lies
 * between them. What is no number or bool is the address of a block of its own.
 */
import type { Codec, Slot } from './codec.ts';
import { alloc, free, view } from './heap.ts';
import { inside, mismatch, property } from './mismatch.ts';
import { word } from './word.ts';

const WIDTH: Record<Slot, number> = { f64: 8, i64: 8, i32: 4, u32: 4, f32: 4, u8: 1 };

interface Field {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly offset: number;
}

/** The codec of a struct with these fields, in this order. Made once for each descriptor. */
export function structCodec(
  codecs: readonly (readonly [name: string, codec: Codec<unknown>])[],
): Codec<object> {
  const { fields, size } = layout(codecs);
  const expected = `a struct with the fields ${codecs.map(([name]) => name).join(', ')}`;

  /** Frees what the first fields of a block own, and the block. */
  const release = (address: number, count: number, how: 'drop' | 'undo'): void => {
    for (let i = 0; i < count; i++) {
      const { codec, offset } = fields[i]!;
      load(codec.slot, address + offset);
      codec[how]();
    }
    free(address);
  };

  return {
    slot: 'f64',
    write(value, where) {
      if (typeof value !== 'object' || value === null) throw mismatch(where, expected, value);
      // Each field is read once, and all before anything is written: a getter may do anything.
      const values = new Array<unknown>(fields.length);
      for (let i = 0; i < values.length; i++) values[i] = (value as Record<string, unknown>)[fields[i]!.name];
      const address = alloc(size);
      for (let i = 0; i < fields.length; i++) {
        const { name, codec, offset } = fields[i]!;
        try {
          codec.write(values[i], where);
        } catch (error) {
          release(address, i, 'undo');
          throw inside(property(name), error);
        }
        store(codec.slot, address + offset);
      }
      word.f64[0] = address;
    },
    read() {
      const address = word.f64[0]!;
      const value: Record<string, unknown> = {};
      for (let i = 0; i < fields.length; i++) {
        const { name, codec, offset } = fields[i]!;
        load(codec.slot, address + offset);
        value[name] = codec.read();
      }
      free(address);
      return value;
    },
    drop: () => release(word.f64[0]!, fields.length, 'drop'),
    undo: () => release(word.f64[0]!, fields.length, 'undo'),
  };
}

function layout(codecs: readonly (readonly [string, Codec<unknown>])[]): { fields: Field[]; size: number } {
  const fields = codecs.map(([name, codec]) => ({ name, codec, offset: 0 }));
  let size = 0;
  for (const width of [8, 4, 1]) {
    for (const field of fields) {
      if (WIDTH[field.codec.slot] !== width) continue;
      field.offset = size;
      size += width;
    }
  }
  return { fields, size };
}

/** The word into a field. */
function store(slot: Slot, at: number): void {
  const memory = view();
  switch (slot) {
    case 'f64':
      return memory.setFloat64(at, word.f64[0]!, true);
    case 'i32':
      return memory.setInt32(at, word.f64[0]!, true);
    case 'u32':
      return memory.setUint32(at, word.f64[0]!, true);
    case 'f32':
      return memory.setFloat32(at, word.f64[0]!, true);
    case 'u8':
      return memory.setUint8(at, word.f64[0]!);
    case 'i64':
      return memory.setBigInt64(at, word.i64[0]!, true);
  }
}

/** A field into the word. */
function load(slot: Slot, at: number): void {
  const memory = view();
  switch (slot) {
    case 'f64':
      word.f64[0] = memory.getFloat64(at, true);
      break;
    case 'i32':
      word.f64[0] = memory.getInt32(at, true);
      break;
    case 'u32':
      word.f64[0] = memory.getUint32(at, true);
      break;
    case 'f32':
      word.f64[0] = memory.getFloat32(at, true);
      break;
    case 'u8':
      word.f64[0] = memory.getUint8(at);
      break;
    case 'i64':
      word.i64[0] = memory.getBigInt64(at, true);
      break;
  }
}
