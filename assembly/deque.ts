// The deque of unstarted tasks of a processor: a ring that the owner appends to and everybody takes from.
//
// I1: the tasks are those between HEAD and TAIL, both counting up for ever; at most DEQUE_SLOTS.
// I2: only the owner moves TAIL, after it has written the slot; whoever moves HEAD by compare-and-swap has the tasks
//     that it moved over, and read them before.
// I3: a full ring gives half of itself to the global queue.
// I4: P_TASK names a task that has left one queue and is not in another yet (reap.ts).
//
// Orderings: slot, then TAIL (owner); TAIL, slots, then HEAD (thief). Slots are atomic: a thief may read one that the
// owner is writing anew, and then its compare-and-swap fails.

import { DEQUE, DEQUE_SLOTS, P_DEQ_HEAD, P_DEQ_TAIL, P_TASK } from './layout';
import { globqPut } from './globq';
import { atomicCas, atomicGet, atomicSet, set } from './memory';
import { p } from './proc';

// @ts-ignore: decorator
@inline
function slot(proc: i32, i: i32): i32 {
  return proc + DEQUE + ((i & (DEQUE_SLOTS - 1)) << 2);
}

/** Appends a task. Owner P only. */
export function dequePush(task: i32): void {
  if (atomicGet(p + P_DEQ_TAIL) - atomicGet(p + P_DEQ_HEAD) >= DEQUE_SLOTS) overflow();
  pushOwn(task);
}

/** Appends a task to a deque that has room. Owner P only. */
// @ts-ignore: decorator
@inline
export function pushOwn(task: i32): void {
  const tail = atomicGet(p + P_DEQ_TAIL);
  atomicSet(slot(p, tail), task);
  atomicSet(p + P_DEQ_TAIL, tail + 1);
}

/** Moves the older half to the global queue. */
function overflow(): void {
  for (let i = 0; i < DEQUE_SLOTS / 2; i++) {
    const task = dequePop(p);
    if (!task) return; // thieves were faster
    globqPut(task);
  }
}

/** Takes the oldest task of a processor, or 0. */
export function dequePop(from: i32): i32 {
  let head = atomicGet(from + P_DEQ_HEAD);
  while (head != atomicGet(from + P_DEQ_TAIL)) {
    const task = atomicGet(slot(from, head));
    set(p, P_TASK, task);
    const seen = atomicCas(from + P_DEQ_HEAD, head, head + 1);
    if (seen == head) return task;
    set(p, P_TASK, 0); // somebody else has it
    head = seen;
  }
  return 0;
}

/** Takes half of another's tasks: answers the first, puts the others into the own deque, which is empty. */
export function dequeSteal(victim: i32): i32 {
  for (;;) {
    const head = atomicGet(victim + P_DEQ_HEAD);
    const n = atomicGet(victim + P_DEQ_TAIL) - head;
    const half = n - n / 2;
    if (!half) return 0;
    if (half > DEQUE_SLOTS / 2) continue; // HEAD and TAIL are of different moments
    const first = atomicGet(slot(victim, head));
    const tail = atomicGet(p + P_DEQ_TAIL);
    for (let i = 1; i < half; i++) atomicSet(slot(p, tail + i - 1), atomicGet(slot(victim, head + i)));
    if (atomicCas(victim + P_DEQ_HEAD, head, head + half) != head) continue;
    set(p, P_TASK, first);
    atomicSet(p + P_DEQ_TAIL, tail + half - 1);
    return first;
  }
}
