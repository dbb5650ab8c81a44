/** assembly/layout.ts: what it may hold, and that the records it describes are sound. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as layout from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

const source = readFileSync(new URL('../../assembly/layout.ts', import.meta.url), 'utf8');
const values = layout as Readonly<Record<string, number>>;

const statements = source
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\/\/.*$/gm, '')
  .split(/(?<=;)/)
  .map((s) => s.trim())
  .filter((s) => s !== '');

describe('the file', () => {
  test('holds nothing but integer constants made of earlier ones', () => {
    const known = new Set<string>();
    for (const statement of statements) {
      const match = /^export const ([A-Z][A-Z0-9_]*): i32 = ([^;]+);$/.exec(statement);
      expect(match, statement).not.toBeNull();
      const [, name, expression] = match as unknown as [string, string, string];
      const tokens = expression.match(/[A-Z][A-Z0-9_]*|0x[0-9a-fA-F]+|\d+|<<|[-+*/|()]|\S/g) ?? [];
      for (const token of tokens) {
        const fine = known.has(token) || /^(0x[0-9a-fA-F]+|\d+|<<|[-+*/|()])$/.test(token);
        expect(fine, `${token} in ${statement}`).toBe(true);
      }
      expect(known.has(name), `${name} twice`).toBe(false);
      known.add(name);
    }
    expect([...known].sort()).toEqual(Object.keys(values).sort());
    expect(known.size).toBeGreaterThan(100);
  });

  test('has the same values in both languages: integers of 32 bits, every division exact', () => {
    for (const [name, value] of Object.entries(values)) expect(value, name).toBe(value | 0);
  });
});

// ── Records: every X_SIZE makes one, whose fields are the constants X_* ───────────
/** Constants that look like fields and are none. */
const NO_FIELDS = new Set(
  (
    'G_SHIFT G_FREE G_RUNNABLE G_RUNNING G_WAITING G_DEAD C_CAPACITY_MAX CASE_NEVER CASE_READY ' +
    'CASE_RECV CASE_SEND CASE_SLEEP CASE_TIMER CASE_JOIN CASE_SEMA CASE_HOST CASE_SRECV CASE_SSEND CASE_TASK ' +
    'G_CLAIMED W_OUT W_CASE_SHIFT W_KIND_MASK SC_CAPACITY_MAX P_BLOCK P_PAGES S_WAITED S_PERMITS ' +
    'J_FREE J_QUEUED J_TAKEN J_STARTED J_DONE'
  ).split(' '),
);

/** Fields wider than one word of four bytes. */
const WIDE: Record<string, number> = {
  P_RAND: 8,
  P_SLABS: layout.SLABS * 4,
  P_VALUE: 8,
  P_PART_RUNS: layout.PARTS_LISTED * 4,
  P_CACHE: (layout.CLASS_CACHED + 1) * 8,
  W_VALUE: 8,
  CASE_WHEN: 8,
  G_W: layout.W_SIZE,
  G_JOINERS: 8,
  C_RECVQ: 8,
  C_SENDQ: 8,
  S_WAITQ: 8,
  T_WHEN: 8,
  T_WAITQ: 8,
};

const F64 = new Set(['T_WHEN', 'CASE_WHEN']);
/** Records whose fields are given as addresses. */
const BASE: Record<string, number> = { HEADER: layout.HEADER };

const sizes: Record<string, number> = { HEADER: layout.GLOBQ - layout.HEADER, Q: 8 };
for (const [name, value] of Object.entries(values)) {
  if (name.endsWith('_SIZE')) sizes[name.slice(0, -5)] = value;
}

interface Field {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function fieldsOf(record: string): Field[] {
  return Object.entries(values)
    .filter(([name]) => name.startsWith(`${record}_`) && !name.endsWith('_SIZE') && !NO_FIELDS.has(name))
    .map(([name, value]) => {
      const start = value - (BASE[record] ?? 0);
      return { name, start, end: start + (WIDE[name] ?? 4) };
    })
    .sort((a, b) => a.start - b.start);
}

describe.each(Object.keys(sizes))('record %s', (record) => {
  const fields = fieldsOf(record);
  const size = sizes[record] as number;

  test('has its fields inside, aligned, and none over another', () => {
    expect(fields.length).toBeGreaterThan(1);
    let end = 0;
    for (const field of fields) {
      expect(field.start, `${field.name} overlaps the field before it`).toBeGreaterThanOrEqual(end);
      expect(field.start % (F64.has(field.name) ? 8 : 4), `${field.name} is not aligned`).toBe(0);
      end = field.end;
    }
    expect(end, `the fields of ${record} exceed it`).toBeLessThanOrEqual(size);
  });
});

test('sizes are what the cost of a goroutine was counted with', () => {
  const { HEADER: _, ...pinned } = sizes;
  expect(pinned).toEqual({ P: 1024, CASE: 16, Q: 8, W: 32, G: 64, C: 32, S: 24, T: 64, J: 64 });
});

test('slabs fill a page exactly, and their records keep their alignment', () => {
  for (const record of ['G', 'W', 'C', 'T', 'J']) {
    const size = sizes[record] as number;
    expect(layout.PAGE % size, record).toBe(0);
    expect(size % 8, record).toBe(0); // memory.ts clears by eight bytes
  }
  // The API's table of objects is indexed by address >> G_SHIFT.
  expect(layout.G_SIZE).toBe(1 << layout.G_SHIFT);
  expect(layout.T_SIZE % (1 << layout.G_SHIFT)).toBe(0);
});

test('regions follow one another', () => {
  const regions = [
    ['null', 0, 64],
    ['header', layout.HEADER, layout.HEADER_MORE + 4],
    ['global queue', layout.GLOBQ, layout.GLOBQ + layout.GLOBQ_COUNT + 4],
    ['payload heap', layout.MHEAP, layout.MHEAP + ((layout.CLASS_MAX + 1) << layout.MHEAP_SHIFT)],
    ['table of Ps', layout.PTABLE, layout.PTABLE + layout.PS_MAX * 4],
    ['programs', layout.RUNS, layout.RUNS + (layout.RUNS_MAX << layout.RUN_SHIFT)],
    ['page map', layout.PAGE_MAP, layout.PAGE_MAP + layout.PAGES_MAX * 4],
    ['P record', layout.P0, layout.P0 + layout.P_SIZE],
    ['deque', layout.P0 + layout.DEQUE, layout.P0 + layout.DEQUE + layout.DEQUE_SLOTS * 4],
    ['batch', layout.P0 + layout.BATCH, layout.P0 + layout.BATCH + layout.BATCH_MAX * 8],
    ['cases', layout.P0 + layout.CASES, layout.P0 + layout.CASES + layout.CASES_MAX * layout.CASE_SIZE],
    ['locks', layout.P0 + layout.LOCKS, layout.P0 + layout.P_BLOCK],
    ['slabs', layout.PAGES_FIRST_FREE * layout.PAGE, layout.PAGES_INITIAL * layout.PAGE],
  ] as const;
  let end = 0;
  for (const [name, from, to] of regions) {
    expect(from, name).toBeGreaterThanOrEqual(end);
    expect(to, name).toBeGreaterThan(from);
    end = to;
  }
});

describe('numbers of one kind are all different', () => {
  const kinds: [string, RegExp, number][] = [
    ['results', /^R_/, layout.TAG],
    ['states', /^G_(FREE|RUNNABLE|RUNNING|WAITING|DEAD|CLAIMED)$/, 5],
    ['cases', /^CASE_(?!KIND|ADDR|WHEN|SIZE)/, layout.W_KIND_MASK],
    ['rules', /^RULE_/, 4],
    ['slabs', /^SLAB_/, layout.SLABS - 1],
    ['reasons', /^WAIT_/, 255],
    ['traps', /^TRAP_/, 255],
  ];
  test.each(kinds)('%s', (_, pattern, max) => {
    const found = Object.entries(values).filter(([name]) => pattern.test(name));
    expect(found.length).toBeGreaterThan(4);
    expect(new Set(found.map(([, value]) => value)).size).toBe(found.length);
    for (const [name, value] of found) expect(value, name).toBeLessThanOrEqual(max);
  });
});

test('tags leave addresses and slots intact', () => {
  expect(layout.TAG).toBe((1 << layout.TAG_SHIFT) - 1);
  expect(layout.G_SIZE & layout.TAG).toBe(0);
  expect(layout.NEXT_CLOSED).toBeLessThan(layout.G_SIZE);
  expect(layout.C_CAPACITY_MAX * (1 << layout.TAG_SHIFT)).toBeLessThan(2 ** 31);
});

describe('the core has the same layout', () => {
  test('version, header and sizes', () => {
    const rig = new Rig({ limit: 77 });
    const { core } = rig;
    expect(rig.get(layout.HEADER_VERSION)).toBe(layout.LAYOUT_VERSION);
    expect(rig.get(layout.HEADER_PAGES)).toBe(layout.PAGES_FIRST_FREE);
    expect(rig.get(layout.HEADER_LIMIT)).toBe(77);
    const step = (make: () => number): number => -(make() - make());
    expect(step(core.spawn)).toBe(layout.G_SIZE);
    expect(step(() => core.chanNew(0))).toBe(layout.C_SIZE);
    expect(step(core.timerNew)).toBe(layout.T_SIZE);
  });

  test('fields, as the core fills them', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(7);
    core.chanSend(c, 0);
    core.chanClose(c);
    const field = (at: number): number => rig.get(c + at);
    expect([layout.C_CAPACITY, layout.C_COUNT, layout.C_HEAD, layout.C_CLOSED].map(field)).toEqual([
      7, 1, 0, 1,
    ]);
    const t = core.timerNew();
    core.timerSet(t, 12.5);
    expect(new Float64Array(rig.memory.buffer)[(t + layout.T_WHEN) >> 3]).toBe(12.5);
    expect(rig.get(t + layout.T_QUEUED)).toBe(1);
    expect(rig.get(layout.P0 + layout.P_TIMERS)).toBe(t);
    const g = core.spawn();
    expect(rig.get(layout.P0 + layout.P_RUNNEXT)).toBe(g);
    expect(rig.get(layout.P0 + layout.P_LIVE)).toBe(1);
  });
});
