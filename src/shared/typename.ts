/**
 * Types by name: how a handle of a channel, which crosses threads as an address and a name, finds its type again.
 *
 * Stable: `typeNamed`.
 */
import * as types from './types.ts';
import type { AnyType } from './types.ts';

const simple = new Map<string, AnyType>(
  [
    types.i32,
    types.u32,
    types.f32,
    types.f64,
    types.i64,
    types.u64,
    types.bool,
    types.string,
    types.bytes,
    types.value<unknown>(),
    types.buffer,
  ].map((type) => [type.name, type as AnyType]),
);

const made = new Map<string, AnyType>();

/** The type of that name, as `Type.name` has it. */
export function typeNamed(name: string): AnyType {
  let type = simple.get(name) ?? made.get(name);
  if (type === undefined) {
    const source = new Source(name);
    type = source.type();
    source.end();
    made.set(name, type);
  }
  return type;
}

class Source {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  type(): AnyType {
    const word = this.match(/[a-z0-9]+/y);
    if (word === 'chan') {
      this.match(/\(/y);
      const of = this.type();
      this.match(/\)/y);
      return types.chanOf(of);
    }
    return word === 'struct' ? this.struct() : (simple.get(word) ?? this.fail());
  }

  end(): void {
    if (this.at < this.text.length) this.fail();
  }

  private struct(): AnyType {
    this.match(/\{/y);
    const fields: [string, AnyType][] = [];
    while (this.text[this.at] !== '}') {
      if (fields.length > 0) this.match(/,/y);
      const key = this.match(/[A-Za-z_$][\w$]*|"(?:[^"\\]|\\.)*"/y);
      this.match(/:/y);
      fields.push([key.startsWith('"') ? (JSON.parse(key) as string) : key, this.type()]);
    }
    this.at++;
    return types.struct(Object.fromEntries(fields));
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return this.fail();
    this.at += found.length;
    return found;
  }

  private fail(): never {
    throw new Error(`goroutines: internal error: no type is named ${this.text}`);
  }
}
