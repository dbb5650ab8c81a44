// A processor as a thread of a scenario: its loop, which in the library is written in JavaScript.

import { atomicGet, loop, wait } from './ops.ts';
import type { End, Loop, Op } from './ops.ts';

export interface ProcessorOf<T> {
  /** Answers what to run next, or 0. */
  readonly next: Op;
  /** The address of the word that it sleeps on. */
  readonly wakeWord: number;
  /** Says that it is about to sleep; answers 0 if it must not. Without it, nothing is said. */
  readonly before?: Op;
  /** Says that it is awake again. */
  readonly after?: Op;
  /** The state that the loop begins with: plain data. */
  readonly first: T;
  /** Runs what `next` has answered; answers the next state, or `end(…)`. */
  run(state: T, next: number): Generator<Op, T | End, number>;
}

/**
 * Runs what `next` answers until that is 0, and then sleeps: the loop of a processor. The wake word is read
 * before `next` is asked, so that a wake-up in between ends the sleep before it begins.
 *
 * @example
 * service((s) => processor({ next: call('next'), wakeWord: s.p + P_WAKE, first: 0, *run(ran, g) {
 *   yield call('exit', g);
 *   return ran + 1;
 * } }))
 */
export function processor<T>({ next, wakeWord, before, after, first, run }: ProcessorOf<T>): Loop {
  return loop(first, function* (state): Generator<Op, T | End, number> {
    const seen = yield atomicGet(wakeWord);
    const found = yield next;
    if (found) return yield* run(state, found);
    if (!before || (yield before)) yield wait(wakeWord, seen);
    if (after) yield after;
    return state;
  });
}
