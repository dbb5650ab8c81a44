/**
 * Random calls of the debug core, each valid by protocol, beside the model and a model of the run queue. The core
 * checks its own lists. How to repeat a failure: see channels.test.ts.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CASE_HOST,
  CASE_JOIN,
  CASE_RECV,
  CASE_SEMA,
  CASE_SEND,
  CASE_SLEEP,
  NEXT_CLOSED,
  R_BLOCK,
  R_CLOSED,
  R_DIRECT,
  R_PARKED,
  R_REFILL,
  R_SELECT,
  R_SLOT,
  RULE_QUEUE,
  RUNNEXT_TURNS,
  S_PERMITS,
  S_STATE,
  S_WAITQ,
  SLAB_T,
  SLAB_W,
  WAIT_SEMA,
} from '../../assembly/layout.ts';
import { Rig, slotOf, tagOf, whoOf } from '../core/helper.ts';
import { type Case, Channel, Model, type Outcome, type Waiter } from './model.ts';
import { parameters, TIMEOUT } from './replay.ts';

type State = 'running' | 'ready' | 'dead' | 'waiting';

interface Goroutine {
  state: State;
  closed: boolean;
  /** Waits in a select, and which case woke it. */
  select: boolean;
  index: number;
  sleeping: Sleep[];
  host: number;
  /** Waits on a shared object, too: what it waited for besides is given up in its turn. */
  shared: boolean;
}
interface Sleep {
  readonly when: number;
  readonly age: number;
  readonly waiter: Waiter;
}
interface Chan {
  readonly addr: number;
  readonly model: Channel;
  /** The values by slot, as the API keeps them. */
  readonly slots: number[];
}
interface Sema {
  readonly addr: number;
  count: number;
  readonly waiters: Waiter[];
}

type Act = readonly [what: number, a: number, b: number, c: number];

class World {
  readonly rig = new Rig();
  readonly core = this.rig.core;
  readonly all = new Map<number, Goroutine>();
  readonly chans: Chan[] = [];
  readonly semas: Sema[] = [];
  readonly joiners = new Map<number, Waiter[]>();
  private queue: number[] = [];
  private runnext = 0;
  private tick = 0;
  private sleeps: Sleep[] = [];
  private now = 0;
  private values = 0;

  readonly model = new Model((g, index, outcome) => this.woken(g, index, outcome));

  private woken(g: number, index: number, outcome: Outcome): void {
    const it = this.all.get(g) as Goroutine;
    if (!it.shared) this.settle(g, it);
    it.closed = outcome.kind === 'panic' || outcome.kind === 'closed';
    it.index = index;
    it.state = 'ready';
    if (this.runnext) this.queue.push(g);
    else this.runnext = g;
  }

  /** It waits for the host and for time no more. */
  private settle(g: number, it: Goroutine): void {
    this.sleeps = this.sleeps.filter((s) => s.waiter.g !== g);
    it.host = 0;
    it.shared = false;
  }

  private takeNext(): number {
    const first = this.runnext;
    if (first) {
      this.runnext = 0;
      if (this.queue.length === 0) return first;
      if (this.tick < RUNNEXT_TURNS) {
        this.tick++;
        return first;
      }
      this.queue.push(first);
    }
    const head = this.queue.shift();
    if (head !== undefined) this.tick = 0;
    return head ?? 0;
  }

  private pick(state: State | undefined, n: number): number {
    const found = [...this.all].filter(([, g]) => g.state !== 'dead' && (!state || g.state === state));
    return found[n % (found.length || 1)]?.[0] ?? 0;
  }

  private born(g: number, state: State): void {
    expect(this.all.has(g)).toBe(false); // not one that is in use
    this.all.set(g, { state, closed: false, select: false, index: 0, sleeping: [], host: 0, shared: false });
    this.joiners.set(g, []);
  }

  private parked(g: number, cases: Case[], select: boolean): Goroutine {
    const it = this.all.get(g) as Goroutine;
    this.model.park(g, cases);
    it.state = 'waiting';
    it.select = select;
    return it;
  }

  private sleepUntil(g: number, index: number, when: number, age: number): void {
    this.model.enter(g, index, []);
    const waiter = this.model.waiting.get(g)?.at(-1) as Waiter;
    this.sleeps.push({ when, age, waiter });
  }

  /** Checks the result of an operation that completed, and moves the value as the API would. */
  private completed(r: number, chan: Chan, wanted: Case): void {
    const before = chan.model.buffer.length;
    const outcome = this.model.perform(wanted);
    const { partner } = this.model;
    if (outcome.kind === 'panic' || outcome.kind === 'closed') return expect(r).toBe(R_CLOSED);
    const tag = partner && this.all.get(partner.g)?.select ? R_SELECT : R_DIRECT;
    if (wanted.value !== undefined) {
      if (partner) return this.met(r, partner, tag);
      expect(tagOf(r)).toBe(R_SLOT);
      chan.slots[slotOf(r)] = wanted.value;
      return;
    }
    if (partner && before === 0) return this.met(r, partner, tag);
    expect(tagOf(r)).toBe(partner ? R_REFILL : R_SLOT);
    expect({ kind: 'value', value: chan.slots[slotOf(r)] }).toEqual(outcome);
    if (!partner) return;
    this.met(this.rig.partner, partner, tag);
    chan.slots[slotOf(r)] = partner.value;
  }

  private met(r: number, partner: Waiter, tag: number): void {
    expect([whoOf(r), tagOf(r)]).toEqual([partner.g, tag]);
    if (tag === R_SELECT) expect(this.core.caseOf(partner.g)).toBe(partner.index);
  }

  private operate(g: number, chan: Chan, send: boolean): void {
    const wanted: Case = send ? { on: chan.model, value: ++this.values } : { on: chan.model };
    const ready = this.model.ready(wanted);
    const r = (send ? this.core.chanSend : this.core.chanRecv)(chan.addr, g);
    if (ready) return this.completed(r, chan, wanted);
    expect(r).toBe(g ? R_PARKED : R_BLOCK);
    if (g) this.parked(g, [wanted], false);
  }

  /** A select of up to four cases on channels, semaphores, sleeps, joins and the host. */
  private select(g: number, a: number, b: number): void {
    const n = a % 5;
    const seeds = Array.from({ length: n }, (_, i) => (b >> (i * 6)) & 63);
    const chan = (x: number): Chan => this.chans[x % this.chans.length] as Chan;
    const sema = (x: number): Sema => this.semas[x % this.semas.length] as Sema;
    const target = this.pick(undefined, b);
    const cases = seeds.map((seed) => {
      const x = seed >> 3;
      switch (seed & 7) {
        case 0:
        case 1:
        case 2:
          return {
            kind: CASE_RECV,
            addr: chan(x).addr,
            chan: chan(x),
            wanted: { on: chan(x).model },
          };
        case 3:
        case 4: {
          const wanted: Case = { on: chan(x).model, value: ++this.values };
          return { kind: CASE_SEND, addr: chan(x).addr, chan: chan(x), wanted };
        }
        case 5:
          return { kind: CASE_SEMA, addr: sema(x).addr, sema: sema(x), permits: 1 };
        case 6:
          return target ? { kind: CASE_JOIN, addr: target } : { kind: CASE_HOST };
        default:
          return x & 1 ? { kind: CASE_HOST } : { kind: CASE_SLEEP, when: this.now + x };
      }
    });
    const ready = cases.map((c) =>
      c.wanted ? this.model.ready(c.wanted) : c.sema ? c.sema.count > 0 : false,
    );
    const r = this.rig.select(g, ...cases);
    if (ready.includes(true)) {
      const { chosen } = this.rig;
      expect(ready[chosen]).toBe(true);
      const { chan, wanted, sema } = cases[chosen] as (typeof cases)[number];
      if (chan && wanted) return this.completed(r, chan, wanted);
      expect(r).toBe(R_SLOT);
      (sema as Sema).count--;
      return;
    }
    expect(r).toBe(g ? R_PARKED : R_BLOCK);
    if (!g) return;
    const it = this.parked(g, [], true);
    it.shared = cases.some((c) => c.sema);
    cases.forEach((c, i) => {
      if (c.wanted) {
        const { on, value } = c.wanted;
        this.model.enter(g, i, value === undefined ? on.receivers : on.senders, value);
      } else if (c.sema) this.model.enter(g, i, c.sema.waiters);
      else if (c.kind === CASE_JOIN) this.model.enter(g, i, this.joiners.get(target) as Waiter[]);
      else if (c.kind === CASE_SLEEP) this.sleepUntil(g, i, c.when as number, this.values++);
      else it.host++;
    });
  }

  private end(g: number): void {
    const it = this.all.get(g) as Goroutine;
    this.core.exit(g);
    this.model.leave(g);
    this.sleeps = this.sleeps.filter((s) => s.waiter.g !== g);
    it.host = 0;
    const waiters = this.joiners.get(g) as Waiter[];
    while (waiters[0]) this.model.wake(waiters[0], { kind: 'sent' });
    if (it.state === 'ready') it.state = 'dead';
    else this.all.delete(g);
  }

  act([what, a, b, c]: Act): void {
    const { core } = this;
    const running = this.pick('running', a);
    const chan = this.chans[b % (this.chans.length || 1)];
    const sema = this.semas[b % (this.semas.length || 1)];
    switch (what) {
      case 0: {
        if (this.all.size > 30) return;
        const g = core.spawn();
        this.born(g, 'ready');
        if (this.runnext) this.queue.push(g);
        else this.runnext = g;
        return;
      }
      case 1:
        if (this.all.size <= 30) this.born(core.waiter(), 'running');
        return;
      case 2: {
        let g = this.takeNext();
        while (g && this.all.get(g)?.state === 'dead') {
          this.all.delete(g);
          g = this.takeNext();
        }
        const it = this.all.get(g);
        expect(core.next()).toBe(g | (it?.closed ? NEXT_CLOSED : 0));
        if (it) {
          it.state = 'running';
          this.settle(g, it);
        }
        return;
      }
      case 3: {
        const it = this.all.get(running);
        if (!it) return;
        core.yieldNow(running);
        if (this.runnext) this.queue.unshift(this.runnext);
        this.runnext = 0;
        it.state = 'ready';
        it.closed = false;
        this.queue.push(running);
        return;
      }
      case 4: {
        const g = this.pick(undefined, a);
        if (g && c % 3 === 0) this.end(g);
        return;
      }
      case 5: {
        if (this.chans.length < 4) {
          this.chans.push({ addr: core.chanNew(a % 4), model: new Channel(a % 4), slots: [] });
        } else if (
          chan &&
          c % 4 === 0 &&
          !this.rig.receivers(chan.addr)[0] &&
          !this.rig.senders(chan.addr)[0]
        ) {
          core.chanFree(chan.addr);
          this.chans.splice(this.chans.indexOf(chan), 1);
        }
        return;
      }
      case 6:
      case 7:
        if (chan) this.operate(c % 4 === 0 ? 0 : running, chan, what === 6);
        return;
      case 8:
        if (chan && c % 4 === 0)
          expect(core.chanClose(chan.addr)).toBe(this.model.close(chan.model) ? R_SLOT : R_CLOSED);
        return;
      case 9:
        if (this.chans.length > 0 && this.semas.length > 0) this.select(c % 8 === 0 ? 0 : running, a, b);
        return;
      case 10: {
        const target = this.pick(undefined, b);
        if (!running || !target) return;
        expect(core.join(target, running)).toBe(R_PARKED);
        this.parked(running, [], false);
        return this.model.enter(running, 0, this.joiners.get(target) as Waiter[]);
      }
      case 11:
        if (!running) return;
        expect(core.parkHost(running)).toBe(R_PARKED);
        this.parked(running, [], false).host = 1;
        return;
      case 12: {
        const [g] = [...this.all].find(([, it]) => it.host > 0 && it.state === 'waiting') ?? [];
        if (g === undefined) return;
        core.wake(g, 3, 0);
        return this.model.wake({ g, index: 3, value: 0, list: [] }, { kind: 'sent' });
      }
      case 13:
        if (!running) return;
        expect(core.sleep(this.now + (b % 8), running)).toBe(R_PARKED);
        this.parked(running, [], false);
        return this.sleepUntil(running, 0, this.now + (b % 8), this.values++);
      case 14: {
        this.now += b % 4;
        expect(core.timerPop(this.now)).toBe(0);
        for (;;) {
          const due = this.sleeps
            .filter((s) => s.when <= this.now)
            .sort((x, y) => x.when - y.when || x.age - y.age);
          if (!due[0]) return;
          const { waiter } = due[0];
          if (this.all.get(waiter.g)?.state === 'waiting') this.model.wake(waiter, { kind: 'sent' });
          this.sleeps = this.sleeps.filter((s) => s !== due[0]);
        }
      }
      case 15:
        if (this.semas.length < 3)
          this.semas.push({ addr: this.rig.sema(a % 3, RULE_QUEUE), count: a % 3, waiters: [] });
        return;
      case 16: {
        if (!sema || !running) return;
        const r = core.semaAcquire(sema.addr, 1, running, WAIT_SEMA, 0);
        expect(r).toBe(sema.count > 0 ? R_SLOT : R_PARKED);
        if (sema.count > 0) return void sema.count--;
        this.parked(running, [], false);
        return this.model.enter(running, 0, sema.waiters);
      }
      default:
        if (!sema) return;
        expect(core.semaRelease(sema.addr, 1, S_PERMITS)).toBe(R_SLOT);
        if (sema.waiters[0]) this.model.wake(sema.waiters[0], { kind: 'sent' });
        else sema.count++;
    }
  }

  /** Those who have been woken already, and leave the list in their turn, are as good as gone. */
  private waiting(list: number[]): number[] {
    return list.filter((g) => this.all.get(g)?.state === 'waiting');
  }

  /** Both worlds look the same. */
  compare(): void {
    const { core, rig } = this;
    const states = [...this.all.values()];
    expect(core.live()).toBe(states.filter((g) => g.state !== 'dead').length);
    expect(core.idle()).toBe(this.runnext || this.queue.length ? 0 : 1);
    expect(core.waitingOnHost()).toBe(states.reduce((sum, g) => sum + g.host, 0));
    const times = this.sleeps.map((s) => s.when);
    expect(core.timerNext()).toBe(times.length ? Math.min(...times) : -1);
    for (const { addr, model } of this.chans) {
      expect(core.chanLength(addr)).toBe(model.buffer.length);
      expect(this.waiting(rig.receivers(addr))).toEqual(model.receivers.map((w) => w.g));
      expect(this.waiting(rig.senders(addr))).toEqual(model.senders.map((w) => w.g));
    }
    for (const { addr, count, waiters } of this.semas) {
      expect(rig.get(addr + S_STATE) & S_PERMITS).toBe(count);
      expect(this.waiting(rig.list(addr + S_WAITQ))).toEqual(waiters.map((w) => w.g));
    }
    for (const [g, it] of this.all) expect(core.reasonOf(g) !== 0).toBe(it.state === 'waiting');
  }

  /** Ends everything: no record may be left in use. */
  finish(): void {
    for (let g = this.pick(undefined, 0); g; g = this.pick(undefined, 0)) this.end(g);
    expect(this.core.next()).toBe(0);
    expect([this.core.live(), this.core.waitingOnHost(), this.core.timerNext()]).toEqual([0, 0, -1]);
    for (const { addr } of this.chans) this.core.chanFree(addr);
    for (const { addr } of this.semas) expect(this.rig.list(addr + S_WAITQ)).toEqual([]);
    for (const slab of [SLAB_W, SLAB_T]) {
      const free = this.rig.free(slab).length;
      expect(free % 1024, `slab ${slab}: ${free} free`).toBe(0); // whole pages
    }
  }
}

const act: fc.Arbitrary<Act> = fc.tuple(fc.nat(17), fc.nat(1 << 16), fc.nat(1 << 24), fc.nat(1 << 8));

test(
  'random calls do what the model says, and leave nothing behind',
  () => {
    let calls = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 400, size: 'max' }), (acts) => {
        const world = new World();
        for (const one of acts) {
          world.act(one);
          world.compare();
        }
        world.finish();
        calls += acts.length;
      }),
      parameters(150),
    );
    if (process.env['FUZZ_PATH'] === undefined) expect(calls).toBeGreaterThan(1000);
  },
  TIMEOUT,
);
