/** Go's own benchmarks, from the tests in GOROOT, and a few more that it has not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { type Contestant, onPath, output } from './contestant.ts';

/** One processor, as JavaScript has it. */
const env = { ...process.env, GOMAXPROCS: '1' };

/** What is compiled for each package: Go's tests of that name, or a file of this repository. */
const SOURCES: Readonly<Record<Bench['go']['package'], string>> = {
  runtime: 'runtime',
  sync: 'sync',
  context: 'context',
  own: 'bench/go/own_test.go',
};

/** Compiles the test binaries once, so that a round costs no compilation. */
export async function findGo(): Promise<Contestant | string> {
  const go = onPath('go');
  if (go === undefined) return 'no Go on PATH';
  const folder = mkdtempSync(join(tmpdir(), 'goroutines-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    for (const [name, source] of Object.entries(SOURCES)) {
      await output(go, ['test', '-c', '-o', join(folder, name), source]);
    }
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
  const cwd = name === 'own' ? folder : join(root, 'src', name);
  const text = await output(join(folder, name), args, { env, cwd });
  const ns = /^Benchmark\S*\s+\d+\s+([\d.]+) ns\/op/m.exec(text)?.[1];
  if (ns === undefined) throw new Error(`${pattern} of Go's package ${name} printed no result:\n${text}`);
  return Number(ns);
}
