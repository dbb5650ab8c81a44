// A virtual thread: an instance of the core, and the body that calls it.

import type { Op } from '../ops.ts';
import type { Instrumented } from '../wasm/instrument.ts';
import { Head, Status } from './contexts.ts';
import type { Contexts } from './contexts.ts';
import { Instance } from './instance.ts';
import type { Step, Steps } from './steps.ts';

const { STATUS, SITE, ADDRESS, ARGUMENT, ANSWER, STEP, PHASE, WORDS } = Head;
const { READY, ENDED } = Status;

/** Asked, and told, while threads run. */
export interface Watcher {
  /** Whether to stop before this access. */
  stops(thread: number, site: number, address: number, argument: number): boolean;
  /** An action was answered; the thread is in the next step. */
  answered(thread: number, step: Step, answer: number): void;
}

export class Thread extends Instance {
  step!: Step;
  /** Points passed without a stop, since whoever counts them has set it to 0. */
  passed = 0;
  private steps!: Steps;
  /** The access at which it has stopped. */
  private site = 0;
  private address = 0;
  private argument = 0;
  /** Words of the block that belong to its context: the globals. */
  private readonly globalWords: number;
  /** The context that the block holds, or -1. */
  private loaded = -1;
  private suspended = false;

  constructor(
    readonly index: number,
    instrumented: Instrumented,
    memory: WebAssembly.Memory,
    private readonly memoryWords: Int32Array,
    private readonly contexts: Contexts,
    private readonly watcher: Watcher,
  ) {
    super(index, instrumented, memory, memoryWords);
    this.globalWords = 2 * instrumented.globals;
  }

  /** Takes the body that it is to run, and answers its context before the first action. */
  begin(steps: Steps): number {
    this.steps = steps;
    this.step = steps.first;
    this.suspended = false;
    this.arrive = (site, address, argument) => {
      if (!this.watcher.stops(this.index, site, address, argument)) {
        this.passed++;
        return false;
      }
      this.site = site;
      this.address = address;
      this.argument = argument;
      return true;
    };
    return this.save();
  }

  /** Where a context is in the body. */
  stepOf(context: number): Step {
    return this.steps.all[this.contexts.words[this.contexts.start(context) + STEP]!]!;
  }

  /** Puts the globals and the stack of a context into place. */
  load(context: number): void {
    const { words } = this.contexts;
    const start = this.contexts.start(context);
    const end = this.contexts.end(context);
    this.step = this.stepOf(context);
    let from = start + WORDS;
    this.suspended = end > from + this.globalWords;
    const stack = this.stack >> 2;
    this.memoryWords[stack] = this.stack + 8 + 4 * (end - from - this.globalWords);
    if (this.loaded === context) return;
    this.loaded = context;
    if (this.globalWords > 0) {
      for (let to = this.globals >> 2; from < start + WORDS + this.globalWords; from++, to++) {
        this.memoryWords[to] = words[from]!;
      }
      this.core['model.load']!(this.globals);
    }
    for (let to = stack + 2; from < end; from++, to++) this.memoryWords[to] = words[from]!;
  }

  /**
   * Runs from where it was loaded to the next stop, or to the end of its body, and answers its new context.
   * Throws what the core or the body throws.
   */
  run(answer: number): number {
    this.loaded = -1;
    this.site = 0;
    let { step } = this;
    if (step.op) {
      let result = this.suspended ? this.rewind(this.starter(step), answer) : this.starter(step)();
      while (!this.unwound()) {
        result ??= 0;
        this.step = step = this.steps.after(step, result);
        this.watcher.answered(this.index, step, result);
        if (!step.op) break;
        result = this.starter(step)();
      }
    }
    this.suspended = step.op !== undefined;
    return this.save();
  }

  private save(): number {
    const { draft } = this.contexts;
    const { step } = this;
    draft[STATUS] = step.op ? READY : ENDED;
    draft[SITE] = this.site;
    draft[ADDRESS] = this.address;
    draft[ARGUMENT] = this.argument;
    draft[ANSWER] = 0;
    draft[STEP] = step.id;
    draft[PHASE] = step.phase;
    if (!step.op) {
      draft[SITE] = draft[ADDRESS] = draft[ARGUMENT] = 0;
      return this.contexts.keep(WORDS);
    }
    let to = WORDS;
    if (this.globalWords > 0) {
      this.core['model.save']!(this.globals);
      const from = this.globals >> 2;
      for (let i = 0; i < this.globalWords; i++) draft[to++] = this.memoryWords[from + i]!;
    }
    if (this.suspended) {
      const end = this.memoryWords[this.stack >> 2]! >> 2;
      for (let from = (this.stack >> 2) + 2; from < end; from++) draft[to++] = this.memoryWords[from]!;
    }
    const context = this.contexts.keep(to);
    this.loaded = context;
    return context;
  }

  private starter(step: Step): () => number {
    return (step.start ??= this.bind(step.op!));
  }

  /** A call with as many arguments as it has: that is what an engine makes fast. */
  private bind({ name, args }: Op): () => number {
    const f = this.core[name];
    if (typeof f !== 'function') throw new Error(`the core has no export ${name}`);
    const [a, b, c] = args as [number, number, number];
    switch (args.length) {
      case 0:
        return () => f();
      case 1:
        return () => f(a);
      case 2:
        return () => f(a, b);
      case 3:
        return () => f(a, b, c);
      default:
        return () => f(...args);
    }
  }
}
