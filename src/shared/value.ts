/** `value<T>()`: a message with anything that can be shared. */
import type { Codec } from './codec.ts';
import { refusal } from './mismatch.ts';
import { decode, discard } from './value/decoder.ts';
import { encode } from './value/encoder.ts';
import { word } from './word.ts';

export const valueCodec: Codec<unknown> = {
  slot: 'f64',
  write(value, where) {
    word.f64[0] = encode(value, (path, why) => refusal(where, path.join(''), why));
  },
  read: () => decode(word.f64[0]!),
  drop: () => discard(word.f64[0]!, false),
  undo: () => discard(word.f64[0]!, true),
};
