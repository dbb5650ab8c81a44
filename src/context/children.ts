/**
 * The contexts below one that must hear of its end. One that merely has a channel is held weakly: whoever has the
 * channel holds the context, and if nobody has, nobody would notice. One with something to do at its end is held.
 */
import type { Node } from './node.ts';

const SWEEP_MIN = 32;

export class Children {
  readonly strong = new Set<Node>();
  private readonly weak = new Set<WeakRef<Node>>();
  /** So many weak ones, and it is time to look for those that are gone. */
  private limit = SWEEP_MIN;

  addWeak(node: WeakRef<Node>): void {
    this.weak.add(node);
    if (this.weak.size < this.limit) return;
    for (const ref of this.weak) if (ref.deref() === undefined) this.weak.delete(ref);
    this.limit = Math.max(SWEEP_MIN, 2 * this.weak.size);
  }

  deleteWeak(node: WeakRef<Node>): void {
    this.weak.delete(node);
  }

  get empty(): boolean {
    return this.strong.size === 0 && this.weak.size === 0;
  }

  /** All that are still there. */
  *[Symbol.iterator](): Iterator<Node> {
    yield* this.strong;
    for (const ref of this.weak) {
      const node = ref.deref();
      if (node !== undefined) yield node;
    }
  }
}
