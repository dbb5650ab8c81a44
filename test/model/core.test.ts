// The core that ships, in every order of events.

import { expect, test } from 'vitest';
import { subjectOf } from './cores/cores.ts';
import { scenarios } from './core/index.ts';
import { core, endsOf, explore } from './model.ts';

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario);

/** The search without its reduction is slow: only scenarios that it completes within so many states are compared. */
const COMPARED_STATES = 40_000;

test('the reduction loses nothing, in the core neither', async () => {
  const subject = await subjectOf(core);
  let compared = 0;
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (scenario.bound) continue;
    for (const points of ['atomics', 'all'] as const) {
      const limited = { ...scenario, maxStates: COMPARED_STATES };
      const full = endsOf(limited, subject, points, { reduce: false, rehearse: false });
      if (!full.report.complete) continue;
      expect([name, points, ...endsOf(scenario, subject, points).ends]).toEqual([name, points, ...full.ends]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(30);
});
