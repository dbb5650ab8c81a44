/** Values of random shape and size: whoever receives one makes it again from its seed and number, and compares. */
import { isDeepStrictEqual } from 'node:util';
import { Random } from './random.ts';

const MAX_DEPTH = 8;
const ALPHABETS = ['abcdefghij', ' ,.;\n\0"\\', 'äöüß€ŝ', '漢字かな', '😀👩‍👩‍👧', '\ud800\udfff'];
const KEYS = [
  'id',
  'name',
  'tags',
  'x',
  'y',
  '',
  'a b',
  'ä',
  '__proto__',
  'toString',
  'constructor',
  '0',
  'length',
];
const VIEWS = [
  Uint8Array,
  Int8Array,
  Int16Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  Uint8ClampedArray,
];

/** The object with that number. */
export function objectFor(seed: number, index: number): object {
  return new Maker(new Random(seed, index)).top();
}

/** A string of 1 to about `max` code units: many short ones, a few long. */
export function stringFor(seed: number, index: number, max: number): string {
  const random = new Random(seed, index);
  return text(random, random.skewed(max));
}

export function same(got: unknown, wanted: unknown): boolean {
  return isDeepStrictEqual(got, wanted);
}

function text(random: Random, length: number): string {
  // Long ones repeat a piece: making them must not take longer than sending them.
  const characters = random.pick(ALPHABETS);
  let piece = '';
  for (let left = Math.min(length, 40); left > 0; left--)
    piece += characters.charAt(random.below(characters.length));
  return piece.length === length ? piece : piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

class Maker {
  /** How many values it may have in all. */
  private left: number;
  private readonly made: object[] = [];

  constructor(private readonly random: Random) {
    this.left = random.skewed(200);
  }

  top(): object {
    return this.object(0);
  }

  private value(depth: number): unknown {
    const { random } = this;
    if (--this.left < 0 || depth > MAX_DEPTH || random.below(10) < 5) return this.leaf();
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return this.object(depth);
      case 4:
      case 5:
      case 6:
        return this.array(depth);
      case 7:
        return this.map(depth);
      case 8:
        return this.set(depth);
      case 9:
        return this.sparse(depth);
      case 10:
        return this.chain(depth);
      default:
        // Once more, or a cycle.
        return this.made.length === 0 ? this.leaf() : random.pick(this.made);
    }
  }

  private leaf(): unknown {
    const { random } = this;
    switch (random.below(16)) {
      case 0:
        return null;
      case 1:
        return undefined;
      case 2:
        return random.oneIn(2);
      case 3:
        return random.pick([NaN, -0, 0, Infinity, -Infinity, 2 ** 53, Number.MIN_VALUE, -1, 2 ** 31]);
      case 4:
        return random.fraction() * 1e6;
      case 5:
        return BigInt(random.below(2 ** 31)) ** BigInt(random.below(5)) * (random.oneIn(2) ? 1n : -1n);
      case 6:
        return new Date(random.below(2 ** 31));
      case 7:
        return new RegExp(random.pick(['a', '[b-d]+', '(?<x>.)']), random.pick(['', 'gi', 'u']));
      case 8:
        return this.bytes();
      case 9:
        return new RangeError(text(random, random.below(30)));
      case 10:
      case 11:
      case 12:
        return text(random, random.oneIn(10) ? random.skewed(5000) : random.below(30));
      default:
        return random.below(random.oneIn(3) ? 2 ** 31 : 100) - 50;
    }
  }

  private bytes(): object {
    const { random } = this;
    const View = random.pick(VIEWS);
    const size = random.oneIn(5) ? random.skewed(20_000) : random.below(20);
    const content = new Uint8Array(8 * size);
    for (let i = 0; i < content.length; i += 1 + random.below(50)) content[i] = random.below(256);
    if (random.oneIn(4)) return content.buffer;
    // A window: what lies around it must not cross.
    return new View(content.buffer, 8 * Math.min(1, size), Math.max(0, size - 1));
  }

  private keep<T extends object>(object: T): T {
    this.made.push(object);
    return object;
  }

  private object(depth: number): object {
    const { random } = this;
    const object = this.keep(random.oneIn(10) ? (Object.create(null) as object) : {});
    for (let n = random.below(8); n > 0; n--) {
      const key = random.oneIn(3) ? text(random, random.below(40)) : random.pick(KEYS);
      const value = this.value(depth + 1);
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return object;
  }

  private array(depth: number): object {
    const array = this.keep([] as unknown[]);
    for (let n = this.random.below(this.random.oneIn(8) ? 100 : 6); n > 0; n--)
      array.push(this.value(depth + 1));
    return array;
  }

  private sparse(depth: number): object {
    const array = this.keep([] as unknown[]);
    for (let n = this.random.below(4); n > 0; n--) array[this.random.skewed(1e5)] = this.value(depth + 1);
    return array;
  }

  private map(depth: number): object {
    const map = this.keep(new Map<unknown, unknown>());
    // Keys that are no objects: whether two objects are the same key, equality could only guess.
    for (let n = this.random.below(6); n > 0; n--)
      map.set(`${this.random.below(100)}`, this.value(depth + 1));
    return map;
  }

  private set(_depth: number): object {
    const set = this.keep(new Set<unknown>());
    for (let n = this.random.below(6); n > 0; n--) set.add(this.random.below(1000));
    return set;
  }

  /** Deep, and nothing else. */
  private chain(depth: number): object {
    let inner: unknown = this.leaf();
    for (let n = this.random.below(30) + depth; n > 0; n--)
      inner = this.random.oneIn(2) ? [inner] : { inner };
    return this.keep([inner]);
  }
}
