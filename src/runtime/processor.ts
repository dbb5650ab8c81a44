/**
 * The processor of this thread: what the loop and the operations share, one object on the hot path.
 */
import { G_SHIFT } from '../../assembly/layout.ts';
import type { GoroutineInfo } from '../errors.ts';
import type { AnyOperation } from '../op.ts';

/** Whatever the core can hand a turn to: a goroutine, an async wait, a blocking call. */
export interface Waiter {
  /** Its G record in the core. */
  readonly addr: number;
  /** The generator to resume; null for whatever is resumed by `wake`. */
  readonly gen: Iterator<unknown, unknown, void> | null;
  /** The operation it waits in. */
  op: AnyOperation | null;
  /** Hand-off: the value that a parked sender offers or that a parked receiver was given. */
  value: unknown;
  /** Its turn has come. Never throws. */
  wake(): void;
  /** Its program; only goroutines have it. */
  readonly program?: { pending: number };
  /** Whether it is over; only goroutines have it. */
  readonly ended?: boolean;
  /** For reports; only goroutines have it. */
  info?(): GoroutineInfo;
}

/** A waiter with a generator. */
export interface Coroutine extends Waiter {
  /** The generator is done. */
  returned(value: unknown): void;
  /** The generator threw. */
  threw(error: unknown): void;
  /** Runs its clean-up: its program has ended. */
  unwind(): void;
}

/** A timer record's owner: told when it is due. */
export interface Alarm {
  fire(now: number): void;
  /** The program it ends with, if it does. */
  readonly program?: object;
  stop?(): boolean;
}

interface Processor {
  /** The memory of the core, as far as the records go whose words are used here: see ring.ts. */
  words: Int32Array;
  /** The running goroutine and its record, or null and 0. */
  self: Waiter | null;
  addr: number;
  /** The async goroutine whose code runs now, between one `await` of an operation and the next. */
  async: Waiter | null;
  /** Operations left before the clock is read. */
  budget: number;
  /** Whether who was woken last was woken by a close. */
  closed: boolean;
  /** The generator that runs is being ended: it may not wait. */
  ending: boolean;
  /** The generator that runs belongs to a program that has ended: it is ended when it next waits. */
  cut: Waiter | null;
}

export const p: Processor = {
  words: new Int32Array(0),
  self: null,
  addr: 0,
  async: null,
  budget: 64,
  closed: false,
  ending: false,
  cut: null,
};

type Owner = Waiter | Alarm | undefined;

/** By address >> G_SHIFT: the owner of each record of the core that has one. */
const objects: Owner[] = [];

export function ownerAt(tagged: number): Waiter {
  return objects[tagged >>> G_SHIFT] as Waiter;
}

export function alarmAt(addr: number): Alarm {
  return objects[addr >>> G_SHIFT] as Alarm;
}

export function setOwner(addr: number, owner: Waiter | Alarm): void {
  const index = addr >>> G_SHIFT;
  // Filled without holes: V8 keeps such an array fast.
  while (objects.length <= index) objects.push(undefined);
  objects[index] = owner;
}

export function clearOwner(addr: number): void {
  objects[addr >>> G_SHIFT] = undefined;
}

export function allOwners(): readonly Owner[] {
  return objects;
}

/** Monotonic milliseconds. */
export const clock: () => number = performance.now.bind(performance);

/** The running goroutine has lost its record: from now on it can only be ended. */
export function cutRunning(g: Waiter): void {
  p.self = null;
  p.addr = 0;
  p.cut = g;
}
