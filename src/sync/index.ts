/** Go's packages sync and sync/atomic. */
export { Bool, Int32, Int64 } from './atomic.ts';
export { Cond } from './cond.ts';
export type { Locker } from './locker.ts';
export { Mutex } from './mutex.ts';
export { Once, onceFunc, onceValue } from './once.ts';
export { Pool } from './pool.ts';
export { RWMutex } from './rwmutex.ts';
export { WaitGroup } from './waitgroup.ts';
