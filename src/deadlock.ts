/**
 * Deadlock: every goroutine waits for another one.
 *
 * Counting the core's waits is exact for generator goroutines. It is not enough in JavaScript, where a host callback
 * may send on a channel, or an async function wait for a promise that nobody counted. So a suspicion is reported only
 * when the host, too, has nothing that could wake anybody:
 *   - nothing is ready, no timer is set, nobody waits for a promise, every async goroutine stands in an operation; and
 *   - its event loop is empty: then it is certain, and reported at once; or
 *   - for a while it has waited for nothing: no socket, file, process or input, and no timer but somebody else's (see
 *     `mayHaveTimers`). Meanwhile a poll looks again, which keeps no process alive.
 * Why so: docs/decisions/0003-deadlock.md.
 */
import { GLOBQ, GLOBQ_COUNT, P_BEATS, P_DEQ_HEAD, P_DEQ_TAIL, P_INBOX, P_QUIET } from '../assembly/layout.ts';
import type { DeadlockError } from './errors.ts';
import { liveAsync } from './goroutine.ts';
import { host } from './host/index.ts';
import { listOthers, noteStopped, others } from './processors.ts';
import { activeRuns } from './program.ts';
import { AsyncWait } from './runtime/async.ts';
import { allWords, coreWords, idle, timerNext, waitingOnHost, wordAt } from './runtime/core.ts';
import { deadlock } from './runtime/dump.ts';
import { ownHostTimers, turnNumber, watchLoop } from './runtime/loop.ts';
import { onBlocked } from './runtime/rest.ts';
import { allOwners } from './runtime/processor.ts';

const POLL_MS = 50;
/** The longest that a host timer can hold; then the loop is empty again. */
const KEEP_ALIVE_MS = 2 ** 31 - 1;
/** So many polls asleep before a report: time for what the host does not tell of, such as work of its thread pool. */
const PATIENCE = 16;
/** Turns in which the program is watched for setting timers; one that lives longer is given the benefit of the doubt. */
const WATCHED_TURNS = 200;

let stopPolling: (() => void) | undefined;
let stopWaiting: (() => void) | undefined;
let keepAlive: unknown;
let checking = false;
let watched = 0;
/** Whether the program may have set a timer of the host that wakes it. */
let mayHaveTimers = false;

/** Watches from now on until no program is left. */
export function watch(): void {
  if (stopWaiting !== undefined) return;
  stopWaiting = host.onDrained(drained);
  watched = 0;
  mayHaveTimers = false;
  watchLoop({ turn: watchTurn, idle: suspect });
}

/** No program is left. */
export function unwatch(): void {
  if (activeRuns().length > 0) return;
  watchLoop(undefined);
  stopPolling?.();
  stopPolling = undefined;
  stopWaiting?.();
  stopWaiting = undefined;
  if (keepAlive !== undefined) host.clearTimer(keepAlive);
  keepAlive = undefined;
}

/** A turn begins. Does the code that runs in it, and in its microtasks, set timers of the host? */
function watchTurn(): void {
  if (mayHaveTimers) return;
  if (++watched > WATCHED_TURNS) {
    mayHaveTimers = true;
    return;
  }
  const before = host.timers() - ownHostTimers();
  host.afterMicrotasks(() => {
    if (mayHaveTimers) return;
    // What an async goroutine does after a promise of the host is not seen here.
    mayHaveTimers = host.timers() - ownHostTimers() > before || !asyncAsleep();
  });
}

function asleep(): boolean {
  return activeRuns().length > 0 && quietHere();
}

function quietHere(): boolean {
  return idle() !== 0 && timerNext() < 0 && waitingOnHost() === 0;
}

/**
 * Whether nothing but another thread can wake any of the others: then how far their loops have come, so that two equal
 * answers mean that nothing has happened in between; undefined if one is busy.
 */
function quietOthers(): string | undefined {
  if (wordAt(GLOBQ + GLOBQ_COUNT) > 0) return undefined;
  let beats = '';
  for (const p of others()) {
    const words = allWords();
    const at = (offset: number): number => Atomics.load(words, (p + offset) >> 2);
    if (at(P_QUIET) === 0 || at(P_INBOX) !== 0 || at(P_DEQ_HEAD) !== at(P_DEQ_TAIL)) return undefined;
    beats += `${p}:${at(P_BEATS)} `;
  }
  return beats;
}

/** While this thread blocks nothing else here can look: the same twice in a row, and it is certain. */
let lastBlocked: string | undefined;
onBlocked(() => {
  if (noteStopped()) return false;
  const now = quietOthers();
  const still = now !== undefined && now === lastBlocked;
  lastBlocked = now;
  return still && host.boot() === undefined;
});

/** A thread that runs tasks looks after itself so often while it is asleep. */
const QUIET_MS = 20;

/** On a thread that runs tasks: says whenever nothing but another thread can wake it. */
export function watchQuiet(): void {
  let stop: (() => void) | undefined;
  const look = (): void => {
    if (quietHere() && asyncAsleep() && host.busy() === 'nothing') Atomics.store(coreWords, P_QUIET >> 2, 1);
    else if (timerNext() < 0) return; // the host will tell it something: look again
    stop?.();
    stop = undefined;
  };
  watchLoop({
    turn: () => undefined,
    idle: () => (stop ??= host.poll(look, QUIET_MS)),
  });
}

function suspect(): void {
  if (checking || !asleep()) return;
  checking = true;
  const turn = turnNumber();
  // Twice round the host: microtasks and what they start have run.
  host.macrotask(() =>
    host.macrotask(() => {
      checking = false;
      if (turn !== turnNumber()) return asleep() ? suspect() : undefined;
      if (asleep()) poll(turn);
    }),
  );
}

function poll(turn: number): void {
  let polls = 0;
  stopPolling?.();
  stopPolling = host.poll(() => {
    if (turn === turnNumber() && asleep()) judge(++polls);
    else stopPolling?.();
  }, POLL_MS);
}

/** Reports, if it is sure. `polls`: how often it has been asleep before, without a turn. */
function judge(polls: number): void {
  const others = quietOthers();
  const still = others !== undefined && others === lastOthers;
  lastOthers = others;
  if (!still || !asyncAsleep()) return;
  // Tasks hold the event loop open. Where all are asleep, let it show whether anything else does.
  if (others !== '') host.keepAlive(false);
  if (!mayBeWoken(polls)) report();
}

/** What was known of the other threads at the poll before. */
let lastOthers: string | undefined;

function mayBeWoken(polls: number): boolean {
  if (activeRuns().some((run) => run.abortable)) return true;
  switch (host.busy()) {
    case 'nothing':
      return polls < PATIENCE;
    case 'timers':
      return polls < PATIENCE || mayHaveTimers || allOwners().some((o) => 'op' in o && o.op?.outside);
    default:
      return true;
  }
}

/** Whether every async goroutine stands in an operation, as far as can be known. */
function asyncAsleep(): boolean {
  if (liveAsync === 0) return true;
  const waiting = new Set<unknown>();
  let unknown = 0;
  for (const owner of allOwners()) {
    if (!(owner instanceof AsyncWait)) continue;
    if (owner.owner === null) unknown++;
    else waiting.add(owner.owner);
  }
  return liveAsync - waiting.size <= unknown;
}

/** The host's event loop is empty: whatever still waits, waits for ever. */
function drained(): void {
  if (activeRuns().length === 0) return;
  // A signal may still abort it: that of `AbortSignal.timeout` does not keep the process alive itself.
  if (activeRuns().some((run) => run.abortable)) keepAlive ??= host.setTimer(letDrain, KEEP_ALIVE_MS);
  else if (quietOthers() !== undefined) report();
  else host.keepAlive(true);
}

let reporting = false;

/** All are asleep. The other threads tell what their goroutines wait for; if one of them has moved since, it was wrong. */
function report(): void {
  const before = quietOthers();
  if (before === '') return rejectAll(deadlock([]));
  if (reporting) return;
  reporting = true;
  const turn = turnNumber();
  host.keepAlive(true);
  void listOthers().then((goroutines) => {
    reporting = false;
    // To answer is no turn of the loop.
    if (asleep() && turn === turnNumber() && quietOthers() === before) rejectAll(deadlock(goroutines));
  });
}

function rejectAll(error: DeadlockError): void {
  for (const run of [...activeRuns()]) run.reject(error);
}

function letDrain(): void {
  keepAlive = undefined;
}
