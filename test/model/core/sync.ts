// Package sync: permits that the API takes and gives by compare-and-swap, beside a core that hands them on.
//
// What is protected are plain words: that nobody else is inside is found by the search for races.

import {
  CASES,
  CASE_ADDR,
  CASE_KIND,
  CASE_SEMA,
  CASE_SIZE,
  CASE_SRECV,
  CASE_WHEN,
  G_CASE,
  NEXT_CLOSED,
  P_CASE,
  P_VALUE,
  R_PARKED,
  R_SLOT,
  RULE_COMPETE,
  RULE_NOTIFY,
  RULE_QUEUE,
  RULE_READERS,
  RULE_ZERO,
  S_PERMITS,
  S_RULE,
  S_SIZE,
  S_STATE,
  S_WAITQ,
  SC_RECVQ,
  WAIT_SEMA,
} from '../../../assembly/layout.ts';
import { atomicCas, atomicGet, atomicSet, call, get, scenario, set } from '../model.ts';
import type { Machine, Outcome, Scenario } from '../model.ts';
import { boot, goroutine, turn } from './rig.ts';
import type { Part, Proc } from './rig.ts';

const READERS = 1 << 30;

/** As src/sync/sema.ts makes it. */
function sema(machine: Machine, permits: number, rule: number): number {
  const s = machine.core.blockAlloc!(S_SIZE);
  for (let i = 0; i < S_SIZE; i += 4) machine.set(s + i, 0);
  machine.set(s + S_STATE, permits);
  machine.set(s + S_RULE, rule);
  return s;
}

// The same as in src/sync/sema.ts and semaop.ts.

function* acquire(proc: Proc, s: number, n: number): Part {
  let state = yield atomicGet(s + S_STATE);
  while (state >= n) {
    const seen = yield atomicCas(s + S_STATE, state, state - n);
    if (seen === state) return;
    state = seen;
  }
  if ((yield call('semaAcquire', s, n, proc.g, WAIT_SEMA, 0)) === R_PARKED) yield* woken(proc, s, n);
}

/** Waits for its turn; whoever was woken to compete tries again. */
function* woken(proc: Proc, s: number, n: number): Part {
  while ((yield* turn(proc)) & NEXT_CLOSED) {
    if ((yield call('semaAcquire', s, n, proc.g, WAIT_SEMA, 1)) !== R_PARKED) return;
  }
}

function* release(s: number, n: number, most: number): Part {
  let state = yield atomicGet(s + S_STATE);
  while (state >= 0) {
    const seen = yield atomicCas(s + S_STATE, state, state + n);
    if (seen === state) return;
    state = seen;
  }
  yield call('semaRelease', s, n, most);
}

function* notify(s: number, n: number): Part {
  if ((yield atomicGet(s + S_STATE)) < 0) yield call('semaRelease', s, n, S_PERMITS);
}

/** Waits for zero. */
function* waitZero(proc: Proc, s: number): Part {
  if (((yield atomicGet(s + S_STATE)) & S_PERMITS) === 0) return;
  if ((yield call('semaAcquire', s, 0, proc.g, WAIT_SEMA, 0)) === R_PARKED) yield* turn(proc);
}

interface Setup {
  procs: Proc[];
  s: number;
  /** A word that is protected. */
  word: number;
}

const setup =
  (permits: number, rule: number) =>
  (machine: Machine): Setup => {
    const procs = boot(machine);
    const word = machine.core.blockAlloc!(8);
    machine.set(word, 0);
    return { procs, s: sema(machine, permits, rule), word };
  };

/** What is left when all is over: so many permits, and nobody who waits. */
function left(
  { setup: { s, word }, machine }: Outcome<Setup>,
  permits: number,
  sum: number,
): string | undefined {
  if (machine.get(s + S_STATE) !== permits) return `state ${machine.get(s + S_STATE)}`;
  if (machine.get(s + S_WAITQ)) return 'somebody still waits';
  return machine.get(word) === sum ? undefined : `the sum is ${machine.get(word)}`;
}

/** One goes in, adds to the word, and goes out. */
function* addInside(proc: Proc, s: number, n: number, most: number, word: number): Part {
  yield* acquire(proc, s, n);
  yield set(word, (yield get(word)) + 1);
  yield* release(s, n, most);
}

const exclusive = (rule: number, rounds: readonly number[]) =>
  scenario({
    setup: setup(1, rule),
    threads: rounds.map(
      (times, i) =>
        function* ({ procs, s, word }: Setup): Part {
          for (let k = 0; k < times; k++) yield* addInside(procs[i]!, s, 1, 1, word);
        },
    ),
    check: (outcome) =>
      left(
        outcome,
        1,
        rounds.reduce((a, b) => a + b),
      ),
  });

/** Two wait, and somebody changes the rule while one of them competes, as one that has starved does. */
const starved = scenario({
  setup(machine) {
    const made = setup(0, RULE_COMPETE)(machine);
    const more = goroutine(machine.cores[0]!);
    for (const g of [made.procs[0]!.g, more]) machine.cores[0]!.semaAcquire!(made.s, 1, g, WAIT_SEMA, 0);
    return made;
  },
  threads: [
    function* ({ procs, s, word }) {
      for (let got = 0; got < 2;) {
        const next = yield* turn(procs[0]!);
        const g = next & ~NEXT_CLOSED;
        if (next & NEXT_CLOSED && (yield call('semaAcquire', s, 1, g, WAIT_SEMA, 1)) === R_PARKED) continue;
        yield set(word, (yield get(word)) + 1);
        yield* release(s, 1, 1);
        got++;
      }
    },
    function* ({ s, word }) {
      yield set(word, 1);
      yield* release(s, 1, 1);
    },
    function* ({ s }) {
      yield atomicSet(s + S_RULE, RULE_QUEUE);
    },
  ],
  check: (outcome) => left(outcome, 1, 3),
});

/** Somebody has it at first, and two come. */
const crowd = (rule: number) =>
  scenario({
    setup: setup(0, rule),
    threads: [
      function* ({ s, word }) {
        yield set(word, 1);
        yield* release(s, 1, 1);
      },
      ({ procs, s, word }) => addInside(procs[1]!, s, 1, 1, word),
      ({ procs, s, word }) => addInside(procs[2]!, s, 1, 1, word),
    ],
    check: (outcome) => left(outcome, 1, 3),
  });

/** One waits for two permits, and one behind it for one; three come, in two parts. */
const weights = scenario({
  setup(machine) {
    const made = setup(0, RULE_QUEUE)(machine);
    const small = goroutine(machine.cores[0]!);
    machine.cores[0]!.semaAcquire!(made.s, 2, made.procs[0]!.g, WAIT_SEMA, 0);
    machine.cores[0]!.semaAcquire!(made.s, 1, small, WAIT_SEMA, 0);
    return made;
  },
  threads: [
    function* ({ procs }) {
      // Both may come in one go, and from two threads in any order.
      return [yield* turn(procs[0]!), yield* turn(procs[0]!)].includes(procs[0]!.g);
    },
    ({ s }) => release(s, 1, 3),
    ({ s }) => release(s, 2, 3),
  ],
  check: (outcome) => (outcome.ends[0] ? left(outcome, 0, 0) : 'somebody was woken twice'),
});

/** One writes at first; of those who come, so many write, too, and the others read. */
const readers = (writers: number) =>
  scenario({
    setup: setup(0, RULE_READERS),
    threads: [
      function* ({ s, word }) {
        yield set(word, 1);
        yield* release(s, READERS, READERS);
      },
      ...[1, 2].map(
        (i) =>
          function* ({ procs, s, word }: Setup): Part {
            if (i <= writers) return yield* addInside(procs[i]!, s, READERS, READERS, word);
            yield* acquire(procs[i]!, s, 1);
            yield get(word);
            yield* release(s, 1, READERS);
          },
      ),
    ],
    check: (outcome) => left(outcome, READERS, 1 + writers),
  });

/** Two are done; who waits for both sees what they have written. */
const group = scenario({
  setup(machine) {
    const made = setup(2, RULE_ZERO)(machine);
    return { ...made, words: [made.word, made.word + 4] };
  },
  threads: [
    function* ({ procs, s, words }) {
      yield* waitZero(procs[0]!, s);
      return (yield get(words[0]!)) + (yield get(words[1]!));
    },
    ...[0, 1].map(
      (i) =>
        function* ({ s, words }: Setup & { words: number[] }): Part {
          yield set(words[i]!, 5);
          yield* release(s, -1, S_PERMITS);
        },
    ),
  ],
  check: (outcome) => (outcome.ends[0] === 10 ? left(outcome, 0, 5) : `saw ${String(outcome.ends[0])}`),
});

/** Two wait for the same end. */
const groupOfTwo = scenario({
  setup: setup(1, RULE_ZERO),
  threads: [
    ({ procs, s }) => waitZero(procs[0]!, s),
    ({ procs, s }) => waitZero(procs[1]!, s),
    ({ s }) => release(s, -1, S_PERMITS),
  ],
  check: (outcome) => left(outcome, 0, 0),
});

interface CondSetup extends Setup {
  cond: number;
}

const withCond = (machine: Machine): CondSetup => ({
  ...setup(1, RULE_COMPETE)(machine),
  cond: sema(machine, 0, RULE_NOTIFY),
});

/** Waits until the word is set. */
function* waitForWord(proc: Proc, { s, cond, word }: CondSetup): Part<number> {
  let waits = 0;
  yield* acquire(proc, s, 1);
  while ((yield get(word)) === 0) {
    waits++;
    yield call('semaAcquire', cond, 1, proc.g, WAIT_SEMA, 0);
    yield* release(s, 1, 1);
    yield* turn(proc);
    yield* acquire(proc, s, 1);
  }
  yield* release(s, 1, 1);
  return waits;
}

/** Sets the word, and tells so. */
function* setWord({ s, cond, word }: CondSetup, proc: Proc, n: number): Part {
  yield* acquire(proc, s, 1);
  yield set(word, 1);
  yield* release(s, 1, 1);
  yield* notify(cond, n);
}

function condLeft(outcome: Outcome<CondSetup>): string | undefined {
  const { ends, machine, setup: made } = outcome;
  if (ends.some((waits) => Number(waits ?? 0) > 1)) return 'woken for nothing';
  return machine.get(made.cond + S_STATE) || machine.get(made.cond + S_WAITQ)
    ? 'a notification is left'
    : left(outcome, 1, 1);
}

const signal = scenario({
  setup: withCond,
  threads: [(made) => waitForWord(made.procs[0]!, made), (made) => setWord(made, made.procs[1]!, 1)],
  check: condLeft,
});

/** One that nobody waits for is lost: the second is the first that counts. */
const signalTwice = scenario({
  setup: withCond,
  threads: [
    (made) => waitForWord(made.procs[0]!, made),
    function* (made) {
      yield* notify(made.cond, 1);
      yield* setWord(made, made.procs[1]!, 1);
    },
  ],
  check: (outcome) =>
    Number(outcome.ends[0]) <= 2 ? condLeft({ ...outcome, ends: [] }) : 'woken for nothing',
});

const broadcast = scenario({
  setup(machine) {
    const made = withCond(machine);
    // One waits already.
    machine.cores[0]!.semaAcquire!(made.cond, 1, made.procs[0]!.g, WAIT_SEMA, 0);
    return made;
  },
  threads: [
    ({ procs }) => turn(procs[0]!),
    (made) => waitForWord(made.procs[1]!, made),
    (made) => setWord(made, made.procs[2]!, S_PERMITS),
  ],
  check: (outcome) => condLeft({ ...outcome, ends: outcome.ends.slice(1) }),
});

/** Selects to lock, or to receive; and waits if it must: the case that was performed. */
function* lockOrReceive({ p, g }: Proc, s: number, channel: number): Part<number> {
  for (const [i, [kind, on, permits]] of [
    [CASE_SEMA, s, 1],
    [CASE_SRECV, channel, 0],
  ].entries()) {
    const entry = p + CASES + i * CASE_SIZE;
    yield set(entry + CASE_KIND, kind!);
    yield set(entry + CASE_ADDR, on!);
    yield set(entry + CASE_WHEN, permits!);
  }
  const r = yield call('select', 2, g);
  if (r !== R_PARKED) return yield get(p + P_CASE);
  yield* turn({ p, g });
  return yield get(g + G_CASE);
}

/** The lock is given back while something is sent: one of the cases is performed, and the other has left no trace. */
const lockLoses = (rule: number) =>
  scenario({
    setup(machine) {
      return { ...setup(0, rule)(machine), channel: machine.core.schanNew!(0) };
    },
    threads: [
      function* ({ procs, s, channel, word }) {
        const index = yield* lockOrReceive(procs[0]!, s, channel);
        if (index === 0) {
          yield set(word, (yield get(word)) + 1);
          yield* release(s, 1, 1);
        } else yield* addInside(procs[0]!, s, 1, 1, word);
        return index;
      },
      ({ s }) => release(s, 1, 1),
      function* ({ procs, channel }) {
        yield set(procs[2]!.p + P_VALUE, 5);
        return (yield call('schanSend', channel, 0)) === R_SLOT;
      },
    ],
    check(outcome) {
      const [index, , sent] = outcome.ends;
      if (outcome.machine.get(outcome.setup.channel + SC_RECVQ)) return 'somebody still receives';
      if ((index === 1) !== sent) return `case ${String(index)}, sent ${String(sent)}`;
      return left(outcome, 1, 1);
    },
  });

/** Two selects that want the same two locks, in opposite order, while others take and give them. */
const twoLocks = scenario({
  setup(machine) {
    const made = setup(1, RULE_COMPETE)(machine);
    return { ...made, other: sema(machine, 0, RULE_QUEUE) };
  },
  threads: [0, 1].map(
    (i) =>
      function* ({ procs, s, other }: Setup & { other: number }): Part {
        const proc = procs[i]!;
        const order = i === 0 ? [s, other] : [other, s];
        for (const [k, on] of order.entries()) {
          const entry = proc.p + CASES + k * CASE_SIZE;
          yield set(entry + CASE_KIND, CASE_SEMA);
          yield set(entry + CASE_ADDR, on);
          yield set(entry + CASE_WHEN, 1);
        }
        const parked = (yield call('select', 2, proc.g)) === R_PARKED;
        if (parked) yield* turn(proc);
        const index = yield get(parked ? proc.g + G_CASE : proc.p + P_CASE);
        yield* release(order[index]!, 1, 1);
      },
  ),
  check(outcome) {
    const { setup: made, machine } = outcome;
    return machine.get(made.other + S_STATE) || machine.get(made.other + S_WAITQ)
      ? 'the other lock is not as it was'
      : left(outcome, 1, 0);
  },
});

/** One that waits for a lock is ended while it is being woken: the lock is there for whoever comes next. */
const endedWhileWoken = scenario({
  setup(machine) {
    const made = setup(0, RULE_COMPETE)(machine);
    const victim = goroutine(machine.cores[0]!);
    for (const g of [victim, made.procs[0]!.g]) machine.cores[0]!.semaAcquire!(made.s, 1, g, WAIT_SEMA, 0);
    return { ...made, victim };
  },
  threads: [
    function* ({ procs, s, word, victim }) {
      yield call('exit', victim);
      yield* woken(procs[0]!, s, 1);
      yield set(word, (yield get(word)) + 1);
      yield* release(s, 1, 1);
    },
    ({ s }) => release(s, 1, 1),
  ],
  check: (outcome) => left(outcome, 1, 1),
});

/** A large one in front gives up while a small one waits behind it. */
const givesUp = scenario({
  setup(machine) {
    const made = setup(1, RULE_QUEUE)(machine);
    const large = goroutine(machine.cores[0]!);
    machine.cores[0]!.semaAcquire!(made.s, 2, large, WAIT_SEMA, 0);
    return { ...made, large };
  },
  threads: [
    function* ({ large }) {
      yield call('exit', large);
    },
    ({ procs, s, word }) => addInside(procs[1]!, s, 1, 2, word),
  ],
  check: (outcome) => left(outcome, 1, 1),
});

export const sync: Readonly<Record<string, Scenario<unknown>>> = {
  'semaphore: in line': exclusive(RULE_QUEUE, [2, 1]),
  'semaphore: a crowd': crowd(RULE_QUEUE),
  'semaphore: weights': weights,
  'semaphore: gives up': givesUp,
  'mutex: competing': exclusive(RULE_COMPETE, [2, 1]),
  'mutex: a crowd': crowd(RULE_COMPETE),
  'mutex: handed over': starved,
  'mutex: ended while woken': endedWhileWoken,
  'rwmutex: two read': readers(0),
  'rwmutex: one writes': readers(1),
  'waitgroup: two done': group,
  'waitgroup: two wait': groupOfTwo,
  'cond: signal': signal,
  'cond: a signal for nobody': signalTwice,
  'cond: broadcast': broadcast,
  'select: a lock, or a value': lockLoses(RULE_COMPETE),
  'select: a permit, or a value': lockLoses(RULE_QUEUE),
  'select: two locks': twoLocks,
};
