import {
  TRAP_BLOCK,
  TRAP_BUSY,
  TRAP_CASE,
  TRAP_HEAP,
  TRAP_LIST,
  TRAP_LOCK,
  TRAP_SLAB,
  TRAP_STATUS,
  TRAP_TASK,
} from '../assembly/layout.ts';

/**
 * What went wrong, for programs; the message says it in Go's words.
 *
 * @example
 * const closed = (e: unknown) => e instanceof Panic && e.code === 'ERR_SEND_ON_CLOSED';
 */
export type PanicCode =
  | 'ERR_SEND_ON_CLOSED'
  | 'ERR_CLOSE_OF_CLOSED'
  | 'ERR_CLOSE_OF_NIL'
  | 'ERR_CHAN_SIZE'
  | 'ERR_DEADLOCK'
  | 'ERR_GOROUTINE_PANIC'
  | 'ERR_NEGATIVE_WAIT_GROUP'
  | 'ERR_WAIT_GROUP_REUSED'
  | 'ERR_UNLOCK_OF_UNLOCKED'
  | 'ERR_TICKER_INTERVAL'
  | 'ERR_NIL_CONTEXT'
  | 'ERR_NIL_KEY'
  | 'ERR_GROUP_LIMIT'
  | 'ERR_RELEASED_TOO_MUCH'
  | 'ERR_OUT_OF_MEMORY'
  | 'ERR_GOROUTINE_ENDED';

/**
 * What Go would panic with: a mistake in the use of a channel, a lock or a timer, with Go's text as its message.
 * It is thrown where the mistake is made and can be caught there.
 *
 * @example
 * try {
 *   ch.close();
 * } catch (e) {
 *   if (e instanceof Panic && e.code === 'ERR_CLOSE_OF_CLOSED') return;
 *   throw e;
 * }
 */
export class Panic extends Error {
  override name = 'Panic';
  /** The kind of mistake, for programs. */
  readonly code: PanicCode;

  constructor(message: string, code: PanicCode, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * One goroutine, as a report lists it.
 *
 * @example
 * const text = (g: GoroutineInfo) => `goroutine ${g.id} [${g.reason}]: ${g.name}`;
 */
export interface GoroutineInfo {
  /** 1 is the main goroutine of its run. */
  readonly id: number;
  /** The name of its body, or `func` for one without. */
  readonly name: string;
  /** What it waits for in Go's words, such as `chan receive`; `running` if it does not wait; `block()` if its thread does. */
  readonly reason: string;
  /** Where `go` was called, as `file:line:column`; undefined if it was not recorded. */
  readonly site: string | undefined;
}

/**
 * A goroutine that threw, and nobody joined it. Given to the `onPanic` of `run`.
 *
 * @example
 * const onPanic = ({ error, goroutine }: PanicInfo) => console.error(goroutine.name, error);
 * await run(main, { onPanic });
 */
export interface PanicInfo {
  /** What it threw. */
  readonly error: unknown;
  /** Which one it was. */
  readonly goroutine: GoroutineInfo;
}

/**
 * Every goroutine of the program waits for another one, and nothing outside can wake any of them.
 * `run` rejects with it. The stack lists the goroutines as Go's dump does.
 *
 * Source: Go's `fatal error: all goroutines are asleep - deadlock!`.
 *
 * @example
 * await run(function* () {
 *   yield* chan().recv(); // nobody will ever send
 * }).catch((e: DeadlockError) => console.log(e.goroutines));
 */
export class DeadlockError extends Panic {
  override name = 'DeadlockError';
  /** All goroutines of the program at that moment, the main one first. */
  readonly goroutines: readonly GoroutineInfo[];

  constructor(goroutines: readonly GoroutineInfo[]) {
    super('all goroutines are asleep - deadlock!', 'ERR_DEADLOCK');
    this.goroutines = goroutines;
    this.stack = `${this.name}: ${this.message}\n\n${goroutines.map(describe).join('\n')}\n`;
  }
}

/**
 * The thread that a task ran on has ended: it exited, ran out of memory, or was terminated. Joining the task throws it.
 * Everything else goes on: what the lost goroutines waited for is as if they had never waited, and another thread takes
 * the place.
 *
 * @example
 * try {
 *   yield* go(render, page).join();
 * } catch (e) {
 *   if (e instanceof ProcessorLostError) retry(page);
 * }
 */
export class ProcessorLostError extends Error {
  override name = 'ProcessorLostError';
}

/** A goroutine as two lines of a dump. */
export function describe(g: GoroutineInfo): string {
  const site = g.site ?? '(not recorded: many goroutines were started at once)';
  return `goroutine ${g.id} [${g.reason}]: ${g.name}\n    created at ${site}`;
}

/** The panic of a goroutine that nobody joined, as `run` reports it. */
export function goroutinePanic(info: PanicInfo): Panic {
  const { error, goroutine } = info;
  const panic = new Panic(`panic: ${panicText(error)}`, 'ERR_GOROUTINE_PANIC', { cause: error });
  panic.stack = `${panic.name}: ${panic.message}\n\n${describe(goroutine)}\n`;
  return panic;
}

/** As Go has it, the text of an error; with the name of its kind if that says more than that it is one. */
function panicText(error: unknown): string {
  const plain = error instanceof Panic || (error instanceof Error && error.name === 'Error');
  return plain && error.message !== '' ? error.message : textOf(error);
}

/** A thrown value as text; some cannot be made into any. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

export function sendOnClosed(): Panic {
  return new Panic('send on closed channel', 'ERR_SEND_ON_CLOSED');
}

export function outOfMemory(): Panic {
  return new Panic(
    'out of memory: the core is at its maximum (option memory.maximum of run, in bytes)',
    'ERR_OUT_OF_MEMORY',
  );
}

/** For a wait in `finally` of a goroutine that its program has ended. */
export function goroutineEnded(): Panic {
  return new Panic(
    'the program has ended: a goroutine may clean up, but not wait any more',
    'ERR_GOROUTINE_ENDED',
  );
}

/** For whoever joins a goroutine that the end of its program has ended. */
export function goroutineCut(): Panic {
  return new Panic('the goroutine was ended: its program is over', 'ERR_GOROUTINE_ENDED');
}

/** `expected` what, and what came instead. */
export function mistake(where: string, expected: string, got: unknown): TypeError {
  return new TypeError(`${where}: expected ${expected}, got ${show(got)}`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'an array' : `an object of ${value.constructor?.name || 'no class'}`;
  }
  return String(value);
}

const TRAPS: Record<number, string> = {
  [TRAP_LIST]: 'TRAP_LIST: a waiter is not where its links say',
  [TRAP_STATUS]: 'TRAP_STATUS: a goroutine is not in the state its caller thinks',
  [TRAP_BUSY]: 'TRAP_BUSY: a channel, lock or timer is freed under its waiters',
  [TRAP_HEAP]: 'TRAP_HEAP: the timer heap is out of order',
  [TRAP_SLAB]: 'TRAP_SLAB: a record is freed twice',
  [TRAP_CASE]: 'TRAP_CASE: a select has a case of an unknown kind',
  [TRAP_LOCK]: 'TRAP_LOCK: a lock is not held by whom it should',
  [TRAP_BLOCK]: 'TRAP_BLOCK: a payload block is freed twice, or was never given out',
  [TRAP_TASK]: 'TRAP_TASK: a task is not in the state its caller thinks',
};

/** A trap of the core, with the meaning of its code. */
export function brokenInvariant(code: number, cause: unknown): Error {
  return new Error(`goroutines: internal error: ${TRAPS[code] ?? `unknown trap ${code}`}`, { cause });
}
