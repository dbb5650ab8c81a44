/** How a processor rests when it has nothing to do: it looks around for a while, then sleeps until it is notified. */
import { P_BEATS, P_EPOCH, P_HASTE, P_QUIET, P_TASKS, SLEEP_LIGHTLY } from '../../assembly/layout.ts';
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
  beat();
  wakeUp();
}

/** Something has happened: who looks after the threads sees that this one is not stuck. */
export function beat(): void {
  Atomics.add(coreWords, P_BEATS >> 2, 1);
}

/** How long tasks may be left to a processor that is awake. If it has not taken them by then, it computes. */
const LIGHT_MS = 1;
let nap: unknown;

/** Sleeps, and lets the host go on: `wake` is called when there is work. False if there is some already. */
export function rest(wake: () => void): boolean {
  const epoch = Atomics.load(coreWords, P_EPOCH >> 2);
  const sleep = sleepNow();
  hasten(false);
  if (sleep === 0) return false;
  if (sleep === SLEEP_LIGHTLY && coreWords[P_TASKS >> 2] !== 0) {
    nap ??= host.setTimer(() => {
      nap = undefined;
      hasten(true);
      wake();
    }, LIGHT_MS);
  }
  host.sleepOn(coreWords, P_EPOCH >> 2, epoch, wake);
  return true;
}

/** Whether this processor leaves no task to others, until it rests again. */
function hasten(yes: boolean): void {
  coreWords[P_HASTE >> 2] = yes ? 1 : 0;
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
  hasten(!woken);
  if (woken || !quiet) awake();
  else {
    // Nothing has happened, and nobody shall think so; but what it finds to do now may take long.
    Atomics.store(coreWords, P_QUIET >> 2, 0);
    wakeUp();
  }
  if (!may || woken) return may;
  const all = allQuiet(); // asked in any case: it sees, too, that a thread has ended
  return !quiet || !all;
}
