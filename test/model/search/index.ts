// One search of one scenario.

import type { Failure, Points, Report, Scenario, Subject } from '../scenario.ts';
import { explore, exploreAll } from './explore.ts';
import { Run } from './run.ts';
import { walk } from './walk.ts';

const MAX_STATES = 2_000_000;

/** For tests of the search itself: what it does for speed, and must not change the result. */
export interface How {
  /** False: takes every access for a choice. */
  readonly reduce?: boolean;
  /** False: begins without random orders, which find much by themselves. */
  readonly rehearse?: boolean;
}

/** Explores a scenario, within its bound if it has one, up to the first fault. */
export function search<S>(
  scenario: Scenario<S>,
  subject: Subject,
  points: Points,
  { reduce = true, rehearse = true }: How = {},
): Report {
  const since = performance.now();
  const { bound, maxStates = MAX_STATES } = scenario;
  const run = new Run(scenario, subject, points, reduce);
  const found =
    bound && 'walks' in bound
      ? { ...walk(run, bound.walks, bound.seed), complete: true, passes: 1 }
      : (rehearse ? explore : exploreAll)(run, maxStates, bound?.preemptions);
  return { points, ...found, ms: performance.now() - since };
}

/** Interruptions with which a plainer way to a fault is looked for, and states that this may take. */
const PLAIN_PREEMPTIONS = 3;
const PLAIN_STATES = 30_000;

/** The fault that needs the fewest interruptions, which is the easiest to understand; or the given one. */
export function plainest<S>(
  scenario: Scenario<S>,
  subject: Subject,
  { failure, points }: Report,
): Failure | undefined {
  if (!failure || failure.fault === 'livelock') return failure;
  for (let preemptions = 0; preemptions <= PLAIN_PREEMPTIONS; preemptions++) {
    const found = exploreAll(new Run(scenario, subject, points, true), PLAIN_STATES, preemptions);
    if (found.failure) return found.failure;
  }
  return failure;
}
