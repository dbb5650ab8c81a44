// The moves between states that a search has made: what the end can be reached from, and the plainest way to a
// state.

import { Words } from '../world/words.ts';

/** A move of a path, and how many accesses the thread made in it. */
export interface Made {
  readonly move: number;
  readonly steps: number;
}

export class Graph {
  private readonly from = new Words();
  private readonly to = new Words();
  private readonly move = new Words();
  private readonly steps = new Words();

  get transitions(): number {
    return this.from.length;
  }

  add(from: number, to: number, { move, steps }: Made): void {
    this.from.push(from);
    this.to.push(to);
    this.move.push(move);
    this.steps.push(steps);
  }

  /** A 0 for each state from which none of the ends can be reached. */
  hopeful(states: number, ends: readonly number[]): Uint8Array {
    const { starts, edges } = this.index(this.to, states);
    const good = new Uint8Array(states);
    const open = [...ends];
    for (const end of ends) good[end] = 1;
    for (let state; (state = open.pop()) !== undefined;) {
      for (let i = starts[state]!; i < starts[state + 1]!; i++) {
        const before = this.from.at[edges[i]!]!;
        if (good[before]) continue;
        good[before] = 1;
        open.push(before);
      }
    }
    return good;
  }

  /**
   * The path from state 0 to a state with the fewest changes of threads, and among those the fewest moves.
   * The way by which a depth-first search came is needlessly long.
   */
  path(states: number, target: number, moves: number): Made[] {
    const { starts, edges } = this.index(this.from, states);
    // A node is a state with the move that led there last; `moves` stands for none.
    const width = moves + 1;
    const by = new Int32Array(states * width).fill(-1);
    const before = new Int32Array(states * width).fill(-1);
    const nodeOf = (edge: number) => this.to.at[edge]! * width + this.move.at[edge]!;
    const first = moves;
    by[first] = -2;
    for (let level = [first]; level.length > 0;) {
      const next: number[] = [];
      // The level grows while it is walked: staying with a thread costs nothing.
      for (let k = 0; k < level.length; k++) {
        const node = level[k]!;
        const state = Math.floor(node / width);
        if (state === target) return this.trail(node, by, before);
        for (let i = starts[state]!; i < starts[state + 1]!; i++) {
          const edge = edges[i]!;
          const reached = nodeOf(edge);
          if (by[reached] !== -1) continue;
          if (this.move.at[edge] !== node % width && node !== first) {
            next.push(node, edge);
            continue;
          }
          by[reached] = edge;
          before[reached] = node;
          level.push(reached);
        }
      }
      level = [];
      for (let k = 0; k < next.length; k += 2) {
        const reached = nodeOf(next[k + 1]!);
        if (by[reached] !== -1) continue;
        by[reached] = next[k + 1]!;
        before[reached] = next[k]!;
        level.push(reached);
      }
    }
    throw new Error(`no path to state ${target}`);
  }

  private trail(node: number, by: Int32Array, before: Int32Array): Made[] {
    const path: Made[] = [];
    for (let at = node; by[at]! >= 0; at = before[at]!) {
      const edge = by[at]!;
      path.push({ move: this.move.at[edge]!, steps: this.steps.at[edge]! });
    }
    return path.reverse();
  }

  /** The moves by one of their ends: those of state s are edges[starts[s]] up to edges[starts[s + 1]]. */
  private index(key: Words, states: number): { starts: Int32Array; edges: Int32Array } {
    const starts = new Int32Array(states + 2);
    for (let i = 0; i < key.length; i++) starts[key.at[i]! + 2]!++;
    for (let s = 2; s < starts.length; s++) starts[s]! += starts[s - 1]!;
    const edges = new Int32Array(key.length);
    for (let i = 0; i < key.length; i++) edges[starts[key.at[i]! + 1]!++] = i;
    return { starts, edges };
  }
}
