// Cores to explore: compiled with their names, instrumented, and kept in build/model/ until their sources change.

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Instrumented } from '../wasm/instrument.ts';
import { placesOf } from './lines.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const cache = join(root, 'build/model');
/** At most so many compilers at once. */
const PROCESSES = 2;

/** A bug in the source of a core. */
export interface Patch {
  /** From the root of the project. */
  readonly file: string;
  /** What is replaced by what: texts that occur once in the file. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

/** A bug that a core is compiled with: the value of its build constant MUTANT, or a patch. */
export type Mutant = number | Patch;

export interface Job {
  /** The file that exports the core, from the root of the project. */
  readonly entry: string;
  readonly mutant: Mutant | undefined;
  /** Where the results go, without their endings. */
  readonly out: string;
}

/** What a job leaves behind, beside the modules. */
export interface Result extends Omit<Instrumented, 'module'> {
  /** Why there are no modules. */
  readonly error?: string;
}

export interface Compiled {
  readonly instrumented: Instrumented;
  /** The core as it was compiled, with names. */
  readonly bytes: Uint8Array;
  /** Where each site is in the sources. */
  lines(): readonly string[];
}

/** Compiles the cores of an entry with the given mutants, undefined being none, as far as they are not there. */
export async function prepare(entry: string, mutants: readonly (Mutant | undefined)[]): Promise<void> {
  const missing = mutants
    .map((mutant) => jobOf(entry, mutant))
    .filter(({ out }) => !existsSync(`${out}.json`));
  if (missing.length > 0) await make(missing);
}

/** Throws with what the compiler says if the mutant does not compile. */
export async function compile(entry: string, mutant: Mutant | undefined): Promise<Compiled> {
  await prepare(entry, [mutant]);
  return load(jobOf(entry, mutant));
}

function jobOf(entry: string, mutant: Mutant | undefined): Job {
  return { entry, mutant, out: join(cache, `${fingerprint(entry)}-${nameOf(mutant)}`) };
}

async function make(jobs: readonly Job[]): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const script = join(cache, `job-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL('job.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['assemblyscript', 'binaryen'],
    logLevel: 'warning',
  });
  const shares = Array.from({ length: PROCESSES }, (_, k) => jobs.filter((_, i) => i % PROCESSES === k));
  const busy = shares.filter((share) => share.length > 0);
  await Promise.all(
    busy.map((share) => run(process.execPath, [script, JSON.stringify(share)], { cwd: root })),
  );
}

function load({ out }: Job): Compiled {
  const { error, sites, globals } = JSON.parse(readFileSync(`${out}.json`, 'utf8')) as Result;
  if (error) throw new Error(error);
  const module = new WebAssembly.Module(readFileSync(`${out}.model.wasm`));
  return {
    instrumented: { module, sites, globals },
    bytes: readFileSync(`${out}.wasm`),
    lines: () => linesOf(out, sites.length),
  };
}

function linesOf(out: string, sites: number): readonly string[] {
  const tool = join(root, 'node_modules/binaryen/bin/wasm-opt');
  const options = [`${out}.wasm`, `--input-source-map=${out}.wasm.map`, '--all-features', '-S', '-o', '-'];
  const text = execFileSync(process.execPath, [tool, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return placesOf(text, sites);
}

function nameOf(mutant: Mutant | undefined): string {
  if (typeof mutant !== 'object') return String(mutant ?? 'shipped');
  return createHash('sha256').update(JSON.stringify(mutant)).digest('hex').slice(0, 16);
}

/** Of everything that has a say in the result. */
function fingerprint(entry: string): string {
  const hash = createHash('sha256').update(entry);
  const folders = [dirname(entry), 'test/model/wasm', 'test/model/cores'];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  for (const file of [...sources.filter((name) => name.endsWith('.ts')), 'asconfig.json', 'package.json']) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
