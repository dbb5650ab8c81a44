// The cores that can be explored: the one that ships, and the fixture.

import { readFileSync } from 'node:fs';
import { HEADER_TRAP } from '../../../assembly/layout.ts';
import { brokenInvariant } from '../../../src/errors.ts';
import type { Subject } from '../scenario.ts';
import { compile } from './compile.ts';
import type { Compiled, Mutant } from './compile.ts';

/** A core that can be compiled, as it is and with seeded bugs. */
export interface CoreSource {
  readonly entry: string;
  /** What a trap means, from the memory that it left behind. */
  trap(get: (address: number) => number): string | undefined;
  /** Throws if what was compiled is not what is to be explored. */
  verify?(shipped: Compiled): void;
}

export const core: CoreSource = {
  entry: 'assembly/index.ts',
  trap(get) {
    const code = get(HEADER_TRAP);
    return code ? brokenInvariant(code, undefined).message : undefined;
  },
  // It is compiled once more, for the sake of its names, and must be the very code that ships.
  verify({ bytes }) {
    const shipped = readFileSync(new URL('../../../build/core.wasm', import.meta.url));
    if (!sameCode(shipped, bytes))
      throw new Error('build/core.wasm is not what the sources make: npm run build');
  },
};

/** A small core with seeded bugs, for tests of the explorer itself. */
export const fixture: CoreSource = {
  entry: 'test/model/fixture/index.ts',
  trap: (get) => (get(64) ? `the fixture left the code ${get(64)}` : undefined),
};

/** A core to explore: as it ships, or with a mutant. */
export async function subjectOf(source: CoreSource, mutant?: Mutant): Promise<Subject> {
  const compiled = await compile(source.entry, mutant);
  if (mutant === undefined) source.verify?.(compiled);
  return { instrumented: compiled.instrumented, trap: source.trap, lines: () => compiled.lines() };
}

/** Whether two modules are equal but for custom sections, such as that of names. */
export function sameCode(a: Uint8Array, b: Uint8Array): boolean {
  const [x, y] = [sections(a), sections(b)];
  return x.length === y.length && x.every((section, i) => Buffer.compare(section, y[i]!) === 0);
}

function sections(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 8; at < bytes.length;) {
    const start = at++;
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) size |= ((byte = bytes[at++]!) & 0x7f) << shift;
    at += size;
    if (bytes[start] !== 0) found.push(bytes.subarray(start, at));
  }
  return found;
}
