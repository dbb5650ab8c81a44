/**
 * Handles of records that several threads have: each handle, and each message that names the record, is one reference;
 * with the last the record is freed.
 */
import { S_REFS } from '../../assembly/layout.ts';
import { p } from '../runtime/processor.ts';
import { reach } from '../runtime/core.ts';
import { free } from '../shared/heap.ts';
import { shareable } from '../shared/shareable.ts';

/** By their records, the handles of this thread: an object that arrives twice is the same. */
const handles = new Map<number, WeakRef<object>>();

/** The handle that this thread has of a record, if it has one. */
export function handleAt(addr: number): object | undefined {
  return handles.get(addr)?.deref();
}

const dropped = new FinalizationRegistry<number>((addr) => {
  // One that arrived since has a reference of its own.
  if (handleAt(addr) === undefined) handles.delete(addr);
  release(addr);
});

/** One reference less. */
export function release(addr: number): void {
  reach(addr);
  if (Atomics.sub(p.words, (addr + S_REFS) >> 2, 1) === 1) free(addr);
}

/** From now on this thread has one reference: as long as `holder`, which operations may keep longer than `handle`. */
export function publish(addr: number, handle: object, holder: object): void {
  handles.set(addr, new WeakRef(handle));
  dropped.register(holder, addr);
}

/**
 * Makes the instances of a class shareable.
 *
 * @param give takes a reference for a message, and answers the address.
 * @param adopt makes a handle that takes the reference over.
 * @param describe what `adopt` must know besides the address.
 */
export function shareRecord<T extends object>(
  tag: number,
  Class: abstract new (...args: never[]) => T,
  give: (object: T) => number,
  adopt: (addr: number, description: string) => T,
  describe: (object: T) => string = () => '',
): void {
  shareable<T>(tag, Class, {
    give: (object) => [give(object), describe(object)],
    adopt(addr, description) {
      const known = handleAt(addr);
      if (known === undefined) return adopt(addr, description);
      release(addr); // it has one already
      return known as T;
    },
    discard: release,
  });
}
