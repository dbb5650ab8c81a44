/**
 * The processors of a program: threads that run its tasks. Owned by the thread that made the memory. They start when
 * there are tasks for them, serve one run after another, and hold no process open.
 */
import { GLOBQ, GLOBQ_COUNT, HEADER_MORE, P_ASLEEP, P_TASKS } from '../assembly/layout.ts';
import { url, version } from './about.ts';
import { beginTasks } from './begin.ts';
import type { Listing, Order, Report } from './control.ts';
import { type GoroutineInfo, mistake, outOfMemory } from './errors.ts';
import { host } from './host/index.ts';
import type { HostWorker } from './host/types.ts';
import { activeRuns, onRunEnd, outside } from './program.ts';
import { allWords, onStuck, procNew, takeTasks, wordAt } from './runtime/core.ts';
import { kick } from './runtime/loop.ts';
import { isShared as memoryIsShared, memory, module } from './runtime/memory.ts';
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
  while (processors.length < count) launch();
  retune();
  while (!impossible && processors.some((processor) => !processor.ready)) {
    host.keepAlive(true);
    await new Promise<void>((resolve) => onReady.push(resolve));
  }
  host.keepAlive(tasks > 0);
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
  takeTasks(wanted === 0 || impossible ? 1 : 0);
  let fewer = false;
  processors.forEach(({ p }, i) => {
    const takes = i < wanted ? 1 : 0;
    if (Atomics.exchange(allWords(), (p + P_TASKS) >> 2, takes) > takes) fewer = true;
  });
  if (fewer) reaper().wakeOne(); // others may have left a task to one that now takes none
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
  else if (processors.length < wanted && wordAt(GLOBQ + GLOBQ_COUNT) > spare()) launch();
}

/** Processors that will take a task without being asked: they start, or sleep and were woken. */
function spare(): number {
  let count = 0;
  for (const { p, ready } of processors) if (!ready || wordAt(p + P_ASLEEP) === 1) count++;
  return count;
}

/** There are tasks, and perhaps nobody to take them. */
function provideAll(): void {
  while (!impossible && processors.length < wanted && wordAt(GLOBQ + GLOBQ_COUNT) > spare()) launch();
  Atomics.store(allWords(), HEADER_MORE >> 2, processors.length < wanted ? 1 : 0);
}

function launch(): void {
  const p = procNew();
  if (p === 0) throw outOfMemory();
  Atomics.store(allWords(), (p + P_TASKS) >> 2, processors.length < wanted ? 1 : 0);
  share();
  const worker = host.spawn({ version, memory, module, p, url: url as string });
  const processor: Processor = { worker, p, ready: false };
  processors.push(processor);
  Atomics.store(allWords(), HEADER_MORE >> 2, processors.length < wanted ? 1 : 0);
  worker.onMessage((message) => heard(processor, message as Report));
  worker.onExit((why, error) => gone(processor, why, error));
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
export async function listOthers(): Promise<GoroutineInfo[]> {
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

/** The addresses of the processors on other threads. */
export function others(): readonly number[] {
  return processors.map(({ p }) => p);
}

if (host.boot() === undefined) {
  onStuck(freeLocks);
  beginTasks((run) => activeRuns().find((active) => active.run === run) ?? outside);
  onRunEnd((run) => {
    runEnd(run);
    for (const { worker } of processors) send(worker, { type: 'end', run });
    retune();
  });
  setPool({
    provide,
    pending(count) {
      tasks = count;
      host.keepAlive(count > 0);
    },
    whyLost: (p) => lost.get(p) ?? { why: 'its thread has ended' },
  });
  retune();
}
