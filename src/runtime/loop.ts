/**
 * The loop of this thread's processor: asks the core who runs next, resumes it, and gives the host its turn.
 *
 * A turn lasts at most SLICE_MS; then the loop goes on in a macrotask, so timers, I/O and rendering of the host are
 * never starved. The clock is read after a number of operations that adapts to how long they take, because one
 * reading costs as much as two operations.
 */
import { NEXT_CLOSED, NEXT_TASK } from '../../assembly/layout.ts';
import { mistake } from '../errors.ts';
import { host } from '../host/index.ts';
import { idle, next, timerNext, timerPop, waitingOnHost } from './core.ts';
import { proceed } from './kinds.ts';
import { alarmAt, clock, ownerAt, p, type Coroutine } from './processor.ts';
import { awake, isShared, lookAround, rest, restBlocked } from './rest.ts';
import { othersReach } from './reach.ts';
import { PARKED, RESULT } from './result.ts';
import { refillTraces } from './site.ts';

/** How long goroutines run before the host has a turn: a host timer of 10 ms is late by a tenth at most. */
const SLICE_MS = 1;
/** Operations between two readings of the clock: at most so many, fewer while they are slow. */
const BUDGET_MAX = 128;
/** Two readings should lie less than this apart. */
const BUDGET_MS = 0.5;
/** Goroutines that run after an async function was woken, before its microtask does. */
const ASYNC_PATIENCE = 32;
/** The longest delay a host timer can hold. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** A microtask through a promise costs a fifth of `queueMicrotask`, which keeps an async context in Node. */
const settled = Promise.resolve();

let running = false;
let scheduled: 'no' | 'micro' | 'macro' = 'no';
let turns = 0;
let sliceEnd = 0;
let lastRead = 0;
let budgetFull = BUDGET_MAX;
/** Resumptions of async code that the host was let go before. */
let deferred: (() => void)[] = [];
let resumedAsync = false;
let watcher: LoopWatcher | undefined;

/** Called whenever something may have become ready: the loop will run. */
export function kick(): void {
  if (running || scheduled !== 'no') return;
  scheduled = 'micro';
  void settled.then(microTurn);
}

/** Called after an operation completed at once: it may have woken a partner. */
export function kickIfReady(): void {
  if (!running && scheduled === 'no' && idle() === 0) kick();
}

/** Runs `f` after the host had a turn. */
export function afterHost(f: () => void): void {
  deferred.push(f);
  scheduleMacro();
}

/** An async function was resumed in this turn: it gets its microtask soon. */
export function asyncResumed(): void {
  resumedAsync = true;
}

/** Told of every turn that begins, and when nothing is ready any more. */
export interface LoopWatcher {
  turn(): void;
  idle(): void;
}

/** Sets who is told, or nobody. */
export function watchLoop(w: LoopWatcher | undefined): void {
  watcher = w;
}

/** Timers of the host that the loop has set; one counts until its callback has returned. */
export function ownHostTimers(): number {
  return (hostTimer === undefined ? 0 : 1) + (hostTimerRuns ? 1 : 0);
}

/** How many turns there have been. */
export function turnNumber(): number {
  return turns;
}

/** Whether the slice is used up. Reads the clock, fires due timers, and refills the budget. */
export function sliceOver(): boolean {
  const now = clock();
  const slow = now - lastRead > BUDGET_MS;
  lastRead = now;
  budgetFull = slow ? Math.max(1, budgetFull >> 1) : Math.min(BUDGET_MAX, budgetFull << 1);
  p.budget = budgetFull;
  fireTimers(now);
  return now >= sliceEnd;
}

/** Begins a task. */
let begin: (task: number) => void;

/** Sets who begins tasks. */
export function onTask(f: (task: number) => void): void {
  begin = f;
}

/** Resumes the next ready goroutine, or begins a task, if there is one. */
export function runOne(): boolean {
  const r = next();
  if (r === 0) return false;
  if ((r & NEXT_TASK) !== 0) {
    begin(r & ~NEXT_TASK);
    return true;
  }
  p.closed = (r & NEXT_CLOSED) !== 0;
  const g = ownerAt(r);
  if (g.gen !== null) resume(g as Coroutine, g.gen);
  else g.wake();
  return true;
}

/** Runs a generator goroutine until it waits or ends. */
export function resume(g: Coroutine, gen: Iterator<unknown, unknown, void>): void {
  p.self = g;
  p.addr = g.addr;
  try {
    let step = proceed.call(gen);
    while (!step.done && step.value !== PARKED.value) step = scold(gen, step.value);
    if (step.done) g.returned(step.value);
  } catch (error) {
    g.threw(error);
  } finally {
    p.self = null;
    p.addr = 0;
    if (p.cut === g) {
      p.cut = null;
      g.unwind();
    }
  }
}

/** A goroutine yielded something else than an operation's step. */
function scold(gen: Iterator<unknown, unknown, void>, value: unknown): IteratorResult<unknown, unknown> {
  const error = mistake('yield', 'yield* with an operation, as in yield* ch.recv()', value);
  if (!gen.throw) throw error;
  return gen.throw(error);
}

/**
 * Sleeps the thread until there may be work, and fires timers; false where that is impossible or in vain. `addr`: the
 * record of who blocks.
 */
export function sleepBlocked(addr: number): boolean {
  const when = timerNext();
  if (isShared()) {
    if (when < 0 && !othersReach(addr)) return false;
    const ms = when < 0 ? TIMER_MAX_MS : Math.max(0, when - clock());
    if (!restBlocked(ms, when < 0 && waitingOnHost() === 0)) return false;
    fireTimers(clock());
    return true;
  }
  if (when < 0) return false;
  const delay = when - clock();
  if (delay > 0 && !host.blockFor(Math.min(delay, TIMER_MAX_MS))) return false;
  fireTimers(clock());
  return true;
}

function fireTimers(now: number): void {
  for (let t = timerPop(now); t !== 0; t = timerPop(now)) alarmAt(t).fire(now);
}

function microTurn(): void {
  if (scheduled !== 'micro') return; // the host goes first, it was decided meanwhile
  scheduled = 'no';
  // Turns that follow one another in microtasks share one slice. A slice that ended while nothing was to be done looks
  // used up: that costs one trip to the host.
  if (--p.budget < 0 && sliceOver()) scheduleMacro();
  else turn();
}

function macroTurn(): void {
  scheduled = 'no';
  newSlice();
}

function newSlice(): void {
  lastRead = clock();
  sliceEnd = lastRead + SLICE_MS;
  fireTimers(lastRead);
  const resume = deferred;
  deferred = [];
  for (const f of resume) f();
  turn();
}

function turn(): void {
  running = true;
  turns++;
  if (isShared()) awake();
  watcher?.turn();
  refillTraces();
  let over = false;
  let threw = true;
  let patience = ASYNC_PATIENCE;
  try {
    while (!over && patience > 0 && (runOne() || (isShared() && lookAround()))) {
      // A goroutine that gave way has read the clock itself.
      over = (--p.budget < 0 && sliceOver()) || lastRead >= sliceEnd;
      if (resumedAsync) patience--;
    }
    threw = false;
  } finally {
    running = false;
    resumedAsync = false;
    RESULT.value = undefined; // a received value must not live on in here
    if (threw) scheduleMacro(); // what is ready goes on all the same
  }
  if (over) scheduleMacro();
  else if (patience === 0) kick();
  else if (scheduled === 'no') goIdle();
}

function scheduleMacro(): void {
  if (scheduled === 'macro') return;
  scheduled = 'macro';
  host.macrotask(macroTurn);
}

// ── The host timer: one for the earliest timer of the core ─────────────────────
let hostTimer: unknown;
let hostTimerAt = -1;
let hostTimerRuns = false;

function goIdle(): void {
  const when = timerNext();
  if (when !== hostTimerAt) armHostTimer(when);
  watcher?.idle();
  if (isShared() && !rest(woken)) kick();
}

/** Another thread has made work for this one. */
function woken(): void {
  if (scheduled === 'no') newSlice();
}

function armHostTimer(when: number): void {
  if (hostTimer !== undefined) host.clearTimer(hostTimer);
  hostTimer = undefined;
  hostTimerAt = -1;
  if (when < 0) return;
  const delay = when - clock();
  // Host timers count whole milliseconds; less than one is spent in turns of the host.
  if (delay < 1) return scheduleMacro();
  hostTimerAt = when;
  hostTimer = host.setTimer(onHostTimer, Math.min(Math.ceil(delay), TIMER_MAX_MS));
}

function onHostTimer(): void {
  hostTimer = undefined;
  hostTimerAt = -1;
  if (scheduled !== 'no') return;
  hostTimerRuns = true;
  try {
    newSlice();
  } finally {
    hostTimerRuns = false;
  }
}
