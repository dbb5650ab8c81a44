/**
 * Deadlock: every goroutine waits for another one.
 *
 * Counting the core's waits is exact for generator goroutines. It is not enough in JavaScript, where a host callback
 * may send on a channel, or an async function wait for a promise that nobody counted. So a suspicion is reported only
 * when the host, too, has nothing that could wake anybody:
 *   - nothing is ready, no timer is set, nobody waits for a promise, every async goroutine stands in an operation; and
 *   - the host waits for nothing: no timer, socket, file, process or input of anybody's, or its event loop is empty.
 * Until then the suspicion is looked at again from time to time, without keeping the process alive.
 * Why so: docs/decisions/0003-deadlock.md.
 */
import { liveAsync } from './goroutine.ts';
import { host } from './host/index.ts';
import { activeRuns } from './program.ts';
import { AsyncWait } from './runtime/async.ts';
import { allOwners } from './runtime/processor.ts';
import { idle, timerNext, waitingOnHost } from './runtime/core.ts';
import { deadlock } from './runtime/dump.ts';
import { turnNumber, whenIdle } from './runtime/loop.ts';

const POLL_MS = 50;

let stopPolling: (() => void) | undefined;
let stopWaiting: (() => void) | undefined;
let checking = false;

/** Watches from now on until no program is left. */
export function watch(): void {
  whenIdle(suspect);
  stopWaiting ??= host.onDrained(drained);
}

/** No program is left. */
export function unwatch(): void {
  if (activeRuns().length > 0) return;
  whenIdle(undefined);
  stopPolling?.();
  stopPolling = undefined;
  stopWaiting?.();
  stopWaiting = undefined;
}

function asleep(): boolean {
  return activeRuns().length > 0 && idle() !== 0 && timerNext() < 0 && waitingOnHost() === 0;
}

/** Whether every async goroutine stands in an operation, as far as can be known. */
function asyncAsleep(): boolean {
  if (liveAsync === 0) return true;
  // One may wait for an operation or a promise, whichever is first: only the host can tell.
  if (host.busy() === undefined) return false;
  const waiting = new Set<unknown>();
  let unknown = 0;
  for (const owner of allOwners()) {
    if (!(owner instanceof AsyncWait)) continue;
    if (owner.owner === null) unknown++;
    else waiting.add(owner.owner);
  }
  return liveAsync - waiting.size <= unknown;
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
      if (asleep()) judge();
    }),
  );
}

function judge(): void {
  if (!asyncAsleep() || host.busy() === true) {
    stopPolling ??= host.poll(poll, POLL_MS);
    return;
  }
  report();
}

function poll(): void {
  if (asleep()) {
    if (asyncAsleep() && host.busy() !== true) report();
    return;
  }
  stopPolling?.();
  stopPolling = undefined;
}

/** The host's event loop is empty: whatever still waits, waits for ever. */
function drained(): void {
  if (activeRuns().length > 0) report();
}

function report(): void {
  const error = deadlock();
  for (const run of [...activeRuns()]) run.reject(error);
}
