/**
 * The processors of a program: threads that run its tasks. Owned by the thread that made the memory. They start when
 * there are tasks for them, serve one run after another, and hold no process open.
 */
import {
  GLOBQ,
  GLOBQ_COUNT,
  HEADER_MORE,
  P_ASLEEP,
  P_DEQ_HEAD,
  P_DEQ_TAIL,
  P_TASKS,
} from '../assembly/layout.ts';
import { url, version } from './about.ts';
import { beginTasks } from './begin.ts';
import type { Listing, Order, Report } from './control.ts';
import { answer, answered, computesInVain, endsPending, type Unanswered } from './ends.ts';
import { mistake } from './errors.ts';
import { host } from './host/index.ts';
import type { HostWorker } from './host/types.ts';
import { activeRuns, onRunEnd, outside } from './program.ts';
import { allWords, base, coreWords, onStuck, procNew, wordAt } from './runtime/core.ts';
import type { Listed } from './runtime/dump.ts';
import { kick } from './runtime/loop.ts';
import { isShared as memoryIsShared, memory, module } from './runtime/memory.ts';
import { clearParts, partsOn } from './runtime/parts.ts';
import { reaper } from './runtime/reaper.ts';
import { share } from './runtime/rest.ts';
import { runEnd } from './runtime/runs.ts';
import { decodeError } from './shared/args.ts';
import { setPool } from './standin.ts';

/** A thread and its processor. */
interface Processor {
  readonly worker: HostWorker;
  readonly p: number;
  ready: boolean;
  readonly unanswered: Unanswered;
}

let processors: Processor[] = [];
/** Why those that are gone have ended, by the address of their processor. */
const lost = new Map<number, { why: string; error?: unknown }>();
let procs: number | undefined;
/** How many processors the active runs ask for. */
let wanted = 0;
/** Threads cannot be had here, whatever the program asks for. */
let impossible = !host.canSpawn() || !memoryIsShared || url === undefined;
/** Threads in a row that ended before they were ready. */
let stillborn = 0;
const STILLBORN_MAX = 3;
/** Idle processors wait so long for a next run. */
const GRACE_MS = 1000;
let stopGrace: (() => void) | undefined;
let tasks = 0;
const onReady: (() => void)[] = [];

/**
 * How many processors run tasks, by default as many as there are cores; sets the number for runs that do not say
 * (option `procs`).
 *
 * Source: Go's `runtime.GOMAXPROCS`.
 *
 * @param n a positive integer; without it nothing changes.
 * @returns the number before.
 * @throws TypeError unless `n` is a positive integer.
 * @example
 * gomaxprocs(2);
 */
export function gomaxprocs(n?: number): number {
  const before = procs ?? host.numCPU();
  if (n === undefined) return before;
  if (!Number.isInteger(n) || n < 1) throw mistake('gomaxprocs', 'a positive integer', n);
  procs = n;
  retune();
  return before;
}

/**
 * Starts processors ahead, so that the first tasks need not wait for their threads.
 *
 * @param options `procs`: how many there shall be at least; default as for `run`.
 * @returns when they are ready; at once where there can be no threads.
 * @throws TypeError unless `procs` is a non-negative integer.
 * @example
 * await start({ procs: 2 });
 */
export async function start(options: { readonly procs?: number } = {}): Promise<void> {
  const count = options.procs ?? gomaxprocs();
  if (!Number.isInteger(count) || count < 0)
    throw mistake('start, option procs', 'a non-negative integer', count);
  if (impossible) return;
  while (processors.length < count && launch());
  retune();
  while (!impossible && processors.some((processor) => !processor.ready)) {
    host.keepAlive(true);
    await new Promise<void>((resolve) => onReady.push(resolve));
  }
  holdForTasks();
}

/**
 * Ends all processors now. Tasks that run are lost: joining them throws a `ProcessorLostError`. Later tasks start
 * processors again. Idle processors keep no process alive, so most programs need not call it.
 *
 * @example
 * await shutdown();
 */
export async function shutdown(): Promise<void> {
  await Promise.all(processors.map(({ worker }) => worker.terminate()));
}

/** The active runs have changed, or the number of processors they ask for. */
export function retune(): void {
  const runs = activeRuns();
  wanted = runs.length === 0 ? gomaxprocs() : Math.max(...runs.map((run) => run.procs ?? gomaxprocs()));
  const own = wanted === 0 || impossible ? 1 : 0;
  let changed = Atomics.exchange(coreWords, P_TASKS >> 2, own) !== own;
  processors.forEach(({ p }, i) => {
    const takes = i < wanted ? 1 : 0;
    if (Atomics.exchange(allWords(), (p + P_TASKS) >> 2, takes) !== takes) changed = true;
  });
  // What is left of programs that have ended is worth no thread.
  if (runs.length > 0 || tasks > 0) provideAll();
  if (changed) {
    // A task may lie with one that takes none any more, or have been left to it.
    if (processors.length > 0) reaper().wakeOne();
    kick();
  }
  if (runs.length > 0) {
    stopGrace?.();
    stopGrace = undefined;
  } else if (processors.length > 0) {
    stopGrace ??= host.poll(endIdle, GRACE_MS);
  }
}

function endIdle(): void {
  if (tasks > 0) return;
  stopGrace?.();
  stopGrace = undefined;
  void shutdown();
}

/** A task was made. */
function provide(): void {
  if (wanted === 0 || impossible) kick();
  else if (lacking()) launch();
}

/** Whether there are more tasks than processors to take them, and there may be more of those. */
function lacking(): boolean {
  return !impossible && processors.length < wanted && untaken() > spare();
}

/** Tasks that wait, in the global queue and wherever they were made. */
function untaken(): number {
  let count = wordAt(GLOBQ + GLOBQ_COUNT);
  for (const p of [base, ...others()]) count += wordAt(p + P_DEQ_TAIL) - wordAt(p + P_DEQ_HEAD);
  return count;
}

/** Processors that will take a task without being asked: they start, or sleep and were woken. */
function spare(): number {
  let count = 0;
  for (const { p, ready } of processors) if (!ready || wordAt(p + P_ASLEEP) === 1) count++;
  return count;
}

/** There are tasks, and perhaps nobody to take them. */
function provideAll(): void {
  askForMore(); // first: a task made from now on is told of
  while (lacking() && launch());
}

/** Other threads tell of the next task they make, if there could be more processors. */
function askForMore(): void {
  Atomics.store(allWords(), HEADER_MORE >> 2, processors.length < wanted ? 1 : 0);
}

/** Starts a processor; false if none can be had. Throws nothing: the task that it is for has been made. */
function launch(): boolean {
  const p = procNew();
  if (p === 0) return noMore('out of memory');
  clearParts(p);
  Atomics.store(allWords(), (p + P_TASKS) >> 2, processors.length < wanted ? 1 : 0);
  let worker: HostWorker;
  try {
    worker = host.spawn({ version, memory, module, p, url: url as string });
  } catch (error) {
    // As of a thread that has died, or all would leave tasks to it: it has the least to do.
    Atomics.store(allWords(), (p + P_TASKS) >> 2, 0);
    reap(p);
    reaper().wakeOne();
    return noMore(String(error));
  }
  share();
  const processor: Processor = { worker, p, ready: false, unanswered: new Map() };
  processors.push(processor);
  askForMore();
  worker.onMessage((message) => heard(processor, message as Report));
  worker.onExit((why, error) => gone(processor, why, error));
  return true;
}

/** Those that there are do with what there is. */
function noMore(why: string): false {
  if (processors.length > 0) return false;
  giveUp(why);
  retune();
  return false;
}

function heard(processor: Processor, report: Report): void {
  switch (report.type) {
    case 'ready':
      processor.ready = true;
      stillborn = 0;
      settleReady();
      break;
    case 'work':
      provideAll();
      break;
    case 'panic': {
      const program =
        activeRuns().find((run) => run.run === report.run) ?? (report.run === 0 ? outside : undefined);
      const error = decodeError(report.error);
      program?.panic({ error, goroutine: report.goroutine });
      break;
    }
    case 'ended':
      answer(processor.unanswered, report.run);
      break;
    case 'listing':
      listings.get(report.id)?.(report);
      break;
  }
}

function settleReady(): void {
  for (const resolve of onReady.splice(0)) resolve();
}

/** Its thread has ended, in the middle of whatever it did. */
function gone(processor: Processor, why: string, error: unknown): void {
  if (!processors.includes(processor)) return; // that is known: see `noteStopped`
  const { p, ready } = processor;
  processors = processors.filter((other) => other !== processor);
  lost.set(p, { why, error });
  if (!ready && why !== 'terminated' && ++stillborn >= STILLBORN_MAX) giveUp(why);
  reaper().reapWork(p);
  reap(p);
  retune();
  provideAll();
  settleReady();
  for (const run of processor.unanswered.keys()) answer(processor.unanswered, run);
  kick();
}

/** Its records are free as soon as nobody is handing one of its goroutines over. */
function reap(p: number): void {
  if (reaper().reapRecords(p) === 0) host.setTimer(() => reap(p), 1);
}

/**
 * Notes which threads have ended, on a thread that blocks and is told nothing; says whether there are any.
 */
export function noteStopped(): boolean {
  const stopped = processors.filter(({ worker }) => worker.stopped());
  for (const processor of stopped) gone(processor, 'its thread has ended', undefined);
  return stopped.length > 0;
}

/**
 * This thread waits for a lock, in the middle of anything, and may be the only one that can tell that its holder is no
 * more.
 */
function freeLocks(): void {
  for (const { worker, p } of processors) if (worker.stopped()) reaper().reapLocks(p);
}

/** A program is over. Answers when its goroutines on other threads are, too, if there are any. */
function endRun(run: number): Promise<void> | undefined {
  runEnd(run);
  const asked = processors.filter(({ p }) => partsOn(p).runs.includes(run));
  for (const { worker } of processors) send(worker, { type: 'end', run });
  retune();
  if (asked.length === 0) return undefined;
  const over = answered(
    run,
    asked.map(({ unanswered }) => unanswered),
  );
  holdForTasks();
  stopReplacing ??= host.poll(replaceStuck, REPLACE_MS);
  return over.then(holdForTasks);
}

let stopReplacing: (() => void) | undefined;
/** So often it is looked whether a thread must be replaced. */
const REPLACE_MS = 250;

/** Ends threads that compute for nobody, if there is work that none of the others takes. */
function replaceStuck(): void {
  const late = processors.filter(({ unanswered }) => unanswered.size > 0);
  if (late.length === 0) {
    stopReplacing?.();
    stopReplacing = undefined;
  }
  for (const { worker, p, unanswered } of late) {
    const queued = wordAt(p + P_DEQ_HEAD) !== wordAt(p + P_DEQ_TAIL) || wordAt(GLOBQ + GLOBQ_COUNT) > spare();
    if (queued && computesInVain(p, unanswered)) void worker.terminate();
  }
}

/** Then this thread runs the tasks: slower, but the same program. */
function giveUp(why: string): void {
  impossible = true;
  host.warn(`no thread can be started, so all tasks run on this one: ${why}`);
}

// ── What all goroutines are doing ─────────────────────────────────────────────

const listings = new Map<number, (listing: Listing) => void>();
let lastListing = 0;
/** A thread that computes does not answer. */
const LISTING_MS = 200;

/** The goroutines of all other threads. */
export async function listOthers(): Promise<Listed[]> {
  const lists = await Promise.all(processors.map(({ worker }) => listingOf(worker)));
  return lists.flatMap((listing) => listing?.goroutines ?? []);
}

function listingOf(worker: HostWorker): Promise<Listing | undefined> {
  const id = ++lastListing;
  return new Promise<Listing | undefined>((resolve) => {
    const timer = host.setTimer(() => resolve(undefined), LISTING_MS);
    listings.set(id, (listing) => {
      host.clearTimer(timer);
      resolve(listing);
    });
    send(worker, { type: 'list', id });
  }).finally(() => listings.delete(id));
}

function send(worker: HostWorker, order: Order): void {
  worker.post(order);
}

/** The event loop is held open for tasks, and the ends of programs, and for nothing else. */
export function holdForTasks(): void {
  host.keepAlive(tasks > 0 || endsPending());
}

/** The addresses of the processors on other threads. */
export function others(): readonly number[] {
  return processors.map(({ p }) => p);
}

if (host.boot() === undefined) {
  onStuck(freeLocks);
  beginTasks((run) => activeRuns().find((active) => active.run === run) ?? outside);
  onRunEnd(endRun);
  setPool({
    provide,
    pending(count) {
      tasks = count;
      holdForTasks();
    },
    whyLost: (p) => lost.get(p) ?? { why: 'its thread has ended' },
  });
  retune();
}
