// Tasks: goroutines that may begin on any processor. Until one has begun it is data, a J record: a key that names its
// body, and its arguments. Its spawner keeps a stand-in, a goroutine that waits for its end; joining the task is joining
// the stand-in.
//
//   QUEUED ──next──▶ TAKEN ──taskStart──▶ STARTED ──taskEnd──▶ DONE ──(the stand-in's turn)──▶ freed
//     ▲ its processor died │                 │ its processor died
//     └────────────────────┘                 └──▶ DONE, OUTCOME_LOST
//
// I1: a task that is QUEUED is in one deque, in the global queue, or in P_TASK of a processor.
// I2: STANDIN is read and cleared under the task's lock: the stand-in is freed only after it was cleared, or after it
//     was woken by the task's end.
// I3: RESULT is the stand-in's from DONE on. The record is freed by the spawner when its stand-in has the outcome, and by the runner when there is none.

import {
  CASE_TASK, G_W, J_ARGS, J_DONE, J_FREE, J_ID, J_KEY, J_OUTCOME, J_QUEUED,
  J_RESULT, J_RUN, J_RUNNER, J_SPAWNER, J_STANDIN, J_STARTED, J_STATE, J_TAKEN, P_DEQ_HEAD, P_DEQ_TAIL, P_HASTE, P_LOAD,
  P_TASK, P_TASKS, SELECT_SHARED, SLAB_J, TRAP_TASK, WAIT_TASK, HEADER_PS, PTABLE,
} from './layout';
import { dequePop, dequePush, dequeSteal } from './deque';
import { claimStandin, collect, handOver } from './fire';
import { globqGet, globqPut } from './globq';
import { lock, unlock } from './lock';
import { atomicAdd, atomicGet, get, set } from './memory';
import { aim, park } from './park';
import { leaveToOthers, p, wakeOne } from './proc';
import { random } from './rand';
import { slabAlloc, slabFree } from './slab';
import { check } from './trap';

/** A task with its stand-in `g`, which waits from now on; 0 without memory. */
export function taskNew(g: i32, key: i32, args: i32, run: i32, id: i32): i32 {
  const task = slabAlloc(SLAB_J);
  if (!task) return 0;
  set(task, J_STATE, J_QUEUED);
  set(task, J_KEY, key);
  set(task, J_ARGS, args);
  set(task, J_STANDIN, g);
  set(task, J_SPAWNER, p);
  set(task, J_RUN, run);
  set(task, J_ID, id);
  aim(g + G_W, g, CASE_TASK);
  park(g, WAIT_TASK, SELECT_SHARED);
  if (get(p, P_TASKS)) dequePush(task);
  else globqPut(task);
  wakeOne();
  return task;
}

/** A task for this processor to begin, or 0. */
export function takeTask(): i32 {
  if (leaveToOthers()) return 0;
  let task = dequePop(p);
  if (!task) {
    task = globqGet(0x7fffffff);
    if (!task) task = steal();
    // It may have brought others along. While they were on their way nobody saw them, and who looked then sleeps now.
    if (atomicGet(p + P_DEQ_HEAD) != atomicGet(p + P_DEQ_TAIL)) wakeOne();
  }
  return task ? taken(task) : 0;
}

/** The one that has waited longest in the global queue, every so many turns. */
export function takeFair(): i32 {
  if (leaveToOthers()) return 0;
  const task = globqGet(1);
  return task ? taken(task) : 0;
}

// @ts-ignore: decorator
@inline
function taken(task: i32): i32 {
  set(task, J_RUNNER, p);
  set(task, J_STATE, J_TAKEN);
  set(p, P_TASK, 0);
  set(p, P_HASTE, 0);
  atomicAdd(p + P_LOAD, 1);
  return task;
}

function steal(): i32 {
  const n = atomicGet(HEADER_PS);
  let i = random(n);
  for (let tries = 0; tries < n; tries++) {
    const victim = atomicGet(PTABLE + (i << 2));
    if (victim && victim != p) {
      const task = dequeSteal(victim);
      if (task) return task;
    }
    if (++i == n) i = 0;
  }
  return 0;
}

/** It begins: from now on it stays here. */
export function taskStart(task: i32): void {
  check(get(task, J_STATE) == J_TAKEN, TRAP_TASK);
  set(task, J_STATE, J_STARTED);
}

/** It is over: tells the stand-in. Answers 1 if there is none any more; then the result is the caller's again. */
export function taskEnd(task: i32, outcome: i32, result: i32): i32 {
  check(get(task, J_RUNNER) == p && get(task, J_STATE) != J_DONE, TRAP_TASK);
  atomicAdd(p + P_LOAD, -1);
  return finish(task, outcome, result);
}

export function finish(task: i32, outcome: i32, result: i32): i32 {
  lock(task);
  const g = get(task, J_STANDIN);
  if (g) {
    set(task, J_OUTCOME, outcome);
    set(task, J_RESULT, result);
    set(task, J_STATE, J_DONE);
    // Its spawner clears STANDIN before it ends it.
    collect(claimStandin(g), 0);
  } else set(task, J_SPAWNER, 0);
  unlock(task);
  handOver();
  if (!g) taskFree(task);
  return g ? 0 : 1;
}

/** The spawner waits no more: 1, and the stand-in may be ended; or 0, it is on its way with the outcome. */
export function taskForget(task: i32): i32 {
  lock(task);
  const done = get(task, J_STATE) == J_DONE;
  if (!done) set(task, J_STANDIN, 0);
  unlock(task);
  return done ? 0 : 1;
}

/** The spawner has read the outcome. */
export function taskFree(task: i32): void {
  set(task, J_STATE, J_FREE);
  slabFree(SLAB_J, task);
}
