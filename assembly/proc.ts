// Processors: which one this instance is, how one is made, sleeps and is woken.
//
// Orderings (all atomics are sequentially consistent; these pairs matter):
//   whoever makes work: publish the work, then read P_ASLEEP or HEADER_IDLE;
//   who goes to sleep: set P_ASLEEP, then look for work once more. One of the two sees the other.
// I1: P_ASLEEP goes from 1 to 0 by compare-and-swap; who does it takes the P out of HEADER_IDLE and, if it is not
//     the owner, moves P_EPOCH and notifies: at most one wake-up a sleep.
// I2: the owner waits on P_EPOCH with the value it read before it set P_ASLEEP: a wake-up in between ends the wait
//     at once.

import {
  GLOBQ, GLOBQ_COUNT, HEADER_CORES, HEADER_IDLE, HEADER_PS, HEADER_SPINNING, PAGE, PROC_FREE, PROC_LIVE, PROC_STARTING,
  PS_MAX, PTABLE, P_ASLEEP, P_DEQ_HEAD, P_DEQ_TAIL, P_EPOCH, P_INBOX, P_LOAD, P_LOOKS, P_PAGES, P_SIZE, P_STATE, P_TASKS,
} from './layout';
import { atomicAdd, atomicCas, atomicGet, atomicSet, clear, get, notify, set } from './memory';
import { takePages } from './pages';

/** The P block of the thread that this instance belongs to: the one state outside the memory. */
export let p: i32 = 0;

export function attach(block: i32): void {
  p = block;
  atomicSet(p + P_STATE, PROC_LIVE);
}

/** A P block for a further thread, zeroed; 0 without memory. */
export function procNew(): i32 {
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) {
    const block = procAt(i);
    if (block && atomicCas(block + P_STATE, PROC_FREE, PROC_STARTING) == PROC_FREE) return block;
  }
  if (n == PS_MAX) return 0;
  const page = takePages(P_PAGES);
  if (!page) return 0;
  procAdd(page * PAGE);
  return page * PAGE;
}

/** Enters a P block into the table. */
export function procAdd(block: i32): void {
  clear(block, P_SIZE);
  atomicSet(block + P_STATE, PROC_STARTING);
  atomicSet(PTABLE + (atomicAdd(HEADER_PS, 1) << 2), block);
}

/** About to sleep: answers 1, or 0 if there is work after all. The epoch to sleep on must have been read before. */
export function sleepNow(): i32 {
  if (!atomicGet(p + P_ASLEEP)) {
    atomicAdd(HEADER_IDLE, 1);
    atomicSet(p + P_ASLEEP, 1);
  }
  if (!hasWork()) return 1;
  wakeUp();
  return 0;
}

/** Not asleep any more, whoever woke it. */
export function wakeUp(): void {
  if (atomicGet(p + P_ASLEEP) && atomicCas(p + P_ASLEEP, 1, 0)) atomicAdd(HEADER_IDLE, -1);
}

/** Wakes a processor if it sleeps; says whether it did. */
export function wakeProc(block: i32): bool {
  if (!atomicGet(block + P_ASLEEP) || !atomicCas(block + P_ASLEEP, 1, 0)) return false;
  atomicAdd(HEADER_IDLE, -1);
  atomicAdd(block + P_EPOCH, 1);
  notify(block + P_EPOCH);
  return true;
}

/** There is a new task: wakes one processor that takes tasks, unless one is looking for work already. */
export function wakeOne(): void {
  if (!atomicGet(HEADER_IDLE) || atomicGet(HEADER_SPINNING)) return;
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) {
    const block = procAt(i);
    if (block && atomicGet(block + P_TASKS) && wakeProc(block)) return;
  }
}

/**
 * Whether to leave a task to a processor that has fewer: what has begun stays where it is, so it matters where it
 * begins. The more tasks there are, the less it matters, and the rarer it is done.
 *
 * Nobody leaves a task to nobody: one that sleeps is woken, and one that is awake looks for tasks once more after it has
 * set P_ASLEEP. P_LOAD changes only while its owner is awake, so of all that look for the last time before everybody
 * sleeps, one sees loads that are final, and has the least or wakes who has.
 */
export function leaveToOthers(): bool {
  const load = atomicGet(p + P_LOAD);
  if (!load) return false;
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) {
    const block = procAt(i);
    if (!block || !atomicGet(block + P_TASKS)) continue;
    const other = atomicGet(block + P_LOAD);
    if (load - other <= other >> 2) continue;
    wakeProc(block);
    return true;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function procAt(i: i32): i32 {
  return atomicGet(PTABLE + (i << 2));
}

/** Whether other threads have made work for this processor. */
export function hasWork(): bool {
  if (atomicGet(p + P_INBOX)) return true;
  return get(p, P_TASKS) ? hasTasks() : false;
}

function hasTasks(): bool {
  return anyTasks() && !leaveToOthers();
}

function anyTasks(): bool {
  if (atomicGet(GLOBQ + GLOBQ_COUNT)) return true;
  const n = atomicGet(HEADER_PS);
  for (let i = 0; i < n; i++) {
    const block = procAt(i);
    if (block && atomicGet(block + P_DEQ_HEAD) != atomicGet(block + P_DEQ_TAIL)) return true;
  }
  return false;
}

/**
 * Looks for work for a while before it sleeps, if somebody is awake who could make some and a core is free for that: a
 * hand-over between two threads that run takes a tenth of one that has to wake the other.
 */
export function spin(rounds: i32): i32 {
  const awake = atomicGet(HEADER_PS) - atomicGet(HEADER_IDLE);
  if (awake < 2 || awake > atomicGet(HEADER_CORES)) return 0;
  const tasks = get(p, P_TASKS);
  set(p, P_LOOKS, tasks);
  if (tasks) atomicAdd(HEADER_SPINNING, 1);
  let found = 0;
  for (let i = 0; i < rounds && !found; i++) {
    if (atomicGet(p + P_INBOX)) found = 1;
    else if (tasks && (i & 15) == 0 && hasTasks()) found = 1;
  }
  set(p, P_LOOKS, 0);
  // The last that looked wakes the next, whether or not it has found something: nobody was woken for what came meanwhile.
  if (tasks && atomicAdd(HEADER_SPINNING, -1) == 1 && anyTasks()) wakeOne();
  return found;
}

/** Whether this processor takes tasks. */
export function takeTasks(yes: i32): void {
  atomicSet(p + P_TASKS, yes);
}
