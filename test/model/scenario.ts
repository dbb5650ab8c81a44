// What a test author writes: a few threads, what they start from, and what must hold when they have ended.

import type { Core } from './world/instance.ts';
import type { Instrumented } from './wasm/instrument.ts';
import type { ThreadOf } from './ops.ts';

/** The core that is explored. */
export interface Subject {
  readonly instrumented: Instrumented;
  /** What a trap means, from the memory that it left behind; undefined if that says nothing. */
  trap(get: (address: number) => number): string | undefined;
  /** For each site where it is in the sources, as `chan.ts:31`; or undefined if that is not known. */
  lines(): readonly string[] | undefined;
}

/** The core as setup and check see it: nothing else runs meanwhile. */
export interface Machine {
  /** An instance that belongs to no thread. */
  readonly core: Core;
  /** The instance of each thread, to be attached to its processor. */
  readonly cores: readonly Core[];
  /** Reads and writes an i32 of the memory. */
  get(address: number): number;
  set(address: number, value: number): void;
}

/** What is known when nobody can go on any more. */
export interface Outcome<S> {
  readonly setup: S;
  /** What each body has returned; of a service that is not over, the state of its loop. */
  readonly ends: readonly unknown[];
  readonly machine: Machine;
}

/** How much of a scenario is explored if not all of it. */
export type Bound =
  /** All orders in which a thread that could go on is interrupted at most so often. */
  | { readonly preemptions: number }
  /** So many random orders. */
  | { readonly walks: number; readonly seed: number };

export interface Scenario<S> {
  /** Prepares the memory. Its result goes to all threads; addresses in it get their names in explanations. */
  setup(machine: Machine): S;
  /** Each runs on an instance of its own. */
  readonly threads: readonly ThreadOf<S>[];
  /** At every end: answers what is wrong, or throws it. What it writes is undone. */
  check?(outcome: Outcome<S>): string | undefined | void;
  /** Without it everything is explored, and a scenario that is too large fails. */
  readonly bound?: Bound;
  /** States after which the search gives up. Default: two million. */
  readonly maxStates?: number;
}

/** Where threads may be switched. */
export type Points =
  /** Before atomics. Says everything about a core without data races, and nothing about one with. */
  | 'atomics'
  /** Before plain accesses, too: finds every data race. */
  | 'all';

export type Fault = 'deadlock' | 'livelock' | 'check' | 'trap' | 'race';

export interface Failure {
  readonly fault: Fault;
  readonly message: string;
  /** The order of steps that leads there: see replay.ts. */
  readonly replay: string;
}

export interface Report {
  readonly points: Points;
  /** Undefined: none was found. */
  readonly failure: Failure | undefined;
  /** Whether everything was explored, within the bound if there is one. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  /** States in which nobody can go on, each of which was checked. */
  readonly ends: number;
  /** How often the search was begun: see sharing.ts. */
  readonly passes: number;
  readonly ms: number;
}
