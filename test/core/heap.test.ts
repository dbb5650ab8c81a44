import { describe, expect, test } from 'vitest';
import {
  P0,
  P_TIMERS,
  P_TIMER_SEQ,
  TRAP_HEAP,
  T_CHILD,
  T_NEXT,
  T_PREV,
  T_QUEUED,
  T_SEQ,
  T_WHEN,
} from '../../assembly/layout.ts';
import { generator, Rig } from './helper.ts';

interface Entry {
  readonly timer: number;
  readonly when: number;
  readonly age: number;
}

/** What the heap should hold, in order. */
class Sorted {
  private readonly entries: Entry[] = [];
  private age = 0;

  get first(): Entry | undefined {
    return this.entries[0];
  }

  get length(): number {
    return this.entries.length;
  }

  remove(timer: number): void {
    const at = this.entries.findIndex((e) => e.timer === timer);
    if (at >= 0) this.entries.splice(at, 1);
  }

  insert(timer: number, when: number): void {
    this.remove(timer);
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as Entry).when <= when) low = middle + 1;
      else high = middle;
    }
    this.entries.splice(low, 0, { timer, when, age: this.age++ });
  }
}

/** Walks the heap and checks heap.ts I1 to I3; answers how many timers it holds. */
function verify(rig: Rig): number {
  const words = new Int32Array(rig.memory.buffer);
  const times = new Float64Array(rig.memory.buffer);
  const at = (t: number, field: number): number => words[(t + field) >> 2] as number;
  const when = (t: number): number => times[(t + T_WHEN) >> 3] as number;
  const root = at(P0 + P_TIMERS, 0);
  if (!root) return 0;
  expect(at(root, T_NEXT)).toBe(0);
  const open = [root];
  let count = 0;
  for (let t = open.pop(); t !== undefined; t = open.pop()) {
    count++;
    if (at(t, T_QUEUED) !== 1) throw new Error('a timer in the heap is not marked');
    let before = t;
    for (let child = at(t, T_CHILD); child; child = at(child, T_NEXT)) {
      if (at(child, T_PREV) !== before) throw new Error('a link back is wrong');
      const later =
        when(t) < when(child) || (when(t) === when(child) && ((at(t, T_SEQ) - at(child, T_SEQ)) | 0) < 0);
      if (!later) throw new Error('a timer is earlier than its parent');
      open.push(child);
      before = child;
    }
  }
  return count;
}

describe.each([
  { seed: 1, timers: 300, range: 20 }, // mostly ties
  { seed: 2, timers: 300, range: 1e9 },
  { seed: 3, timers: 5, range: 3 },
  { seed: 4, timers: 2000, range: 500 },
])('against a sorted array: %o', ({ seed, timers, range }) => {
  test('100,000 random inserts, moves, removals and pops', () => {
    const rig = new Rig();
    const { core } = rig;
    const random = generator(seed);
    const all = Array.from({ length: timers }, () => core.timerNew());
    const model = new Sorted();
    for (let i = 0; i < 100_000; i++) {
      const timer = all[random(timers)] as number;
      const act = random(10);
      if (act < 6) {
        const when = random(range) / 2;
        core.timerSet(timer, when);
        model.insert(timer, when);
      } else if (act < 8) {
        core.timerClear(timer);
        model.remove(timer);
      } else {
        const first = model.first;
        const now = first?.when ?? 1e9;
        if (first && core.timerPop(now - 0.25) !== 0) throw new Error('popped too early');
        const popped = core.timerPop(now);
        if (popped !== (first?.timer ?? 0)) throw new Error(`popped ${popped} at step ${i}`);
        model.remove(popped);
      }
      if (core.timerNext() !== (model.first?.when ?? -1)) throw new Error(`next is wrong at step ${i}`);
      if (i % 2500 === 0) expect(verify(rig)).toBe(model.length);
    }
    // What is left comes out in order.
    for (let first = model.first; first; first = model.first) {
      expect(core.timerPop(1e9)).toBe(first.timer);
      model.remove(first.timer);
    }
    expect([core.timerPop(1e9), core.timerNext()]).toEqual([0, -1]);
  });
});

test('of timers with one time the older is first', () => {
  const { core } = new Rig();
  const all = Array.from({ length: 50 }, () => core.timerNew());
  for (const t of all) core.timerSet(t, 5);
  core.timerSet(all[0] as number, 5); // set again: now the youngest
  const popped = all.map(() => core.timerPop(5));
  expect(popped).toEqual([...all.slice(1), all[0]]);
});

test('also where the counter of ages wraps', () => {
  for (const start of [0x7ffffffe, -2]) {
    const rig = new Rig();
    const { core } = rig;
    rig.set(P_TIMER_SEQ, start);
    const all = Array.from({ length: 5 }, () => core.timerNew());
    for (const t of all) core.timerSet(t, 1);
    expect(all.map(() => core.timerPop(1))).toEqual(all);
  }
});

test('times may be negative, fractions, far away or never', () => {
  const { core } = new Rig();
  const times = [Infinity, 0, -1e300, 0.1 + 0.2, 0.3, 1e300, -0.5];
  const all = times.map((when) => {
    const t = core.timerNew();
    core.timerSet(t, when);
    return t;
  });
  const order = times.map((when, i) => ({ when, i })).sort((a, b) => a.when - b.when);
  for (const { when, i } of order) {
    expect(core.timerNext()).toBe(when);
    expect(core.timerPop(when)).toBe(all[i]);
  }
});

test('clearing twice, or what was never set, does nothing', () => {
  const { core } = new Rig();
  const [a, b] = [core.timerNew(), core.timerNew()];
  core.timerClear(a);
  core.timerSet(b, 3);
  core.timerClear(a);
  expect(core.timerNext()).toBe(3);
  core.timerClear(b);
  core.timerClear(b);
  expect(core.timerNext()).toBe(-1);
});

test('a timer is taken out when it is freed', () => {
  const { core } = new Rig();
  const [a, b, c] = [core.timerNew(), core.timerNew(), core.timerNew()];
  core.timerSet(a, 1);
  core.timerSet(b, 2);
  core.timerSet(c, 3);
  core.timerFree(a);
  core.timerFree(b);
  expect(core.timerPop(10)).toBe(c);
  expect(core.timerPop(10)).toBe(0);
});

test('a time that is no number breaks the order: trap', () => {
  const rig = new Rig();
  const { core } = rig;
  core.timerSet(core.timerNew(), 1);
  expect(rig.trapOf(() => core.timerSet(core.timerNew(), NaN))).toBe(TRAP_HEAP);
});
