// Programs: whether a run is still going on, for threads that have work of it; and their goroutine ids. Any thread.
//
// A run is named by `serial << 10 | slot`. The serial is odd while it runs: a name never comes again.

import { RUNS, RUNS_MAX, RUN_BATCH, RUN_IDS, RUN_SERIAL, RUN_SHIFT } from './layout';
import { atomicAdd, atomicCas, atomicGet, atomicSet } from './memory';

// @ts-ignore: decorator
@inline
function slotOf(run: i32): i32 {
  return RUNS + ((run & (RUNS_MAX - 1)) << RUN_SHIFT);
}

/** The part of a serial that fits into a name. */
// @ts-ignore: decorator
@inline
function serialOf(slot: i32): i32 {
  return atomicGet(slot + RUN_SERIAL) & 0x3fffff;
}

/** A new run, or 0 when there are too many at once. */
export function runBegin(): i32 {
  for (let i = 1; i < RUNS_MAX; i++) {
    const slot = slotOf(i);
    const serial = atomicGet(slot + RUN_SERIAL);
    if (serial & 1 || atomicCas(slot + RUN_SERIAL, serial, serial + 1) != serial) continue;
    atomicSet(slot + RUN_IDS, 0);
    return ((serial + 1) << 10) | i;
  }
  return 0;
}

export function runEnd(run: i32): void {
  if (runIs(run)) atomicAdd(slotOf(run) + RUN_SERIAL, 1);
}

export function runIs(run: i32): i32 {
  return serialOf(slotOf(run)) == run >>> 10 ? 1 : 0;
}

/** RUN_BATCH goroutine ids: answers the one before the first. */
export function runIds(run: i32): i32 {
  return atomicAdd(slotOf(run) + RUN_IDS, RUN_BATCH);
}
