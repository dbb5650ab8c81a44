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

/** A goroutine of a report, and its program: ids are the same in each. */
export interface Listed {
  readonly run: number;
  readonly info: GoroutineInfo;
}

/** All goroutines of this thread. */
export function dump(): Listed[] {
  const all: Listed[] = [];
  for (const owner of allOwners()) {
    if ('info' in owner && owner.info) all.push({ run: owner.program?.run ?? 0, info: owner.info() });
  }
  return all;
}

/** The report of one program, with what the other threads have listed, if they were asked. */
export function deadlock(run: number, others?: readonly Listed[]): DeadlockError {
  const all = [...dump(), ...(others ?? [])].filter((g) => g.run === run).map((g) => g.info);
  const standins = new Map(all.filter((g) => g.reason === STANDIN).map((g) => [g.id, g]));
  const goroutines = all.filter((g) => g.reason !== STANDIN);
  const listed = new Set(goroutines.map((g) => g.id));
  // Everybody is asleep, so a thread that does not answer blocks.
  const silent = others === undefined ? [] : [...standins.values()].filter((g) => !listed.has(g.id));
  return new DeadlockError(
    [
      ...goroutines.map((g) => ({ ...g, site: g.site ?? standins.get(g.id)?.site })),
      ...silent.map((g) => ({ ...g, reason: 'block()' })),
    ].sort((a, b) => a.id - b.id),
  );
}
