// The only file that names loads, stores, atomics and the size of the memory.
//
// Everything of one processor is touched by its own thread alone, and everything under a lock by its holder, so plain
// accesses do. Words that several threads may touch at once are reached through the atomic forms, on all sides.
// The model build announces every access to `step` before it happens: that is where an explorer may
// switch threads. In the other builds the calls and the import are gone.

// @ts-ignore: decorator
@external("env", "step")
declare function step(address: i32, kind: i32): void;

/** Called between two tries to take a lock: lets the thread rest when it has tried often. */
// @ts-ignore: decorator
@external("env", "pause")
export declare function pause(): void;

const STEP_LOAD: i32 = 0;
const STEP_STORE: i32 = 1;
const STEP_UPDATE: i32 = 2;

// @ts-ignore: decorator
@inline
export function get(record: i32, field: i32): i32 {
  if (isDefined(MODEL)) step(record + field, STEP_LOAD);
  return load<i32>(record + field);
}

// @ts-ignore: decorator
@inline
export function set(record: i32, field: i32, value: i32): void {
  if (isDefined(MODEL)) step(record + field, STEP_STORE);
  store<i32>(record + field, value);
}

// @ts-ignore: decorator
@inline
export function getF64(record: i32, field: i32): f64 {
  if (isDefined(MODEL)) step(record + field, STEP_LOAD);
  return load<f64>(record + field);
}

// @ts-ignore: decorator
@inline
export function setF64(record: i32, field: i32, value: f64): void {
  if (isDefined(MODEL)) step(record + field, STEP_STORE);
  store<f64>(record + field, value);
}

// @ts-ignore: decorator
@inline
export function atomicGet(address: i32): i32 {
  if (isDefined(MODEL)) step(address, STEP_LOAD);
  return atomic.load<i32>(address);
}

// @ts-ignore: decorator
@inline
export function atomicSet(address: i32, value: i32): void {
  if (isDefined(MODEL)) step(address, STEP_STORE);
  atomic.store<i32>(address, value);
}

/** Adds and answers the value from before. */
// @ts-ignore: decorator
@inline
export function atomicAdd(address: i32, value: i32): i32 {
  if (isDefined(MODEL)) step(address, STEP_UPDATE);
  return atomic.add<i32>(address, value);
}

/** Stores `value` if the word is `expected`; answers what it was. */
// @ts-ignore: decorator
@inline
export function atomicCas(address: i32, expected: i32, value: i32): i32 {
  if (isDefined(MODEL)) step(address, STEP_UPDATE);
  return atomic.cmpxchg<i32>(address, expected, value);
}

/** Sets bits. */
// @ts-ignore: decorator
@inline
export function atomicOr(address: i32, bits: i32): void {
  if (isDefined(MODEL)) step(address, STEP_UPDATE);
  atomic.or<i32>(address, bits);
}

/** Leaves no bits but these. */
// @ts-ignore: decorator
@inline
export function atomicAnd(address: i32, bits: i32): void {
  if (isDefined(MODEL)) step(address, STEP_UPDATE);
  atomic.and<i32>(address, bits);
}

/** Stores `value` and answers what was there. */
// @ts-ignore: decorator
@inline
export function atomicSwap(address: i32, value: i32): i32 {
  if (isDefined(MODEL)) step(address, STEP_UPDATE);
  return atomic.xchg<i32>(address, value);
}

/** Wakes whoever waits on the word: more than one, if waits of a thread that died are left. */
// @ts-ignore: decorator
@inline
export function notify(address: i32): void {
  atomic.notify(address, -1);
}

/** Copies eight bytes. */
// @ts-ignore: decorator
@inline
export function copyValue(to: i32, from: i32): void {
  if (isDefined(MODEL)) {
    step(from, STEP_LOAD);
    step(to, STEP_STORE);
  }
  store<i64>(to, load<i64>(from));
}

/** Copies `n` values of eight bytes, not overlapping. */
// @ts-ignore: decorator
@inline
export function copyValues(to: i32, from: i32, n: i32): void {
  if (isDefined(MODEL)) {
    step(from, STEP_LOAD);
    step(to, STEP_STORE);
  }
  memory.copy(to, from, n << 3);
}

/** Zeroes a record whose size is a multiple of eight. */
export function clear(record: i32, size: i32): void {
  for (let i = 0; i < size; i += 8) {
    if (isDefined(MODEL)) step(record + i, STEP_STORE);
    store<i64>(record + i, 0);
  }
}

// @ts-ignore: decorator
@inline
export function pagesNow(): i32 {
  return memory.size();
}

/** False when the host gives no more. */
// @ts-ignore: decorator
@inline
export function growBy(pages: i32): bool {
  return memory.grow(pages) >= 0;
}
