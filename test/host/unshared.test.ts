import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unshared } from '../../src/runtime/unshared.ts';
import { ROOT } from './support.ts';

const HEAD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const text = (s: string): number[] => [s.length, ...Buffer.from(s)];

function section(id: number, content: readonly number[]): number[] {
  // A length in five bytes is as right as one in the fewest.
  return [id, (content.length & 0x7f) | 0x80, (content.length >> 7) | 0x80, 0x80, 0x80, 0, ...content];
}

function importing(...imports: number[][]): Uint8Array {
  const custom = section(0, [...text('a name'), ...new Array<number>(300).fill(2)]);
  const types = section(1, [1, 0x60, 0, 0]);
  return Uint8Array.from([...HEAD, ...custom, ...types, ...section(2, [imports.length, ...imports.flat()])]);
}

const memory = (flags: number): number[] => [...text('env'), ...text('memory'), 2, flags, 0x80, 1, 0x80, 2];

/** Bytes in which two binaries of the same length differ. */
function changes(a: Uint8Array, b: Uint8Array): [number, number][] {
  expect(a.length).toBe(b.length);
  return [...a].flatMap((byte, i) =>
    byte === b[i] ? [] : [[byte, b[i] as number] satisfies [number, number]],
  );
}

test.each(['core.wasm', 'core.debug.wasm'])(
  '%s: one byte is changed, and it runs over plain memory',
  (file) => {
    const bytes = new Uint8Array(readFileSync(join(ROOT, 'build', file)));
    const before = bytes.slice();
    const plain = unshared(bytes);
    expect(changes(bytes, plain)).toEqual([[3, 1]]);
    expect(bytes).toEqual(before);
    const module = new WebAssembly.Module(plain as BufferSource);
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const env = { memory, pause: () => undefined };
    const { exports } = new WebAssembly.Instance(module, { env });
    const core = exports as Record<'init' | 'spawn', (n?: number) => number>;
    core.init(64);
    expect(core.spawn()).toBeGreaterThan(0);
  },
);

test('the memory is found behind other imports of every kind', () => {
  const bytes = importing(
    [...text('env'), ...text('function'), 0, 0x80, 0],
    [...text('env'), ...text('table'), 1, 0x70, 0, 7],
    [...text('env'), ...text('bounded table'), 1, 0x70, 1, 3, 0x83, 3],
    [...text('env'), ...text('global'), 3, 0x7f, 1],
    memory(3),
  );
  const plain = unshared(bytes);
  expect(changes(bytes, plain)).toEqual([[3, 1]]);
  const kinds = WebAssembly.Module.imports(new WebAssembly.Module(plain as BufferSource)).map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(['function', 'table', 'table', 'global', 'memory']);
});

test.each([
  ['no import', Uint8Array.from(HEAD)],
  ['no memory', importing([...text('env'), ...text('function'), 0, 0])],
  ['memory that is not shared', importing(memory(1))],
  ['an import of an unknown kind', importing([...text('env'), ...text('tag'), 4, 0, 0])],
  ['a file that was cut', importing(memory(3)).slice(0, -6)],
])('%s: an error', (_, bytes) => {
  expect(() => unshared(bytes)).toThrow('goroutines: the core imports no shared memory');
});
