// What a thread of a scenario may do, one `yield` each.

/** A description of one action; `yield` performs it and answers its result. */
export interface Op {
  /** The export that does it. */
  readonly name: string;
  readonly args: readonly number[];
}

const op = (name: string, ...args: number[]): Op => ({ name, args });

/**
 * Calls an export of the core.
 *
 * @example
 * const r = yield call('chanSend', channel, goroutine);
 */
export const call = op;

// What the JavaScript of a processor does to shared memory by itself. These are points like those of the core,
// and take part in the check for races. Addresses are in bytes, values are i32.

/** A plain read. */
export const get = (address: number): Op => op('host.get', address);
/** A plain write. */
export const set = (address: number, value: number): Op => op('host.set', address, value);
/** `Atomics.load`. */
export const atomicGet = (address: number): Op => op('host.atomicGet', address);
/** `Atomics.store`. */
export const atomicSet = (address: number, value: number): Op => op('host.atomicSet', address, value);
/** `Atomics.add`: answers the value from before. */
export const atomicAdd = (address: number, value: number): Op => op('host.atomicAdd', address, value);
/** `Atomics.compareExchange`: answers the value from before. */
export const atomicCas = (address: number, expected: number, value: number): Op =>
  op('host.atomicCas', address, expected, value);
/** `Atomics.notify`: answers how many it woke, the longest asleep first. */
export const notify = (address: number, count: number): Op => op('host.notify', address, count);
/** `Atomics.wait` without a limit: answers `Woken.WOKEN`, or `Woken.UNEQUAL` without having slept. */
export const wait = (address: number, expected: number): Op => op('host.wait', address, expected);
/** `Atomics.wait` with a limit: may at any time answer `Woken.TIMED_OUT`. */
export const waitTimed = (address: number, expected: number): Op => op('host.waitTimed', address, expected);

/** Answers of `wait` and `waitTimed`, as `memory.atomic.wait32` numbers them. */
export const Woken = { WOKEN: 0, UNEQUAL: 1, TIMED_OUT: 2 } as const;

/** What a thread does: a generator of actions. It may depend on nothing but their results, for it is run again. */
export type Script = Generator<Op, unknown, number>;

/** A thread that repeats: see `loop`. */
export class Loop<T = unknown> {
  constructor(
    readonly first: T,
    readonly turn: (state: T) => Generator<Op, T | End, number>,
  ) {}
}

/** Ends a loop: see `loop`. */
export class End {
  constructor(readonly value: unknown) {}
}

/**
 * A thread that repeats a turn, with a state that it hands from one to the next. The state is all that a turn
 * knows: what happened before is forgotten, so that turns which find the same can be recognized as the same.
 * That keeps the number of states finite where a thread may be woken any number of times.
 *
 * @param state plain data, compared by its JSON
 * @example
 * loop(0, function* (got) {
 *   const seen = yield atomicGet(wakeWord);
 *   if (yield call('next')) return got === 2 ? end('both') : got + 1;
 *   yield wait(wakeWord, seen);
 *   return got;
 * });
 */
export function loop<T>(state: T, turn: (state: T) => Generator<Op, T | End, number>): Loop {
  return new Loop(state, turn) as Loop;
}

/** Returned by a turn of a loop: the thread ends, with this value. */
export const end = (value?: unknown): End => new End(value);

/** What a scenario gives for a thread: called with what its setup returned. */
export type Body<S> = (setup: S) => Script | Loop;

/** A thread that may be asleep when everything else has ended, as a processor with nothing to do is. */
export interface Service<S> {
  readonly service: Body<S>;
}

export function service<S>(body: Body<S>): Service<S> {
  return { service: body };
}

export type ThreadOf<S> = Body<S> | Service<S>;
