/**
 * The binding to the core: one WebAssembly instance for this thread, compiled when the library is imported.
 *
 * The functions are taken out of the instance one by one: a call of a constant function is what V8 inlines.
 * What the numbers mean is said in assembly/layout.ts.
 */
import { instantiateSync } from '@assemblyscript/loader';
import {
  CASES,
  CASES_END,
  HEADER_TRAP,
  LAYOUT_VERSION,
  P,
  P_SIZE,
  PAGE,
  PAGES_INITIAL,
} from '../../assembly/layout.ts';
import { brokenInvariant } from '../errors.ts';
import { coreWasm } from '../generated/core-wasm.ts';
import { host } from '../host/index.ts';
import { p } from './processor.ts';

/** The exports of assembly/index.ts. An address is a non-negative integer; 0 is none. */
interface Core {
  init(limitPages: number): void;
  layoutVersion(): number;
  setLimit(pages: number): void;
  pagesUsed(): number;
  seed(low: number, high: number): void;

  spawn(): number;
  waiter(): number;
  next(): number;
  yieldNow(g: number): void;
  woken(g: number): number;
  exit(g: number): void;
  wake(g: number, index: number, closed: number): void;
  join(target: number, g: number): number;
  parkHost(g: number): number;
  parkForever(g: number, reason: number): number;
  reasonOf(g: number): number;
  idle(): number;
  live(): number;
  waitingOnHost(): number;

  chanNew(capacity: number): number;
  chanFree(c: number): void;
  chanSend(c: number, g: number): number;
  chanRecv(c: number, g: number): number;
  chanRelease(c: number): number;
  chanClose(c: number): number;
  chanLength(c: number): number;

  select(n: number, g: number): number;
  parkOnAll(n: number, g: number): number;
  caseOf(g: number): number;

  sleep(when: number, g: number): number;
  timerNew(): number;
  timerFree(t: number): void;
  timerSet(t: number, when: number): void;
  timerClear(t: number): void;
  timerWait(t: number, g: number): number;
  timerFire(t: number): number;
  timerPop(now: number): number;
  timerNext(): number;

  semaNew(count: number): number;
  semaFree(s: number): void;
  semaAcquire(s: number, g: number): number;
  semaRelease(s: number): void;
  semaAdd(s: number, delta: number): void;
  semaWaitZero(s: number, g: number): number;
}

/** Addresses stay below 2 GiB, so they are non-negative as signed integers. */
const MAX_PAGES = (2 * 1024 ** 3) / PAGE;
const DEFAULT_PAGES = 1024 ** 3 / PAGE;

function reserve(): WebAssembly.Memory {
  // A maximum is address space only; a host short of that gets a smaller one.
  for (let maximum = MAX_PAGES; ; maximum >>= 1) {
    try {
      return new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum, shared: true });
    } catch (error) {
      if (maximum <= PAGES_INITIAL * 2) throw error;
    }
  }
}

const memory = reserve();
const bytes = host.debugCore() ?? Uint8Array.from(atob(coreWasm), (c) => c.charCodeAt(0));
const core = instantiateSync(new WebAssembly.Module(bytes as BufferSource), { env: { memory } }).instance
  .exports as unknown as Core;

if (core.layoutVersion() !== LAYOUT_VERSION) {
  throw new Error(
    `goroutines: the core has layout ${core.layoutVersion()}, this code expects ${LAYOUT_VERSION}: files of two versions are mixed`,
  );
}
core.init(DEFAULT_PAGES);
seedCore((Math.random() * 2 ** 32) | 0);

export const {
  spawn,
  waiter,
  next,
  yieldNow,
  woken,
  exit,
  wake,
  join,
  parkHost,
  parkForever,
  reasonOf,
  idle,
  waitingOnHost,
  chanNew,
  chanFree,
  chanRelease,
  chanSend,
  chanRecv,
  chanClose,
  chanLength,
  select,
  parkOnAll,
  caseOf,
  sleep,
  timerNew,
  timerFree,
  timerSet,
  timerClear,
  timerWait,
  timerFire,
  timerPop,
  timerNext,
  semaNew,
  semaFree,
  semaAcquire,
  semaRelease,
  semaAdd,
  semaWaitZero,
} = core;

/** The header and the P record, where the core leaves what does not fit in a result. */
export const coreWords = new Int32Array(memory.buffer, 0, (P + P_SIZE) >> 2);
/** The case table. It lies in the first pages, which no growth moves. */
export const caseWords = new Int32Array(memory.buffer, CASES, (CASES_END - CASES) >> 2);
export const caseTimes = new Float64Array(memory.buffer, CASES, (CASES_END - CASES) >> 3);

p.words = new Int32Array(memory.buffer);

/** Makes `p.words` cover a new record: the memory may have grown. */
export function reach(addr: number): void {
  if (addr >> 2 >= p.words.length) p.words = new Int32Array(memory.buffer);
}

/** Makes the choices of select repeatable. */
export function seedCore(seed: number): void {
  // Neighbouring seeds must not give neighbouring states: mixed once (the finaliser of MurmurHash3).
  let h = seed ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  core.seed(h ^ (h >>> 16), seed);
}

/** Bounds the memory of the core, in bytes; answers the bound in force. */
export function limitMemory(bytes: number): number {
  const pages = Math.min(Math.max(Math.floor(bytes / PAGE), core.pagesUsed()), MAX_PAGES);
  core.setLimit(pages);
  return pages * PAGE;
}

/** What a trap of the core means; any other error as it is. */
export function explain(error: unknown): unknown {
  const code = error instanceof WebAssembly.RuntimeError ? (coreWords[HEADER_TRAP >> 2] ?? 0) : 0;
  return code === 0 ? error : brokenInvariant(code, error);
}

/** Bytes of core memory handed out so far: it is reused, never given back. */
export function memoryUsed(): number {
  return core.pagesUsed() * PAGE;
}

/** Core records of goroutines and waiting calls now in use. */
export function liveRecords(): number {
  return core.live();
}
