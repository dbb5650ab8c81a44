/** The core is compiled for shared memory; this makes it fit for memory that is not shared. */

/** Behind the magic number and the version. */
const FIRST_SECTION = 8;
const SECTION_IMPORTS = 2;

// The kinds of imports.
const FUNCTION = 0;
const TABLE = 1;
const MEMORY = 2;
const GLOBAL = 3;

// The flags of limits.
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

/**
 * A copy of a WebAssembly binary that imports its memory as not shared. Its atomic instructions stay: they work there
 * too, and wait for nobody.
 *
 * @throws Error if it imports no shared memory.
 */
export function unshared(binary: Uint8Array): Uint8Array {
  const flags = flagsOfMemory(binary);
  const copy = binary.slice();
  copy[flags] = (binary[flags] as number) & ~IS_SHARED;
  return copy;
}

/** Where the limits of the imported shared memory begin. */
function flagsOfMemory(binary: Uint8Array): number {
  let at = FIRST_SECTION;
  const byte = (): number => binary[at++] ?? fail();
  /** An unsigned integer in LEB128. */
  const integer = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const next = byte();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value >>> 0;
    }
  };
  const name = (): void => {
    const length = integer();
    at += length;
  };
  const limits = (): void => {
    const hasMaximum = (byte() & HAS_MAXIMUM) !== 0;
    integer();
    if (hasMaximum) integer();
  };

  while (byte() !== SECTION_IMPORTS) {
    const length = integer();
    at += length;
  }
  integer(); // the section's length
  for (let left = integer(); left > 0; left--) {
    name(); // of the module
    name(); // of the field
    const kind = byte();
    if (kind === MEMORY) {
      if (((binary[at] ?? 0) & IS_SHARED) !== 0) return at;
      limits();
    } else if (kind === FUNCTION) {
      integer(); // its type
    } else if (kind === TABLE) {
      byte(); // the type of its elements
      limits();
    } else if (kind === GLOBAL) {
      byte(); // its type
      byte(); // whether it changes
    } else fail();
  }
  return fail();
}

function fail(): never {
  throw new Error('goroutines: the core imports no shared memory');
}
