// Builds what is not up to date: the core (three targets), its embedding, the bundle in dist/ and the types.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { keepConstants } from './constants.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const run = promisify(execFile);
const node = (script, ...args) => run(process.execPath, [script, ...args]);

/** When the newest file of a folder, or a file, was changed. */
function changed(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => (name === 'generated' ? 0 : changed(join(path, name)))));
}

/** Runs `make` unless `stamp` is newer than all `sources`. */
async function unlessFresh(stamp, sources, make) {
  const made = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((path) => changed(path) < made)) return;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

async function buildCore() {
  const asc = 'node_modules/assemblyscript/bin/asc.js';
  await Promise.all(
    ['release', 'debug', 'model'].map((target) => node(asc, 'assembly/index.ts', '--target', target)),
  );
  // Base64 in a module: the one form that every runtime and bundler can load.
  const bytes = readFileSync('build/core.wasm').toString('base64');
  mkdirSync('src/generated', { recursive: true });
  writeFileSync(
    'src/generated/core-wasm.ts',
    `// Made by scripts/build.mjs from build/core.wasm.\nexport const coreWasm = '${bytes}';\n`,
  );
}

async function buildBundle() {
  const { metafile } = await build({
    entryPoints: { index: 'src/index.ts', time: 'src/time/index.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // Every entry imports everything, so that all code lands in one shared chunk: see src/all.ts.
    inject: ['src/all.ts'],
    ignoreAnnotations: true, // or the injected file, which has no effect of its own, is dropped
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    minifySyntax: true, // puts the numbers of layout.ts in the place of their names
    external: ['node:*'],
    chunkNames: 'runtime-[hash]',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  });
  copyFileSync('build/core.debug.wasm', 'dist/core.debug.wasm');
  for (const file of Object.keys(metafile.outputs).filter((name) => /runtime-.*\.js$/.test(name))) {
    writeFileSync(file, keepConstants(readFileSync(file, 'utf8')));
  }
  // Chunks of earlier builds, whose hash has changed. Last, so that a program that runs meanwhile finds its files.
  for (const file of readdirSync('dist')) {
    if (/^runtime-.*\.js/.test(file) && !(`dist/${file}` in metafile.outputs)) rmSync(`dist/${file}`);
  }
}

const own = ['scripts/build.mjs', 'scripts/constants.mjs', 'package.json'];
try {
  await unlessFresh('build/.core', ['assembly', 'asconfig.json', ...own], buildCore);
  await unlessFresh('dist/.built', ['build/.core', 'assembly', 'src', 'tsconfig.json', ...own], () =>
    Promise.all([buildBundle(), node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')]),
  );
} catch (error) {
  console.error(error.stdout || '', error.stderr || error);
  process.exit(1);
}
