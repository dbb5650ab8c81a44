import { describe, expect, test } from 'vitest';
import {
  CASE_RECV,
  CASE_SEND,
  C_CAPACITY_MAX,
  C_COUNT,
  C_HEAD,
  NEXT_CLOSED,
  R_BLOCK,
  R_CLOSED,
  R_DIRECT,
  R_PARKED,
  R_REFILL,
  R_SELECT,
  R_SLOT,
  TRAP_BUSY,
  WAIT_NONE,
  WAIT_RECV,
  WAIT_SEND,
} from '../../assembly/layout.ts';
import { Rig, slotOf, tagOf, whoOf } from './helper.ts';

describe('results of one operation', () => {
  test('would block: nobody is parked, nothing changes', () => {
    const rig = new Rig();
    const c = rig.core.chanNew(0);
    expect(rig.core.chanSend(c, 0)).toBe(R_BLOCK);
    expect(rig.core.chanRecv(c, 0)).toBe(R_BLOCK);
    expect(rig.receivers(c)).toEqual([]);
    expect(rig.senders(c)).toEqual([]);
    expect(rig.core.idle()).toBe(1);
  });

  test('parked: in the list of its side, with its reason', () => {
    const rig = new Rig();
    const { core } = rig;
    const [c, d] = [core.chanNew(0), core.chanNew(0)];
    const [g, h] = [rig.running(), rig.running()];
    expect(core.chanSend(c, g)).toBe(R_PARKED);
    expect(core.chanRecv(d, h)).toBe(R_PARKED);
    expect(rig.senders(c)).toEqual([g]);
    expect(rig.receivers(d)).toEqual([h]);
    expect([core.reasonOf(g), core.reasonOf(h)]).toEqual([WAIT_SEND, WAIT_RECV]);
  });

  test('direct: the partner of a rendezvous waits in this operation alone', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    const g = rig.running();
    core.chanRecv(c, g);
    expect(core.chanSend(c, 0)).toBe(g | R_DIRECT);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
    expect(core.next()).toBe(g);
    core.chanSend(c, g);
    expect(core.chanRecv(c, 0)).toBe(g | R_DIRECT);
    expect(core.next()).toBe(g);
    expect(rig.senders(c)).toEqual([]);
  });

  test('select: the partner waits in a select, whose case it names', () => {
    const rig = new Rig();
    const { core } = rig;
    const [c, d] = [core.chanNew(0), core.chanNew(0)];
    const g = rig.running();
    for (const [index, wake] of [
      [0, () => core.chanSend(d, 0)],
      [1, () => core.chanRecv(c, 0)],
    ] as const) {
      rig.select(g, { kind: CASE_RECV, addr: d }, { kind: CASE_SEND, addr: c });
      expect(wake()).toBe(g | R_SELECT);
      expect(core.caseOf(g)).toBe(index);
      expect(core.next()).toBe(g);
    }
  });

  test('slot: into the buffer and out of it, round the ring', () => {
    for (const capacity of [1, 2, 3]) {
      const { core } = new Rig();
      const c = core.chanNew(capacity);
      for (let i = 0; i < 3 * capacity + 1; i++) {
        for (let k = 0; k < capacity; k++) {
          expect(core.chanSend(c, 0)).toBe((((i + k) % capacity) << 3) | R_SLOT);
          expect(core.chanLength(c)).toBe(k + 1);
        }
        expect(core.chanSend(c, 0)).toBe(R_BLOCK);
        for (let k = 0; k < capacity; k++) {
          expect(core.chanRecv(c, 0)).toBe((((i + k) % capacity) << 3) | R_SLOT);
        }
        expect(core.chanRecv(c, 0)).toBe(R_BLOCK);
        // Begins one slot further the next time.
        core.chanSend(c, 0);
        core.chanRecv(c, 0);
      }
    }
  });

  test('refill: the oldest value leaves, the sender’s takes its slot, and the sender is named', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(2);
    core.chanSend(c, 0);
    core.chanSend(c, 0);
    const [g, h] = [rig.running(), rig.running()];
    core.chanSend(c, g);
    rig.select(h, { kind: CASE_SEND, addr: c });
    let r = core.chanRecv(c, 0);
    expect([tagOf(r), slotOf(r), rig.partner]).toEqual([R_REFILL, 0, g | R_DIRECT]);
    expect(core.chanLength(c)).toBe(2);
    r = core.chanRecv(c, 0);
    expect([tagOf(r), slotOf(r), rig.partner]).toEqual([R_REFILL, 1, h | R_SELECT]);
    // What the senders left comes out in their order.
    r = core.chanRecv(c, 0);
    expect([tagOf(r), slotOf(r)]).toEqual([R_SLOT, 0]);
    r = core.chanRecv(c, 0);
    expect([tagOf(r), slotOf(r)]).toEqual([R_SLOT, 1]);
    expect(core.chanRecv(c, 0)).toBe(R_BLOCK);
  });

  test('closed: sends at once, receives once the buffer is empty, a second close', () => {
    const { core } = new Rig();
    const c = core.chanNew(1);
    core.chanSend(c, 0);
    expect(core.chanClose(c)).toBe(R_SLOT);
    expect(core.chanSend(c, 0)).toBe(R_CLOSED);
    expect(tagOf(core.chanRecv(c, 0))).toBe(R_SLOT);
    expect(core.chanRecv(c, 0)).toBe(R_CLOSED);
    expect(core.chanRecv(c, 0)).toBe(R_CLOSED);
    expect(core.chanClose(c)).toBe(R_CLOSED);
  });

  test('nobody parks on a closed channel', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    core.chanClose(c);
    const g = rig.running();
    expect(core.chanRecv(c, g)).toBe(R_CLOSED);
    expect(core.chanSend(c, g)).toBe(R_CLOSED);
    expect(core.reasonOf(g)).toBe(WAIT_NONE);
  });

  test('the highest slot travels in a positive result', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(C_CAPACITY_MAX);
    rig.set(c + C_HEAD, C_CAPACITY_MAX - 1);
    const r = core.chanSend(c, 0);
    expect([tagOf(r), slotOf(r)]).toEqual([R_SLOT, C_CAPACITY_MAX - 1]);
    expect(r).toBeGreaterThan(0);
    expect(slotOf(core.chanSend(c, 0))).toBe(0);
    expect(slotOf(core.chanRecv(c, 0))).toBe(C_CAPACITY_MAX - 1);
    expect([rig.get(c + C_HEAD), rig.get(c + C_COUNT)]).toEqual([0, 1]);
  });
});

describe('wait lists', () => {
  test.each(['receivers', 'senders'] as const)('%s are served in the order they came', (side) => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    const park = side === 'receivers' ? core.chanRecv : core.chanSend;
    const serve = side === 'receivers' ? core.chanSend : core.chanRecv;
    const all = Array.from({ length: 20 }, () => rig.running());
    for (const g of all) park(c, g);
    expect(rig[side](c)).toEqual(all);
    for (const g of all) expect(serve(c, 0)).toBe(g | R_DIRECT);
    expect(rig.drain()).toEqual(all);
  });

  test('whoever leaves, from the front, the middle or the end, leaves the others in order', () => {
    for (const gone of [[0], [2], [4], [0, 1], [3, 4], [1, 3], [0, 2, 4], [4, 3, 2, 1, 0]]) {
      const rig = new Rig();
      const { core } = rig;
      const c = core.chanNew(0);
      const all = Array.from({ length: 5 }, () => rig.running());
      for (const g of all) core.chanRecv(c, g);
      for (const i of gone) core.exit(all[i] as number);
      const left = all.filter((_, i) => !gone.includes(i));
      expect(rig.receivers(c)).toEqual(left);
      const late = rig.running();
      core.chanRecv(c, late);
      expect(rig.receivers(c)).toEqual([...left, late]);
      for (const g of [...left, late]) expect(whoOf(core.chanSend(c, 0))).toBe(g);
      expect(core.chanSend(c, 0)).toBe(R_BLOCK);
    }
  });
});

describe('close', () => {
  test('wakes all receivers in order and tells each of them', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(3);
    const all = [rig.running(), rig.running(), rig.running()];
    for (const g of all) core.chanRecv(c, g);
    core.chanClose(c);
    expect(rig.drain()).toEqual(all.map((g) => g | NEXT_CLOSED));
    expect(rig.receivers(c)).toEqual([]);
  });

  test('wakes all senders, and leaves the buffer as it is', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(1);
    core.chanSend(c, 0);
    const all = [rig.running(), rig.running()];
    for (const g of all) core.chanSend(c, g);
    core.chanClose(c);
    expect(rig.drain()).toEqual(all.map((g) => g | NEXT_CLOSED));
    expect(core.chanLength(c)).toBe(1);
    expect(tagOf(core.chanRecv(c, 0))).toBe(R_SLOT);
    expect(core.chanRecv(c, 0)).toBe(R_CLOSED);
  });

  test('is not told to whoever got a value just before', () => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    const [g, h] = [rig.running(), rig.running()];
    core.chanRecv(c, g);
    core.chanRecv(c, h);
    core.chanSend(c, 0);
    core.chanClose(c);
    expect(rig.drain()).toEqual([g, h | NEXT_CLOSED]);
  });

  test('is told once: the next turn knows nothing of it', () => {
    const rig = new Rig();
    const { core } = rig;
    const [c, d] = [core.chanNew(0), core.chanNew(0)];
    const g = rig.running();
    core.chanRecv(c, g);
    core.chanClose(c);
    expect(core.next()).toBe(g | NEXT_CLOSED);
    core.yieldNow(g);
    expect(core.next()).toBe(g);
    core.chanRecv(d, g);
    core.chanSend(d, 0);
    expect(core.next()).toBe(g);
  });
});

describe('a channel is freed', () => {
  test.each(['chanRecv', 'chanSend'] as const)('under a waiter (%s): trap', (park) => {
    const rig = new Rig();
    const { core } = rig;
    const c = core.chanNew(0);
    core[park](c, rig.running());
    expect(rig.trapOf(() => core.chanFree(c))).toBe(TRAP_BUSY);
  });

  test('with values in it, and a new one at its place knows nothing of them', () => {
    const { core } = new Rig();
    const c = core.chanNew(4);
    core.chanSend(c, 0);
    core.chanClose(c);
    core.chanFree(c);
    expect(core.chanNew(0)).toBe(c);
    expect(core.chanLength(c)).toBe(0);
    expect(core.chanSend(c, 0)).toBe(R_BLOCK);
  });
});
