/** `go`. */
import { checkBody, CountedG, currentProgram, type Go, type Goroutine, start } from './goroutine.ts';
import { type Trace, trace } from './runtime/site.ts';
import { startTask } from './standin.ts';
import { type Task, TaskBody, type TaskFunction } from './task.ts';

type Function = (...args: never[]) => unknown;

/**
 * Starts a goroutine: calls `body` with `args` when its turn comes, and does not wait for it. It runs on this thread,
 * unless it is a task: then on whichever processor takes it, with copies of the arguments.
 * The arguments are evaluated now. Give a named function and its arguments rather than a fresh closure: that is many
 * times cheaper for V8.
 *
 * A goroutine that throws and is not joined ends its program with a panic: `run` rejects with `panic: <error>`;
 * outside `run` the error is thrown as uncaught.
 *
 * Source: the Go specification, "Go statements".
 *
 * @throws TypeError if `body` is neither a function nor a task, or if an argument of a task cannot be shared: the message
 *   names it, and nothing has begun.
 * @throws Panic `out of memory` when the core is at its maximum.
 * @example
 * go(worker, jobs, results);
 * const total = yield* go(sum, results).join();
 * const hash = yield* go(sha256, path).join(); // a task: const sha256 = task(import.meta.url, 'sha256', …)
 */
export function go<A extends unknown[], T>(body: Task<A, T>, ...args: A): Goroutine<T>;
export function go<A extends unknown[], T>(body: (...args: A) => Go<T>, ...args: A): Goroutine<T>;
export function go<A extends unknown[], T>(body: (...args: A) => Promise<T>, ...args: A): Goroutine<T>;
export function go<A extends unknown[], T>(body: (...args: A) => T, ...args: A): Goroutine<T>;
export function go(body: unknown, ...args: unknown[]): Goroutine<unknown> {
  const made = trace(go);
  if (body instanceof TaskBody) return startTask(currentProgram(), body, args, made, nobody);
  checkBody('go', body);
  return start(currentProgram(), body as TaskFunction, args, made);
}

function nobody(): void {}

/** Refuses what `go` cannot start. */
export function checkStartable(where: string, body: unknown): void {
  if (!(body instanceof TaskBody)) checkBody(where, body);
}

/** Starts a goroutine and calls `onReturn` when it has returned. `below` is the public function that was called. */
export function startCounted(
  body: unknown,
  args: unknown[],
  onReturn: () => void,
  below: Function,
): Goroutine<unknown> {
  return startTold(body, args, trace(below), onReturn);
}

/** As `startCounted`, and calls `onThrow` when it has thrown: then that is no panic of the program. */
export function startWatched(
  body: unknown,
  args: unknown[],
  made: Trace | undefined,
  onReturn: (value: unknown) => void,
  onThrow: (error: unknown) => void,
): CountedG<unknown> {
  const g = startTold(body, args, made, onReturn);
  g.onThrow = onThrow;
  g.joins++;
  return g;
}

function startTold(
  body: unknown,
  args: unknown[],
  made: Trace | undefined,
  onReturn: (value: unknown) => void,
): CountedG<unknown> {
  if (body instanceof TaskBody) return startTask(currentProgram(), body, args, made, onReturn);
  const g = start(currentProgram(), body as TaskFunction, args, made, CountedG) as CountedG<unknown>;
  g.onReturn = onReturn;
  return g;
}
