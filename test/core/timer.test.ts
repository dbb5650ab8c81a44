import { describe, expect, test } from 'vitest';
import {
  R_BLOCK,
  R_DIRECT,
  R_PARKED,
  SLAB_T,
  T_WAITQ,
  WAIT_NONE,
  WAIT_RECV,
  WAIT_SLEEP,
} from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

describe('sleep', () => {
  test('wakes all that are due, by time and then by age, and nobody else', () => {
    const rig = new Rig();
    const { core } = rig;
    const times = [5, 3, 5, 1, 9, 3];
    const all = times.map((when) => {
      const g = rig.running();
      expect(core.sleep(when, g)).toBe(R_PARKED);
      expect(core.reasonOf(g)).toBe(WAIT_SLEEP);
      return g;
    });
    expect(core.timerNext()).toBe(1);
    expect(core.timerPop(0.5)).toBe(0);
    expect(core.idle()).toBe(1);
    expect(core.timerPop(5)).toBe(0);
    expect(rig.drain()).toEqual([3, 1, 5, 0, 2].map((i) => all[i]));
    expect(core.timerNext()).toBe(9);
    expect(core.reasonOf(all[4] as number)).toBe(WAIT_SLEEP);
    expect(core.reasonOf(all[0] as number)).toBe(WAIT_NONE);
  });

  test('gives its timer back when it is over, and when its goroutine is killed', () => {
    const rig = new Rig();
    const { core } = rig;
    const [g, h] = [rig.running(), rig.running()];
    core.sleep(1, g);
    core.sleep(2, h);
    const free = rig.free(SLAB_T).length;
    core.timerPop(1);
    expect(rig.free(SLAB_T).length).toBe(free + 1);
    core.exit(h);
    expect(rig.free(SLAB_T).length).toBe(free + 2);
    expect(core.timerNext()).toBe(-1);
  });

  test('does nothing without a goroutine', () => {
    const { core } = new Rig();
    expect(core.sleep(1, 0)).toBe(R_BLOCK);
    expect(core.timerNext()).toBe(-1);
  });
});

describe('timers of the API', () => {
  test('are answered one by one, sleepers before them woken on the way', () => {
    const rig = new Rig();
    const { core } = rig;
    const [g, h] = [rig.running(), rig.running()];
    const [s, t] = [core.timerNew(), core.timerNew()];
    core.sleep(1, g);
    core.timerSet(t, 3);
    core.timerSet(s, 2);
    core.sleep(4, h);
    expect(core.timerPop(10)).toBe(s);
    expect(rig.drain()).toEqual([g]);
    expect(core.timerPop(10)).toBe(t);
    expect(core.timerPop(10)).toBe(0);
    expect(rig.drain()).toEqual([h]);
  });

  test('wake their waiters one at a time, in order', () => {
    const rig = new Rig();
    const { core } = rig;
    const t = core.timerNew();
    const [g, h] = [rig.running(), rig.running()];
    expect(core.timerWait(t, g)).toBe(R_PARKED);
    expect(core.reasonOf(g)).toBe(WAIT_RECV);
    core.timerWait(t, h);
    expect(core.timerFire(t)).toBe(g | R_DIRECT);
    expect(rig.list(t + T_WAITQ)).toEqual([h]);
    expect(core.timerFire(t)).toBe(h | R_DIRECT);
    expect(core.timerFire(t)).toBe(0);
    expect(rig.drain()).toEqual([g, h]);
  });

  test('may be set again when they are due, and moved before', () => {
    const { core } = new Rig();
    const t = core.timerNew();
    core.timerSet(t, 5);
    core.timerSet(t, 50);
    expect(core.timerPop(5)).toBe(0);
    expect(core.timerPop(50)).toBe(t);
    core.timerSet(t, 60);
    expect(core.timerPop(60)).toBe(t);
    expect(core.timerPop(1e9)).toBe(0);
  });
});
