/** Go's concurrency for JavaScript: goroutines, channels and select. */
import './worker.ts';
export { chan } from './chan.ts';
export type { Chan, RecvChan, SendChan } from './chantypes.ts';
export { defer } from './defer.ts';
export {
  DeadlockError,
  type GoroutineInfo,
  Panic,
  type PanicCode,
  type PanicInfo,
  ProcessorLostError,
} from './errors.ts';
export { go } from './go.ts';
export { type Body, type Go, type Goroutine, numGoroutine } from './goroutine.ts';
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
export { gomaxprocs, shutdown, start } from './processors.ts';
export type { Shareable, ShareableArg, SharedChan, SharedNumberChan, SharedObject } from './shared/shared.ts';
export {
  bool,
  buffer,
  bytes,
  chanOf,
  f32,
  f64,
  i32,
  i64,
  type NumericType,
  type SharedBuffer,
  string,
  struct,
  type Type,
  type TypeOf,
  u32,
  u64,
  value,
} from './shared/types.ts';
export { task, type Task } from './task.ts';
