/** What every goroutine is doing, for reports. */
import {
  WAIT_COND,
  WAIT_GROUP,
  WAIT_HOST,
  WAIT_JOIN,
  WAIT_MUTEX,
  WAIT_ONCE,
  WAIT_RECV,
  WAIT_RECV_NIL,
  WAIT_RW_READ,
  WAIT_RW_WRITE,
  WAIT_SELECT,
  WAIT_SELECT_EMPTY,
  WAIT_SEMA,
  WAIT_SEND,
  WAIT_SEND_NIL,
  WAIT_SLEEP,
  WAIT_TASK,
} from '../../assembly/layout.ts';
import { DeadlockError, type GoroutineInfo } from '../errors.ts';
import { AsyncWait } from './async.ts';
import { reasonOf } from './core.ts';
import { allOwners, type Waiter } from './processor.ts';

/** Go's words, where Go has the wait. */
const WORDS: Record<number, string> = {
  [WAIT_RECV]: 'chan receive',
  [WAIT_SEND]: 'chan send',
  [WAIT_RECV_NIL]: 'chan receive (nil chan)',
  [WAIT_SEND_NIL]: 'chan send (nil chan)',
  [WAIT_SELECT]: 'select',
  [WAIT_SELECT_EMPTY]: 'select (no cases)',
  [WAIT_SLEEP]: 'sleep',
  [WAIT_JOIN]: 'join',
  [WAIT_MUTEX]: 'sync.Mutex.Lock',
  [WAIT_RW_READ]: 'sync.RWMutex.RLock',
  [WAIT_RW_WRITE]: 'sync.RWMutex.Lock',
  [WAIT_GROUP]: 'sync.WaitGroup.Wait',
  [WAIT_COND]: 'sync.Cond.Wait',
  [WAIT_ONCE]: 'sync.Once.Do',
  [WAIT_SEMA]: 'semacquire',
  [WAIT_HOST]: 'IO wait',
  [WAIT_TASK]: 'runnable',
};

/** What a goroutine waits for; an async one is known by the waits it made. */
export function reasonFor(g: Waiter, async: boolean): string {
  if (!async) return WORDS[reasonOf(g.addr)] ?? 'running';
  const waits = allOwners().filter((o) => o instanceof AsyncWait && o.owner === g) as AsyncWait[];
  return waits.map((wait) => WORDS[reasonOf(wait.addr)] ?? 'running').join(', ') || 'await';
}

/** What the dump says of the stand-in of a task that has begun: the task itself is listed where it runs. */
export const STANDIN = 'task';

/** All goroutines of this thread, the oldest first. */
export function dump(): GoroutineInfo[] {
  const all: GoroutineInfo[] = [];
  for (const owner of allOwners()) {
    if ('info' in owner && owner.info) all.push(owner.info());
  }
  return all.sort((a, b) => a.id - b.id);
}

/** The report, with the goroutines of the other threads. */
export function deadlock(others: readonly GoroutineInfo[] = []): DeadlockError {
  const all = [...dump(), ...others];
  const standins = new Map(all.filter((g) => g.reason === STANDIN).map((g) => [g.id, g]));
  const goroutines = all
    .filter((g) => g.reason !== STANDIN)
    .map((g) => ({ ...g, site: g.site ?? standins.get(g.id)?.site }));
  return new DeadlockError(goroutines.sort((a, b) => a.id - b.id));
}
