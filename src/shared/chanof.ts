/** `chanOf(type)`: a channel as a value. The channel's own module says how a reference is given and taken. */
import type { Codec } from './codec.ts';
import { mismatch, refusal } from './mismatch.ts';
import { TAG_CHAN, sharingOf, sharingOfTag } from './shareable.ts';
import { word } from './word.ts';

/** @param name Of the type of the channel's values: it is what such a channel gives as its description. */
export function chanCodec(name: string): Codec<object> {
  const expected = `a shared channel of ${name}`;
  return {
    slot: 'f64',
    write(value, where) {
      const entry = typeof value === 'object' && value !== null ? sharingOf(value) : undefined;
      if (typeof entry !== 'object' || entry.tag !== TAG_CHAN) throw mismatch(where, expected, value);
      const [address, description] = entry.sharing.give(value);
      if (description !== name) {
        entry.sharing.discard(address, description);
        throw refusal(where, '', `expected ${expected}, got one of ${description}`);
      }
      word.f64[0] = address;
    },
    read: () => sharingOfTag(TAG_CHAN).adopt(word.f64[0]!, name),
    drop: () => sharingOfTag(TAG_CHAN).discard(word.f64[0]!, name),
    undo: () => sharingOfTag(TAG_CHAN).discard(word.f64[0]!, name),
  };
}
