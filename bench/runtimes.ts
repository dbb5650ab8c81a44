/** This library on the JavaScript runtimes that are there, each measurement in a process of its own. */
import { fileURLToPath } from 'node:url';
import { type Contestant, isExecutable, onPath, output } from './contestant.ts';

/** The bundle that runs now; started again with --measure it prints one measurement. */
export const program = fileURLToPath(import.meta.url);

export function runtime(
  name: string,
  version: string,
  command: readonly string[],
  extra: string[] = [],
  timeout?: number,
): Contestant<{ readonly name: string }> {
  const [file, ...options] = command as [string, ...string[]];
  return {
    name,
    version,
    async measure(bench, ms) {
      const args = [...options, program, '--measure', bench.name, '--ms', `${ms}`, ...extra];
      const text = await output(file, args, { timeout });
      if (!(Number(text) > 0)) throw new Error(`printed no time but: ${text}`);
      return Number(text);
    },
  };
}

export const ours = runtime('ours', process.version, [process.execPath]);

const plain = runtime('plain JS', process.version, [process.execPath], ['--baseline']);

/** The plain channel, also in a process of its own: it is not to share the compiler's knowledge with ours. */
export const baseline: Contestant = {
  name: 'plain JS',
  version: process.version,
  async measure(bench, ms) {
    if (bench.baseline === undefined) return undefined;
    return await plain.measure(bench, ms);
  },
};

/** Other runtimes that are installed. */
export async function otherRuntimes(): Promise<Contestant[]> {
  const node24 = fileURLToPath(new URL('../../node_modules/node24/bin/node', import.meta.url));
  const candidates: [name: string, file: string | undefined, options: string[]][] = [
    ['node24', !process.version.startsWith('v24.') && isExecutable(node24) ? node24 : undefined, []],
    ['deno', onPath('deno'), ['run', '--allow-all']],
    ['bun', onPath('bun'), ['run']],
  ];
  const found: Contestant[] = [];
  for (const [name, file, options] of candidates) {
    if (file === undefined) continue;
    const version = (await output(file, ['--version'])).split('\n')[0] ?? '';
    found.push(runtime(name, version, [file, ...options]));
  }
  return found;
}
