import { CASE_READY } from '../../assembly/layout.ts';
import { mistake } from '../errors.ts';
import { type Op, Operation } from '../op.ts';
import { parkedOr, writeCase, writeSleepCase } from '../runtime/cases.ts';
import { sleep as sleepInCore } from '../runtime/core.ts';
import { clock, type Waiter } from '../runtime/processor.ts';
import { type Result, VOID } from '../runtime/result.ts';
import { NO, YES } from '../runtime/state.ts';

class SleepOp extends Operation<void> {
  constructor(private readonly ms: number) {
    super();
  }

  get label(): string {
    return 'sleep()';
  }

  start(g: Waiter | null): Result {
    if (this.ms <= 0) return VOID;
    return parkedOr(sleepInCore(clock() + this.ms, g === null ? 0 : g.addr));
  }

  finish(): Result {
    return VOID;
  }

  override ready(): number {
    return this.ms <= 0 ? YES : NO;
  }

  describe(i: number): void {
    if (this.ms <= 0) writeCase(i, CASE_READY, 0);
    else writeSleepCase(i, clock() + this.ms);
  }

  commit(): Result {
    return VOID;
  }
}

/**
 * Waits at least `ms` milliseconds, counted from its use; zero or less completes at once. `Infinity` never completes.
 * Keeps the process alive.
 *
 * Source: Go's `time.Sleep`.
 *
 * @throws TypeError unless `ms` is a number.
 * @example
 * yield* sleep(100);
 */
export function sleep(ms: number): Op<void> {
  return new SleepOp(checkMs('sleep', ms));
}

/** A duration in milliseconds. */
export function checkMs(where: string, ms: number): number {
  if (typeof ms !== 'number' || Number.isNaN(ms)) throw mistake(where, 'a number of milliseconds', ms);
  return ms;
}

/** When a timer is due: a delay below zero is none, as in Go. Never a time below zero, which is no time to the core. */
export function dueIn(ms: number): number {
  return clock() + Math.max(0, ms);
}
