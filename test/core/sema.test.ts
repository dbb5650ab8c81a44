import { describe, expect, test } from 'vitest';
import {
  CASE_SEMA,
  G_CLOSED,
  R_BLOCK,
  R_CLOSED,
  R_PARKED,
  R_SLOT,
  RULE_COMPETE,
  RULE_NOTIFY,
  RULE_QUEUE,
  RULE_READERS,
  RULE_ZERO,
  S_PERMITS,
  S_RULE,
  S_STATE,
  S_WAITQ,
  WAIT_SEMA,
} from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

const READERS = 1 << 30;

class SemaRig extends Rig {
  /** The state of a semaphore: its permits, and whether somebody waits. */
  state(s: number): [permits: number, waited: boolean] {
    const state = this.get(s + S_STATE);
    return [state & S_PERMITS, state < 0];
  }

  acquire(s: number, n: number, g: number, again = 0): number {
    return this.core.semaAcquire(s, n, g, WAIT_SEMA, again);
  }

  release(s: number, n: number, most = S_PERMITS): number {
    return this.core.semaRelease(s, n, most);
  }

  /** As many goroutines that wait for so many permits each. */
  waiting(s: number, ...permits: number[]): number[] {
    return permits.map((n) => {
      const g = this.running();
      expect(this.acquire(s, n, g)).toBe(R_PARKED);
      return g;
    });
  }

  /** Who runs next, and whether it was woken to compete. */
  woken(): [g: number, competes: boolean][] {
    return this.drain().map((r) => [r & ~1, (r & 1) === 1]);
  }
}

describe('in line', () => {
  test('permits are taken while there are enough', () => {
    const rig = new SemaRig();
    const s = rig.sema(3, RULE_QUEUE);
    expect([rig.acquire(s, 2, 0), rig.acquire(s, 2, 0), rig.acquire(s, 1, 0)]).toEqual([
      R_SLOT,
      R_BLOCK,
      R_SLOT,
    ]);
    rig.release(s, 2);
    expect(rig.state(s)).toEqual([2, false]);
  });

  test('released permits go straight to who waits longest: a newcomer finds none', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_QUEUE);
    const all = rig.waiting(s, 1, 1, 1);
    expect(rig.core.reasonOf(all[0] as number)).toBe(WAIT_SEMA);
    expect(rig.state(s)).toEqual([0, true]);
    for (let i = 0; i < 3; i++) {
      rig.release(s, 1);
      expect(rig.state(s)).toEqual([0, i < 2]);
      expect(rig.acquire(s, 1, 0)).toBe(R_BLOCK);
    }
    expect(rig.woken()).toEqual(all.map((g) => [g, false]));
    rig.release(s, 1);
    expect(rig.state(s)).toEqual([1, false]);
  });

  test('who wants more than there is holds up those behind', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_QUEUE);
    const [large, small] = rig.waiting(s, 3, 1) as [number, number];
    rig.release(s, 2);
    expect(rig.drain()).toEqual([]);
    expect(rig.state(s)).toEqual([2, true]);
    expect(rig.acquire(s, 1, 0)).toBe(R_BLOCK);
    rig.release(s, 1);
    expect(rig.drain()).toEqual([large]);
    rig.release(s, 3);
    expect(rig.drain()).toEqual([small]);
    expect(rig.state(s)).toEqual([2, false]);
  });

  test('one release serves as many as it suffices for', () => {
    const rig = new SemaRig();
    const s = rig.sema(1, RULE_QUEUE);
    const all = rig.waiting(s, 2, 3, 4);
    rig.release(s, 5);
    expect(rig.drain()).toEqual(all.slice(0, 2));
    expect(rig.state(s)).toEqual([1, true]);
  });

  test('who leaves the line lets those behind pass', () => {
    const rig = new SemaRig();
    const s = rig.sema(1, RULE_QUEUE);
    const [large, small] = rig.waiting(s, 3, 1) as [number, number];
    rig.core.exit(large);
    expect(rig.drain()).toEqual([small]);
    expect(rig.state(s)).toEqual([0, false]);
  });

  test('more than there may be, or less than none: refused, and nothing has changed', () => {
    const rig = new SemaRig();
    const s = rig.sema(2, RULE_QUEUE);
    const [g] = rig.waiting(s, 3) as [number];
    expect([rig.release(s, 2, 3), rig.release(s, -3, 3)]).toEqual([R_CLOSED, R_CLOSED]);
    expect(rig.state(s)).toEqual([2, true]);
    expect(rig.list(s + S_WAITQ)).toEqual([g]);
  });
});

describe('a lock: who was woken competes', () => {
  test('it is free for whoever comes first, and looks as if nobody waited', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const [a, b] = rig.waiting(s, 1, 1) as [number, number];
    rig.release(s, 1, 1);
    expect(rig.state(s)).toEqual([1, false]);
    expect(rig.acquire(s, 1, 0)).toBe(R_SLOT); // a newcomer takes it,
    expect(rig.state(s)[1]).toBe(true);
    expect(rig.woken()).toEqual([[a, true]]); // and the one that was woken comes too late,
    expect(rig.acquire(s, 1, a, 1)).toBe(R_PARKED);
    expect(rig.list(s + S_WAITQ)).toEqual([a, b]); // but keeps its place
    expect(rig.state(s)).toEqual([0, true]);
  });

  test('it wins, and from then on it is known that others wait', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const [a, b] = rig.waiting(s, 1, 1) as [number, number];
    rig.release(s, 1, 1);
    rig.woken();
    expect(rig.acquire(s, 1, a, 1)).toBe(R_SLOT);
    expect(rig.state(s)).toEqual([0, true]);
    expect(rig.list(s + S_WAITQ)).toEqual([b]);
    // It may wait for something else now.
    const c = rig.core.chanNew(0);
    expect(rig.core.chanRecv(c, a)).toBe(R_PARKED);
    rig.core.chanClose(c);
    expect(rig.woken()).toEqual([[a, true]]);
  });

  test('one that was woken and is ended wakes the next', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const [a, b] = rig.waiting(s, 1, 1) as [number, number];
    rig.release(s, 1, 1);
    rig.core.exit(a);
    expect(rig.woken()).toEqual([[b, true]]);
    expect(rig.acquire(s, 1, b, 1)).toBe(R_SLOT);
    expect(rig.state(s)).toEqual([0, false]);
  });

  test('by the other rule it is handed over, and nobody overtakes', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const all = rig.waiting(s, 1, 1);
    rig.set(s + S_RULE, RULE_QUEUE);
    rig.release(s, 1, 1);
    expect(rig.acquire(s, 1, 0)).toBe(R_BLOCK);
    expect(rig.woken()).toEqual([[all[0], false]]);
    expect(rig.state(s)).toEqual([0, true]);
  });

  test('one that was woken takes it whatever the rule is now', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const [a] = rig.waiting(s, 1, 1) as [number];
    rig.release(s, 1, 1);
    rig.woken();
    rig.set(s + S_RULE, RULE_QUEUE);
    expect(rig.acquire(s, 1, a, 1)).toBe(R_SLOT);
  });

  test('a select gets it handed over', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_COMPETE);
    const g = rig.running();
    rig.select(
      g,
      { kind: CASE_SEMA, addr: s, permits: 1 },
      { kind: CASE_SEMA, addr: rig.sema(0, 0), permits: 1 },
    );
    const [b] = rig.waiting(s, 1) as [number];
    rig.release(s, 1, 1);
    expect(rig.acquire(s, 1, 0)).toBe(R_BLOCK);
    expect(rig.woken()).toEqual([[g, false]]);
    expect(rig.list(s + S_WAITQ)).toEqual([b]);
  });
});

describe('readers and writers', () => {
  test('a writer waits for all readers, and holds up those that come later', () => {
    const rig = new SemaRig();
    const s = rig.sema(READERS, RULE_READERS);
    expect([rig.acquire(s, 1, 0), rig.acquire(s, 1, 0)]).toEqual([R_SLOT, R_SLOT]);
    const [writer] = rig.waiting(s, READERS) as [number];
    expect(rig.acquire(s, 1, 0)).toBe(R_BLOCK);
    rig.release(s, 1, READERS);
    expect(rig.drain()).toEqual([]);
    rig.release(s, 1, READERS);
    expect(rig.drain()).toEqual([writer]);
    expect(rig.state(s)).toEqual([0, false]);
  });

  test('after a writer all readers go before the next writer, whatever their places', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_READERS);
    const [w2, r1, w3, r2] = rig.waiting(s, READERS, 1, READERS, 1) as [number, number, number, number];
    rig.release(s, READERS, READERS);
    expect(rig.drain()).toEqual([r1, r2]);
    expect(rig.list(s + S_WAITQ)).toEqual([w2, w3]);
    rig.release(s, 1, READERS);
    expect(rig.drain()).toEqual([]);
    rig.release(s, 1, READERS);
    expect(rig.drain()).toEqual([w2]);
    rig.release(s, READERS, READERS);
    expect(rig.drain()).toEqual([w3]);
  });

  test('a writer that gives up lets the readers behind it in', () => {
    const rig = new SemaRig();
    const s = rig.sema(READERS - 1, RULE_READERS);
    const [writer, reader] = rig.waiting(s, READERS, 1) as [number, number];
    rig.core.exit(writer);
    expect(rig.drain()).toEqual([reader]);
    expect(rig.state(s)).toEqual([READERS - 2, false]);
  });
});

describe('a counter', () => {
  test('wakes all at zero, and only there', () => {
    const rig = new SemaRig();
    const s = rig.sema(3, RULE_ZERO);
    const all = rig.waiting(s, 0, 0);
    expect(rig.acquire(s, 0, 0)).toBe(R_BLOCK);
    rig.release(s, -2);
    expect(rig.drain()).toEqual([]);
    rig.release(s, -1);
    expect(rig.drain()).toEqual(all);
    expect(rig.state(s)).toEqual([0, false]);
    expect(rig.acquire(s, 0, 0)).toBe(R_SLOT);
    // It can be used again.
    rig.release(s, 1);
    expect(rig.acquire(s, 0, 0)).toBe(R_BLOCK);
  });
});

describe('notifications', () => {
  test('wake who waits longest, or all, and are lost if nobody waits', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_NOTIFY);
    rig.release(s, 1);
    expect(rig.state(s)).toEqual([0, false]);
    const [a, b, c] = rig.waiting(s, 1, 1, 1) as [number, number, number];
    rig.release(s, 1);
    expect(rig.drain()).toEqual([a]);
    rig.release(s, S_PERMITS);
    expect(rig.drain()).toEqual([b, c]);
    expect(rig.state(s)).toEqual([0, false]);
    rig.waiting(s, 1);
    expect(rig.drain()).toEqual([]);
  });
});

describe('select', () => {
  test('a case that loses takes none, and leaves the line', () => {
    const rig = new SemaRig();
    const [a, b] = [rig.sema(0, RULE_QUEUE), rig.sema(0, RULE_QUEUE)];
    const g = rig.running();
    const on = [a, b].map((addr) => ({ kind: CASE_SEMA, addr, permits: 1 }));
    expect(rig.select(g, ...on)).toBe(R_PARKED);
    rig.release(b, 1);
    rig.release(a, 1);
    expect(rig.drain()).toEqual([g]);
    expect(rig.core.caseOf(g)).toBe(1);
    expect([rig.state(a), rig.state(b)]).toEqual([
      [1, false],
      [0, false],
    ]);
  });

  test('a ready case takes its permits at once, and leaves no sign', () => {
    const rig = new SemaRig();
    const [a, b] = [rig.sema(1, RULE_QUEUE), rig.sema(5, RULE_QUEUE)];
    const on = [
      { kind: CASE_SEMA, addr: a, permits: 2 },
      { kind: CASE_SEMA, addr: b, permits: 2 },
    ];
    expect(rig.select(rig.running(), ...on)).toBe(R_SLOT);
    expect(rig.chosen).toBe(1);
    expect([rig.state(a), rig.state(b)]).toEqual([
      [1, false],
      [3, false],
    ]);
  });

  test('twice the same semaphore, and one that only tries', () => {
    const rig = new SemaRig();
    const s = rig.sema(0, RULE_QUEUE);
    const on = [1, 1].map((permits) => ({ kind: CASE_SEMA, addr: s, permits }));
    expect(rig.select(0, ...on)).toBe(R_BLOCK);
    expect(rig.state(s)).toEqual([0, false]);
    const g = rig.running();
    expect(rig.select(g, ...on)).toBe(R_PARKED);
    rig.release(s, 2);
    expect(rig.drain()).toEqual([g]);
    expect(rig.state(s)).toEqual([1, false]);
    expect(rig.list(s + S_WAITQ)).toEqual([]);
  });

  test('a loser that stood in the way lets those behind pass', () => {
    const rig = new SemaRig();
    const [s, t] = [rig.sema(1, RULE_QUEUE), rig.sema(0, RULE_QUEUE)];
    const g = rig.running();
    rig.select(g, { kind: CASE_SEMA, addr: s, permits: 2 }, { kind: CASE_SEMA, addr: t, permits: 1 });
    const [b] = rig.waiting(s, 1) as [number];
    rig.release(t, 1);
    expect(rig.drain()).toEqual([g, b]);
    expect(rig.state(s)).toEqual([0, false]);
  });
});

test('who was given permits and is ended: they are for the API to give back', () => {
  const rig = new SemaRig();
  const s = rig.sema(0, RULE_QUEUE);
  const [g] = rig.waiting(s, 1) as [number];
  rig.release(s, 1);
  expect(rig.get(g + G_CLOSED)).toBe(0);
  rig.core.exit(g);
  expect(rig.drain()).toEqual([]);
  expect(rig.state(s)).toEqual([0, false]);
});
