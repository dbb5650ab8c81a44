/** Whether other threads can wake anybody here: what a thread that blocks must know before it sleeps. */
import {
  CASE_SRECV,
  CASE_SEMA,
  CASE_TASK,
  G_CLAIMED,
  G_RUNNABLE,
  G_STATUS,
  G_W,
  G_WAITING,
  SC_REFS,
  S_REFS,
  W_KIND,
  W_KIND_MASK,
  W_LIST,
  W_SIBLING,
  WAITQ,
  WAITQ2,
} from '../../assembly/layout.ts';
import { allWords, wordAt } from './core.ts';
import { allOwners } from './processor.ts';

/**
 * `first` is the record of who blocks, and the likeliest. A task that is yet to begin here does not count: which thread
 * that will be nobody can know, so nobody may rely on it.
 */
export function othersReach(first: number): boolean {
  return reached(first) || allOwners().some((owner) => 'wake' in owner && reached(owner.addr));
}

function reached(g: number): boolean {
  const status = Atomics.load(allWords(), (g + G_STATUS) >> 2);
  if (status !== G_WAITING) return status === G_CLAIMED || status === G_RUNNABLE;
  for (let w = g + G_W; w !== 0; w = wordAt(w + W_SIBLING)) {
    const kind = wordAt(w + W_KIND) & W_KIND_MASK;
    if (kind === CASE_TASK) return true;
    if (kind >= CASE_SRECV && named(kind, wordAt(w + W_LIST))) return true;
  }
  return false;
}

/** Whether another thread may have a handle of a shared object: it has more than the one of this thread. */
function named(kind: number, list: number): boolean {
  const object = list - ((kind & 1) === 0 ? WAITQ : WAITQ2);
  // Out of the list: it is just being woken.
  return list === 0 || Atomics.load(allWords(), (object + (kind === CASE_SEMA ? S_REFS : SC_REFS)) >> 2) > 1;
}
