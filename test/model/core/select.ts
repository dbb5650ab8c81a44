// select over shared channels: several locks, one claim, and losers that leave no trace.

import {
  CASES,
  CASE_ADDR,
  CASE_HOST,
  CASE_KIND,
  CASE_SIZE,
  CASE_SRECV,
  CASE_SSEND,
  CASE_WHEN,
  G_CASE,
  G_W,
  P0,
  P_CASE,
  P_LIVE,
  P_VALUE,
  R_PARKED,
  R_SLOT,
  SC_RECVQ,
  SC_SENDQ,
  W_VALUE,
} from '../../../assembly/layout.ts';
import { call, get, scenario, set } from '../model.ts';
import type { Machine, Outcome, Scenario } from '../model.ts';
import { boot, goroutine, recv, send, turn } from './rig.ts';
import type { Part, Proc } from './rig.ts';

interface Case {
  readonly kind: number;
  readonly on: number;
  readonly value?: number;
}

const receive = (on: number): Case => ({ kind: CASE_SRECV, on });
const offer = (on: number, value: number): Case => ({ kind: CASE_SSEND, on, value });

/** Selects, and waits if it must: the case that was performed, and what it received. */
function* select(proc: Proc, cases: readonly Case[]): Part<{ index: number; value: number }> {
  for (const [i, { kind, on, value }] of cases.entries()) {
    const entry = proc.p + CASES + i * CASE_SIZE;
    yield set(entry + CASE_KIND, kind);
    yield set(entry + CASE_ADDR, on);
    yield set(entry + CASE_WHEN, value ?? 0);
  }
  const r = yield call('select', cases.length, proc.g);
  const parked = r === R_PARKED;
  if (parked) yield* turn(proc);
  const index = yield get(parked ? proc.g + G_CASE : proc.p + P_CASE);
  const received = cases[index]?.kind === CASE_SRECV;
  return { index, value: received ? yield get(parked ? proc.g + G_W + W_VALUE : proc.p + P_VALUE) : 0 };
}

interface Setup {
  procs: Proc[];
  channels: number[];
}

function withChannels(machine: Machine): Setup {
  const procs = boot(machine);
  return { procs, channels: [machine.core.schanNew!(0), machine.core.schanNew!(0)] };
}

/** Nobody stands in a wait list any more. */
function empty({ setup: { channels }, machine }: Outcome<Setup>): string | undefined {
  const busy = channels.some((c) => machine.get(c + SC_RECVQ) || machine.get(c + SC_SENDQ));
  return busy ? 'somebody still waits' : undefined;
}

/** One selects to receive from either of two senders; then it takes the other's. */
const twoSenders = scenario({
  setup: withChannels,
  threads: [
    function* ({ procs, channels }) {
      const { index, value } = yield* select(procs[0]!, channels.map(receive));
      const other = yield* recv(procs[0]!, channels[1 - index]!);
      return index === 0 ? [value, other] : [other, value];
    },
    ({ procs, channels }) => send(procs[1]!, channels[0]!, 5),
    ({ procs, channels }) => send(procs[2]!, channels[1]!, 6),
  ],
  check(outcome) {
    const [values] = outcome.ends;
    return String(values) === '5,6' ? empty(outcome) : `received ${String(values)}`;
  },
});

/** Two selects over the same channels in opposite order, each to send on one and receive from the other. */
const crossed = scenario({
  setup: withChannels,
  threads: [
    ({ procs, channels: [a, b] }) => select(procs[0]!, [offer(a!, 5), receive(b!)]),
    ({ procs, channels: [a, b] }) => select(procs[1]!, [offer(b!, 6), receive(a!)]),
  ],
  check(outcome) {
    const [one, two] = outcome.ends as { index: number; value: number }[];
    const sent = one!.index === 0 && two!.index === 1 && two!.value === 5;
    const received = one!.index === 1 && two!.index === 0 && one!.value === 6;
    return sent || received ? empty(outcome) : JSON.stringify(outcome.ends);
  },
});

/** Both sides of a rendezvous are selects. */
const bothSelect = scenario({
  setup: withChannels,
  threads: [
    ({ procs, channels }) => select(procs[0]!, channels.map(receive)),
    ({ procs, channels: [a, b] }) => select(procs[1]!, [offer(b!, 6), offer(a!, 5)]),
  ],
  check(outcome) {
    const [one, two] = outcome.ends as { index: number; value: number }[];
    const right = one!.index === 1 - two!.index && one!.value === 5 + one!.index;
    return right ? empty(outcome) : JSON.stringify(outcome.ends);
  },
});

/** The own processor wakes a goroutine that another one may be waking, too: one of them does. */
const wokenTwice = scenario({
  setup: withChannels,
  threads: [
    function* ({ procs, channels }) {
      const [proc] = procs as [Proc];
      const entry = proc.p + CASES;
      yield set(entry + CASE_KIND, CASE_SRECV);
      yield set(entry + CASE_ADDR, channels[0]!);
      yield set(entry + CASE_SIZE + CASE_KIND, CASE_HOST);
      yield set(entry + CASE_SIZE + CASE_ADDR, 0);
      if ((yield call('select', 2, proc.g)) !== R_PARKED) return { received: yield get(proc.p + P_VALUE) };
      const first = yield call('wake', proc.g, 1, 0);
      const again = yield* turn(proc);
      if (again !== proc.g || (yield get(proc.g + G_CASE)) !== (first ? 1 : 0))
        return 'woken by the wrong case';
      return { received: first ? 0 : yield get(proc.g + G_W + W_VALUE) };
    },
    function* ({ procs, channels }) {
      yield set(procs[1]!.p + P_VALUE, 5);
      return (yield call('schanSend', channels[0]!, 0)) === R_SLOT;
    },
  ],
  check(outcome) {
    const [one, sent] = outcome.ends as [{ received: number }, boolean];
    return one.received === (sent ? 5 : 0) ? empty(outcome) : `${JSON.stringify(one)}, sent ${sent}`;
  },
});

/** A goroutine is ended while another thread may be waking it: its record is free when all is over, and only once. */
const endedWhileWoken = scenario({
  setup(machine) {
    const setup = withChannels(machine);
    const victim = goroutine(machine.cores[0]!);
    const live = machine.get(P0 + P_LIVE);
    machine.cores[0]!.schanRecv!(setup.channels[0]!, victim);
    return { ...setup, victim, live };
  },
  threads: [
    function* ({ procs, victim, channels }) {
      yield call('exit', victim);
      // Whoever comes next has a record of its own, and the channel still works.
      const heir = yield call('waiter');
      return [heir, yield* recv({ p: procs[0]!.p, g: procs[0]!.g }, channels[1]!)];
    },
    function* ({ procs, channels }) {
      yield set(procs[1]!.p + P_VALUE, 5);
      const sent = yield call('schanSend', channels[0]!, 0);
      yield* send(procs[1]!, channels[1]!, 6);
      return sent;
    },
  ],
  check(outcome) {
    const { setup, ends, machine } = outcome;
    const [[heir, value]] = ends as [[number, number]];
    if (value !== 6) return `received ${value}`;
    if (heir === setup.procs[0]!.g) return 'a record was given out twice';
    if (machine.get(P0 + P_LIVE) !== setup.live)
      return `${machine.get(P0 + P_LIVE)} records instead of ${setup.live}`;
    return empty(outcome);
  },
});

export const selects: Readonly<Record<string, Scenario<unknown>>> = {
  'select: two senders': twoSenders,
  'select: crossed': crossed,
  'select: both sides': bothSelect,
  'select: woken twice': wokenTwice,
  'select: ended while woken': endedWhileWoken,
};
