// The search through all states that a scenario can reach, each visited once.
//
// Depth first: a move is made, and taken back unless the state behind it is new. Which accesses are choices at
// all is learned meanwhile (sharing.ts), so the search may have to be repeated.

import type { Failure, Report } from '../scenario.ts';
import { Status } from '../world/contexts.ts';
import { Words } from '../world/words.ts';
import { Graph } from './graph.ts';
import type { Made } from './graph.ts';
import { written } from './replay.ts';
import type { Run, Wrong } from './run.ts';
import { States } from './states.ts';
import { walk } from './walk.ts';

const { READY } = Status;

// A frame of the search: the state, the moves that are left in it, and what is needed to go back to it.
const F_STATE = 0;
const F_MOVES = 1;
const F_QUEUE = 2;
const F_MARK = 3; // of the journal, before the move that led here
const F_LO = 4;
const F_HI = 5;
const F_LAST = 6; // who ran last, and how often threads were interrupted; only with a bound
const F_INTERRUPTED = 7;
const F_IDS = 8;

/** Orders that are tried before the search, only to learn what threads share. */
const REHEARSALS = 30;

export type Found = Pick<Report, 'failure' | 'complete' | 'states' | 'transitions' | 'ends' | 'passes'>;

/**
 * Random orders, and then all of them.
 *
 * @param preemptions how often a thread that could go on may be interrupted
 */
export function explore<S>(run: Run<S>, maxStates: number, preemptions: number | undefined): Found {
  const rehearsal = walk(run, REHEARSALS, 1);
  return rehearsal.failure ? { ...rehearsal, passes: 0 } : exploreAll(run, maxStates, preemptions);
}

export function exploreAll<S>(run: Run<S>, maxStates: number, preemptions: number | undefined): Found {
  for (let passes = 1; ; passes++) {
    run.sharing.renew();
    const found = new Pass(run, maxStates, preemptions).search();
    if (found !== 'repeat') return { ...found, passes };
  }
}

class Pass<S> {
  private readonly states = new States();
  private readonly graph = new Graph();
  private readonly frames = new Words();
  private readonly ends: number[] = [];
  /** The states in the order in which the search was done with them. */
  private readonly left = new Words();
  private readonly width: number;
  /** States that there were when the learned turned out wrong. */
  private brokenAt = Infinity;
  private readonly start: number;
  private prefix: Made[] = [];

  constructor(
    private readonly run: Run<S>,
    private readonly maxStates: number,
    private readonly preemptions: number | undefined,
  ) {
    this.width = F_IDS + run.world.count;
    this.start = run.world.journal.mark;
  }

  search(): Omit<Found, 'passes'> | 'repeat' {
    const { run, frames, width } = this;
    const { world, sharing } = run;
    const failure = this.begin();
    if (failure) return this.report(failure, false);
    while (frames.length > 0) {
      const frame = frames.length - width;
      const moves = frames.at[frame + F_MOVES]!;
      if (moves === 0) {
        world.journal.undo(frames.at[frame + F_MARK]!);
        this.left.push(frames.at[frame + F_STATE]!);
        frames.length = frame;
        continue;
      }
      frames.at[frame + F_MOVES] = moves & (moves - 1);
      const failure = this.follow(frame, 31 - Math.clz32(moves & -moves));
      if (failure) return this.report(failure, false);
      if (sharing.broken && this.brokenAt === Infinity) this.brokenAt = this.states.count;
      // A pass that is void is worth going on with for a while: it still learns.
      if (this.states.count > 2 * this.brokenAt + 1000) break;
      if (this.states.count > this.maxStates) break;
    }
    const complete = frames.length === 0;
    this.rewind();
    if (sharing.broken && this.states.count <= this.maxStates) return 'repeat';
    return this.report(complete ? this.livelock() : undefined, complete);
  }

  /** Every thread goes to its first stop: nothing before it concerns another. */
  private begin(): Failure | undefined {
    const { run } = this;
    const { world } = run;
    this.prefix = [];
    for (let t = 0; t < world.count; t++) {
      if (world.status[t] !== READY) continue;
      const wrong = run.make(t);
      this.prefix.push({ move: t, steps: run.steps });
      if (wrong) return this.failure(wrong, []);
      const { mark } = world.journal;
      world.journal.settle();
      world.journal.redo(mark);
    }
    this.states.find(...this.key(-1, 0));
    return this.visit(0, -1, -1, 0, this.start);
  }

  /** Makes a move from the state of a frame, and goes on from there if the state behind it is new. */
  private follow(frame: number, move: number): Failure | undefined {
    const { run, frames } = this;
    const { world } = run;
    const { journal } = world;
    const { at } = frames;
    const state = at[frame + F_STATE]!;
    const last = at[frame + F_LAST]!;
    world.load(at, frame + F_IDS, at[frame + F_QUEUE]!);
    journal.lo = at[frame + F_LO]!;
    journal.hi = at[frame + F_HI]!;
    const { mark } = journal;
    const t = world.mover(move);
    const interrupts = last >= 0 && last !== t && world.status[last] === READY;
    const interrupted = at[frame + F_INTERRUPTED]! + (interrupts ? 1 : 0);
    const wrong = run.make(move);
    const made = { move, steps: run.steps };
    if (wrong) return this.failure(wrong, [...this.pathTo(state), made]);
    journal.settle();
    const known = this.states.count;
    const reached = this.states.find(...this.key(t, interrupted));
    this.graph.add(state, reached, made);
    if (reached < known) {
      journal.drop(mark);
      return undefined;
    }
    journal.redo(mark);
    return this.visit(reached, t, t, interrupted, mark);
  }

  /** Judges a new state, and remembers what can be done in it. `t` led there, or -1. */
  private visit(
    state: number,
    t: number,
    last: number,
    interrupted: number,
    mark: number,
  ): Failure | undefined {
    const { run, frames } = this;
    const { world } = run;
    for (let u = t < 0 ? 0 : t; u < (t < 0 ? world.count : t + 1); u++) {
      const wrong = run.judge(u);
      if (wrong) return this.failure(wrong, this.pathTo(state));
    }
    const moves = world.moves();
    if (moves === 0) this.ends.push(state);
    const spent = interrupted === this.preemptions && last >= 0 && world.status[last] === READY;
    frames.push(state);
    frames.push(spent ? moves & (1 << last) : moves);
    frames.push(world.queue);
    frames.push(mark);
    frames.push(world.journal.lo);
    frames.push(world.journal.hi);
    frames.push(last);
    frames.push(interrupted);
    for (let u = 0; u < world.count; u++) frames.push(world.ids[u]!);
    return undefined;
  }

  /** The hash of the state that the world is in. */
  private key(last: number, interrupted: number): [number, number] {
    const { world, preemptions } = { world: this.run.world, preemptions: this.preemptions };
    let { lo, hi } = world.journal;
    for (let t = 0; t < world.count; t++) {
      lo = mix(lo, world.ids[t]!);
      hi = mix(hi, ~world.ids[t]!);
    }
    lo = mix(lo, world.queue);
    hi = mix(hi, world.queue);
    if (preemptions !== undefined) {
      lo = mix(lo, (interrupted << 4) | (last + 1));
      hi = mix(hi, ((last + 1) << 16) | interrupted);
    }
    return [lo, hi];
  }

  private livelock(): Failure | undefined {
    if (this.preemptions !== undefined) return undefined;
    const { run, left, prefix } = this;
    const hopeful = this.graph.hopeful(this.states.count, this.ends);
    // The first that was left is the farthest into it: all that it leads to leads back.
    const doomed = left.at.subarray(0, left.length).find((state) => !hopeful[state]);
    if (doomed === undefined) return undefined;
    const path = this.pathTo(doomed);
    for (const { move } of [...prefix, ...path]) {
      run.make(move);
      const { mark } = run.world.journal;
      run.world.journal.settle();
      run.world.journal.redo(mark);
    }
    const message = `they go on for ever: ${run.whereabouts()}`;
    run.rewind(this.start);
    return this.failure({ fault: 'livelock', message }, path);
  }

  private pathTo(state: number): Made[] {
    return this.graph.path(this.states.count, state, 2 * this.run.world.count);
  }

  private failure({ fault, message }: Wrong, path: readonly Made[]): Failure {
    return { fault, message, replay: written([...this.prefix, ...path], this.run.world.count) };
  }

  /** Back to where no thread has begun. */
  private rewind(): void {
    this.run.rewind(this.start);
  }

  private report(failure: Failure | undefined, complete: boolean): Omit<Found, 'passes'> {
    const { states, graph, ends } = this;
    return { failure, complete, states: states.count, transitions: graph.transitions, ends: ends.length };
  }
}

function mix(hash: number, word: number): number {
  const x = Math.imul(hash ^ word, 0x9e3779b1);
  return Math.imul(x ^ (x >>> 15), 0x85ebca6b) ^ (x >>> 13);
}
