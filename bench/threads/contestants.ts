/** The contestants of a benchmark across threads, each measured in a process of its own. */
import { readFileSync } from 'node:fs';
import type { Contestant } from '../contestant.ts';
import { runtime } from '../runtimes.ts';
import type { ThreadBench } from './bench.ts';

/** Some hang: `multithreading` does at times. */
const PATIENCE_MS = 60_000;

export function contestants(bench: ThreadBench): Contestant<ThreadBench>[] {
  return bench.entrants.map(({ name }) =>
    runtime(name, process.version, [process.execPath], ['--by', name], PATIENCE_MS),
  );
}

/** The versions of the rivals among them that are packages: all are pinned in package.json. */
export function rivals(benches: readonly ThreadBench[]): Record<string, string> {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> };
  const names = new Set(benches.flatMap(({ entrants }) => entrants.map(({ name }) => name)));
  return Object.fromEntries(Object.entries(devDependencies).filter(([name]) => names.has(name)));
}
