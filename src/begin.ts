/**
 * The runner's side of a task: finds its body, importing its module if this thread has not yet, and runs it as a
 * goroutine of its program.
 */
import {
  J_ARGS,
  J_ID,
  J_KEY,
  J_RUN,
  OUTCOME_ENDED,
  OUTCOME_RETURNED,
  OUTCOME_THREW,
} from '../assembly/layout.ts';
import { G, type Program, start } from './goroutine.ts';
import { host } from './host/index.ts';
import { explain, taskEnd, taskStart, wordAt } from './runtime/core.ts';
import { onTask } from './runtime/loop.ts';
import { runIs } from './runtime/runs.ts';
import { decodeArgs, dropEncoded, encodeError, encodeResult } from './shared/args.ts';
import { onRegister, type TaskBody, type TaskFunction, taskOf } from './task.ts';

type Known = ReturnType<typeof taskOf>;

/** Gives the program of a run on this thread. */
let programOf: (run: number) => Program;

/** A task that runs here. Its stand-in counts it, and tells who joins it. */
class TaskG extends G<unknown> {
  task = 0;

  protected override count(): void {}

  override returned(value: unknown): void {
    if (this.ended) return;
    try {
      finish(this.task, OUTCOME_RETURNED, encodeResult(value, `go(${this.name})`));
    } catch (error) {
      return this.threw(error);
    }
    super.returned(undefined);
  }

  override threw(error: unknown): void {
    if (this.ended) return;
    fail(this.task, explain(error));
    super.returned(undefined); // for this thread it is over: the stand-in throws
  }

  override cut(): void {
    if (!this.ended) finish(this.task, OUTCOME_ENDED, 0);
    super.cut();
  }

  override get name(): string {
    return taskOf(wordAt(this.task + J_KEY)).task.name;
  }
}

function finish(task: number, outcome: number, result: number): void {
  if (taskEnd(task, outcome, result) === 1) dropEncoded(result);
}

function fail(task: number, error: unknown): void {
  finish(task, OUTCOME_THREW, encodeError(error));
}

/** It does not begin. Its arguments go last: should this thread end before that, another one begins it with them. */
function finishUnread(task: number, outcome: number, result: number): void {
  const args = wordAt(task + J_ARGS);
  finish(task, outcome, result);
  dropEncoded(args);
}

/** Tasks that wait for their module. */
const waiting = new Map<Known, number[]>();
const imports = new Map<string, Promise<unknown>>();

function begin(task: number): void {
  if (!runIs(wordAt(task + J_RUN))) return finishUnread(task, OUTCOME_ENDED, 0);
  const known = taskOf(wordAt(task + J_KEY));
  if (known.body !== undefined) return beginWith(task, known);
  const others = waiting.get(known);
  if (others !== undefined) others.push(task);
  else {
    waiting.set(known, [task]);
    load(known);
  }
}

function beginWith(task: number, known: Known): void {
  if (known.twice) return refuse(task, known.task, 'its module has two tasks of that name');
  taskStart(task); // first: should this thread end when it has taken the arguments, nobody else must begin it
  try {
    const args = decodeArgs(wordAt(task + J_ARGS));
    const program = programOf(wordAt(task + J_RUN));
    const id = wordAt(task + J_ID);
    const g = start(program, known.body as TaskFunction, args, undefined, TaskG, id) as TaskG;
    g.task = task;
  } catch (error) {
    fail(task, error);
  }
}

/** It cannot run here, nor anywhere. */
function refuse(task: number, { name, url }: TaskBody, why: string, cause?: unknown): void {
  const text = `go(task): cannot run ${JSON.stringify(name)} of ${url}: ${why}`;
  const error = cause === undefined ? new Error(text) : new Error(text, { cause });
  finishUnread(task, OUTCOME_THREW, encodeError(error));
}

function refuseWaiting(known: Known, why: string, cause?: unknown): void {
  const tasks = waiting.get(known) ?? [];
  waiting.delete(known);
  for (const task of tasks) refuse(task, known.task, why, cause);
}

/** Imports the module of a task. It counts as found as soon as it is registered, whatever the module does then. */
function load(known: Known): void {
  const { url } = known.task;
  let loading = imports.get(url);
  if (loading === undefined) {
    loading = import(/* @vite-ignore */ /* webpackIgnore: true */ url);
    imports.set(url, loading);
  }
  loading.then(
    () => refuseWaiting(known, 'its module does not register it (task(import.meta.url, …) at top level)'),
    (error: unknown) => refuseWaiting(known, `its module cannot be imported: ${String(error)}`, error),
  );
}

onRegister((known) => {
  const tasks = waiting.get(known);
  if (tasks === undefined) return;
  waiting.delete(known);
  // Not in the middle of the import: what stands below the call must exist first.
  host.macrotask(() => {
    for (const task of tasks) beginWith(task, known);
  });
});

/** How long a module may go on after it has called `run`, which does nothing here, before it counts as stuck in it. */
const STUCK_MS = 1000;

/** `run` was called, and its promise never settles: a module that awaits it at top level registers nothing below. */
export function runWasCalled(): void {
  if (waiting.size === 0) return;
  host.setTimer(() => {
    for (const known of [...waiting.keys()]) {
      refuseWaiting(known, 'its module awaits run() before it registers it: call task(…) above');
    }
  }, STUCK_MS);
}

/** From now on tasks can begin here. */
export function beginTasks(programs: (run: number) => Program): void {
  programOf = programs;
  onTask(begin);
}
