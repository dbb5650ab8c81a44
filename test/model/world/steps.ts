// Where a thread is in its body, as a tree of what it was answered.
//
// A generator cannot be copied or set back. So each place of a body, between two actions, is kept as a step, and
// which one comes next depends on the answer alone. A step that was there before costs one look-up; for a new
// one the body is run again with the answers that lead to it.

import { End, Loop } from '../ops.ts';
import type { Op, Script } from '../ops.ts';

/** Where a generator began: a body, or one turn of a loop. */
interface Root {
  open(): Script;
  readonly loop: Loop | undefined;
  /** What the turn was given. */
  readonly state: unknown;
}

export class Step {
  readonly next = new Map<number, Step>();
  /** Performs `op`; bound by the thread. */
  start: (() => number) | undefined;

  constructor(
    readonly id: number,
    /** The action that comes next; undefined at the end of the body. */
    readonly op: Op | undefined,
    /** What the body has returned at its end; before that, in a loop, the state of the turn. */
    readonly value: unknown,
    /** Actions begun before, up to PHASE_MAX; 0 in a loop; PHASE_ENDED at the end. */
    readonly phase: number,
    readonly root: Root | undefined,
    /** The step before in the same generator, and what it was answered. */
    readonly parent: Step | undefined,
    readonly answer: number,
  ) {}
}

/** Phases are kept in bytes. */
export const PHASE_MAX = 254;
/** The phase of a body that is over: later than any. */
export const PHASE_ENDED = 255;

export class Steps {
  /** By number. */
  readonly all: Step[] = [];
  readonly first: Step;
  /** Ends, and turns, by the JSON of their value: equal ones are one step. */
  private readonly named = new Map<string, Step>();
  /** The generator that made the newest step, and still stands there. */
  private live: { at: Step; script: Script } | undefined;

  constructor(open: () => Script | Loop) {
    const body = open();
    this.first =
      body instanceof Loop
        ? this.turn(body, body.first)
        : this.enter({ open: open as () => Script, loop: undefined, state: undefined });
  }

  /** The step behind `step` if it is answered so. */
  after(step: Step, answer: number): Step {
    return step.next.get(answer) ?? this.grow(step, answer);
  }

  private grow(step: Step, answer: number): Step {
    const script = this.live?.at === step ? this.live.script : runTo(step);
    this.live = undefined;
    const made = this.place(script, script.next(answer), step.root!, step, answer);
    step.next.set(answer, made);
    return made;
  }

  private enter(root: Root): Step {
    const script = root.open();
    const result = script.next();
    if (result.done && root.loop && !(result.value instanceof End))
      throw new Error('a turn of a loop does nothing');
    return this.place(script, result, root, undefined, 0);
  }

  private place(
    script: Script,
    result: IteratorResult<Op, unknown>,
    root: Root,
    parent: Step | undefined,
    answer: number,
  ): Step {
    if (result.done) {
      const { value } = result;
      if (value instanceof End) return this.ended(value.value);
      return root.loop ? this.turn(root.loop, value) : this.ended(value);
    }
    const phase = root.loop || !parent ? 0 : Math.min(PHASE_MAX, parent.phase + 1);
    const step = new Step(this.all.length, result.value, root.state, phase, root, parent, answer);
    this.all.push(step);
    this.live = { at: step, script };
    return step;
  }

  private turn(loop: Loop, state: unknown): Step {
    return this.byName(`turn ${JSON.stringify(state)}`, () =>
      this.enter({ open: () => loop.turn(state), loop, state }),
    );
  }

  private ended(value: unknown): Step {
    return this.byName(`end ${JSON.stringify(value)}`, () => {
      const step = new Step(this.all.length, undefined, value, PHASE_ENDED, undefined, undefined, 0);
      this.all.push(step);
      return step;
    });
  }

  private byName(name: string, make: () => Step): Step {
    let step = this.named.get(name);
    if (!step) this.named.set(name, (step = make()));
    return step;
  }
}

/** A fresh generator, brought to the step by the answers that lead there. */
function runTo(step: Step): Script {
  const answers: number[] = [];
  let at = step;
  for (; at.parent; at = at.parent) answers.push(at.answer);
  const script = at.root!.open();
  script.next();
  for (const answer of answers.reverse()) script.next(answer);
  return script;
}
