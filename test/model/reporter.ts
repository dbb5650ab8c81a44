// Prints what was explored as a table, at the end of a run.

import type { TestCase } from 'vitest/node';
import type { Reporter } from 'vitest/reporters';
import type { Row } from './model.ts';

const HEADS = ['scenario', 'points', 'states', 'transitions', 'ends', 'passes', 'ms', ''];

export default class Table implements Reporter {
  private readonly rows: Row[] = [];

  onTestCaseResult(test: TestCase): void {
    const { explored } = test.meta();
    if (explored) this.rows.push(explored);
  }

  onTestRunEnd(): void {
    if (this.rows.length === 0) return;
    const lines = [HEADS, ...this.rows.map(cells)];
    const widths = HEADS.map((_, k) => Math.max(...lines.map((line) => line[k]!.length)));
    const text = lines.map((line) =>
      line
        .map((cell, k) => (k >= 2 && k <= 6 ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
        .join('  '),
    );
    console.log(`\n${text.map((line) => line.trimEnd()).join('\n')}`);
  }
}

function cells({ name, points, states, transitions, ends, passes, ms, failure, complete }: Row): string[] {
  const verdict = failure ? failure.fault : complete ? '' : 'not complete';
  return [name, points, ...[states, transitions, ends, passes].map(String), ms.toFixed(0), verdict];
}
