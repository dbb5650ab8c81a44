// The state of a program of several threads, and what happens when one of them makes a step.

import { Woken } from '../ops.ts';
import { Ground, MAX_THREADS, TOTAL_PAGES } from '../wasm/ground.ts';
import type { Instrumented } from '../wasm/instrument.ts';
import { Kind } from '../wasm/operators.ts';
import type { Site } from '../wasm/rewrite.ts';
import { Contexts, Head, Status } from './contexts.ts';
import { Instance } from './instance.ts';
import { Journal } from './journal.ts';
import type { Step, Steps } from './steps.ts';
import { Thread } from './thread.ts';

const { READY, ASLEEP, ENDED } = Status;
const { STATUS, SITE, ADDRESS, ARGUMENT, ANSWER, PHASE } = Head;
const { NOTIFY, WAIT } = Kind;
const { ARENA_BYTES } = Ground;

/** Decides where threads stop, and is told what they do. */
export interface Policy {
  stops(thread: number, site: number, address: number, argument: number): boolean;
  answered?(thread: number, answer: number): void;
  /** The thread went to sleep, or was woken by `by`. */
  slept?(thread: number): void;
  woke?(thread: number, by: number): void;
}

const never: Policy = { stops: () => false };

/** Bits of a digit of the queue. */
const DIGIT = 3;

export class World {
  readonly words: Int32Array;
  readonly journal: Journal;
  readonly contexts = new Contexts();
  readonly threads: readonly Thread[];
  /** The instance of the test itself, for setup and check. */
  readonly own: Instance;
  readonly sites: readonly Site[];
  policy: Policy = never;

  // Of each thread: the number of its context, and the words of its head.
  readonly ids: Int32Array;
  readonly status: Int32Array;
  readonly site: Int32Array;
  readonly address: Int32Array;
  readonly argument: Int32Array;
  readonly phase: Int32Array;
  /** Who sleeps, the longest first: thread + 1 in a digit each, the first in the lowest. */
  queue = 0;

  constructor(
    instrumented: Instrumented,
    readonly count: number,
  ) {
    if (count > MAX_THREADS) throw new RangeError(`a scenario has at most ${MAX_THREADS} threads`);
    const memory = new WebAssembly.Memory({ initial: TOTAL_PAGES, maximum: TOTAL_PAGES });
    this.words = new Int32Array(memory.buffer);
    this.journal = new Journal(this.words);
    this.sites = instrumented.sites;
    const watcher = {
      stops: (t: number, site: number, address: number, argument: number) =>
        this.policy.stops(t, site, address, argument),
      answered: (t: number, step: Step, answer: number) => {
        this.phase[t] = step.phase;
        this.policy.answered?.(t, answer);
      },
    };
    this.threads = Array.from(
      { length: count },
      (_, t) => new Thread(t, instrumented, memory, this.words, this.contexts, watcher),
    );
    this.own = new Instance(count, instrumented, memory, this.words);
    const each = () => new Int32Array(count);
    [this.ids, this.status, this.site] = [each(), each(), each()];
    [this.address, this.argument, this.phase] = [each(), each(), each()];
  }

  /** Ends the setup. Threads have not begun; from here on all that is written can be undone. */
  begin(bodies: readonly Steps[]): void {
    bodies.forEach((steps, t) => this.adopt(t, this.threads[t]!.begin(steps)));
    this.queue = 0;
    this.journal.record();
  }

  /** Goes to a state, all but its memory. */
  load(ids: Int32Array, offset: number, queue: number): void {
    for (let t = 0; t < this.count; t++) {
      const id = ids[offset + t]!;
      if (this.ids[t] !== id) this.adopt(t, id);
    }
    this.queue = queue;
  }

  /**
   * The moves that are possible, a bit each: bit t, thread t goes on; bit `count + t`, its sleep ends by its
   * time limit.
   */
  moves(): number {
    let moves = 0;
    for (let t = 0; t < this.count; t++) {
      if (this.status[t] === READY) moves |= 1 << t;
      else if (this.status[t] === ASLEEP && this.sites[this.site[t]!]!.timed) moves |= 1 << (this.count + t);
    }
    return moves;
  }

  /** The thread that makes a move. */
  mover(move: number): number {
    return move < this.count ? move : move - this.count;
  }

  /**
   * Performs the access at which a thread has stopped, and runs it to its next stop. What it writes is in the
   * journal, to be settled. Throws what the thread throws.
   */
  move(move: number): void {
    const t = this.mover(move);
    const thread = this.threads[t]!;
    let answer = 0;
    if (move >= this.count) {
      answer = Woken.TIMED_OUT;
      this.dequeue(t);
    } else {
      const site = this.site[t]!;
      const kind = this.sites[site]!.kind;
      if (site === 0) answer = this.contexts.words[this.contexts.start(this.ids[t]!) + ANSWER]!;
      else if (kind === NOTIFY) answer = this.wake(this.address[t]!, this.argument[t]!, t);
      else if (kind === WAIT) {
        if (this.words[this.address[t]! >> 2] === this.argument[t]) return this.sleep(t);
        answer = Woken.UNEQUAL;
      }
    }
    thread.load(this.ids[t]!);
    this.adopt(t, thread.run(answer));
  }

  /** Runs a check of the test, on whichever instances, and undoes what it wrote. */
  aside<T>(check: () => T): T {
    const { journal, policy } = this;
    const { mark, lo, hi } = journal;
    this.policy = {
      stops: (_, site) => {
        if (this.sites[site]!.kind === WAIT) throw new Error('a check may not sleep');
        return false;
      },
    };
    try {
      return check();
    } finally {
      this.policy = policy;
      journal.settle();
      journal.drop(mark);
      journal.lo = lo;
      journal.hi = hi;
    }
  }

  private adopt(t: number, id: number): void {
    const { words } = this.contexts;
    const at = this.contexts.start(id);
    this.ids[t] = id;
    this.status[t] = words[at + STATUS]!;
    this.site[t] = words[at + SITE]!;
    this.address[t] = words[at + ADDRESS]!;
    this.argument[t] = words[at + ARGUMENT]!;
    this.phase[t] = words[at + PHASE]!;
  }

  private sleep(t: number): void {
    this.adopt(
      t,
      this.contexts.withHead(this.ids[t]!, (x) => (x[STATUS] = ASLEEP)),
    );
    let shift = 0;
    while (this.queue >> shift) shift += DIGIT;
    this.queue |= (t + 1) << shift;
    this.policy.slept?.(t);
  }

  /** Wakes up to `most` of those who sleep at the address, in the order in which they fell asleep. */
  private wake(address: number, most: number, by: number): number {
    let woken = 0;
    for (let rest = this.queue; rest && woken < most >>> 0; rest >>= DIGIT) {
      const t = (rest & 7) - 1;
      if (this.address[t] !== address) continue;
      this.dequeue(t);
      this.adopt(
        t,
        this.contexts.withHead(this.ids[t]!, (x) => {
          x[STATUS] = READY;
          x[SITE] = x[ADDRESS] = x[ARGUMENT] = 0;
          x[ANSWER] = Woken.WOKEN;
        }),
      );
      this.policy.woke?.(t, by);
      woken++;
    }
    return woken;
  }

  private dequeue(t: number): void {
    let kept = 0;
    let shift = 0;
    for (let rest = this.queue; rest; rest >>= DIGIT) {
      if ((rest & 7) - 1 === t) continue;
      kept |= (rest & 7) << shift;
      shift += DIGIT;
    }
    this.queue = kept;
  }

  /** Whether everybody but the given services has ended: what a state without moves must be. */
  settled(services: readonly boolean[]): boolean {
    return this.threads.every((_, t) => this.status[t] === ENDED || services[t]);
  }

  /** What a body has returned; of one that is not over, the state of its loop. */
  result(t: number): unknown {
    return this.threads[t]!.stepOf(this.ids[t]!).value;
  }

  /** A word of the core's memory. */
  get(address: number): number {
    if (address < 0 || address >= ARENA_BYTES) throw new RangeError(`address ${address}`);
    return this.words[address >> 2]!;
  }
}
