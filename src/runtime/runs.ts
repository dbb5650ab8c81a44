/**
 * Programs: whether a run is still going on, for threads that have work of it; and their goroutine ids. Any thread.
 *
 * A run is named by `serial << 10 | slot`. The serial is odd while it runs: a name never comes again. The table lies in
 * the first pages, which no growth moves.
 */
import { RUN_BATCH, RUN_IDS, RUN_SERIAL, RUN_SHIFT, RUNS, RUNS_MAX } from '../../assembly/layout.ts';
import { memory } from './memory.ts';

const table = new Int32Array(memory.buffer, RUNS, (RUNS_MAX << RUN_SHIFT) >> 2);

/** The part of a serial that fits into a name. */
const SERIAL = 0x3fffff;

function slotOf(run: number): number {
  return ((run & (RUNS_MAX - 1)) << RUN_SHIFT) >> 2;
}

/** A new run, or 0 when there are too many at once. */
export function runBegin(): number {
  for (let i = 1; i < RUNS_MAX; i++) {
    const slot = slotOf(i);
    const serial = Atomics.load(table, slot + (RUN_SERIAL >> 2));
    if (serial & 1) continue;
    if (Atomics.compareExchange(table, slot + (RUN_SERIAL >> 2), serial, serial + 1) !== serial) continue;
    Atomics.store(table, slot + (RUN_IDS >> 2), 0);
    return ((serial + 1) << 10) | i;
  }
  return 0;
}

/** It is over, if it is not yet. */
export function runEnd(run: number): void {
  const at = slotOf(run) + (RUN_SERIAL >> 2);
  const serial = Atomics.load(table, at);
  if ((serial & SERIAL) === run >>> 10) Atomics.compareExchange(table, at, serial, serial + 1);
}

/** Whether it is still going on. */
export function runIs(run: number): boolean {
  return (Atomics.load(table, slotOf(run) + (RUN_SERIAL >> 2)) & SERIAL) === run >>> 10;
}

/** RUN_BATCH goroutine ids: answers the one before the first. */
export function runIds(run: number): number {
  return Atomics.add(table, slotOf(run) + (RUN_IDS >> 2), RUN_BATCH);
}
