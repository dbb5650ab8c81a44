// Shared channels: the lock, the claim of who waits, the hand-over through inboxes, and the sleep of processors.

import {
  BATCH,
  G_W,
  NEXT_CLOSED,
  P_VALUE,
  R_BLOCK,
  R_CLOSED,
  R_PARKED,
  R_SLOT,
  SC_CLOSED,
  SC_COUNT,
  SC_RECVQ,
  SC_SENDQ,
  TAG,
  TAG_SHIFT,
  W_VALUE,
} from '../../../assembly/layout.ts';
import { atomicGet, call, get, scenario, set } from '../model.ts';
import type { Machine, Scenario } from '../model.ts';
import { boot, goroutine, recv, send, turn } from './rig.ts';
import type { Part, Proc } from './rig.ts';

interface Setup {
  procs: Proc[];
  channel: number;
}

const withChannel =
  (capacity: number) =>
  (machine: Machine): Setup => {
    const procs = boot(machine);
    return { procs, channel: machine.core.schanNew!(capacity) };
  };

const equal = (found: unknown, wanted: unknown) =>
  JSON.stringify(found) === JSON.stringify(wanted)
    ? undefined
    : `${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`;

/** Nobody stands in a wait list any more. */
function empty({ setup: { channel }, machine }: { setup: Setup; machine: Machine }): string | undefined {
  return machine.get(channel + SC_RECVQ) || machine.get(channel + SC_SENDQ)
    ? 'somebody still waits'
    : undefined;
}

function* sendAll(proc: Proc, channel: number, values: readonly number[]): Part<boolean[]> {
  const sent: boolean[] = [];
  for (const value of values) sent.push(yield* send(proc, channel, value));
  return sent;
}

function* recvAll(proc: Proc, channel: number, count: number): Part<number[]> {
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(yield* recv(proc, channel));
  return values;
}

/** One sender of two values, one receiver. */
const pair = (capacity: number) =>
  scenario({
    setup: withChannel(capacity),
    threads: [
      ({ procs, channel }) => sendAll(procs[0]!, channel, [5, 6]),
      ({ procs, channel }) => recvAll(procs[1]!, channel, 2),
    ],
    check: (outcome) =>
      equal(outcome.ends, [
        [true, true],
        [5, 6],
      ]) ?? empty(outcome),
  });

/** Two senders wait at once, or one of them finds the receiver that the other was too late for. */
const crowd = (capacity: number) =>
  scenario({
    setup: withChannel(capacity),
    threads: [
      ({ procs, channel }) => sendAll(procs[0]!, channel, [5]),
      ({ procs, channel }) => sendAll(procs[1]!, channel, [6]),
      ({ procs, channel }) => recvAll(procs[2]!, channel, 2),
    ],
    check: (outcome) => equal((outcome.ends[2] as number[]).sort(), [5, 6]) ?? empty(outcome),
  });

/** Two goroutines of one processor are woken by two others at the same time: neither wake-up is lost. */
const twoWakers = scenario({
  setup(machine) {
    const procs = boot(machine);
    const more = goroutine(machine.cores[0]!);
    const channels = [machine.core.schanNew!(0), machine.core.schanNew!(0)];
    [procs[0]!.g, more].forEach((g, i) => machine.cores[0]!.schanRecv!(channels[i]!, g));
    return { procs, more, channels };
  },
  threads: [
    function* ({ procs, more }) {
      const woken = [yield* turn(procs[0]!), yield* turn(procs[0]!)];
      const values: number[] = [];
      for (const g of [procs[0]!.g, more]) values.push(yield get(g + G_W + W_VALUE));
      return woken.includes(procs[0]!.g) && woken.includes(more) && values;
    },
    ({ procs, channels }) => sendAll(procs[1]!, channels[0]!, [5]),
    ({ procs, channels }) => sendAll(procs[2]!, channels[1]!, [6]),
  ],
  check: ({ ends }) => equal(ends[0], [5, 6]),
});

/** What was sent before a close arrives, and then the close. */
const closed = scenario({
  setup: withChannel(1),
  threads: [
    function* ({ procs, channel }) {
      const sent = yield* send(procs[0]!, channel, 5);
      return [sent, yield call('schanClose', channel)];
    },
    ({ procs, channel }) => recvAll(procs[1]!, channel, 2),
  ],
  check: (outcome) =>
    equal(outcome.ends, [
      [true, R_SLOT],
      [5, 0],
    ]) ?? empty(outcome),
});

/** A close meets a sender and a receiver: the value is with the receiver, or it was not sent. */
const closeRace = scenario({
  setup: withChannel(0),
  threads: [
    ({ procs, channel }) => send(procs[0]!, channel, 5),
    ({ procs, channel }) => recv(procs[1]!, channel),
    function* ({ channel }) {
      return yield call('schanClose', channel);
    },
  ],
  check(outcome) {
    const [sent, value] = outcome.ends;
    if (!outcome.machine.get(outcome.setup.channel + SC_CLOSED)) return 'not closed';
    return (sent ? value === 5 : value === 0)
      ? empty(outcome)
      : `sent ${String(sent)}, received ${String(value)}`;
  },
});

/** Two closes: one of them is told that it came second. Somebody peeks meanwhile. */
const closedTwice = scenario({
  setup: withChannel(0),
  threads: [
    ...[0, 1].map(
      () =>
        function* ({ channel }: Setup): Part<number> {
          return yield call('schanClose', channel);
        },
    ),
    function* ({ channel }: Setup): Part<number> {
      return yield atomicGet(channel + SC_CLOSED);
    },
  ],
  check: ({ ends }) => equal([...(ends as number[])].slice(0, 2).sort(), [R_SLOT, R_CLOSED]),
});

/** A close wakes everybody who waits. */
const closedForAll = scenario({
  setup: withChannel(0),
  threads: [
    function* ({ channel }) {
      return yield call('schanClose', channel);
    },
    ({ procs, channel }) => recv(procs[1]!, channel),
    ({ procs, channel }) => recv(procs[2]!, channel),
  ],
  check: (outcome) => equal(outcome.ends, [R_SLOT, 0, 0]) ?? empty(outcome),
});

/** One receive makes room in the buffer, and who waited for that goes on. */
const room = scenario({
  setup: withChannel(1),
  threads: [
    ({ procs, channel }) => sendAll(procs[0]!, channel, [5, 6]),
    ({ procs, channel }) => recvAll(procs[1]!, channel, 1),
  ],
  check(outcome) {
    const left = outcome.machine.get(outcome.setup.channel + SC_COUNT);
    return equal([outcome.ends[1], left], [[5], 1]) ?? empty(outcome);
  },
});

/** Operations that would not wait: what the one says it has sent, the other has or the ring. */
const tries = scenario({
  setup: withChannel(1),
  threads: [
    function* ({ procs, channel }) {
      yield set(procs[0]!.p + P_VALUE, 5);
      return yield call('schanSend', channel, 0);
    },
    function* ({ procs, channel }) {
      const r = yield call('schanRecv', channel, 0);
      return r === R_SLOT ? yield get(procs[1]!.p + P_VALUE) : r === R_BLOCK ? 0 : -1;
    },
    function* ({ channel }) {
      return yield atomicGet(channel + SC_COUNT);
    },
  ],
  check({ setup: { channel }, ends, machine }) {
    const [sent, value, length] = ends as number[];
    const left = machine.get(channel + SC_COUNT);
    if (sent !== R_SLOT || (value !== 0 && value !== 5)) return `sent ${sent}, received ${value}`;
    if (left !== (value === 5 ? 0 : 1)) return `${left} left`;
    return length! <= 1 ? undefined : `length ${length}`;
  },
});

/** Batches over a ring that is smaller than they are. */
const batches = scenario({
  setup(machine) {
    const setup = withChannel(2)(machine);
    for (let i = 0; i < 3; i++) machine.set(setup.procs[0]!.p + BATCH + 8 * i, 5 + i);
    return setup;
  },
  threads: [
    function* ({ procs, channel }) {
      const r = yield call('schanSendMany', channel, 3, procs[0]!.g);
      if ((r & TAG) === R_PARKED) yield* turn(procs[0]!);
      return r >>> TAG_SHIFT;
    },
    function* ({ procs, channel }) {
      const values: number[] = [];
      while (values.length < 3) {
        const r = yield call('schanRecvMany', channel, 3, procs[1]!.g);
        if ((r & TAG) === R_PARKED) {
          if ((yield* turn(procs[1]!)) & NEXT_CLOSED) return values;
          values.push(yield get(procs[1]!.g + G_W + W_VALUE));
        }
        for (let i = 0; i < r >>> TAG_SHIFT; i++) values.push(yield get(procs[1]!.p + BATCH + 8 * i));
      }
      return values;
    },
  ],
  check: (outcome) => equal(outcome.ends[1], [5, 6, 7]) ?? empty(outcome),
});

export const channels: Readonly<Record<string, Scenario<unknown>>> = {
  'channel: rendezvous': pair(0),
  'channel: a buffer of one': pair(1),
  'channel: two senders': crowd(0),
  'channel: two senders and a buffer': crowd(1),
  'channel: two wakers of one processor': twoWakers,
  'channel: send, then close': closed,
  'channel: close beside send and receive': closeRace,
  'channel: two closes': closedTwice,
  'channel: a close for all': closedForAll,
  'channel: room for one': room,
  'channel: tries': tries,
  'channel: batches': batches,
};
