/** The examples, as their users run them: their own word is taken for the time that they took. */
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../contestant.ts';
import type { Measure } from './bench.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function example(name: string, args: readonly string[]): Promise<string> {
  return output(process.execPath, ['scripts/run-example.mjs', `examples/${name}.ts`, ...args], { cwd: ROOT });
}

export function mandelbrot(procs: number): Measure {
  return async () => {
    const picture = `build/bench/mandelbrot-${procs}.png`;
    mkdirSync(join(ROOT, 'build/bench'), { recursive: true });
    const text = await example('mandelbrot', [picture, '--width', '2400', '--procs', `${procs}`]);
    return 1000 * Number(/ in ([\d.]+) s/.exec(text)?.[1]);
  };
}

/** What the machine gives: two programs at once with a processor each, milliseconds a picture. */
export function twoMandelbrots(): Measure {
  const one = mandelbrot(1);
  return async (ms) => (await Promise.all([one(ms), one(ms)])).reduce((a, b) => Math.max(a, b)) / 2;
}

const FILES = 48;
const FILE_BYTES = 32 * 2 ** 20;

/** Files without content: they take no space, but as long to hash as others. */
function tree(): string {
  const folder = join(ROOT, 'build/bench/holes');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < FILES; i++) {
    const file = openSync(join(folder, `${i}`), 'w');
    ftruncateSync(file, FILE_BYTES);
    closeSync(file);
  }
  return folder;
}

export function dupes(procs: number): Measure {
  return async () => {
    const text = await example('dupes/main', [tree(), '--json', '--procs', `${procs}`]);
    const { bytes, seconds } = JSON.parse(text) as { bytes: number; seconds: number };
    if (bytes !== FILES * FILE_BYTES) throw new Error(`it read ${bytes} bytes`);
    return 1000 * seconds;
  };
}
