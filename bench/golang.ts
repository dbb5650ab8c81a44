/** Go's own benchmarks, from the tests in GOROOT. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { type Contestant, onPath, output } from './contestant.ts';

/** One processor, as JavaScript has it. */
const env = { ...process.env, GOMAXPROCS: '1' };

/** Compiles the test binaries once, so that a round costs no compilation. */
export async function findGo(): Promise<Contestant | string> {
  const go = onPath('go');
  if (go === undefined) return 'no Go on PATH';
  const folder = mkdtempSync(join(tmpdir(), 'goroutines-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    for (const name of ['runtime', 'sync']) await output(go, ['test', '-c', '-o', join(folder, name), name]);
    const [version, root] = (await output(go, ['env', 'GOVERSION', 'GOROOT'])).split('\n') as [
      string,
      string,
    ];
    return { name: 'go', version, measure: (bench, ms) => measure(bench, ms, folder, root) };
  } catch (error) {
    return `Go's benchmarks do not compile: ${String(error)}`;
  }
}

async function measure(bench: Bench, ms: number, folder: string, root: string): Promise<number> {
  const { package: name, pattern } = bench.go;
  const args = ['-test.run=NONE', `-test.bench=${pattern}`, '-test.cpu=1', `-test.benchtime=${ms}ms`];
  const text = await output(join(folder, name), args, { env, cwd: join(root, 'src', name) });
  const ns = /^Benchmark\S*\s+\d+\s+([\d.]+) ns\/op/m.exec(text)?.[1];
  if (ns === undefined) throw new Error(`${pattern} of Go's package ${name} printed no result:\n${text}`);
  return Number(ns);
}
