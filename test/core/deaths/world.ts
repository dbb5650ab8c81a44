/** Three processors over one memory, one of which dies: where it is, and what is found afterwards. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import * as L from '../../../assembly/layout.ts';
import { census } from '../../stress/harness/core.ts';
import { withGates } from './gates.ts';

export type Core = Readonly<Record<string, (...args: number[]) => number>>;

const CORES = 4;
const PAGES = 1024;

const bytes = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../../build/${name}.wasm`, import.meta.url)));
const plain = new WebAssembly.Module(bytes('core'));
const gated = new WebAssembly.Module(withGates(bytes('core')));
const reaping = new WebAssembly.Module(bytes('reaper'));

class Death extends Error {}

/** A processor: its core and its block. */
export interface Proc {
  readonly core: Core;
  readonly p: number;
}

/** How a goroutine was woken. */
export interface Woken {
  readonly closed: boolean;
  readonly index: number;
  readonly value: number;
}

export interface Case {
  readonly kind: number;
  readonly on: number;
  readonly word?: number;
}

export class World {
  readonly memory = new WebAssembly.Memory({ initial: L.PAGES_INITIAL, maximum: PAGES, shared: true });
  private words = new Int32Array(this.memory.buffer);
  /** Who buries the dead, as the main thread does. */
  readonly main: Proc;
  readonly other: Proc;
  mortal: Proc;
  readonly channels: number[] = [];
  /** The goroutines of the living that had a turn since. */
  readonly woken = new Map<number, Woken>();
  /** Tasks that the living were given since. */
  readonly tasks: number[] = [];
  private readonly reaper: Core;
  private gates = Infinity;
  private dead = false;

  constructor() {
    const { memory } = this;
    const pause = (): void => {
      // Who waits for a lock finds out that its holder is no more.
      if (!this.dead) throw new Error('a lock is held by nobody');
      this.reaper.reapLocks!(this.mortal.p);
    };
    const core = (): Core => new WebAssembly.Instance(plain, { env: { memory, pause } }).exports as Core;
    this.reaper = new WebAssembly.Instance(reaping, { env: { memory, pause } }).exports as Core;
    this.main = { core: core(), p: L.P0 };
    this.main.core.init!(PAGES, CORES);
    this.reaper.attach!(L.P0);
    this.other = this.attach(core());
    this.mortal = this.attach(this.newMortal());
    this.warm(this.mortal);
  }

  /** It has pages for its records: to carve one is a loop of two thousand rounds, and each would be a death. */
  private warm(proc: Proc): void {
    const { core } = proc;
    const g = this.selector(proc, ...[0, 1].map(() => ({ kind: L.CASE_NEVER, on: 0 })));
    core.wake!(g, 0, 0);
    core.next!();
    core.taskForget!(core.taskNew!(g, 0, 0, 0, 0));
    core.exit!(g);
    this.set(proc.p + L.P_TASKS, 1);
    const task = core.next!() & ~L.NEXT_TASK;
    core.taskEnd!(task, L.OUTCOME_RETURNED, 0);
    this.set(proc.p + L.P_TASKS, 0);
  }

  private newMortal(): Core {
    const gate = (): void => {
      if (--this.gates < 0) throw new Death();
    };
    const pause = (): void => {
      throw new Error('a lock is held by nobody');
    };
    return new WebAssembly.Instance(gated, { env: { memory: this.memory, pause, gate } }).exports as Core;
  }

  private attach(core: Core): Proc {
    const p = this.main.core.procNew!();
    core.attach!(p);
    for (const half of [0, 4]) this.set(p + L.P_RAND + half, 1);
    return { core, p };
  }

  get(address: number): number {
    if (address >> 2 >= this.words.length) this.words = new Int32Array(this.memory.buffer);
    return this.words[address >> 2]!;
  }

  set(address: number, value: number): void {
    this.get(address);
    this.words[address >> 2] = value;
  }

  // ── What a thread does ──────────────────────────────────────────────────────

  channel(capacity: number, ...ring: number[]): number {
    const c = this.main.core.schanNew!(capacity);
    this.channels.push(c);
    for (const word of ring) this.send(this.main, c, word, 0);
    return c;
  }

  goroutine({ core }: Proc): number {
    return core.waiter!();
  }

  send({ core, p }: Proc, c: number, word: number, g: number): number {
    this.set(p + L.P_VALUE, word);
    return core.schanSend!(c, g) & L.TAG;
  }

  sendMany({ core, p }: Proc, c: number, words: readonly number[], g: number): number {
    words.forEach((word, i) => this.set(p + L.BATCH + 8 * i, word));
    return core.schanSendMany!(c, words.length, g);
  }

  select({ core, p }: Proc, g: number, ...cases: Case[]): number {
    cases.forEach(({ kind, on, word = 0 }, i) => {
      const at = p + L.CASES + i * L.CASE_SIZE;
      this.set(at + L.CASE_KIND, kind);
      this.set(at + L.CASE_ADDR, on);
      this.set(at + L.CASE_WHEN, word);
    });
    return core.select!(cases.length, g) & L.TAG;
  }

  /** A goroutine that waits for a word. */
  receiver(proc: Proc, c: number): number {
    const g = this.goroutine(proc);
    expect(proc.core.schanRecv!(c, g)).toBe(L.R_PARKED);
    return g;
  }

  /** A goroutine that waits with a word. */
  sender(proc: Proc, c: number, word: number): number {
    const g = this.goroutine(proc);
    expect(this.send(proc, c, word, g)).toBe(L.R_PARKED);
    return g;
  }

  /** A goroutine that waits in a select. */
  selector(proc: Proc, ...cases: Case[]): number {
    const g = this.goroutine(proc);
    expect(this.select(proc, g, ...cases)).toBe(L.R_PARKED);
    return g;
  }

  // ── Death, and what is found ────────────────────────────────────────────────

  /** Does what the mortal does, up to its n-th gate; says whether it died there. */
  live(gates: number, f: () => void): boolean {
    this.set(this.mortal.p + L.P_GS, 3); // the API says how many goroutines it has
    this.gates = gates;
    try {
      f();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    const died = this.gates < 0;
    this.gates = Infinity;
    this.dead = true;
    return died;
  }

  bury(): void {
    this.reaper.reapWork!(this.mortal.p);
    expect(this.reaper.reapRecords!(this.mortal.p), 'nobody is handing anything over').toBe(1);
    for (const proc of [this.main, this.other]) this.turns(proc);
  }

  /** Another thread in its place, which waits everywhere, and dies. */
  again(): void {
    this.dead = false;
    const { p } = this.mortal;
    this.mortal = this.attach(this.newMortal());
    expect(this.mortal.p, 'the block is used again').toBe(p);
    const g = this.goroutine(this.mortal);
    this.select(this.mortal, g, ...this.channels.map((on) => ({ kind: L.CASE_SRECV, on })));
    this.dead = true;
    this.bury();
  }

  /** Lets everybody run who is ready on a processor of the living. */
  turns(proc: Proc): void {
    for (let r = proc.core.next!(); r !== 0; r = proc.core.next!()) {
      if (r & L.NEXT_TASK) {
        this.tasks.push(r & ~L.NEXT_TASK);
        this.runTask(proc, r & ~L.NEXT_TASK);
        continue;
      }
      const g = r & ~L.NEXT_CLOSED;
      expect(this.woken.has(g), 'woken twice').toBe(false);
      const value = this.get(g + L.G_W + L.W_VALUE);
      this.woken.set(g, { closed: (r & L.NEXT_CLOSED) !== 0, index: this.get(g + L.G_CASE), value });
    }
  }

  private runTask({ core }: Proc, task: number): void {
    core.taskStart!(task);
    core.taskEnd!(task, L.OUTCOME_RETURNED, 0);
  }

  ring(c: number): number[] {
    const capacity = this.get(c + L.SC_CAPACITY);
    const head = this.get(c + L.SC_HEAD);
    const slot = (i: number): number => c + L.SC_RING + 8 * ((head + i) % capacity);
    return Array.from({ length: this.get(c + L.SC_COUNT) }, (_, i) => this.get(slot(i)));
  }

  /** The goroutines in a wait list, which must be whole. */
  list(list: number): number[] {
    const found: number[] = [];
    let before = 0;
    for (let w = this.get(list + L.Q_FIRST); w !== 0; w = this.get(w + L.W_NEXT)) {
      expect([this.get(w + L.W_PREV), this.get(w + L.W_LIST)], 'links').toEqual([before, list]);
      found.push(this.get(w + L.W_G));
      before = w;
    }
    expect(this.get(list + L.Q_LAST), 'last').toBe(before);
    return found;
  }

  receivers(c: number): number[] {
    return this.list(c + L.SC_RECVQ);
  }

  senders(c: number): number[] {
    return this.list(c + L.SC_SENDQ);
  }

  /** What must hold whatever it did, and wherever it died. */
  verify(): void {
    const dead = this.mortal.p;
    for (const c of this.channels) {
      expect(this.get(c + L.LOCK), 'lock').toBe(0);
      const [receivers, senders] = [this.receivers(c), this.senders(c)];
      for (const g of [...receivers, ...senders]) {
        expect(this.get(L.PAGE_MAP + 4 * (g >>> 16)) & ~L.PAGE_KIND, 'a waiter of the dead').not.toBe(dead);
        expect(this.get(g + L.G_STATUS), 'a waiter that does not wait').toBe(L.G_WAITING);
      }
      const [count, closed] = [this.get(c + L.SC_COUNT), this.get(c + L.SC_CLOSED)];
      if (closed) expect([receivers, senders], 'waits on what is closed').toEqual([[], []]);
      if (count < this.get(c + L.SC_CAPACITY)) expect(senders, 'waits though there is room').toEqual([]);
      if (count > 0) expect(receivers, 'waits though there is a word').toEqual([]);
      if (receivers.length > 0) expect(senders, 'wait for each other').toEqual([]);
    }
    const procs = [this.main, this.other, this.mortal].map(({ p }) => p);
    expect(this.get(L.HEADER_SPINNING), 'looks for work').toBe(0);
    expect(this.get(L.HEADER_IDLE), 'idle').toBe(procs.filter((p) => this.get(p + L.P_ASLEEP) === 1).length);
    expect([L.P_STATE, L.P_INBOX, L.P_GS].map((at) => this.get(dead + at))).toEqual([L.PROC_FREE, 0, 0]);
    expect(procs.map((p) => this.get(p + L.P_FIRED))).toEqual([0, 0, 0]);
    const locks = [
      L.GLOBQ,
      ...Array.from({ length: L.CLASS_MAX + 1 }, (_, k) => L.MHEAP + (k << L.MHEAP_SHIFT)),
    ];
    expect(locks.filter((lock) => this.get(lock) !== 0)).toEqual([]);
    census(this.memory); // throws if a block is free twice
  }
}
