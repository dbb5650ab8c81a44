/**
 * The binding to the core: one WebAssembly instance for this thread, compiled when the library is imported.
 *
 * The functions are taken out of the instance one by one: a call of a constant function is what V8 inlines.
 * What the numbers mean is said in assembly/layout.ts.
 */
import { instantiateSync } from '@assemblyscript/loader';
import {
  BATCH,
  BATCH_MAX,
  BLOCK_BYTES,
  C_COUNT,
  CASES,
  G_CASE,
  HEADER_LIMIT,
  HEADER_PAGES,
  HEADER_TRAP,
  LAYOUT_VERSION,
  LOCKS,
  P0,
  P_EPOCH,
  P_HOST,
  P_LIVE,
  P_SIZE,
  P_VALUE,
  PAGE,
  SC_CLOSED,
  SC_COUNT,
  SC_REFS,
} from '../../assembly/layout.ts';
import { brokenInvariant, outOfMemory } from '../errors.ts';
import { host } from '../host/index.ts';
import { setHeap } from '../shared/heap.ts';
import { setWord } from '../shared/word.ts';
import { boot, MAX_PAGES, memory, module } from './memory.ts';
import { p } from './processor.ts';

/** The exports of assembly/index.ts. An address is a non-negative integer; 0 is none. */
interface Core {
  init(limitPages: number, cores: number): void;
  attach(block: number): void;
  layoutVersion(): number;
  seed(low: number, high: number): void;

  procNew(): number;
  takeTasks(yes: number): void;
  sleepNow(): number;
  wakeUp(): void;
  spin(rounds: number): number;

  spawn(): number;
  waiter(): number;
  next(): number;
  yieldNow(g: number): void;
  woken(g: number): number;
  exit(g: number): void;
  wake(g: number, index: number, closed: number): number;
  join(target: number, g: number): number;
  parkHost(g: number): number;
  parkForever(g: number, reason: number): number;
  reasonOf(g: number): number;
  idle(): number;

  chanNew(capacity: number): number;
  chanFree(c: number): void;
  chanSend(c: number, g: number): number;
  chanRecv(c: number, g: number): number;
  chanRelease(c: number): number;
  chanClose(c: number): number;

  schanNew(capacity: number): number;
  schanSend(c: number, g: number): number;
  schanRecv(c: number, g: number): number;
  schanSendMany(c: number, n: number, g: number): number;
  schanRecvMany(c: number, max: number, g: number): number;
  schanClose(c: number): number;
  valueOf(g: number): void;

  blockAlloc(size: number): number;
  blockFree(address: number): void;

  taskNew(g: number, key: number, args: number, run: number, id: number): number;
  taskStart(task: number): void;
  taskEnd(task: number, outcome: number, result: number): number;
  taskForget(task: number): number;
  taskFree(task: number): void;

  select(n: number, g: number): number;
  parkOnAll(n: number, g: number): number;

  sleep(when: number, g: number): number;
  timerNew(): number;
  timerFree(t: number): void;
  timerSet(t: number, when: number): void;
  timerClear(t: number): void;
  timerWait(t: number, g: number): number;
  timerFire(t: number): number;
  timerPop(now: number): number;
  timerNext(): number;

  semaAcquire(s: number, n: number, g: number, reason: number, again: number): number;
  semaRelease(s: number, n: number, most: number): number;
}

const DEFAULT_PAGES = 1024 ** 3 / PAGE;

/**
 * Loads between two tries at a lock. Meanwhile its holder may use the object again while the core has it in its cache:
 * that halves the time of an operation on a channel that two threads use at once.
 */
const BACKOFF = 60;
/** Tries at locks before the thread rests, if it may: a holder may have lost its core. */
const TRIES = 4096;
let tries = 0;
let stuck: () => void = () => undefined;

/** Sets who is called when this thread has tried to get locks for long: a millisecond or so. */
export function onStuck(f: () => void): void {
  stuck = f;
}

/** Somebody holds a lock of the core, usually for a moment. */
function pause(): void {
  for (let i = 0; i < BACKOFF; i++) Atomics.load(coreWords, P_EPOCH >> 2);
  if (++tries % TRIES !== 0) return;
  stuck(); // the holder may have ended
  host.blockFor(0.05);
}

/** What a module over this memory imports. */
export const imports = { env: { memory, pause } };
const core = instantiateSync(module, imports).instance.exports as unknown as Core;

if (core.layoutVersion() !== LAYOUT_VERSION) {
  throw new Error(
    `goroutines: the core has layout ${core.layoutVersion()}, this code expects ${LAYOUT_VERSION}: files of two versions are mixed`,
  );
}
if (boot === undefined) core.init(Math.min(DEFAULT_PAGES, MAX_PAGES), host.numCPU());
else core.attach(boot.p);
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
  chanNew,
  chanFree,
  chanRelease,
  chanSend,
  chanRecv,
  chanClose,
  select,
  parkOnAll,
  sleep,
  timerNew,
  timerFree,
  timerSet,
  timerClear,
  timerWait,
  timerFire,
  timerPop,
  timerNext,
  semaAcquire,
  semaRelease,
  procNew,
  takeTasks,
  sleepNow,
  wakeUp,
  spin,
  schanNew,
  schanSend,
  schanRecv,
  schanSendMany,
  schanRecvMany,
  schanClose,
  valueOf,
  taskNew,
  taskStart,
  taskEnd,
  taskForget,
  taskFree,
} = core;

/** The address of this thread's processor. */
export const base = boot?.p ?? P0;

/** The P record of this thread, where the core leaves what does not fit in a result. */
export const coreWords = new Int32Array(memory.buffer, base, P_SIZE >> 2);
/** The case table. It lies in the first pages, which no growth moves. */
export const caseWords = new Int32Array(memory.buffer, base + CASES, (LOCKS - CASES) >> 2);
export const caseTimes = new Float64Array(memory.buffer, base + CASES, (LOCKS - CASES) >> 3);

/** Values on their way from or to an array, as numbers and as 64 bits. */
export const batch = {
  f64: new Float64Array(memory.buffer, base + BATCH, BATCH_MAX),
  i64: new BigInt64Array(memory.buffer, base + BATCH, BATCH_MAX),
};

const header = new Int32Array(memory.buffer, 0, PAGE >> 2);
let bytes = new Uint8Array(memory.buffer);
p.words = new Int32Array(memory.buffer);

/** The whole memory as it is now. Old views stay valid, but miss the pages that came since. */
function u8(): Uint8Array {
  // Asking for `memory.buffer` costs more than a message.
  if ((header[HEADER_PAGES >> 2] as number) * PAGE > bytes.length) {
    bytes = new Uint8Array(memory.buffer);
    p.words = new Int32Array(memory.buffer);
  }
  return bytes;
}

/** A word of any record. */
export function wordAt(address: number): number {
  u8();
  return p.words[address >> 2] as number;
}

/** All words, for atomics. */
export function allWords(): Int32Array {
  u8();
  return p.words;
}

setWord(memory.buffer, base + P_VALUE);
setHeap({
  alloc(size) {
    const address = core.blockAlloc(size);
    if (address === 0) throw outOfMemory();
    return address;
  },
  sizeOf: (address) => wordAt(address + BLOCK_BYTES),
  free: core.blockFree,
  u8,
});

// What is but a word of memory.

/** Goroutines of this thread that wait for the host. */
export function waitingOnHost(): number {
  return coreWords[P_HOST >> 2] as number;
}

/** The case that woke a select. */
export function caseOf(g: number): number {
  return wordAt(g + G_CASE);
}

/** How many values are in the buffer of a local channel. */
export function chanLength(c: number): number {
  return wordAt(c + C_COUNT);
}

/** One reference more, or less; answers how many there are. */
export function schanRefs(c: number, delta: number): number {
  return Atomics.add(allWords(), (c + SC_REFS) >> 2, delta) + delta;
}

/** How many values are in the buffer of a shared channel. */
export function schanLength(c: number): number {
  return Atomics.load(allWords(), (c + SC_COUNT) >> 2);
}

export function schanClosed(c: number): boolean {
  return Atomics.load(allWords(), (c + SC_CLOSED) >> 2) !== 0;
}

/** Makes `p.words` cover a new record: the memory may have grown. A word outside would read as undefined. */
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

function pagesUsed(): number {
  return Atomics.load(header, HEADER_PAGES >> 2);
}

/** Bounds the memory of the core, in bytes; answers the bound in force. */
export function limitMemory(bytes: number): number {
  const pages = Math.min(Math.max(Math.floor(bytes / PAGE), pagesUsed()), MAX_PAGES);
  Atomics.store(header, HEADER_LIMIT >> 2, pages);
  return pages * PAGE;
}

/** What a trap of the core means; any other error as it is. */
export function explain(error: unknown): unknown {
  const code = error instanceof WebAssembly.RuntimeError ? wordAt(HEADER_TRAP) : 0;
  return code === 0 ? error : brokenInvariant(code, error);
}

/** Bytes of core memory handed out so far: it is reused, never given back. */
export function memoryUsed(): number {
  return pagesUsed() * PAGE;
}

/** Core records of goroutines and waiting calls now in use. */
export function liveRecords(): number {
  return coreWords[P_LIVE >> 2] as number;
}
