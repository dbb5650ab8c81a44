// The explorer on a small core: the right one is clean, and each of its seeded bugs is found.

import { describe, expect, test } from 'vitest';
import { subjectOf } from './cores/cores.ts';
import { mutants, scenarios } from './fixture-scenarios.ts';
import { catchMutants, endsOf, explore, firstFault, fixture } from './model.ts';
import { explain } from './search/explain.ts';
import { plainest, search } from './search/index.ts';
import type { How } from './search/index.ts';

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario, fixture);
catchMutants(mutants, scenarios, fixture);

test('a replay leads to what was found', async () => {
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
  const ways: readonly How[] = [{}, { rehearse: false }, { reduce: false, rehearse: false }];

  for (const [name, scenario] of Object.entries(scenarios)) {
    test(`${name}: the same ends, with and without`, async () => {
      const subject = await subjectOf(fixture);
      for (const points of ['atomics', 'all'] as const) {
        const [reduced, unrehearsed, full] = ways.map((how) => endsOf(scenario, subject, points, how));
        expect(full!.report).toMatchObject({ complete: true, failure: undefined });
        expect(full!.ends.length).toBeGreaterThan(0);
        expect(reduced!.ends).toEqual(full!.ends);
        expect(unrehearsed!.ends).toEqual(full!.ends);
        expect(reduced!.report.states).toBeLessThanOrEqual(full!.report.states);
      }
    });
  }

  test('the same faults, of all mutants in all scenarios', async () => {
    let faults = 0;
    for (const [what, mutant] of Object.entries(mutants)) {
      const subject = await subjectOf(fixture, mutant);
      for (const [name, scenario] of Object.entries(scenarios)) {
        for (const points of ['atomics', 'all'] as const) {
          const found = ways.map((how) => search(scenario, subject, points, how).failure !== undefined);
          expect([what, name, points, ...found]).toEqual([what, name, points, ...found.fill(found[2]!)]);
          if (found[2]) faults++;
        }
      }
    }
    expect(faults).toBeGreaterThan(Object.keys(mutants).length);
  });
});
