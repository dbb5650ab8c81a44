/**
 * The contexts below one that must hear of its end. One that merely has a channel is held weakly: whoever has the
 * channel holds the context, and if nobody has, nobody would notice. One with something to do at its end is held.
 */
import type { Node } from './node.ts';

const SWEEP_MIN = 32;

export class Children {
  private strong: Set<Node> | undefined = undefined;
  private weak: Set<WeakRef<Node>> | undefined = undefined;
  /** So many weak ones, and it is time to look for those that are gone. */
  private limit = SWEEP_MIN;

  addStrong(node: Node): void {
    (this.strong ??= new Set()).add(node);
  }

  deleteStrong(node: Node): void {
    this.strong?.delete(node);
  }

  addWeak(node: WeakRef<Node>): void {
    const weak = (this.weak ??= new Set());
    weak.add(node);
    if (weak.size < this.limit) return;
    for (const ref of weak) if (ref.deref() === undefined) weak.delete(ref);
    this.limit = Math.max(SWEEP_MIN, 2 * weak.size);
  }

  deleteWeak(node: WeakRef<Node>): void {
    this.weak?.delete(node);
  }

  get hasStrong(): boolean {
    return this.strong !== undefined && this.strong.size > 0;
  }

  get empty(): boolean {
    return !this.hasStrong && (this.weak === undefined || this.weak.size === 0);
  }

  /** Calls `f` for all that are still there. */
  each(f: (node: Node) => void): void {
    this.strong?.forEach(f);
    this.weak?.forEach((ref) => {
      const node = ref.deref();
      if (node !== undefined) f(node);
    });
  }
}
