// One search of one scenario.

import type { Points, Report, Scenario, Subject } from '../scenario.ts';
import { explore } from './explore.ts';
import { Run } from './run.ts';
import { walk } from './walk.ts';

const MAX_STATES = 2_000_000;

/** Explores a scenario, within its bound if it has one, up to the first fault. */
export function search<S>(scenario: Scenario<S>, subject: Subject, points: Points): Report {
  const since = performance.now();
  const { bound, maxStates = MAX_STATES } = scenario;
  const run = new Run(scenario, subject, points);
  const found =
    bound && 'walks' in bound
      ? { ...walk(run, bound.walks, bound.seed), complete: true, passes: 1 }
      : explore(run, maxStates, bound?.preemptions);
  return { points, ...found, ms: performance.now() - since };
}
