/** How a processor rests when it has nothing to do: it looks around for a while, then sleeps until it is notified. */
import { P_BEATS, P_EPOCH, P_QUIET } from '../../assembly/layout.ts';
import { host } from '../host/index.ts';
import { coreWords, sleepNow, spin, wakeUp } from './core.ts';

/**
 * Rounds of looking around, about 50 µs: as long as it takes to wake a sleeper through the event loop of its host. With
 * less, two threads that hand work to each other end up waking each other every time. The core looks only while
 * another thread is awake that could make work, and a core of the machine is free for looking.
 */
const ROUNDS = 32000;

let shared = false;

/** Whether other threads may make work for this one. */
export function isShared(): boolean {
  return shared;
}

/** From now on they may. */
export function share(): void {
  shared = true;
}

/** Looks around for work of other threads. */
export function lookAround(): boolean {
  return spin(ROUNDS) !== 0;
}

/** Not resting any more. */
export function awake(): void {
  Atomics.store(coreWords, P_QUIET >> 2, 0);
  Atomics.add(coreWords, P_BEATS >> 2, 1);
  wakeUp();
}

/** Sleeps, and lets the host go on: `wake` is called when there is work. False if there is some already. */
export function rest(wake: () => void): boolean {
  const epoch = Atomics.load(coreWords, P_EPOCH >> 2);
  if (sleepNow() === 0) return false;
  host.sleepOn(coreWords, P_EPOCH >> 2, epoch, wake);
  return true;
}

/** Longest sleep of a thread that blocks: then it looks whether anybody is left who could wake it. */
const LOOK_MS = 50;

let allQuiet: () => boolean = () => false;

/**
 * Sets who looks after the other threads, on the thread of the program, and tells that all of them are asleep and have been
 * at the last look.
 */
export function onBlocked(f: () => boolean): void {
  allQuiet = f;
}

/**
 * Sleeps this thread until another one wakes it, at most `ms` milliseconds: false where it may not sleep, and when
 * nobody could ever wake it. `quiet`: neither a timer nor the host will.
 */
export function restBlocked(ms: number, quiet: boolean): boolean {
  const epoch = Atomics.load(coreWords, P_EPOCH >> 2);
  if (sleepNow() === 0) {
    awake();
    return true;
  }
  if (quiet) Atomics.store(coreWords, P_QUIET >> 2, 1);
  const may = host.blockOn(coreWords, P_EPOCH >> 2, epoch, Math.min(ms, LOOK_MS));
  const woken = Atomics.load(coreWords, P_EPOCH >> 2) !== epoch;
  if (woken || !quiet) awake();
  else wakeUp(); // nothing has happened, and nobody shall think so
  if (!may || woken) return may;
  const all = allQuiet(); // asked in any case: it sees, too, that a thread has ended
  return !quiet || !all;
}
