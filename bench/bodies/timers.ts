/** Timers that are set, stopped and set again, while others wait. */
import type { Go } from 'goroutines';
import { afterFunc, type FuncTimer } from 'goroutines/time';
import type { Batch, Body } from '../bench.ts';

const HOUR = 3_600_000;
const nothing = (): void => undefined;

/** So many timers that wait, at different times. */
function pending(count: number): FuncTimer[] {
  const timers: FuncTimer[] = [];
  for (let i = 0; i < count; i++) timers.push(afterFunc(HOUR + ((i * 7919) % 1_000_003), nothing));
  return timers;
}

/** One op: a function is set and stopped. */
export function startStop(others: number): Body {
  return function* ({ n, resetTimer }: Batch): Go<number> {
    pending(others);
    resetTimer();
    let stopped = 0;
    for (let i = 0; i < n; i++) if (afterFunc(HOUR + (i & 1023) * 1000, nothing).stop()) stopped++;
    return stopped;
  };
}

/** One op: a timer that waits is set to another time. */
export function reset(others: number): Body {
  return function* ({ n, resetTimer }: Batch): Go<number> {
    pending(others);
    const timer = afterFunc(HOUR, nothing);
    resetTimer();
    let active = 0;
    for (let i = 0; i < n; i++) if (timer.reset(HOUR + (i & 1023) * 1000)) active++;
    return active;
  };
}
