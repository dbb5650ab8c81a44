/**
 * A thread dies: at every point of each operation at which its host may end it. Then nothing living waits for it, and what it
 * did is done or not, but not half.
 */
import { describe, expect, test } from 'vitest';
import * as L from '../../../assembly/layout.ts';
import { World } from './world.ts';

interface Scenario<S> {
  setup(w: World): S;
  /** What the mortal does, and perhaps others in between. */
  life(w: World, s: S): void;
  /** What the living do before they know that it is dead. */
  meanwhile?(w: World, s: S): void;
  check(w: World, s: S): void;
}

/** Runs the scenario once for each gate that the life of the mortal goes through. */
function atEveryDeath<S>(name: string, { setup, life, meanwhile, check }: Scenario<S>): void {
  test(name, () => {
    let gates = 0;
    for (let died = true; died; gates++) {
      const w = new World();
      const s = setup(w);
      died = w.live(gates, () => life(w, s));
      try {
        meanwhile?.(w, s);
        w.bury();
        check(w, s);
        w.verify();
        w.again();
        w.verify();
      } catch (error) {
        throw new Error(died ? `when it died at gate ${gates}` : 'when it died after all', { cause: error });
      }
    }
    expect(gates).toBeGreaterThan(3);
  });
}

const recvOf = (on: number) => ({ kind: L.CASE_SRECV, on });
const sendOf = (on: number, word: number) => ({ kind: L.CASE_SSEND, on, word });

/** The words of a sequence that somebody has, in order: none is missing between the first and the last. */
function expectRow(words: readonly number[], from: number): void {
  expect(words).toEqual(words.map((_, i) => from + i));
}

describe('while it sends', () => {
  atEveryDeath('to one who waits', {
    setup(w) {
      const c = w.channel(0);
      return { c, g: w.receiver(w.main, c), m: w.goroutine(w.mortal) };
    },
    life: (w, { c, m }) => void w.send(w.mortal, c, 7, m),
    check(w, { c, g }) {
      const woken = w.woken.get(g);
      if (woken === undefined) expect(w.receivers(c)).toEqual([g]);
      else expect(woken).toMatchObject({ closed: false, value: 7 });
    },
  });

  atEveryDeath('into the ring, and with nobody there', {
    setup: (w) => ({ c: w.channel(1), m: w.goroutine(w.mortal) }),
    life(w, { c, m }) {
      w.send(w.mortal, c, 7, 0);
      w.send(w.mortal, c, 8, m);
    },
    check: (w, { c }) => expectRow(w.ring(c), 7),
  });

  atEveryDeath('and another wants to send before its death is known', {
    setup: (w) => ({ c: w.channel(4), g: w.receiver(w.other, w.channels.at(-1)) }),
    life: (w, { c }) => void w.send(w.mortal, c, 1, 0),
    meanwhile: (w, { c }) => expect(w.send(w.main, c, 2, 0)).toBe(L.R_SLOT),
    check(w, { c, g }) {
      const words = [w.woken.get(g)!.value, ...w.ring(c)];
      expect([[1, 2], [2]]).toContainEqual(words);
    },
  });

  atEveryDeath('many, to some who wait and into the ring', {
    setup(w) {
      const c = w.channel(2);
      return {
        c,
        gs: [w.main, w.other, w.main].map((proc) => w.receiver(proc, c)),
        m: w.goroutine(w.mortal),
      };
    },
    life: (w, { c, m }) => void w.sendMany(w.mortal, c, [1, 2, 3, 4, 5, 6], m),
    check(w, { c, gs }) {
      const got = gs.filter((g) => w.woken.has(g));
      expect(got).toEqual(gs.slice(0, got.length));
      expectRow([...got.map((g) => w.woken.get(g)!.value), ...w.ring(c)], 1);
    },
  });
});

describe('while it receives', () => {
  atEveryDeath('from one who waits', {
    setup(w) {
      const c = w.channel(0);
      return { c, g: w.sender(w.main, c, 1), m: w.goroutine(w.mortal) };
    },
    life: (w, { c, m }) => void w.mortal.core.schanRecv!(c, m),
    check: (w, { c, g }) => expect(w.senders(c)).toEqual(w.woken.has(g) ? [] : [g]),
  });

  atEveryDeath('from the ring, into which a sender moves up', {
    setup(w) {
      const c = w.channel(1, 1);
      return { c, gs: [w.sender(w.main, c, 2), w.sender(w.other, c, 3)], m: w.goroutine(w.mortal) };
    },
    life: (w, { c, m }) => void w.mortal.core.schanRecv!(c, m),
    check(w, { c, gs }) {
      const sent = gs.filter((g) => w.woken.has(g)).length;
      expect(w.senders(c)).toEqual(gs.slice(sent));
      expect(w.ring(c)).toEqual([1 + sent]);
    },
  });

  atEveryDeath('many from the ring, into which senders move up', {
    setup(w) {
      const c = w.channel(3, 1, 2, 3);
      const gs = [w.main, w.other, w.main, w.other].map((proc, i) => w.sender(proc, c, 4 + i));
      return { c, gs, m: w.goroutine(w.mortal) };
    },
    life: (w, { c, m }) => void w.mortal.core.schanRecvMany!(c, 2, m),
    check(w, { c, gs }) {
      const sent = gs.filter((g) => w.woken.has(g)).length;
      expect(w.senders(c)).toEqual(gs.slice(sent));
      expectRow(w.ring(c), w.ring(c)[0]!);
      expect(w.ring(c).at(-1)).toBe(3 + sent);
      expect([0, 2]).toContain(sent);
    },
  });

  atEveryDeath('and was given words by others', {
    setup(w) {
      const c = w.channel(0);
      return { c, ms: [0, 1, 2].map(() => w.receiver(w.mortal, c)) };
    },
    life(w, { c, ms }) {
      ms.forEach((_, i) => w.send(i === 1 ? w.other : w.main, c, i, 0));
      for (let r = w.mortal.core.next!(); r !== 0; r = w.mortal.core.next!()) w.mortal.core.exit!(r);
    },
    check: (w, { c }) => expect(w.receivers(c)).toEqual([]),
  });
});

describe('while it closes', () => {
  atEveryDeath('what many receive from', {
    setup(w) {
      const [c, d] = [w.channel(0), w.channel(0)];
      const gs = [w.main, w.other, w.main].map((proc) => w.receiver(proc, c));
      gs.push(w.selector(w.other, recvOf(d), recvOf(c)), w.selector(w.main, recvOf(c), recvOf(d)));
      return { c, d, gs };
    },
    life: (w, { c }) => void w.mortal.core.schanClose!(c),
    check(w, { c, d, gs }) {
      if (!w.get(c + L.SC_CLOSED)) {
        expect(w.woken.size).toBe(0);
        expect(w.receivers(c)).toEqual(gs);
      } else {
        expect(gs.map((g) => w.woken.get(g)?.closed)).toEqual(gs.map(() => true));
        expect(gs.slice(3).map((g) => w.woken.get(g)!.index)).toEqual([1, 0]);
        expect(w.receivers(d)).toEqual([]);
      }
    },
  });

  atEveryDeath('what many send on', {
    setup(w) {
      const c = w.channel(1, 1);
      return { c, gs: [w.main, w.other, w.main].map((proc, i) => w.sender(proc, c, 2 + i)) };
    },
    life: (w, { c }) => void w.mortal.core.schanClose!(c),
    meanwhile: (w, { c }) => expect(w.main.core.schanRecv!(c, 0)).toBe(L.R_SLOT),
    check(w, { c, gs }) {
      if (w.get(c + L.SC_CLOSED)) expect(gs.every((g) => w.woken.has(g))).toBe(true);
      // The main thread has made room for one, unless all were woken by the close before that.
      const sent = gs.flatMap((g, i) => (w.woken.get(g)?.closed === false ? [2 + i] : []));
      expect(sent.length).toBeLessThanOrEqual(1);
      expect(w.ring(c)).toEqual(sent);
    },
  });
});

describe('while it selects', () => {
  atEveryDeath('and waits in all, is woken, and leaves the others', {
    setup(w) {
      const cs = [w.channel(0), w.channel(0), w.channel(1, 9), w.channel(0)];
      // Waits where the mortal will wait, too: its neighbour in the list.
      return { cs, before: w.receiver(w.main, cs[0]!), m: w.goroutine(w.mortal) };
    },
    life(w, { cs, m }) {
      const [a, b, full, d] = cs as [number, number, number, number];
      w.select(w.mortal, m, recvOf(a), recvOf(b), sendOf(full, 3), recvOf(d), recvOf(b), sendOf(full, 4));
      w.receiver(w.other, a);
      expect(w.send(w.main, b, 5, 0)).toBe(L.R_SLOT);
      w.mortal.core.next!();
      w.mortal.core.exit!(m);
    },
    meanwhile: (w, { cs }) => expect(w.main.core.schanRecv!(cs[2]!, 0)).toBe(L.R_SLOT),
    check(w, { cs, before }) {
      expect(w.receivers(cs[0]!)[0]).toBe(before);
      // Until it was dead somebody may have given it a word, or taken one of its.
      expect([[], [3], [4]]).toContainEqual(w.ring(cs[2]!));
      expect([...w.receivers(cs[1]!), ...w.receivers(cs[3]!), ...w.senders(cs[2]!)]).toEqual([]);
    },
  });

  atEveryDeath('and one case is ready, with somebody who waits in a select, too', {
    setup(w) {
      const [a, b] = [w.channel(0), w.channel(0)];
      return { a, b, g: w.selector(w.main, sendOf(a, 1), recvOf(b)), m: w.goroutine(w.mortal) };
    },
    life: (w, { a, b, m }) => void w.select(w.mortal, m, recvOf(a), sendOf(b, 2), recvOf(a)),
    check(w, { a, b, g }) {
      const woken = w.woken.get(g);
      if (woken === undefined) expect([w.senders(a), w.receivers(b)]).toEqual([[g], [g]]);
      else if (woken.index === 1) expect(woken.value).toBe(2);
    },
  });

  atEveryDeath('and ends while it waits', {
    setup(w) {
      const cs = [w.channel(0), w.channel(0)];
      return { cs, m: w.goroutine(w.mortal) };
    },
    life(w, { cs, m }) {
      w.select(w.mortal, m, recvOf(cs[0]!), recvOf(cs[1]!), recvOf(cs[0]!));
      w.mortal.core.exit!(m);
    },
    check: (w, { cs }) => expect(cs.flatMap((c) => w.receivers(c))).toEqual([]),
  });
});

describe('with tasks', () => {
  /** Tasks of the main thread, by the goroutine that stands for each. */
  function spawn(w: World, count: number): number[] {
    return Array.from({ length: count }, () => {
      const g = w.goroutine(w.main);
      expect(w.main.core.taskNew!(g, 0, 0, 0, 0)).not.toBe(0);
      return g;
    });
  }

  function runAll(w: World): void {
    for (let task; (task = w.mortal.core.next!()) !== 0;) {
      w.mortal.core.taskStart!(task & ~L.NEXT_TASK);
      w.mortal.core.taskEnd!(task & ~L.NEXT_TASK, L.OUTCOME_RETURNED, 0);
    }
  }

  /** The living run what is left: then all have ended, once, and at most one of them was lost. */
  function checkAll(w: World, gs: readonly number[]): void {
    w.set(w.main.p + L.P_TASKS, 1);
    w.turns(w.main);
    expect(gs.filter((g) => !w.woken.has(g))).toEqual([]);
  }

  const lost = (w: World): number => {
    let n = 0;
    for (let page = 1; page < w.get(L.HEADER_PAGES); page++) {
      if ((w.get(L.PAGE_MAP + 4 * page) & L.PAGE_KIND) !== L.SLAB_J + 1) continue;
      for (let j = page * L.PAGE; j < (page + 1) * L.PAGE; j += L.J_SIZE) {
        if (w.get(j + L.J_STATE) === L.J_DONE && w.get(j + L.J_OUTCOME) === L.OUTCOME_LOST) n++;
      }
    }
    return n;
  };

  atEveryDeath('that it takes from the global queue, begins and ends', {
    setup(w) {
      w.set(w.mortal.p + L.P_TASKS, 1);
      return spawn(w, 6);
    },
    life: runAll,
    check(w, gs) {
      checkAll(w, gs);
      expect(lost(w)).toBeLessThanOrEqual(1);
    },
  });

  atEveryDeath('that it steals', {
    setup(w) {
      w.set(w.main.p + L.P_TASKS, 1); // they come into its own deque
      const gs = spawn(w, 6);
      w.set(w.mortal.p + L.P_TASKS, 1);
      return gs;
    },
    life: runAll,
    check(w, gs) {
      checkAll(w, gs);
      expect(lost(w)).toBeLessThanOrEqual(1);
    },
  });

  atEveryDeath('that it makes, and that others take', {
    setup(w) {
      w.set(w.mortal.p + L.P_TASKS, 1);
      return [0, 1, 2].map(() => w.goroutine(w.mortal));
    },
    life(w, gs) {
      for (const g of gs) w.mortal.core.taskNew!(g, 0, 0, 0, 0);
      w.set(w.mortal.p + L.P_TASKS, 0);
      for (const g of gs) w.mortal.core.taskNew!(w.goroutine(w.mortal), g, 0, 0, 0);
    },
    check(w) {
      w.set(w.main.p + L.P_TASKS, 1);
      w.turns(w.main);
      expect(new Set(w.tasks).size).toBe(w.tasks.length);
    },
  });

  atEveryDeath('so many that its deque overflows', {
    setup(w) {
      w.set(w.mortal.p + L.P_TASKS, 1);
      for (let i = 0; i < L.DEQUE_SLOTS; i++) w.mortal.core.taskNew!(w.goroutine(w.mortal), 0, 0, 0, 0);
      return w.goroutine(w.mortal);
    },
    life: (w, g) => void w.mortal.core.taskNew!(g, 0, 0, 0, 0),
    check(w) {
      w.set(w.main.p + L.P_TASKS, 1);
      w.turns(w.main);
      expect(new Set(w.tasks).size).toBe(w.tasks.length);
      expect([L.DEQUE_SLOTS, L.DEQUE_SLOTS + 1]).toContain(w.tasks.length);
    },
  });

  atEveryDeath('that it is called for, or looks for', {
    setup(w) {
      w.set(w.mortal.p + L.P_TASKS, 1);
      w.set(w.other.p + L.P_TASKS, 1);
      expect(w.other.core.sleepNow!()).toBe(1);
      return undefined;
    },
    life(w) {
      w.mortal.core.spin!(20);
      w.mortal.core.sleepNow!();
      w.mortal.core.wakeUp!();
      w.mortal.core.taskNew!(w.goroutine(w.mortal), 0, 0, 0, 0);
    },
    check(w) {
      // Whoever sleeps is woken for what may have come.
      expect(w.get(w.other.p + L.P_ASLEEP)).toBe(0);
    },
  });
});

atEveryDeath('while it hands over to two processors, one of them asleep', {
  setup(w) {
    const c = w.channel(0);
    const gs = [w.main, w.other, w.other, w.main].map((proc) => w.receiver(proc, c));
    expect(w.other.core.sleepNow!()).toBe(1);
    return { c, gs };
  },
  life: (w, { c }) => void w.mortal.core.schanClose!(c),
  check(w, { c }) {
    if (w.get(c + L.SC_CLOSED)) expect(w.woken.size).toBe(4);
  },
});

atEveryDeath('while it allocates and frees', {
  setup: () => undefined,
  life(w) {
    const { core } = w.mortal;
    // Of sizes of which a page holds few.
    const sizes = [5000, 16_000, 16_000, 30_000, 30_000, 40_000, 200_000];
    for (let i = 0; i < 2; i++) {
      const blocks = sizes.map((size) => core.blockAlloc!(size));
      for (const block of blocks) core.blockFree!(block);
    }
  },
  meanwhile(w) {
    for (let size = 8; size < 500_000; size *= 2) expect(w.main.core.blockAlloc!(size)).not.toBe(0);
  },
  check: () => undefined,
});
