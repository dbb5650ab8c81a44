// Builds what is not up to date: the core (three targets) and the reaper, their embedding, the bundle in dist/ and the types.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
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
  await Promise.all([
    ...['release', 'debug', 'model'].map((target) => node(asc, 'assembly/index.ts', '--target', target)),
    node(asc, 'assembly/reaper.ts', '--target', 'reaper'),
  ]);
  // Base64 in a module: the one form that every runtime and bundler can load.
  mkdirSync('src/generated', { recursive: true });
  for (const name of ['core', 'reaper']) {
    const bytes = readFileSync(`build/${name}.wasm`).toString('base64');
    writeFileSync(
      `src/generated/${name}-wasm.ts`,
      `// Made by scripts/build.mjs from build/${name}.wasm.\nexport const ${name}Wasm = '${bytes}';\n`,
    );
  }
}

/** The files of the package that are imported: of dist/<name>.js, the source. */
const entries = {
  index: 'src/index.ts',
  context: 'src/context/index.ts',
  errgroup: 'src/errgroup/index.ts',
  semaphore: 'src/semaphore/index.ts',
  singleflight: 'src/singleflight/index.ts',
  sync: 'src/sync/index.ts',
  time: 'src/time/index.ts',
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const options = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  ignoreAnnotations: true, // src/worker.ts is imported for what it does, whatever package.json says of the package
  minifySyntax: true, // puts the numbers of layout.ts in the place of their names
  define: { GOROUTINES_VERSION: JSON.stringify(version), 'import.meta.url': 'moduleUrl' },
  outdir: 'dist',
  metafile: true,
  logLevel: 'warning',
};

/**
 * All code in one file, and there in one function: see src/instance.ts. In one file, because V8 treats the constants of
 * one module as constants, those of an imported module as variables, and on the hot path that is a tenth of an operation.
 */
async function buildRuntime() {
  const names = Object.keys(entries);
  const contents = names.map((name) => `import * as ${name} from './${entries[name]}';`);
  contents.push(`api = { ${names.join(', ')} };`);
  const { code: claim } = await transform(readFileSync('src/instance.ts', 'utf8'), { loader: 'ts' });
  const { metafile } = await build({
    ...options,
    stdin: { contents: contents.join('\n'), resolveDir: '.', sourcefile: 'entries.js' },
    entryNames: 'runtime-[hash]',
    // A `function` in parentheses V8 compiles at once; anything else it reads twice.
    banner: {
      js: `${claim}\nconst moduleUrl = import.meta.url;\nexport const api = claim(${JSON.stringify(version)}, moduleUrl, (function () {\nlet api;`,
    },
    footer: { js: 'return api;\n}));' },
    sourcemap: true,
  });
  return Object.keys(metafile.outputs);
}

/** What the package's users import: the names of an entry, taken out of the API of this thread's library. */
async function buildEntry(name, runtime) {
  const { metafile } = await build({ ...options, entryPoints: [entries[name]], write: false });
  const [{ exports }] = Object.values(metafile.outputs);
  writeFileSync(
    `dist/${name}.js`,
    `import { api } from './${basename(runtime)}';\nexport const { ${exports.sort().join(', ')} } = api.${name};\n`,
  );
}

async function buildBundle() {
  const outputs = await buildRuntime();
  const runtime = outputs.find((file) => file.endsWith('.js'));
  await Promise.all(Object.keys(entries).map((name) => buildEntry(name, runtime)));
  copyFileSync('build/core.debug.wasm', 'dist/core.debug.wasm');
  writeFileSync(runtime, keepConstants(readFileSync(runtime, 'utf8')));
  // Runtimes of earlier builds, whose hash has changed. Last, so that a program that runs meanwhile finds its files.
  for (const file of readdirSync('dist')) {
    if (/^runtime-.*\.js/.test(file) && !outputs.includes(`dist/${file}`)) rmSync(`dist/${file}`);
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
