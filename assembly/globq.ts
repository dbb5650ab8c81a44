// The global queue: tasks that no processor has taken yet. Under its lock; GLOBQ_COUNT may be peeked at.

import { DEQUE_SLOTS, GLOBQ, GLOBQ_HEAD, GLOBQ_COUNT, GLOBQ_TAIL, HEADER_PS, J_LINK, P_TASK } from './layout';
import { pushOwn } from './deque';
import { lock, unlock } from './lock';
import { atomicGet, atomicSet, get, set } from './memory';
import { p } from './proc';

/** Appends a task. */
export function globqPut(task: i32): void {
  set(p, P_TASK, task);
  set(task, J_LINK, 0);
  lock(GLOBQ);
  if (get(GLOBQ, GLOBQ_HEAD)) set(get(GLOBQ, GLOBQ_TAIL), J_LINK, task);
  else set(GLOBQ, GLOBQ_HEAD, task);
  set(GLOBQ, GLOBQ_TAIL, task);
  atomicSet(GLOBQ + GLOBQ_COUNT, get(GLOBQ, GLOBQ_COUNT) + 1);
  set(p, P_TASK, 0);
  unlock(GLOBQ);
}

/** Takes this processor's share of the tasks, at most `limit`: answers the first, puts the others into its deque. */
export function globqGet(limit: i32): i32 {
  if (!atomicGet(GLOBQ + GLOBQ_COUNT)) return 0;
  lock(GLOBQ);
  const size = get(GLOBQ, GLOBQ_COUNT);
  let n = min(min(size, size / max(1, atomicGet(HEADER_PS) - 1) + 1), min(limit, DEQUE_SLOTS / 2));
  const first = n > 0 ? take() : 0;
  set(p, P_TASK, first);
  while (--n > 0) pushOwn(take());
  unlock(GLOBQ);
  return first;
}

// @ts-ignore: decorator
@inline
function take(): i32 {
  const task = get(GLOBQ, GLOBQ_HEAD);
  set(GLOBQ, GLOBQ_HEAD, get(task, J_LINK));
  atomicSet(GLOBQ + GLOBQ_COUNT, get(GLOBQ, GLOBQ_COUNT) - 1);
  return task;
}
