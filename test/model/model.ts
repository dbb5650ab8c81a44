// The explorer's face to a test: scenarios, and what is done with them. How to write one: docs/model-checking.md.

import { beforeAll, expect, test } from 'vitest';
import { prepare } from './cores/compile.ts';
import { core, subjectOf } from './cores/cores.ts';
import type { Mutant } from './cores/compile.ts';
import type { CoreSource } from './cores/cores.ts';
import type { Points, Report, Scenario, Subject } from './scenario.ts';
import { explain } from './search/explain.ts';
import { plainest, search } from './search/index.ts';
import type { How } from './search/index.ts';

export { core, fixture } from './cores/cores.ts';
export * from './ops.ts';
export { processor } from './processor.ts';
export type { Machine, Outcome, Report, Scenario } from './scenario.ts';

/** Where threads may be switched: the first is quick, the second finds races, too. */
const POINTS: readonly Points[] = ['atomics', 'all'];

/** A row of the table that `npm run test:model` prints. */
export interface Row extends Report {
  readonly name: string;
}

declare module 'vitest' {
  interface TaskMeta {
    explored?: Row;
  }
}

/** Lets scenarios with different setups stand in one list. */
export function scenario<S>(definition: Scenario<S>): Scenario<unknown> {
  return definition as Scenario<unknown>;
}

/**
 * Declares two tests, which explore the scenario with points at atomics and at all accesses, and pass if every
 * order of events ends well.
 *
 * With MODEL_REPLAY in the environment they tell the story of that order instead.
 */
export function explore<S>(name: string, definition: Scenario<S>, source: CoreSource = core): void {
  for (const points of POINTS) {
    test(`${name} · ${points}`, async ({ task }) => {
      const subject = await subjectOf(source);
      const replay = process.env.MODEL_REPLAY;
      if (replay) return console.log(story(definition, subject, replay));
      const report = search(definition, subject, points);
      task.meta.explored = { name, ...report };
      const wrong = complaint(definition, subject, report);
      if (wrong) expect.fail(wrong);
    });
  }
}

/** What a test says of a report, or undefined if all is well. */
export function complaint<S>(definition: Scenario<S>, subject: Subject, report: Report): string | undefined {
  const { complete, states } = report;
  const failure = plainest(definition, subject, report);
  if (failure) {
    const { fault, message, replay } = failure;
    return `${fault}: ${message}\nreplay: ${replay}\n${explain(definition, subject, replay).text}`;
  }
  if (complete) return undefined;
  return `not explored completely: gave up after ${states} states. Make it smaller, or mark it with its bound`;
}

/** What a replay leads to. */
function story<S>(definition: Scenario<S>, subject: Subject, replay: string): string {
  const { text, wrong } = explain(definition, subject, replay);
  return `${text}\n${wrong ? `${wrong.fault}: ${wrong.message}` : 'nothing is wrong here'}`;
}

/** All ways in which a scenario can end, by what its bodies return. */
export function endsOf<S>(
  definition: Scenario<S>,
  subject: Subject,
  points: Points,
  how?: How,
): { report: Report; ends: string[] } {
  const ends = new Set<string>();
  const watched: Scenario<S> = {
    ...definition,
    check(outcome) {
      ends.add(JSON.stringify(outcome.ends));
      return definition.check?.(outcome);
    },
  };
  return { report: search(watched, subject, points, how), ends: [...ends].sort() };
}

/**
 * The first report of a fault among the scenarios, with its name; undefined if all pass. Those about what `about` begins
 * with, as in `mutex: …`, are the first to be asked: they are likely to know.
 */
export function firstFault(
  scenarios: Readonly<Record<string, Scenario<unknown>>>,
  subject: Subject,
  about = '',
): { name: string; report: Report } | undefined {
  const [word] = about.split(':', 1) as [string];
  const all = Object.entries(scenarios);
  const likely = all.filter(([name]) => word !== '' && name.startsWith(`${word}:`));
  for (const some of [likely, all.filter((entry) => !likely.includes(entry))]) {
    for (const points of POINTS) {
      for (const [name, definition] of some) {
        const report = search(definition, subject, points);
        if (report.failure) return { name, report };
      }
    }
  }
  return undefined;
}

/**
 * Declares a test for each seeded bug of a core: some scenario must find it.
 *
 * @param mutants the bugs, by what they are: each a patch of the source, or a value of the build constant MUTANT that
 *   the source asks for
 */
export function catchMutants(
  mutants: Readonly<Record<string, Mutant>>,
  scenarios: Readonly<Record<string, Scenario<unknown>>>,
  source: CoreSource = core,
): void {
  // All at once: the compiler is slow to start.
  beforeAll(() => prepare(source.entry, Object.values(mutants)), 600_000);
  for (const [what, mutant] of Object.entries(mutants)) {
    test(`mutant is caught: ${what}`, async ({ task }) => {
      const found = firstFault(scenarios, await subjectOf(source, mutant), what);
      if (!found) return expect.fail(`no scenario finds it: ${what}`);
      task.meta.explored = { ...found.report, name: `mutant: ${what} (${found.name})` };
    });
  }
}
