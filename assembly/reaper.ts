// The ABI of a module of its own, over the same memory: what is done after the death of a thread. It is as large as a
// tenth of the core and most programs never need it, so it is instantiated at the first death, and not in every thread.

export { attach, wakeOne } from './proc';
export { reapLocks, reapRecords, reapWork } from './reap';
