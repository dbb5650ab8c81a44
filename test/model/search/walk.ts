// Random orders, one after another, without remembering states: for scenarios too large to be explored, and to
// learn a little about one before it is.

import type { Failure, Report } from '../scenario.ts';
import type { Made } from './graph.ts';
import { written } from './replay.ts';
import { QUIET_MAX } from './run.ts';
import type { Run } from './run.ts';

/** Moves after which an order is left: threads may spin for any time. So is one with a move as long as QUIET_MAX. */
const MOVES_MAX = 5000;

export function walk<S>(run: Run<S>, walks: number, seed: number): Omit<Report, 'points' | 'ms' | 'passes'> {
  const random = xorshift(seed);
  let transitions = 0;
  let ends = 0;
  for (let i = 0; i < walks; i++) {
    const { failure, moves, ended } = one(run, random);
    transitions += moves;
    if (ended) ends++;
    if (failure) return { failure, complete: false, states: 0, transitions, ends };
  }
  return { failure: undefined, complete: false, states: 0, transitions, ends };
}

function one<S>(
  run: Run<S>,
  random: (below: number) => number,
): { failure?: Failure; moves: number; ended: boolean } {
  const { world } = run;
  const { journal } = world;
  const start = journal.mark;
  const path: Made[] = [];
  run.steps = 0;
  const options: number[] = [];
  let moves = 0;
  for (; moves < MOVES_MAX && run.steps <= QUIET_MAX; moves++) {
    options.length = 0;
    for (let rest = world.moves(); rest; rest &= rest - 1) options.push(31 - Math.clz32(rest & -rest));
    if (options.length === 0) {
      run.rewind(start);
      return { moves, ended: true };
    }
    const move = options[random(options.length)]!;
    const { mark } = journal;
    let wrong = run.make(move);
    path.push({ move, steps: run.steps });
    if (!wrong) {
      journal.settle();
      journal.redo(mark);
      wrong = run.judge(world.mover(move));
    }
    if (wrong) {
      const { fault, message } = wrong;
      return {
        failure: { fault, message, replay: written(path, world.count) },
        moves: moves + 1,
        ended: false,
      };
    }
  }
  run.rewind(start);
  return { moves, ended: false };
}

/** Numbers from 0 to `below - 1`; the same for the same seed. */
function xorshift(seed: number): (below: number) => number {
  let x = Math.imul(seed, 0x9e3779b1) | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
