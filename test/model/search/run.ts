// A scenario in execution: makes one move after another, can take them back, and judges the states in between.

import { Kind } from '../wasm/operators.ts';
import type { Fault, Machine, Points, Scenario, Subject } from '../scenario.ts';
import type { Body, ThreadOf } from '../ops.ts';
import { Status } from '../world/contexts.ts';
import { Steps } from '../world/steps.ts';
import { World } from '../world/world.ts';
import { functionName, namer } from './names.ts';
import type { Namer } from './names.ts';
import { raceOf } from './races.ts';
import { Sharing } from './sharing.ts';
import { Ground } from '../wasm/ground.ts';

const { LOAD, NOTIFY, WAIT } = Kind;
const { READY } = Status;

/** What is wrong, without the way there. */
export interface Wrong {
  readonly fault: Fault;
  readonly message: string;
}

/** So many quiet accesses in a row may be an endless loop: then the thread stops in any case. */
export const QUIET_MAX = 2000;

function bodyOf<S>(thread: ThreadOf<S>): Body<S> {
  return typeof thread === 'function' ? thread : thread.service;
}

export class Run<S> {
  readonly world: World;
  readonly sharing: Sharing;
  /** How many accesses the thread made in the last move. */
  steps = 0;
  readonly nameOf: Namer;
  private readonly machine: Machine;
  private readonly setup: S;
  /** The contexts in which the threads begin. */
  private readonly first: Int32Array;
  private readonly services: readonly boolean[];

  constructor(
    private readonly scenario: Scenario<S>,
    private readonly subject: Subject,
    points: Points,
    reduce: boolean,
  ) {
    const world = new World(subject.instrumented, scenario.threads.length);
    this.world = world;
    this.machine = {
      core: world.own.core,
      cores: world.threads.map(({ core }) => core),
      get: (address) => world.get(address),
      set: (address, value) => void world.own.core['host.set']!(address, value),
    };
    this.setup = scenario.setup(this.machine);
    this.nameOf = namer(this.setup);
    world.begin(scenario.threads.map((thread) => new Steps(() => bodyOf(thread)(this.setup))));
    this.first = world.ids.slice();
    this.services = scenario.threads.map((thread) => typeof thread !== 'function');
    this.sharing = new Sharing(Ground.ARENA_BYTES / 4, world.count, world.phase);
    const { sites, threads } = world;
    const { sharing } = this;
    const plainStops = points === 'all';
    world.policy = {
      stops(t, site, address, argument) {
        const { kind, size, atomic } = sites[site]!;
        if (kind === NOTIFY) return true;
        if (kind === WAIT) {
          sharing.seen(t, address, size, false);
          return true;
        }
        if (threads[t]!.passed >= QUIET_MAX) return true;
        if (!atomic && !plainStops) return false;
        const bytes = size || argument >>> 0;
        return !reduce || (bytes > 0 && !sharing.quiet(t, address, bytes, kind !== LOAD));
      },
    };
  }

  /** Makes a move; answers what went wrong in it. What it wrote is still to be settled. */
  make(move: number): Wrong | undefined {
    const { world } = this;
    const thread = world.threads[world.mover(move)]!;
    thread.passed = 0;
    try {
      world.move(move);
    } catch (error) {
      return this.thrown(error, thread.index);
    } finally {
      this.steps = 1 + thread.passed;
    }
    return undefined;
  }

  /** Goes back to where no thread has begun: `mark` is that of the journal there. */
  rewind(mark: number): void {
    const { journal } = this.world;
    journal.undo(mark);
    journal.lo = journal.hi = 0;
    this.world.load(this.first, 0, 0);
  }

  /** What is wrong in a state that a move of thread t has led to. */
  judge(t: number): Wrong | undefined {
    const { world } = this;
    const u = raceOf(world, t);
    if (u >= 0) return { fault: 'race', message: `${this.pending(t)} while ${this.pending(u)}` };
    if (world.moves() !== 0) return undefined;
    if (!world.settled(this.services)) {
      return { fault: 'deadlock', message: `nobody can go on: ${this.whereabouts()}` };
    }
    return this.checked();
  }

  /** What every thread is about to do. */
  whereabouts(): string {
    return this.world.threads.map((_, t) => this.place(t)).join('; ');
  }

  private checked(): Wrong | undefined {
    const { world, scenario, setup, machine } = this;
    if (!scenario.check) return undefined;
    const ends = world.threads.map((_, t) => world.result(t));
    try {
      const wrong = world.aside(() => scenario.check!({ setup, ends, machine }));
      return wrong ? { fault: 'check', message: wrong } : undefined;
    } catch (error) {
      return { fault: 'check', message: messageOf(error) };
    }
  }

  private thrown(error: unknown, t: number): Wrong {
    if (!(error instanceof WebAssembly.RuntimeError))
      return { fault: 'check', message: `T${t}: ${messageOf(error)}` };
    const meaning = this.subject.trap((address) => this.world.get(address));
    return { fault: 'trap', message: `T${t}: ${meaning ?? error.message}` };
  }

  private place(t: number): string {
    const { world } = this;
    if (!world.threads[t]!.stepOf(world.ids[t]!).op) return `T${t} has ended`;
    if (world.status[t] === READY) return this.pending(t);
    return `T${t} sleeps on ${this.nameOf(world.address[t]! >>> 0)}`;
  }

  private pending(t: number): string {
    const { world } = this;
    const { op, where, kind, atomic } = world.sites[world.site[t]!]!;
    if (!op) return `T${t} goes on`;
    const verb = [
      atomic ? 'atomically read' : 'read',
      atomic ? 'atomically write' : 'write',
      'update',
      'wait on',
      'notify',
    ];
    const address = this.nameOf(world.address[t]! >>> 0);
    return `T${t} is about to ${verb[kind]} ${address} in ${functionName(where)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
