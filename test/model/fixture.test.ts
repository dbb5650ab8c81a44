// The explorer on a small core: the right one is clean, and each of its seeded bugs is found.

import { describe, expect, test } from 'vitest';
import { subjectOf } from './cores/cores.ts';
import { mutants, scenarios } from './fixture-scenarios.ts';
import { catchMutants, explore, firstFault, fixture } from './model.ts';
import type { Scenario } from './model.ts';
import type { Points, Report, Subject } from './scenario.ts';
import { explain } from './search/explain.ts';
import { plainest, search } from './search/index.ts';

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario, fixture);
catchMutants(mutants, scenarios, fixture);

test('a replay leads to what was found', { timeout: 120_000 }, async () => {
  for (const mutant of Object.values(mutants)) {
    const subject = await subjectOf(fixture, mutant);
    const { name, report } = firstFault(scenarios, subject)!;
    for (const failure of [report.failure!, plainest(scenarios[name]!, subject, report)!]) {
      const { wrong, text } = explain(
        scenarios[name]!,
        { ...subject, lines: () => undefined },
        failure.replay,
      );
      expect(text).toMatch(/^T\d [\w.]+\(/);
      if (failure.fault === 'livelock') expect(wrong).toBeUndefined();
      else expect(wrong).toEqual({ fault: failure.fault, message: failure.message });
    }
  }
});

describe('the reduction loses nothing', () => {
  /** All ways in which a scenario can end. */
  function outcomes(
    scenario: Scenario<unknown>,
    subject: Subject,
    points: Points,
    reduce: boolean,
  ): { report: Report; ends: string[] } {
    const ends = new Set<string>();
    const watched: Scenario<unknown> = {
      ...scenario,
      check(outcome) {
        ends.add(JSON.stringify(outcome.ends));
        return scenario.check?.(outcome);
      },
    };
    return { report: search(watched, subject, points, reduce), ends: [...ends].sort() };
  }

  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`${name}: the same ends, with and without`, async () => {
      const subject = await subjectOf(fixture);
      for (const points of ['atomics', 'all'] as const) {
        const reduced = outcomes(scenario, subject, points, true);
        const full = outcomes(scenario, subject, points, false);
        expect(full.report).toMatchObject({ complete: true, failure: undefined });
        expect(reduced.ends).toEqual(full.ends);
        expect(reduced.ends.length).toBeGreaterThan(0);
        expect(reduced.report.states).toBeLessThanOrEqual(full.report.states);
      }
    });
  }

  test('the same faults, of all mutants in all scenarios', { timeout: 120_000 }, async () => {
    let faults = 0;
    for (const [what, mutant] of Object.entries(mutants)) {
      const subject = await subjectOf(fixture, mutant);
      for (const [name, scenario] of Object.entries(scenarios)) {
        for (const points of ['atomics', 'all'] as const) {
          const [reduced, full] = [true, false].map((reduce) => search(scenario, subject, points, reduce));
          const found = (report: Report) => `${what}, ${name} ${points} ${report.failure !== undefined}`;
          expect(found(reduced!)).toBe(found(full!));
          if (full!.failure) faults++;
        }
      }
    }
    expect(faults).toBeGreaterThan(Object.keys(mutants).length);
  });
});
