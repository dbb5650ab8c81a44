/** One fresh core over one fresh memory a test: the debug build, which checks its own lists. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import {
  CASES,
  CASE_ADDR,
  CASE_KIND,
  CASE_SIZE,
  CASE_WHEN,
  C_COUNT,
  C_RECVQ,
  C_SENDQ,
  G_CASE,
  HEADER_LIMIT,
  HEADER_PAGES,
  HEADER_TRAP,
  P0,
  PAGES_INITIAL,
  P_SLABS,
  P_CASE,
  P_HOST,
  P_LIVE,
  P_PARTNER,
  Q_FIRST,
  Q_LAST,
  S_RULE,
  S_SIZE,
  S_STATE,
  TAG,
  TAG_SHIFT,
  W_G,
  W_NEXT,
} from '../../assembly/layout.ts';

type Name =
  | 'init layoutVersion seed'
  | 'spawn waiter next yieldNow exit wake join parkHost parkForever reasonOf idle'
  | 'chanNew chanFree chanSend chanRecv chanClose'
  | 'select parkOnAll'
  | 'sleep timerNew timerFree timerSet timerClear timerWait timerFire timerPop timerNext'
  | 'blockAlloc blockFree'
  | 'semaAcquire semaRelease'
  // These are words that the API reads itself.
  | 'setLimit pagesUsed live waitingOnHost chanLength caseOf';

type Words<S extends string> = S extends `${infer W} ${infer Rest}` ? W | Words<Rest> : S;

export type Core = Readonly<Record<Words<Name>, (...args: number[]) => number>>;

export type Build = 'core' | 'core.debug' | 'core.model';

export function bytesOf(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url)));
}

const modules = new Map<Build, WebAssembly.Module>();

function moduleOf(build: Build): WebAssembly.Module {
  const module = modules.get(build) ?? new WebAssembly.Module(bytesOf(build));
  modules.set(build, module);
  return module;
}

export interface Case {
  readonly kind: number;
  readonly addr?: number;
  readonly when?: number;
  /** Of a semaphore. */
  readonly permits?: number;
}

interface Options {
  /** Pages that the core may use. */
  readonly limit?: number;
  /** Pages that the host gives. */
  readonly maximum?: number;
  readonly seed?: number;
  readonly build?: Build;
}

const LINK = 4; // slab.ts I1

export class Rig {
  readonly memory: WebAssembly.Memory;
  readonly core: Core;

  constructor({ limit = 1024, maximum = 1024, seed = 1, build = 'core.debug' }: Options = {}) {
    this.memory = new WebAssembly.Memory({ initial: PAGES_INITIAL, maximum, shared: true });
    const { exports } = new WebAssembly.Instance(moduleOf(build), {
      env: { memory: this.memory, pause: () => undefined },
    });
    this.core = {
      ...(exports as Core),
      setLimit: (pages) => (this.set(HEADER_LIMIT, pages), 0),
      pagesUsed: () => this.get(HEADER_PAGES),
      live: () => this.get(P0 + P_LIVE),
      waitingOnHost: () => this.get(P0 + P_HOST),
      chanLength: (c) => this.get(c + C_COUNT),
      caseOf: (g) => this.get(g + G_CASE),
    };
    this.core.init(limit, 2);
    this.core.seed(Math.imul(seed, 0x9e3779b9), seed);
  }

  get(addr: number): number {
    return new Int32Array(this.memory.buffer)[addr >> 2] as number;
  }

  set(addr: number, value: number): void {
    new Int32Array(this.memory.buffer)[addr >> 2] = value;
  }

  /** The case that the last select performed at once. */
  get chosen(): number {
    return this.get(P0 + P_CASE);
  }

  /** The sender of the last R_REFILL, tagged. */
  get partner(): number {
    return this.get(P0 + P_PARTNER);
  }

  /** A semaphore. */
  sema(permits: number, rule: number): number {
    const s = this.core.blockAlloc(S_SIZE);
    for (let i = 0; i < S_SIZE; i += 4) this.set(s + i, 0);
    this.set(s + S_STATE, permits);
    this.set(s + S_RULE, rule);
    return s;
  }

  /** A goroutine that runs. */
  running(): number {
    return this.core.waiter();
  }

  /** Writes the case table and selects. */
  select(g: number, ...cases: Case[]): number {
    const words = new Int32Array(this.memory.buffer);
    const times = new Float64Array(this.memory.buffer);
    cases.forEach(({ kind, addr = 0, when = 0, permits }, i) => {
      const at = P0 + CASES + i * CASE_SIZE;
      words[(at + CASE_KIND) >> 2] = kind;
      words[(at + CASE_ADDR) >> 2] = addr;
      times[(at + CASE_WHEN) >> 3] = when;
      if (permits !== undefined) words[(at + CASE_WHEN) >> 2] = permits;
    });
    return this.core.select(cases.length, g);
  }

  /** The goroutines of a wait list, in order. */
  list(list: number): number[] {
    const found: number[] = [];
    for (let w = this.get(list + Q_FIRST); w; w = this.get(w + W_NEXT)) found.push(this.get(w + W_G));
    if (found.length === 0) expect(this.get(list + Q_LAST)).toBe(0);
    return found;
  }

  receivers(c: number): number[] {
    return this.list(c + C_RECVQ);
  }

  senders(c: number): number[] {
    return this.list(c + C_SENDQ);
  }

  /** The free records of a slab, the next to be given out first. */
  free(slab: number): number[] {
    const found: number[] = [];
    for (let r = this.get(P0 + P_SLABS + slab * 4); r; r = this.get(r + LINK)) found.push(r);
    return found;
  }

  /** Whoever runs next, until nobody does. */
  drain(): number[] {
    const order: number[] = [];
    for (let g = this.core.next(); g; g = this.core.next()) order.push(g);
    return order;
  }

  /** Lets `f` break an invariant, and answers the code that the core left. */
  trapOf(f: () => unknown): number {
    expect(this.get(HEADER_TRAP)).toBe(0);
    expect(f).toThrow(WebAssembly.RuntimeError);
    return this.get(HEADER_TRAP);
  }
}

export function tagOf(result: number): number {
  return result & TAG;
}

/** The goroutine that a result names. */
export function whoOf(result: number): number {
  return result & ~TAG;
}

export function slotOf(result: number): number {
  return result >> TAG_SHIFT;
}

/** Repeatable numbers below n, for tests: mulberry32. */
export function generator(seed: number): (n: number) => number {
  let state = seed | 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}
