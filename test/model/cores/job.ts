// Compiles cores and instruments them, in a process of its own: `node job.mjs '[{…}, …]'`.
//
// Several jobs a process, because the first is the slow one: compiler and Binaryen are still cold then.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import asc from 'assemblyscript/asc';
import { instrument } from '../wasm/instrument.ts';
import type { Job, Patch, Result } from './compile.ts';

for (const job of JSON.parse(process.argv[2]!) as Job[]) {
  const draft = `${job.out}.${process.pid}`;
  writeFileSync(`${draft}.json`, JSON.stringify(await make(job, draft)));
  for (const kind of ['.wasm', '.wasm.map', '.model.wasm', '.json']) {
    if (existsSync(draft + kind)) renameSync(draft + kind, job.out + kind);
  }
}

async function make({ entry, mutant }: Job, draft: string): Promise<Result> {
  const use = typeof mutant === 'number' ? ['--use', `MUTANT=${mutant}`] : [];
  const patch = typeof mutant === 'object' ? mutant : undefined;
  // With names and a source map, which change nothing of the code: `sameCode` looks.
  const options = ['--target', 'release', '--debug', '--sourceMap', '--outFile', `${draft}.wasm`, ...use];
  const stderr = asc.createMemoryStream();
  try {
    const readFile = (name: string, folder: string) => read(resolve(folder, name), patch);
    const { error } = await asc.main([entry, ...options], { stderr, readFile });
    if (error) throw error;
    const { binary, sites, globals } = instrument(readFileSync(`${draft}.wasm`));
    writeFileSync(`${draft}.model.wasm`, binary);
    return { sites, globals };
  } catch (error) {
    return { error: `${String(error)}\n${stderr.toString()}`, sites: [], globals: 0 };
  }
}

/** A source file, with the edits of the mutant if it is that one's. */
function read(path: string, patch: Patch | undefined): string | null {
  if (!existsSync(path)) return null;
  let text = readFileSync(path, 'utf8');
  if (!patch || resolve(patch.file) !== path) return text;
  for (const [from, to] of patch.edits) {
    const parts = text.split(from);
    if (parts.length !== 2)
      throw new Error(`the text of a mutant is there ${parts.length - 1} times: ${from}`);
    text = parts.join(to);
  }
  return text;
}
