import { chan, run, trySelect } from 'goroutines';
import { describe, expect, test } from 'vitest';
import {
  CASES,
  CASE_HOST,
  CASE_JOIN,
  CASE_NEVER,
  CASE_READY,
  CASE_RECV,
  CASE_SEMA,
  CASE_SEND,
  CASE_SLEEP,
  CASE_TIMER,
  G_JOINERS,
  NEXT_CLOSED,
  P0,
  P_CASE,
  R_BLOCK,
  R_CLOSED,
  R_DIRECT,
  R_PARKED,
  R_SELECT,
  R_SLOT,
  RULE_QUEUE,
  RULE_ZERO,
  S_PERMITS,
  S_STATE,
  SLAB_T,
  SLAB_W,
  S_WAITQ,
  TRAP_CASE,
  T_WAITQ,
  WAIT_NONE,
  WAIT_SELECT,
  WAIT_SELECT_EMPTY,
} from '../../assembly/layout.ts';
import { type Build, type Case, Rig, tagOf, whoOf } from './helper.ts';

const NEVER: Case = { kind: CASE_NEVER };
const READY: Case = { kind: CASE_READY };

/** A select on everything there is to wait for, none of it ready. */
function parkOnEverything() {
  const rig = new Rig();
  const { core } = rig;
  const g = rig.running();
  const lock = rig.sema(0, RULE_QUEUE);
  const group = rig.sema(1, RULE_ZERO);
  const timer = core.timerNew();
  const target = rig.running();
  const [in_, out] = [core.chanNew(0), core.chanNew(0)];
  rig.free(SLAB_W);
  const r = rig.select(
    g,
    { kind: CASE_RECV, addr: in_ },
    { kind: CASE_SEND, addr: out },
    { kind: CASE_SLEEP, when: 100 },
    { kind: CASE_TIMER, addr: timer },
    { kind: CASE_JOIN, addr: target },
    { kind: CASE_SEMA, addr: lock, permits: 1 },
    { kind: CASE_SEMA, addr: group, permits: 0 },
    { kind: CASE_HOST },
    NEVER,
  );
  expect(r).toBe(R_PARKED);
  const waits = (): number =>
    rig.receivers(in_).length +
    rig.senders(out).length +
    rig.list(timer + T_WAITQ).length +
    rig.list(target + G_JOINERS).length +
    rig.list(lock + S_WAITQ).length +
    rig.list(group + S_WAITQ).length +
    core.waitingOnHost() +
    (core.timerNext() === 100 ? 1 : 0);
  return { rig, core, g, lock, group, timer, target, in_, out, waits };
}

describe('parks', () => {
  test('in all lists at once', () => {
    const { rig, core, g, in_, out, lock, group, timer, target, waits } = parkOnEverything();
    expect(waits()).toBe(8);
    for (const list of [timer + T_WAITQ, target + G_JOINERS, lock + S_WAITQ, group + S_WAITQ]) {
      expect(rig.list(list)).toEqual([g]);
    }
    expect([rig.receivers(in_), rig.senders(out)]).toEqual([[g], [g]]);
    expect(core.reasonOf(g)).toBe(WAIT_SELECT);
  });

  type Parked = ReturnType<typeof parkOnEverything>;
  const wakers: [string, number, (p: Parked) => unknown][] = [
    ['a sender', 0, ({ core, in_ }) => core.chanSend(in_, 0)],
    ['a receiver', 1, ({ core, out }) => core.chanRecv(out, 0)],
    ['the time', 2, ({ core }) => core.timerPop(100)],
    ['a timer', 3, ({ core, timer }) => core.timerFire(timer)],
    ['the end of a goroutine', 4, ({ core, target }) => core.exit(target)],
    ['a permit', 5, ({ core, lock }) => core.semaRelease(lock, 1, S_PERMITS)],
    ['a count of zero', 6, ({ core, group }) => core.semaRelease(group, -1, S_PERMITS)],
    ['the host', 7, ({ core, g }) => core.wake(g, 7, 0)],
  ];

  test.each(wakers)('%s wakes it, and every loser leaves every list', (_, index, wake) => {
    const p = parkOnEverything();
    const { rig, core, g, in_, out } = p;
    const waiters = rig.free(SLAB_W).length;
    const timers = rig.free(SLAB_T).length;
    wake(p);
    expect(core.caseOf(g)).toBe(index);
    expect(p.core.reasonOf(g)).toBe(WAIT_NONE);
    expect(core.next()).toBe(g);
    expect(core.next()).toBe(0);
    expect(rig.receivers(in_)).toEqual([]);
    expect(rig.senders(out)).toEqual([]);
    expect([core.waitingOnHost(), core.timerNext()]).toEqual([0, -1]);
    expect(rig.free(SLAB_W).length).toBe(waiters + 9); // none lies inside the goroutine, for some of the objects are shared
    expect(rig.free(SLAB_T).length).toBe(timers + 1);
    // Nobody is left who could be woken again.
    expect(core.chanSend(in_, 0)).toBe(R_BLOCK);
    expect(core.chanRecv(out, 0)).toBe(R_BLOCK);
    expect(core.timerPop(1e9)).toBe(0);
    expect(core.idle()).toBe(1);
  });

  test('a close wakes it by that case', () => {
    for (const index of [0, 1]) {
      const { core, g, in_, out } = parkOnEverything();
      core.chanClose(index === 0 ? in_ : out);
      expect(core.caseOf(g)).toBe(index);
      expect(core.next()).toBe(g | NEXT_CLOSED);
    }
  });

  test('twice on one channel: once for each case, in their order', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    const g = rig.running();
    rig.select(g, { kind: CASE_RECV, addr: c }, { kind: CASE_RECV, addr: c });
    expect(rig.receivers(c)).toEqual([g, g]);
    expect(core.chanSend(c, 0)).toBe(g | R_SELECT);
    expect(core.caseOf(g)).toBe(0);
    expect(rig.receivers(c)).toEqual([]);
  });

  test('on both sides of one channel without meeting itself; others meet it', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    const both: Case[] = [
      { kind: CASE_SEND, addr: c },
      { kind: CASE_RECV, addr: c },
    ];
    const [g, h] = [rig.running(), rig.running()];
    expect(rig.select(g, ...both)).toBe(R_PARKED);
    expect([rig.receivers(c), rig.senders(c)]).toEqual([[g], [g]]);
    const r = rig.select(h, ...both);
    expect(r).toBe(g | R_SELECT);
    expect(core.caseOf(g)).toBe(1 - rig.chosen);
    expect([rig.receivers(c), rig.senders(c)]).toEqual([[], []]);
  });

  test('without a look at them, when the API has had one', () => {
    const rig = new Rig();
    const g = rig.running();
    const c = rig.core.chanNew(1);
    expect(tagOf(rig.core.chanSend(c, 0))).toBe(R_SLOT);
    expect(rig.select(0, NEVER, { kind: CASE_RECV, addr: c })).toBe(0 << 3);
    expect(tagOf(rig.core.chanSend(c, 0))).toBe(R_SLOT);
    expect(rig.core.parkOnAll(2, g)).toBe(R_PARKED);
    expect(rig.receivers(c)).toEqual([g]);
  });

  test('with no case, for good', () => {
    const rig = new Rig();
    const g = rig.running();
    expect(rig.select(g)).toBe(R_PARKED);
    expect(rig.core.reasonOf(g)).toBe(WAIT_SELECT_EMPTY);
    const h = rig.running();
    expect(rig.select(h, NEVER, NEVER)).toBe(R_PARKED);
    expect(rig.core.reasonOf(h)).toBe(WAIT_SELECT);
  });
});

describe('completes at once', () => {
  test('with the result of the case that was chosen', () => {
    const rig = new Rig();
    const { core } = rig;
    const g = rig.running();
    const [empty, full, closed, waited] = [
      core.chanNew(1),
      core.chanNew(1),
      core.chanNew(0),
      core.chanNew(0),
    ];
    core.chanSend(full, 0);
    core.chanClose(closed);
    const w = rig.running();
    core.chanRecv(waited, w);
    const permits = rig.sema(3, RULE_QUEUE);
    const zero = rig.sema(0, RULE_ZERO);
    const one = (kind: number, addr: number, permits?: number): [number, number] => {
      const r = rig.select(g, NEVER, { kind, addr, ...(permits === undefined ? {} : { permits }) }, NEVER);
      expect(rig.chosen).toBe(1);
      return [tagOf(r), whoOf(r)];
    };
    expect(one(CASE_SEND, empty)).toEqual([R_SLOT, 0]);
    expect(one(CASE_RECV, full)).toEqual([R_SLOT, 0]);
    expect(one(CASE_RECV, closed)).toEqual([R_CLOSED, 0]);
    expect(one(CASE_SEND, closed)).toEqual([R_CLOSED, 0]);
    expect(one(CASE_SEND, waited)).toEqual([R_DIRECT, w]);
    expect(one(CASE_SEMA, permits, 2)).toEqual([R_SLOT, 0]);
    expect(rig.get(permits + S_STATE)).toBe(1);
    expect(one(CASE_SEMA, zero, 0)).toEqual([R_SLOT, 0]);
    expect(one(CASE_READY, 0)).toEqual([R_SLOT, 0]);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
  });

  test('performs one case and touches no other', () => {
    const rig = new Rig({ seed: 5 });
    const { core } = rig;
    const chans = Array.from({ length: 4 }, () => core.chanNew(1));
    for (const c of chans) core.chanSend(c, 0);
    rig.select(rig.running(), ...chans.map((addr) => ({ kind: CASE_RECV, addr })));
    expect(chans.map((c) => core.chanLength(c)).reduce((a, b) => a + b)).toBe(3);
    expect(core.chanLength(chans[rig.chosen] as number)).toBe(0);
  });

  test('or blocks when nobody is given to park, and leaves no waiter', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    expect(rig.select(0, { kind: CASE_RECV, addr: c }, { kind: CASE_SLEEP, when: 1 })).toBe(R_BLOCK);
    expect(rig.select(0)).toBe(R_BLOCK);
    expect(rig.receivers(c)).toEqual([]);
    expect(core.timerNext()).toBe(-1);
  });
});

test('a case of an unknown kind is a trap', () => {
  for (const kind of [-1, 15, 0x7fffffff]) {
    const rig = new Rig();
    expect(rig.trapOf(() => rig.select(rig.running(), { kind }))).toBe(TRAP_CASE);
  }
});

test('takes as many cases as the table holds', () => {
  const rig = new Rig();
  const { core } = rig;
  const cases = Array.from({ length: 65_536 }, () => NEVER);
  cases[54_321] = READY;
  expect(rig.select(rig.running(), ...cases.slice(0, 0))).toBe(R_PARKED);
  // Written in pieces: an argument list has its limit.
  const words = new Int32Array(rig.memory.buffer, P0 + CASES, 65_536 * 4);
  cases.forEach((c, i) => (words[i * 4] = c.kind));
  expect(core.select(65_536, 0)).toBe(R_SLOT);
  expect(rig.chosen).toBe(54_321);
});

// ── Chance ──────────────────────────────────────────────────────────────────────
/** Upper ends of chi-square, by degrees of freedom, that chance exceeds once in 100,000 tries. */
const CHI_SQUARE = [0, 19.51, 23.03, 25.9, 28.47, 30.86, 33.11, 35.26];

function chiSquare(counts: number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('every ready case is equally likely', () => {
  /** All sets of at least two of n cases. */
  function subsets(n: number): number[][] {
    return Array.from({ length: 1 << n }, (_, bits) =>
      Array.from({ length: n }, (_, i) => i).filter((i) => bits & (1 << i)),
    ).filter((set) => set.length > 1);
  }

  // That holds for each subset exactly if every poll order is equally likely. In the release build too: what chance
  // draws must survive its optimiser.
  const builds = [
    ['core', 1],
    ['core', 2],
    ['core', 3],
    ['core.debug', 1],
  ] as const;
  test.each(builds)('%s.wasm, seed %i, whichever of up to five cases are ready', (build, seed) => {
    const rig = new Rig({ build, seed });
    const words = new Int32Array(rig.memory.buffer);
    for (const n of [2, 3, 4, 5]) {
      for (const ready of subsets(n)) {
        const counts = ready.map(() => 0);
        for (let i = 0; i < n; i++)
          words[((P0 + CASES) >> 2) + i * 4] = ready.includes(i) ? CASE_READY : CASE_NEVER;
        for (let i = 0; i < 3000 * ready.length; i++) {
          rig.core.select(n, 0);
          const at = ready.indexOf(words[(P0 + P_CASE) >> 2] as number);
          counts[at] = (counts[at] as number) + 1;
        }
        expect(chiSquare(counts), `of ${n}: ${ready.join()}; counts ${counts.join()}`).toBeLessThan(
          CHI_SQUARE[ready.length - 1] as number,
        );
      }
    }
  });

  test.each(['core', 'core.debug'] as const)('%s.wasm: one choice says nothing about the next', (build) => {
    const rig = new Rig({ build, seed: 9 });
    const { core } = rig;
    const words = new Int32Array(rig.memory.buffer, P0 + CASES, 8);
    words[0] = words[4] = CASE_READY;
    const counts = [0, 0, 0, 0, 0, 0, 0, 0];
    let last = 0;
    for (let i = 0; i < 40_000; i++) {
      core.select(2, 0);
      last = ((last << 1) | rig.chosen) & 7;
      if (i % 3 === 2) counts[last] = (counts[last] as number) + 1;
    }
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE[7] as number);
  });

  test('across the seeds of run, for the first choices of a program', async () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let seed = 0; seed < 4000; seed++) {
      await run(
        () => {
          for (const count of counts) {
            const chans = [chan<number>(1), chan<number>(1), chan<number>(1), chan<number>(1)] as const;
            for (const c of chans) c.trySend(0);
            const [i] = trySelect(chans.map((c) => c.recv())) as readonly [number, unknown];
            count[i] = (count[i] as number) + 1;
          }
        },
        { seed },
      );
    }
    for (const count of counts) expect(chiSquare(count), count.join()).toBeLessThan(CHI_SQUARE[3] as number);
  });

  test('a seed repeats its choices', () => {
    const choices = (seed: number): number[] => {
      const rig = new Rig({ seed });
      const { core } = rig;
      const words = new Int32Array(rig.memory.buffer, P0 + CASES, 16);
      for (let i = 0; i < 4; i++) words[i * 4] = CASE_READY;
      return Array.from({ length: 50 }, () => core.select(4, 0) || rig.chosen);
    };
    expect(choices(7)).toEqual(choices(7));
    expect(choices(7)).not.toEqual(choices(8));
  });

  test('both builds make the same choices', () => {
    const choices = (build: Build): string => {
      const rig = new Rig({ build, seed: 11 });
      const cases = Array.from({ length: 7 }, () => READY);
      return Array.from({ length: 200 }, () => rig.select(0, ...cases) || rig.chosen).join('');
    };
    expect(choices('core')).toEqual(choices('core.debug'));
  });

  test('also with a seed of zero, which a shift register never leaves', () => {
    const rig = new Rig();
    const { core } = rig;
    core.seed(0, 0);
    const words = new Int32Array(rig.memory.buffer, P0 + CASES, 8);
    words[0] = words[4] = CASE_READY;
    const seen = new Set(Array.from({ length: 200 }, () => core.select(2, 0) || rig.chosen));
    expect(seen).toEqual(new Set([0, 1]));
  });
});
