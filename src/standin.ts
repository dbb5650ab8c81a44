/**
 * The spawner's side of a task: a goroutine that stands for it here. It waits in the core until the task has ended,
 * wherever that was, and ends the same way; joins, panics and the end of its program are those of any goroutine.
 */
import {
  J_OUTCOME,
  J_RESULT,
  J_RUNNER,
  J_STARTED,
  J_STATE,
  OUTCOME_ENDED,
  OUTCOME_LOST,
  OUTCOME_RETURNED,
} from '../assembly/layout.ts';
import { type GoroutineInfo, outOfMemory, ProcessorLostError } from './errors.ts';
import { CountedG, type Program } from './goroutine.ts';
import { waiterRecord } from './runtime/async.ts';
import { exit, taskForget, taskFree, taskNew, wordAt } from './runtime/core.ts';
import { STANDIN } from './runtime/dump.ts';
import { setOwner } from './runtime/processor.ts';
import type { Trace } from './runtime/site.ts';
import { decodeError, decodeResult, dropEncoded, encodeArgs, undoEncoded } from './shared/args.ts';
import type { TaskBody, TaskFunction } from './task.ts';

/** What is asked of processors. */
interface Pool {
  /** A task was made. */
  provide(): void;
  /** So many tasks of this thread have not ended. */
  pending(count: number): void;
  /** Why the thread of a processor has ended. */
  whyLost(p: number): { why: string; error?: unknown };
}

let pool: Pool;

export function setPool(p: Pool): void {
  pool = p;
}

let pending = 0;

class StandIn<T> extends CountedG<T> {
  task = 0;

  constructor(
    addr: number,
    private readonly of: TaskBody,
    program: Program,
    id: number,
    made: Trace | undefined,
  ) {
    super(addr, null, undefined, none, program, id, made);
  }

  override get name(): string {
    return this.of.name;
  }

  /** Until it has begun; then it is listed where it runs, and this gives the place it was made at. */
  override info(): GoroutineInfo {
    if (this.ended) return super.info();
    const begun = wordAt(this.task + J_STATE) >= J_STARTED;
    return { ...super.info(), reason: begun ? STANDIN : 'runnable' };
  }

  /** The task has ended. */
  override wake(): void {
    const { task } = this;
    const outcome = wordAt(task + J_OUTCOME);
    const result = wordAt(task + J_RESULT);
    const runner = wordAt(task + J_RUNNER);
    this.forget();
    taskFree(task);
    try {
      if (outcome === OUTCOME_RETURNED) this.returned(decodeResult(result));
      else if (outcome === OUTCOME_LOST) this.threw(this.lost(runner));
      else if (outcome === OUTCOME_ENDED) super.cut();
      else this.threw(decodeError(result));
    } catch (error) {
      this.threw(error);
    }
  }

  private lost(runner: number): ProcessorLostError {
    const { why, error } = pool.whyLost(runner);
    return new ProcessorLostError(
      `the processor that ran ${this.of.name} was lost: ${why}`,
      error === undefined ? undefined : { cause: error },
    );
  }

  /** Its program has ended. What the task still does, nobody asks for. */
  override cut(): void {
    const { task } = this;
    if (task !== 0 && !this.ended) {
      this.forget();
      if (taskForget(task) === 0) {
        dropEncoded(wordAt(task + J_RESULT));
        taskFree(task);
      }
    }
    super.cut();
  }

  private forget(): void {
    this.task = 0;
    pool.pending(--pending);
  }
}

const none: TaskFunction = () => undefined;

/** Starts a task. Nothing has happened if it throws. */
export function startTask(
  program: Program,
  task: TaskBody,
  args: unknown[],
  made: Trace | undefined,
  onReturn: (value: unknown) => void,
): StandIn<unknown> {
  const { key } = task;
  const message = encodeArgs(args, 'go(task)');
  const addr = waiterOr(message);
  const id = program.nextId();
  const g = new StandIn<unknown>(addr, task, program, id, made);
  g.onReturn = onReturn;
  g.task = taskNew(addr, key, message, program.run, id);
  if (g.task === 0) {
    exit(addr);
    undoEncoded(message);
    throw outOfMemory();
  }
  setOwner(addr, g);
  g.born();
  pool.pending(++pending);
  pool.provide();
  return g;
}

/** A record to wait with; without memory the message is taken back. */
function waiterOr(message: number): number {
  try {
    return waiterRecord();
  } catch (error) {
    undoEncoded(message);
    throw error;
  }
}
