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
  readonly program?: { pending: number; readonly run: number };
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

/** Goroutines that stand in `block()`, on the stack: their generators are running, so nobody can end them yet. */
export const blocking = new Set<Waiter>();

type Owner = Waiter | Alarm | undefined;

/** For each page of records, the owners of those that have one: a processor has few of all the pages there are. */
const owners: (Owner[] | undefined)[] = [];
const PAGE_SHIFT = 16;
const RECORDS = 1 << (PAGE_SHIFT - G_SHIFT);

export function ownerAt(tagged: number): Waiter {
  return (owners[tagged >>> PAGE_SHIFT] as Owner[])[(tagged >>> G_SHIFT) & (RECORDS - 1)] as Waiter;
}

export function alarmAt(addr: number): Alarm {
  return ownerAt(addr) as unknown as Alarm;
}

export function setOwner(addr: number, owner: Waiter | Alarm): void {
  const page = owners[addr >>> PAGE_SHIFT] ?? newPage(addr >>> PAGE_SHIFT);
  page[(addr >>> G_SHIFT) & (RECORDS - 1)] = owner;
}

/** Filled without holes: V8 keeps such arrays fast. */
function newPage(index: number): Owner[] {
  while (owners.length <= index) owners.push(undefined);
  return (owners[index] = new Array<Owner>(RECORDS).fill(undefined));
}

export function clearOwner(addr: number): void {
  (owners[addr >>> PAGE_SHIFT] as Owner[])[(addr >>> G_SHIFT) & (RECORDS - 1)] = undefined;
}

/** Everybody who waits or may run. */
export function allOwners(): Exclude<Owner, undefined>[] {
  return owners.flatMap((page) => (page ?? []).filter((owner) => owner !== undefined));
}

/** Monotonic milliseconds. */
export const clock: () => number = performance.now.bind(performance);

/** The running goroutine has lost its record: from now on it can only be ended. */
export function cutRunning(g: Waiter): void {
  p.self = null;
  p.addr = 0;
  p.cut = g;
}
