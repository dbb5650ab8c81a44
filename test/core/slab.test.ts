import { describe, expect, test } from 'vitest';
import {
  CASE_RECV,
  CASE_SLEEP,
  C_SIZE,
  G_SIZE,
  HEADER_PAGES,
  PAGE,
  PAGES_FIRST_FREE,
  PAGES_INITIAL,
  R_MEMORY,
  SLAB_C,
  SLAB_G,
  SLAB_T,
  SLAB_W,
  T_SIZE,
  WAIT_NONE,
} from '../../assembly/layout.ts';
import { type Core, Rig } from './helper.ts';

interface Kind {
  readonly name: string;
  readonly slab: number;
  readonly size: number;
  make(core: Core): number;
  free(core: Core, record: number): void;
}

const kinds: Kind[] = [
  { name: 'goroutine', slab: SLAB_G, size: G_SIZE, make: (c) => c.waiter(), free: (c, r) => c.exit(r) },
  { name: 'channel', slab: SLAB_C, size: C_SIZE, make: (c) => c.chanNew(0), free: (c, r) => c.chanFree(r) },
  { name: 'timer', slab: SLAB_T, size: T_SIZE, make: (c) => c.timerNew(), free: (c, r) => c.timerFree(r) },
];

describe.each(kinds)('$name records', ({ slab, size, make, free }) => {
  const perPage = PAGE / size;

  test('lie in one page, one behind the other, aligned to their size', () => {
    const { core } = new Rig();
    const start = PAGES_FIRST_FREE * PAGE;
    const records = Array.from({ length: perPage }, () => make(core));
    expect(records).toEqual(Array.from({ length: perPage }, (_, i) => start + i * size));
    expect(core.pagesUsed()).toBe(PAGES_FIRST_FREE + 1);
    expect(make(core)).toBe(start + PAGE);
  });

  test('are used again, the last freed first, and come back zeroed', () => {
    const rig = new Rig();
    const { core } = rig;
    const [a, b, c] = [make(core), make(core), make(core)];
    for (let at = 8; at < size; at += 4) rig.set(b + at, 0x5a5a5a5a);
    if (slab === SLAB_G) {
      // What a goroutine that ends looks at: whether it waits, and who joins it.
      rig.set(b + 16, 0);
      rig.set(b + 20, 0);
      rig.set(b + 60, 0);
    } else if (slab === SLAB_C) {
      for (const at of [16, 20, 24, 28]) rig.set(b + at, 0);
    } else {
      rig.set(b + 36, 0); // not in the heap
      rig.set(b + 16, 0); // and nobody waits
    }
    free(core, a);
    free(core, b);
    expect(make(core)).toBe(b);
    const words = Array.from({ length: size / 4 }, (_, i) => rig.get(b + i * 4));
    const set = words.filter((word) => word !== 0).length;
    expect(set).toBe(slab === SLAB_G ? 2 : slab === SLAB_T ? 1 : 0); // status and its waiter's goroutine; kind
    expect(make(core)).toBe(a);
    expect(make(core)).toBe(c + size);
  });

  test('run out at the limit, with nothing changed, and are to be had again after a free', () => {
    const rig = new Rig({ limit: PAGES_FIRST_FREE + 1 });
    const { core } = rig;
    const records = Array.from({ length: perPage }, () => make(core));
    const live = core.live();
    for (let i = 0; i < 3; i++) {
      expect(make(core)).toBe(0);
      expect(core.pagesUsed()).toBe(PAGES_FIRST_FREE + 1);
      expect(core.live()).toBe(live);
      expect(core.idle()).toBe(1);
    }
    free(core, records[17] as number);
    expect(make(core)).toBe(records[17]);
    expect(make(core)).toBe(0);
    core.setLimit(PAGES_FIRST_FREE + 2);
    expect(make(core)).toBe((PAGES_FIRST_FREE + 1) * PAGE);
  });

  test('freed twice is a trap', () => {
    if (slab === SLAB_G) return; // a trap of its own: lifecycle.test.ts
    const rig = new Rig();
    const record = make(rig.core);
    free(rig.core, record);
    expect(rig.trapOf(() => free(rig.core, record))).toBe(5);
  });
});

test('a page stays with its kind', () => {
  const rig = new Rig({ limit: PAGES_FIRST_FREE + 1 });
  const { core } = rig;
  const c = core.chanNew(0);
  core.chanFree(c);
  expect(core.spawn()).toBe(0);
  expect(core.timerNew()).toBe(0);
  expect(core.chanNew(0)).toBe(c);
});

test('a limit below the first free page: no record, and no harm', () => {
  const { core } = new Rig({ limit: 1 });
  for (const { make } of kinds) expect(make(core)).toBe(0);
  expect(core.pagesUsed()).toBe(PAGES_FIRST_FREE);
  expect(core.next()).toBe(0);
});

test('the memory grows when the pages it began with are used up', () => {
  const rig = new Rig({ limit: 200 });
  const { core } = rig;
  const pages = (): number => rig.memory.buffer.byteLength / PAGE;
  expect(pages()).toBe(PAGES_INITIAL);
  const perPage = PAGE / G_SIZE;
  const fits = (PAGES_INITIAL - PAGES_FIRST_FREE) * perPage;
  for (let i = 0; i < fits; i++) expect(core.waiter()).toBeGreaterThan(0);
  expect(pages()).toBe(PAGES_INITIAL);
  const g = core.waiter();
  expect(g).toBe(PAGES_INITIAL * PAGE);
  expect(pages()).toBeGreaterThan(PAGES_INITIAL);
  // The new pages are as good as the old.
  const c = core.chanNew(0);
  core.chanRecv(c, g);
  expect(rig.receivers(c)).toEqual([g]);
});

test('a host that gives less than the limit: records run out there, and go on after a free', () => {
  const maximum = PAGES_INITIAL + 3;
  const rig = new Rig({ limit: 1000, maximum });
  const { core } = rig;
  let last = 0;
  let count = 0;
  for (let g = core.waiter(); g; g = core.waiter()) {
    last = g;
    count++;
  }
  expect(count).toBe((maximum - PAGES_FIRST_FREE) * (PAGE / G_SIZE));
  expect(rig.memory.buffer.byteLength).toBe(maximum * PAGE);
  expect(rig.get(HEADER_PAGES)).toBe(maximum);
  core.exit(last);
  expect(core.waiter()).toBe(last);
});

test('growth stops exactly at the limit', () => {
  const limit = PAGES_INITIAL + 70;
  const rig = new Rig({ limit });
  while (rig.core.waiter()) continue;
  expect(rig.core.pagesUsed()).toBe(limit);
  expect(rig.memory.buffer.byteLength).toBe(limit * PAGE);
});

describe('without memory', () => {
  /** A goroutine and a channel, and not a page more. */
  function full(): { rig: Rig; core: Core; g: number; c: number } {
    const rig = new Rig();
    const { core } = rig;
    const g = core.waiter();
    const c = core.chanNew(0);
    core.setLimit(core.pagesUsed());
    return { rig, core, g, c };
  }

  test('a sleep does not park', () => {
    const { rig, core, g } = full();
    const before = rig.get(g);
    expect(core.sleep(5, g)).toBe(R_MEMORY);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
    expect(rig.get(g)).toBe(before);
    expect(core.timerNext()).toBe(-1);
  });

  test('a plain wait needs none', () => {
    const { rig, core, g, c } = full();
    core.chanRecv(c, g);
    expect(rig.receivers(c)).toEqual([g]);
  });

  test('a select of one case needs none', () => {
    const { rig, g, c } = full();
    rig.select(g, { kind: CASE_RECV, addr: c });
    expect(rig.receivers(c)).toEqual([g]);
  });

  test('a select that gets half of its waiters gives them back', () => {
    const { rig, core, g, c } = full();
    const other = core.waiter();
    // One page of waiters, of which all but two are in use.
    core.setLimit(core.pagesUsed() + 1);
    const n = PAGE / 32 - 2 + 1;
    rig.select(other, ...Array.from({ length: n }, () => ({ kind: CASE_RECV, addr: c })));
    expect(rig.free(SLAB_W)).toHaveLength(2);
    const before = rig.free(SLAB_W);
    const three = Array.from({ length: 4 }, () => ({ kind: CASE_RECV, addr: c }));
    expect(rig.select(g, ...three)).toBe(R_MEMORY);
    expect(new Set(rig.free(SLAB_W))).toEqual(new Set(before));
    expect(rig.receivers(c).includes(g)).toBe(false);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
    // It goes on when there is room again.
    core.exit(other);
    rig.select(g, ...three);
    expect(rig.receivers(c)).toEqual([g, g, g, g]);
  });

  test('a select that gets half of its timers gives them back, and its waiters', () => {
    const { rig, core, g, c } = full();
    core.setLimit(core.pagesUsed() + 2);
    const sleepers = PAGE / T_SIZE - 1;
    for (let i = 0; i < sleepers; i++) expect(core.timerNew()).toBeGreaterThan(0);
    expect(rig.free(SLAB_T)).toHaveLength(1);
    const sleep = { kind: CASE_SLEEP, when: 1 };
    expect(rig.select(g, { kind: CASE_RECV, addr: c }, sleep, sleep)).toBe(R_MEMORY);
    expect(rig.free(SLAB_T)).toHaveLength(1);
    expect(rig.free(SLAB_W)).toHaveLength(PAGE / 32);
    expect(rig.receivers(c)).toEqual([]);
    expect(core.timerNext()).toBe(-1);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
  });
});
