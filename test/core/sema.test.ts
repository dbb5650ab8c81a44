import { describe, expect, test } from 'vitest';
import {
  CASE_SEMA,
  R_BLOCK,
  R_PARKED,
  R_SLOT,
  S_COUNT,
  S_WAITQ,
  TRAP_BUSY,
  WAIT_GROUP,
  WAIT_MUTEX,
} from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

describe('permits', () => {
  test('are taken while there are any', () => {
    const rig = new Rig();
    const { core } = rig;
    const s = core.semaNew(2);
    expect([core.semaAcquire(s, 0), core.semaAcquire(s, 0), core.semaAcquire(s, 0)]).toEqual([
      R_SLOT,
      R_SLOT,
      R_BLOCK,
    ]);
    core.semaRelease(s);
    expect(rig.get(s + S_COUNT)).toBe(1);
    expect(core.semaAcquire(s, 0)).toBe(R_SLOT);
  });

  test('go straight to who waits longest: a newcomer finds none', () => {
    const rig = new Rig();
    const { core } = rig;
    const s = core.semaNew(0);
    const all = [rig.running(), rig.running(), rig.running()];
    for (const g of all) {
      expect(core.semaAcquire(s, g)).toBe(R_PARKED);
      expect(core.reasonOf(g)).toBe(WAIT_MUTEX);
    }
    for (let i = 0; i < 3; i++) {
      core.semaRelease(s);
      expect(rig.get(s + S_COUNT)).toBe(0);
      expect(core.semaAcquire(s, 0)).toBe(R_BLOCK);
    }
    expect(rig.drain()).toEqual(all);
    core.semaRelease(s);
    expect(rig.get(s + S_COUNT)).toBe(1);
  });

  test('do not go to a waiter that was killed', () => {
    const rig = new Rig();
    const { core } = rig;
    const s = core.semaNew(0);
    const all = [rig.running(), rig.running(), rig.running()] as const;
    for (const g of all) core.semaAcquire(s, g);
    core.exit(all[0]);
    core.exit(all[2]);
    core.semaRelease(s);
    core.semaRelease(s);
    expect(rig.drain()).toEqual([all[1]]);
    expect(rig.get(s + S_COUNT)).toBe(1);
  });

  test('a select that loses takes none', () => {
    const rig = new Rig();
    const { core } = rig;
    const [a, b] = [core.semaNew(0), core.semaNew(0)];
    const g = rig.running();
    rig.select(g, { kind: CASE_SEMA, addr: a }, { kind: CASE_SEMA, addr: b });
    core.semaRelease(b);
    core.semaRelease(a);
    expect(core.caseOf(g)).toBe(1);
    expect([rig.get(a + S_COUNT), rig.get(b + S_COUNT)]).toEqual([1, 0]);
  });
});

describe('a count', () => {
  test('wakes all at zero, and only there', () => {
    const rig = new Rig();
    const { core } = rig;
    const s = core.semaNew(0);
    expect(core.semaWaitZero(s, 0)).toBe(R_SLOT);
    core.semaAdd(s, 3);
    expect(core.semaWaitZero(s, 0)).toBe(R_BLOCK);
    const all = [rig.running(), rig.running()];
    for (const g of all) {
      expect(core.semaWaitZero(s, g)).toBe(R_PARKED);
      expect(core.reasonOf(g)).toBe(WAIT_GROUP);
    }
    core.semaAdd(s, -2);
    expect(core.idle()).toBe(1);
    core.semaAdd(s, -1);
    expect(rig.drain()).toEqual(all);
    expect(rig.list(s + S_WAITQ)).toEqual([]);
    // It can be used again.
    core.semaAdd(s, 1);
    expect(core.semaWaitZero(s, 0)).toBe(R_BLOCK);
  });
});

test('freed under a waiter: trap', () => {
  const rig = new Rig();
  const { core } = rig;
  const s = core.semaNew(0);
  core.semaAcquire(s, rig.running());
  expect(rig.trapOf(() => core.semaFree(s))).toBe(TRAP_BUSY);
});
