import { expect, test } from 'vitest';
import { P0, P_RUNNEXT, RUNNEXT_TURNS, SLAB_G } from '../../assembly/layout.ts';
import { Rig } from './helper.ts';

test('goroutines run in the order they were spawned', () => {
  const rig = new Rig();
  const all = Array.from({ length: 100 }, () => rig.core.spawn());
  expect(rig.core.idle()).toBe(0);
  expect(rig.drain()).toEqual(all);
  expect(rig.core.idle()).toBe(1);
});

test('goroutines run in the order they were woken', () => {
  const rig = new Rig();
  const { core } = rig;
  const all = Array.from({ length: 10 }, () => rig.running());
  for (const g of all) core.parkHost(g);
  const order = [3, 1, 4, 5, 9, 2, 6, 8, 7, 0].map((i) => all[i] as number);
  for (const g of order) core.wake(g, 0, 0);
  expect(rig.drain()).toEqual(order);
});

test('the first that is woken runs before those who waited in the queue', () => {
  const rig = new Rig();
  const { core } = rig;
  const [a, b, c, d] = [core.spawn(), core.spawn(), rig.running(), rig.running()];
  expect(core.next()).toBe(a);
  core.parkHost(c);
  core.parkHost(d);
  core.wake(c, 0, 0);
  core.wake(d, 0, 0); // that place is taken
  expect(rig.get(P0 + P_RUNNEXT)).toBe(c);
  expect(rig.drain()).toEqual([c, b, d]);
});

test('whoever yields goes behind all that are ready', () => {
  const rig = new Rig();
  const { core } = rig;
  const [a, b, c] = [core.spawn(), core.spawn(), core.spawn()];
  expect(core.next()).toBe(a);
  core.yieldNow(a);
  expect(rig.drain()).toEqual([b, c, a]);
});

test('two that keep waking each other hold the queue up for a bounded number of turns', () => {
  const rig = new Rig();
  const { core } = rig;
  let [running, other] = [rig.running(), rig.running()];
  const [front, bystander] = [core.spawn(), core.spawn()];
  expect(core.next()).toBe(front); // in front of the queue, where the bystander stands
  core.parkHost(other);
  for (let turn = 1; ; turn++) {
    core.wake(other, 0, 0);
    core.parkHost(running);
    const g = core.next();
    if (g === bystander) {
      expect(turn).toBe(RUNNEXT_TURNS); // the turn of `front` counts
      break;
    }
    expect(g).toBe(other);
    [running, other] = [other, running];
  }
  expect(core.next()).toBe(other);
});

test('alone, two that wake each other are never held up', () => {
  const rig = new Rig();
  const { core } = rig;
  let [a, b] = [rig.running(), rig.running()];
  core.parkHost(b);
  for (let i = 0; i < 5 * RUNNEXT_TURNS; i++) {
    core.wake(b, 0, 0);
    core.parkHost(a);
    expect(core.next()).toBe(b);
    [a, b] = [b, a];
  }
});

test('whoever ended in the queue is skipped and freed when its turn comes', () => {
  for (const gone of [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 1, 2, 3]]) {
    const rig = new Rig();
    const { core } = rig;
    const all = Array.from({ length: 4 }, () => core.spawn());
    const free = rig.free(SLAB_G).length;
    for (const i of gone) core.exit(all[i] as number);
    expect(core.live()).toBe(4 - gone.length);
    expect(rig.free(SLAB_G).length).toBe(free); // not before its turn: it still is in the queue
    expect(rig.drain()).toEqual(all.filter((_, i) => !gone.includes(i)));
    expect(rig.free(SLAB_G).length).toBe(free + gone.length);
    expect(core.idle()).toBe(1);
  }
});

test('a record is not given out again while it stands in the queue', () => {
  const rig = new Rig();
  const { core } = rig;
  const g = core.spawn();
  core.exit(g);
  const others = [core.spawn(), core.spawn()];
  expect(others).not.toContain(g);
  expect(rig.drain()).toEqual(others);
  expect(core.spawn()).toBe(g);
});
