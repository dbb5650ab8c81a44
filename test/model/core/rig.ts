// What scenarios of the real core share: processors over one memory, and what the loop of one does.

import {
  CASES,
  CASE_KIND,
  CASE_NEVER,
  CASE_SIZE,
  G_W,
  NEXT_CLOSED,
  P0,
  P_EPOCH,
  P_RAND,
  P_VALUE,
  R_CLOSED,
  R_PARKED,
  R_SLOT,
  W_VALUE,
} from '../../../assembly/layout.ts';
import { atomicGet, call, get, set, wait } from '../model.ts';
import type { Core } from '../world/instance.ts';
import type { Machine, Op } from '../model.ts';
import { ARENA_PAGES } from '../wasm/ground.ts';

/** A part of a body: `yield*` it. */
export type Part<T = void> = Generator<Op, T, number>;

/** One processor: its block, and what it had at the start. */
export interface Proc {
  readonly p: number;
  /** A goroutine that runs on it. */
  readonly g: number;
}

/** A memory with one processor a thread, each with a running goroutine. `cores` is that of the machine. */
export function boot(machine: Machine, machineCores = machine.cores.length): Proc[] {
  const { core, cores } = machine;
  core.init!(ARENA_PAGES, machineCores);
  return cores.map((own, i) => {
    const p = i === 0 ? P0 : core.procNew!();
    own.attach!(p);
    // The one seed with which all random numbers are alike: a generator that moves on would tell states apart.
    for (const half of [0, 4]) machine.set(p + P_RAND + half, 0);
    warm(machine, own, p);
    return { p, g: goroutine(own) };
  });
}

/**
 * A select that waits and is woken: then the processor has pages for its records. Which page it got would depend on
 * the order of events, and then every record would seem to be shared.
 */
function warm(machine: Machine, own: Core, p: number): void {
  const g = goroutine(own);
  for (const i of [0, 1]) machine.set(p + CASES + i * CASE_SIZE + CASE_KIND, CASE_NEVER);
  own.select!(2, g);
  own.wake!(g, 0, 0);
  own.next!();
  own.exit!(g);
}

/** One more goroutine of a processor. */
export function goroutine(own: Core): number {
  return own.waiter!();
}

/** Sleeps until there is work, as src/runtime/rest.ts does it; returns at once if there is some. */
export function* rest(p: number): Part {
  const epoch = yield atomicGet(p + P_EPOCH);
  if (yield call('sleepNow')) yield wait(p + P_EPOCH, epoch);
  yield call('wakeUp');
}

/** Runs the loop of a processor until a goroutine or a task has its turn: answers what `next` did. */
export function* turn({ p }: Proc): Part<number> {
  for (;;) {
    const next = yield call('next');
    if (next) return next;
    yield* rest(p);
  }
}

/** Sends on a shared channel, and waits if it must; says whether it was sent, or closed. */
export function* send(proc: Proc, channel: number, value: number): Part<boolean> {
  yield set(proc.p + P_VALUE, value);
  const r = yield call('schanSend', channel, proc.g);
  if (r !== R_PARKED) return r === R_SLOT;
  return !((yield* turn(proc)) & NEXT_CLOSED);
}

/** Receives from a shared channel, and waits if it must: the value, or 0 once it is closed. */
export function* recv(proc: Proc, channel: number): Part<number> {
  const r = yield call('schanRecv', channel, proc.g);
  if (r === R_CLOSED) return 0;
  if (r === R_SLOT) return yield get(proc.p + P_VALUE);
  if ((yield* turn(proc)) & NEXT_CLOSED) return 0;
  return yield get(proc.g + G_W + W_VALUE);
}
