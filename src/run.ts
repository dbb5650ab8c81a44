import { unwatch, watch } from './deadlock.ts';
import { mistake, type PanicInfo } from './errors.ts';
import { checkBody, type Go, start } from './goroutine.ts';
import { host } from './host/index.ts';
import { runWasCalled } from './begin.ts';
import { retune } from './processors.ts';
import { Run } from './program.ts';
import { limitMemory, seedCore } from './runtime/core.ts';
import { trace } from './runtime/site.ts';

/**
 * Options of `run`.
 *
 * @example
 * const options: RunOptions = { procs: 2, signal: AbortSignal.timeout(5000) };
 * await run(main, options);
 */
export interface RunOptions {
  /**
   * How many processors run the tasks of the program, each a thread of its own; default `gomaxprocs()`, all cores. 0:
   * all on this thread. Where there are no threads, or no memory that they can share, it is always 0. Of runs that
   * overlap the largest number counts.
   */
  readonly procs?: number;
  /** Makes the choices of `select` repeatable: an integer. Default: random. */
  readonly seed?: number;
  /**
   * Ends the program when aborted: `run` rejects with the signal's reason. Until then no deadlock is reported, for the
   * signal may end it, and the process is kept alive.
   */
  readonly signal?: AbortSignal;
  /** `maximum`: bytes that the core may use for its records; applies from now on. Default 1 GiB, at most 2 GiB. */
  readonly memory?: { readonly maximum?: number };
  /**
   * Called for a goroutine that threw and that nobody joined. When it returns, the program goes on; when it throws,
   * `run` rejects with that. Default: `run` rejects with the panic.
   */
  readonly onPanic?: (panic: PanicInfo) => void;
}

/**
 * Runs a program: `main` as goroutine 1. When `main` returns the program ends, as in Go: goroutines that are still there
 * are ended. Their `finally` blocks and `using` declarations run, but may not wait; those on other threads have run when
 * `run` settles, unless their thread is computing just then: it waits 0.1 s for such. Runs may follow or overlap each
 * other. A task that computes on and on after its program is over is ended with its thread, after a second and if
 * others need the thread, provided that no other program has goroutines there. In a thread that the library has started it does nothing, and its promise never settles: there a module is
 * imported for its tasks alone.
 *
 * @returns what `main` returns. Rejects with what `main` throws; with a `Panic` whose message is `panic: <error>` and
 * whose `cause` is the error, if another goroutine throws and nobody joins it; with a `DeadlockError` if all
 * goroutines wait for each other; with the signal's reason if it is aborted.
 * @throws TypeError (as a rejection) if `main` is not a function or an option has the wrong type; RangeError (as a
 * rejection) if 1023 programs run already.
 * @example
 * await run(function* main() {
 *   const ch = chan<string>();
 *   go(greet, ch);
 *   console.log(yield* ch.recv());
 * });
 */
export function run<T>(main: () => Go<T>, options?: RunOptions): Promise<T>;
export function run<T>(main: () => Promise<T>, options?: RunOptions): Promise<T>;
export function run<T>(main: () => T, options?: RunOptions): Promise<T>;
export function run(main: () => unknown, options: RunOptions = {}): Promise<unknown> {
  if (host.boot() !== undefined) {
    runWasCalled();
    return new Promise(() => undefined);
  }
  const made = trace(run);
  return new Promise((resolve, reject) => {
    check(main, options);
    const { procs, seed, signal, memory, onPanic } = options;
    if (signal?.aborted) throw signal.reason;
    if (seed !== undefined) seedCore(seed);
    if (memory?.maximum !== undefined) limitMemory(memory.maximum);

    const abort = (): void => program.reject(signal?.reason);
    const over = (): void => {
      signal?.removeEventListener('abort', abort);
      unwatch();
    };
    const program = new Run(
      (value) => {
        over();
        resolve(value);
      },
      (error) => {
        over();
        reject(error);
      },
      onPanic,
      signal !== undefined,
      procs,
    );
    retune();
    try {
      program.main = start(program, main, [], made);
    } catch (error) {
      program.reject(error);
      return;
    }
    signal?.addEventListener('abort', abort);
    watch();
  });
}

function check(main: unknown, options: RunOptions): void {
  checkBody('run', main);
  if (typeof options !== 'object' || options === null) throw mistake('run, options', 'an object', options);
  const { procs, seed, signal, memory, onPanic } = options;
  if (procs !== undefined && !(Number.isInteger(procs) && procs >= 0)) {
    throw mistake('run, option procs', 'a non-negative integer', procs);
  }
  if (seed !== undefined && !Number.isInteger(seed)) throw mistake('run, option seed', 'an integer', seed);
  if (signal !== undefined && typeof signal.addEventListener !== 'function') {
    throw mistake('run, option signal', 'an AbortSignal', signal);
  }
  if (memory !== undefined && (typeof memory !== 'object' || (memory as unknown) === null)) {
    throw mistake('run, option memory', 'an object', memory);
  }
  const maximum = memory?.maximum;
  if (maximum !== undefined && !(typeof maximum === 'number' && maximum > 0)) {
    throw mistake('run, option memory.maximum', 'a number of bytes', maximum);
  }
  if (onPanic !== undefined && typeof onPanic !== 'function') {
    throw mistake('run, option onPanic', 'a function', onPanic);
  }
}
