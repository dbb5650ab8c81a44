// Scenarios of the fixture: each names the mutants that it is there for.

import {
  atomicGet,
  call,
  end,
  get,
  loop,
  processor,
  scenario,
  service,
  wait,
  waitTimed,
  Woken,
} from './model.ts';
import type { Op, Scenario } from './model.ts';

/** Far from each other, as the records of the real core are. */
const HERE = 0x10000;
const THERE = 0x250000;
const NODES = 0x8f0000;

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const same = (a: readonly number[], b: readonly number[]) => JSON.stringify(a) === JSON.stringify(b);

/** Mutants 1 to 4. */
const counter = scenario({
  setup: () => ({ lock: HERE }),
  threads: Array.from(
    { length: 3 },
    () =>
      function* ({ lock }: { lock: number }): Generator<Op, number, number> {
        return yield call('countUp', lock);
      },
  ),
  check({ setup: { lock }, ends, machine }) {
    if (machine.get(lock + 4) !== 3) return `the count is ${machine.get(lock + 4)}`;
    if (!same(sorted(ends as number[]), [1, 2, 3])) return `they counted ${ends.join()}`;
    return undefined;
  },
});

interface Deque {
  deque: number;
}

/** What is left in the deque. */
function rest(pop: (deque: number) => number, deque: number): number[] {
  const values: number[] = [];
  for (let value; (value = pop(deque)) > 0;) values.push(value);
  return values;
}

/** Mutants 11, 13 to 15, 17. */
const lastItem = scenario<Deque>({
  setup({ core }) {
    core.dequeInit!(HERE, 4);
    return { deque: HERE };
  },
  threads: [
    function* ({ deque }) {
      yield call('push', deque, 1);
      yield call('push', deque, 2);
      return [yield call('pop', deque), yield call('pop', deque)];
    },
    function* ({ deque }) {
      return [yield call('steal', deque), yield call('steal', deque)];
    },
  ],
  check({ setup: { deque }, ends, machine: { core } }) {
    const got = [...(ends as number[][]).flat(), ...rest(core.pop!, deque)].filter((value) => value > 0);
    return same(sorted(got), [1, 2]) ? undefined : `got ${got.join()}`;
  },
});

/** Mutants 12 and 16: the slot that a thief looks at is filled again. */
const wrap = scenario<Deque>({
  setup({ core }) {
    core.dequeInit!(HERE, 2);
    core.push!(HERE, 1);
    core.push!(HERE, 2);
    return { deque: HERE };
  },
  threads: [
    function* ({ deque }) {
      const pushed = yield call('push', deque, 3);
      return [pushed, yield call('push', deque, 3 + pushed), yield call('pop', deque)];
    },
    function* ({ deque }) {
      return yield call('steal', deque);
    },
    function* ({ deque }) {
      return yield call('steal', deque);
    },
  ],
  check({ setup: { deque }, ends, machine: { core } }) {
    const [[first, second, popped], ...stolen] = ends as [[number, number, number], number, number];
    const got = [popped, ...stolen, ...rest(core.pop!, deque)].filter((value) => value > 0);
    const all = [1, 2, 3, 4].slice(0, 2 + first + second);
    return same(sorted(got), all) ? undefined : `got ${got.join()} of ${all.join()}`;
  },
});

interface Inbox {
  inbox: number;
  nodes: number[];
}

const inboxOf = (): Inbox => ({ inbox: HERE, nodes: [NODES, NODES + 0x1000, NODES + 0x2000] });

/** Takes everything and counts it, until it has `wanted`; asleep while there is nothing. */
function receiver(wanted: number) {
  return ({ inbox }: Inbox) =>
    processor({
      next: call('take', inbox),
      wakeWord: inbox + 4,
      before: call('beforeSleep', inbox),
      after: call('afterSleep', inbox),
      first: 0,
      *run(got, newest) {
        for (let node = newest; node; node = yield call('nextOf', node)) got++;
        return got === wanted ? end(got) : got;
      },
    });
}

/** Mutants 22, 23 and 25: every sleep ends. */
const wakeUp = scenario<Inbox>({
  setup: inboxOf,
  threads: [
    function* ({ inbox, nodes }) {
      yield call('post', inbox, nodes[0]!, 1);
      yield call('post', inbox, nodes[1]!, 2);
    },
    receiver(2),
  ],
});

/** Mutants 21 and 24: nothing is lost when two post at once. */
const twoPosters = scenario<Inbox>({
  setup: inboxOf,
  threads: [
    function* ({ inbox, nodes }) {
      yield call('post', inbox, nodes[0]!, 1);
    },
    function* ({ inbox, nodes }) {
      yield call('post', inbox, nodes[1]!, 2);
    },
    receiver(2),
  ],
});

/** Mutant 31: what is published is there. */
const published = scenario({
  setup({ cores, core }) {
    const blocks = [HERE, THERE];
    blocks.forEach((block, i) => cores[i]!.attach!(block));
    core.attach!(NODES);
    return { blocks };
  },
  threads: [
    function* ({ blocks }) {
      yield call('publish', 7);
      return yield call('look', blocks[1]!);
    },
    function* ({ blocks }) {
      yield call('publish', 8);
      return yield call('look', blocks[0]!);
    },
  ],
  check({ setup: { blocks }, ends, machine }) {
    if (!same([machine.get(blocks[0]! + 4), machine.get(blocks[1]! + 4)], [7, 8]))
      return 'in the wrong block';
    const [a, b] = ends as [number, number];
    return (a || b) && (a === 0 || a === 8) && (b === 0 || b === 7) ? undefined : `saw ${a} and ${b}`;
  },
});

/** Mutant 32: a trap with a code. */
const claimed = scenario({
  setup({ cores }) {
    cores[0]!.attach!(HERE);
    return { word: THERE };
  },
  threads: [
    function* ({ word }) {
      yield call('claim', word);
      yield call('claim', word);
    },
  ],
});

/** A service may be asleep at the end, and a limit of time may end any sleep at any moment. */
const timed = scenario<Inbox>({
  setup: inboxOf,
  threads: [
    function* ({ inbox, nodes }) {
      yield call('post', inbox, nodes[0]!, 5);
    },
    function* ({ inbox }) {
      const seen = yield atomicGet(inbox + 4);
      if (!(yield call('beforeSleep', inbox))) return 'there at once';
      return (yield waitTimed(inbox + 4, seen)) === Woken.TIMED_OUT ? 'too late' : 'in time';
    },
    service(({ inbox }) =>
      loop({}, function* () {
        yield wait(inbox + 16, yield get(inbox + 16));
        return {};
      }),
    ),
  ],
});

export const scenarios: Readonly<Record<string, Scenario<unknown>>> = {
  counter,
  'last item of a deque': lastItem,
  'deque that wraps': wrap,
  'wake-up': wakeUp,
  'two posters': twoPosters,
  'published value': published,
  'claimed word': claimed,
  'timed sleep': timed,
};

/** Values of MUTANT in the fixture. */
export const mutants: Readonly<Record<string, number>> = {
  'no lock at all': 1,
  'lock looked at and taken in two steps': 2,
  'lock never given back': 3,
  'lock given back by a plain write': 4,
  'push: published before it is there': 11,
  'push: slot filled by a plain write': 12,
  'pop: looks before it has said what it takes': 13,
  'pop: last item without compare-and-swap': 14,
  'steal: ends read in the wrong order': 15,
  'steal: slot read after the compare-and-swap': 16,
  'steal: no compare-and-swap': 17,
  'post: overwrites who came in between': 21,
  'the word that says who sleeps is plain': 22,
  'post: notifies without changing the word': 23,
  'take: loses what comes in between': 24,
  'sleep: looks before it says so': 25,
  'published behind a plain flag': 31,
  'trap with a code': 32,
};
