/** Go's concurrency for JavaScript: goroutines, channels and select. */
export { chan } from './chan.ts';
export type { Chan, RecvChan, SendChan } from './chantypes.ts';
export { defer } from './defer.ts';
export { DeadlockError, type GoroutineInfo, Panic, type PanicCode, type PanicInfo } from './errors.ts';
export { type Body, type Go, go, type Goroutine, numGoroutine } from './goroutine.ts';
export { nilChan } from './nil.ts';
export { type Op, type Parked } from './op.ts';
export { numCPU } from './numcpu.ts';
export { run, type RunOptions } from './run.ts';
export { select, type Selected, type SelectedAt, trySelect } from './select.ts';
export { fromIterable, fromStream, toStream } from './streams.ts';
export { Mutex } from './sync/mutex.ts';
export { WaitGroup } from './sync/waitgroup.ts';
export { sleep } from './time/sleep.ts';
export { after } from './time/timer.ts';
export { gosched, wait } from './wait.ts';
