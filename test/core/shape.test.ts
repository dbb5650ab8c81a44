/** The wasm files themselves: what they import, export and hold. Several threads instantiate them over one memory. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PAGES_INITIAL } from '../../assembly/layout.ts';
import { type Build, bytesOf } from './helper.ts';

const IMPORT = 2;
const GLOBAL = 6;
const START = 8;
const DATA = 11;
const DATA_COUNT = 12;

const SIZE_LIMIT = 12_288;
const REAPER_LIMIT = 3_584;

/** Reads a module from its bytes, as far as the tests ask. */
class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  skip(n: number): void {
    this.at += n;
  }

  /** LEB128; the sign does not matter here. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.number();
    const found = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.skip(length);
    return found;
  }

  part(length: number): Uint8Array {
    const found = this.bytes.subarray(this.at, this.at + length);
    this.skip(length);
    return found;
  }
}

function sections(bytes: Uint8Array): Map<number, Uint8Array> {
  const reader = new Reader(bytes);
  reader.skip(8);
  const found = new Map<number, Uint8Array>();
  while (reader.more) {
    const id = reader.byte();
    found.set(id, reader.part(reader.number()));
  }
  return found;
}

/** For each global, whether it is mutable. */
function mutability(section: Uint8Array): boolean[] {
  const reader = new Reader(section);
  return Array.from({ length: reader.number() }, () => {
    reader.skip(1); // its type
    const mutable = reader.byte() === 1;
    for (let op = reader.byte(); op !== 0x0b; op = reader.byte()) {
      if (op === 0x43) reader.skip(4);
      else if (op === 0x44) reader.skip(8);
      else reader.number();
    }
    return mutable;
  });
}

/** The limits of the imported memory. */
function memoryImport(section: Uint8Array): { shared: boolean; initial: number; maximum: number } {
  const reader = new Reader(section);
  for (let n = reader.number(); n > 0; n--) {
    reader.text();
    reader.text();
    if (reader.byte() === 2) {
      const shared = (reader.byte() & 2) !== 0;
      return { shared, initial: reader.number(), maximum: reader.number() };
    }
    reader.number(); // a function's type
  }
  throw new Error('no memory is imported');
}

/** The functions of the interface Core, with how many parameters each has. */
function typedExports(): Record<string, number> {
  const source = readFileSync(new URL('../../src/runtime/core.ts', import.meta.url), 'utf8');
  const body = /interface Core \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const found: Record<string, number> = {};
  for (const [, name, parameters] of body.matchAll(/^\s*(\w+)\(([^)]*)\):/gm)) {
    found[name as string] = parameters ? parameters.split(',').length : 0;
  }
  return found;
}

const importsOf: Record<Build, string[]> = {
  core: ['env.memory', 'env.pause'],
  'core.debug': ['env.memory', 'env.pause'],
  'core.model': ['env.memory', 'env.pause', 'env.step'],
};

describe.each(Object.keys(importsOf) as Build[])('%s.wasm', (build) => {
  const bytes = bytesOf(build);
  const module = new WebAssembly.Module(bytes);
  const held = sections(bytes);

  test('imports its memory, the pause of a lock, and nothing else but the explorer’s step', () => {
    const names = WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`);
    expect(names.sort()).toEqual(importsOf[build]);
  });

  test('takes a shared memory of the size the layout says', () => {
    const limits = memoryImport(held.get(IMPORT) as Uint8Array);
    expect(limits).toEqual({ shared: true, initial: PAGES_INITIAL, maximum: 65_536 });
  });

  test('writes nothing when it is instantiated: no data, no start function', () => {
    for (const id of [START, DATA, DATA_COUNT]) expect(held.has(id), `section ${id}`).toBe(false);
  });

  test('keeps one word outside its memory: which processor it is', () => {
    const section = held.get(GLOBAL);
    const globals = section ? mutability(section) : [];
    expect(globals.filter((mutable) => mutable)).toEqual([true]);
    if (build === 'core.debug') expect(globals.length).toBeGreaterThan(0); // the reader does read
  });

  test('exports what src/runtime/core.ts types, with as many parameters, and nothing else', () => {
    const exports = WebAssembly.Module.exports(module);
    expect(exports.filter((e) => e.kind !== 'function')).toEqual([]);
    const typed = typedExports();
    expect(Object.keys(typed).length).toBeGreaterThan(40);
    const memory = new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum: 64, shared: true });
    const instance = new WebAssembly.Instance(module, {
      env: { memory, pause: () => undefined, step: () => undefined },
    });
    const actual = Object.fromEntries(
      Object.entries(instance.exports).map(([name, f]) => [name, (f as () => void).length]),
    );
    expect(actual).toEqual(typed);
  });
});

test('the release build is small', () => {
  const size = bytesOf('core').length;
  console.log(`core.wasm: ${size} bytes`);
  expect(size).toBeLessThanOrEqual(SIZE_LIMIT);
});

test('the reaper, which is instantiated when a thread has died, is no larger than it must be', () => {
  const bytes = new Uint8Array(readFileSync(new URL('../../build/reaper.wasm', import.meta.url)));
  console.log(`reaper.wasm: ${bytes.length} bytes`);
  expect(bytes.length).toBeLessThanOrEqual(REAPER_LIMIT);
  const module = new WebAssembly.Module(bytes);
  const imported = WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`);
  expect(imported.sort()).toEqual(['env.memory', 'env.pause']);
  const held = sections(bytes);
  for (const id of [START, DATA, DATA_COUNT]) expect(held.has(id), `section ${id}`).toBe(false);
  expect(memoryImport(held.get(IMPORT) as Uint8Array).shared).toBe(true);
  const exported = WebAssembly.Module.exports(module).map((e) => e.name);
  expect(exported.sort()).toEqual(['attach', 'reapLocks', 'reapRecords', 'reapWork', 'wakeOne']);
});

test('a second instance over one memory changes nothing in it', () => {
  const memory = new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum: 64, shared: true });
  const module = new WebAssembly.Module(bytesOf('core'));
  const first = new WebAssembly.Instance(module, { env: { memory, pause: () => undefined } })
    .exports as Record<string, () => number>;
  const words = new Int32Array(memory.buffer);
  (first['init'] as (limit: number, cores: number) => void)(64, 2);
  first['spawn']?.();
  const before = words.slice();
  new WebAssembly.Instance(module, { env: { memory, pause: () => undefined } });
  expect(words.every((word, i) => word === before[i])).toBe(true);
});
