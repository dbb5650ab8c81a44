/** Goroutines: birth, waiting, joining, and the end in every state. */
import { describe, expect, test } from 'vitest';
import {
  CASE_HOST,
  CASE_RECV,
  CASE_SEND,
  CASE_SLEEP,
  G_STATUS,
  G_WAITING,
  G_W,
  R_BLOCK,
  R_PARKED,
  RULE_COMPETE,
  S_STATE,
  S_WAITQ,
  SLAB_G,
  SLAB_T,
  SLAB_W,
  TRAP_LIST,
  TRAP_STATUS,
  WAIT_HOST,
  WAIT_JOIN,
  WAIT_NONE,
  WAIT_RECV_NIL,
  WAIT_SEMA,
  WAIT_SEND_NIL,
  W_PREV,
} from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

describe('join', () => {
  test('wakes all who wait, in order, when the target ends', () => {
    const rig = new Rig();
    const { core } = rig;
    const target = rig.running();
    const all = [rig.running(), rig.running(), rig.running()];
    for (const g of all) {
      expect(core.join(target, g)).toBe(R_PARKED);
      expect(core.reasonOf(g)).toBe(WAIT_JOIN);
    }
    expect(core.join(target, 0)).toBe(R_BLOCK);
    core.exit(target);
    expect(rig.drain()).toEqual(all);
  });

  test('a joiner that is killed leaves the others', () => {
    const rig = new Rig();
    const { core } = rig;
    const target = rig.running();
    const [g, h] = [rig.running(), rig.running()];
    core.join(target, g);
    core.join(target, h);
    core.exit(g);
    core.exit(target);
    expect(rig.drain()).toEqual([h]);
  });

  test('of oneself waits for ever, and can be killed', () => {
    const rig = new Rig();
    const { core } = rig;
    const g = rig.running();
    core.join(g, g);
    expect(core.reasonOf(g)).toBe(WAIT_JOIN);
    core.exit(g);
    expect([core.live(), core.idle()]).toEqual([0, 1]);
  });
});

describe('the host', () => {
  test('counts who waits for it', () => {
    const rig = new Rig();
    const { core } = rig;
    const [g, h] = [rig.running(), rig.running()];
    expect(core.parkHost(0)).toBe(R_BLOCK);
    core.parkHost(g);
    rig.select(h, { kind: CASE_HOST }, { kind: CASE_HOST });
    expect(core.waitingOnHost()).toBe(3);
    expect(core.reasonOf(g)).toBe(WAIT_HOST);
    core.wake(h, 1, 0);
    expect([core.waitingOnHost(), core.caseOf(h)]).toEqual([1, 1]);
    core.exit(g);
    expect(core.waitingOnHost()).toBe(0);
  });
});

test('parked for good, with the reason given', () => {
  const rig = new Rig();
  const { core } = rig;
  for (const reason of [WAIT_RECV_NIL, WAIT_SEND_NIL]) {
    const g = rig.running();
    expect(core.parkForever(0, reason)).toBe(R_BLOCK);
    expect(core.parkForever(g, reason)).toBe(R_PARKED);
    expect(core.reasonOf(g)).toBe(reason);
  }
  expect(core.next()).toBe(0);
});

/** Brings a goroutine into a state. The records around it are made before. */
type Into = (
  rig: Rig,
  g: number,
  around: { c: number; full: number; s: number; t: number; other: number },
) => void;
const waits: [string, Into][] = [
  ['running', () => undefined],
  ['ready', ({ core }, g) => core.yieldNow(g)],
  ['ready behind others', ({ core }, g) => void [core.yieldNow(core.waiter()), core.yieldNow(g)]],
  ['ready before the queue', ({ core }, g) => void [core.parkHost(g), core.wake(g, 0, 0)]],
  ['receiving', ({ core }, g, { c }) => void core.chanRecv(c, g)],
  ['sending', ({ core }, g, { full }) => void core.chanSend(full, g)],
  ['sleeping', ({ core }, g) => void core.sleep(50, g)],
  ['joining', ({ core }, g, { other }) => void core.join(other, g)],
  ['waiting for a lock', ({ core }, g, { s }) => void core.semaAcquire(s, 1, g, WAIT_SEMA, 0)],
  [
    'woken to compete for a lock',
    ({ core }, g, { s }) => void [core.semaAcquire(s, 1, g, WAIT_SEMA, 0), core.semaRelease(s, 1, 1)],
  ],
  ['waiting for a timer', ({ core }, g, { t }) => void core.timerWait(t, g)],
  ['waiting for the host', ({ core }, g) => void core.parkHost(g)],
  ['waiting for ever', ({ core }, g) => void core.parkForever(g, WAIT_RECV_NIL)],
  ['in a select without cases', (rig, g) => void rig.select(g)],
  [
    'in a select',
    (rig, g, { c, full }) =>
      void rig.select(
        g,
        { kind: CASE_RECV, addr: c },
        { kind: CASE_SEND, addr: full },
        { kind: CASE_SLEEP, when: 3 },
        { kind: CASE_HOST },
        { kind: CASE_RECV, addr: c },
      ),
  ],
  [
    'woken from a select',
    (rig, g, { c }) => {
      rig.select(g, { kind: CASE_RECV, addr: c }, { kind: CASE_SLEEP, when: 3 });
      rig.core.chanSend(c, 0);
    },
  ],
  [
    'woken by a close',
    ({ core }, g) => {
      const c = core.chanNew(0);
      core.chanRecv(c, g);
      core.chanClose(c);
      core.chanFree(c);
    },
  ],
];

describe.each(waits)('a goroutine that ends while %s', (_, into) => {
  test('leaves no trace, and whoever joined it goes on', () => {
    const rig = new Rig();
    const { core } = rig;
    const around = {
      c: core.chanNew(0),
      full: core.chanNew(1),
      s: rig.sema(0, RULE_COMPETE),
      t: core.timerNew(),
      other: rig.running(),
    };
    core.chanSend(around.full, 0);
    const g = rig.running();
    const joiner = rig.running();
    core.join(g, joiner);
    // All slabs have a page, so that the free lists can be compared.
    const sleeper = rig.running();
    rig.select(sleeper, { kind: CASE_SLEEP, when: 1 }, { kind: CASE_RECV, addr: around.c });
    core.exit(sleeper);
    const free = [SLAB_W, SLAB_T].map((slab) => rig.free(slab).length);

    into(rig, g, around);
    const live = core.live();
    core.exit(g);
    expect(core.live()).toBe(live - 1);
    const order = rig.drain();
    expect(order).toContain(joiner);
    expect(order).not.toContain(g);
    expect(rig.free(SLAB_G)).toContain(g);
    expect([SLAB_W, SLAB_T].map((slab) => rig.free(slab).length)).toEqual(free);
    expect([core.waitingOnHost(), core.timerNext(), core.idle()]).toEqual([0, -1, 1]);
    expect(rig.receivers(around.c)).toEqual([]);
    expect(rig.senders(around.full)).toEqual([]);
    for (const f of [() => core.chanFree(around.c), () => core.chanFree(around.full)]) f();
    expect(rig.list(around.s + S_WAITQ)).toEqual([]);
    expect(rig.get(around.s + S_STATE)).toBeGreaterThanOrEqual(0);
    expect(core.timerFire(around.t)).toBe(0);
    core.exit(around.other);
    expect(core.next()).toBe(0);
  });

  test('is not ended a second time: trap', () => {
    const rig = new Rig();
    const { core } = rig;
    const full = core.chanNew(1);
    core.chanSend(full, 0);
    const around = {
      c: core.chanNew(0),
      full,
      s: rig.sema(0, RULE_COMPETE),
      t: core.timerNew(),
      other: rig.running(),
    };
    const g = rig.running();
    into(rig, g, around);
    core.exit(g);
    expect(rig.trapOf(() => core.exit(g))).toBe(TRAP_STATUS);
  });
});

test('who does not wait cannot be woken: another case was faster', () => {
  const ways = [() => undefined, (rig: Rig, g: number) => rig.core.yieldNow(g)];
  for (const into of [
    ...ways,
    (rig: Rig, g: number) => void [rig.core.parkHost(g), rig.core.wake(g, 0, 0)],
  ]) {
    const rig = new Rig();
    const g = rig.running();
    into(rig, g);
    const ready = rig.core.idle();
    expect(rig.core.wake(g, 0, 0)).toBe(0);
    expect(rig.core.idle()).toBe(ready);
    expect(rig.drain().length).toBe(1 - ready);
  }
});

describe('a call in the wrong state is a trap', () => {
  test('giving way while waiting', () => {
    const rig = new Rig();
    const g = rig.running();
    rig.core.parkHost(g);
    expect(rig.trapOf(() => rig.core.yieldNow(g))).toBe(TRAP_STATUS);
  });

  test('giving way twice', () => {
    const rig = new Rig();
    const g = rig.running();
    rig.core.yieldNow(g);
    expect(rig.trapOf(() => rig.core.yieldNow(g))).toBe(TRAP_STATUS);
  });

  test('waiting twice: in two lists, and without one', () => {
    const rig = new Rig();
    const { core } = rig;
    const g = rig.running();
    core.chanRecv(core.chanNew(0), g);
    expect(rig.trapOf(() => core.chanRecv(core.chanNew(0), g))).toBe(TRAP_LIST);
    const again = new Rig();
    const h = again.running();
    again.core.parkForever(h, WAIT_RECV_NIL);
    expect(again.trapOf(() => again.core.parkForever(h, WAIT_RECV_NIL))).toBe(TRAP_STATUS);
  });
});

test('the debug core finds a broken link in a wait list', () => {
  const rig = new Rig();
  const { core } = rig;
  const c = core.chanNew(0);
  const all = [rig.running(), rig.running(), rig.running()] as const;
  for (const g of all) core.chanRecv(c, g);
  rig.set(all[1] + G_W + W_PREV, all[2] + G_W);
  expect(rig.trapOf(() => core.chanRecv(c, rig.running()))).toBe(TRAP_LIST);
});

test('states as they follow', () => {
  const rig = new Rig();
  const { core } = rig;
  const g = core.spawn();
  expect([core.live(), core.reasonOf(g)]).toEqual([1, WAIT_NONE]);
  expect(core.next()).toBe(g);
  core.parkHost(g);
  expect(rig.get(g + G_STATUS)).toBe(G_WAITING);
  core.wake(g, 0, 0);
  expect(core.next()).toBe(g);
  core.exit(g);
  expect([core.live(), rig.get(g + G_STATUS)]).toEqual([0, 0]);
});
