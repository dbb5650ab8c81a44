// node scripts/run-example.mjs <file.ts> [args...]: bundles one TypeScript program of this repository and runs it.
// Packages stay external, so the program uses `goroutines` just as an installed one would: from dist/.
import { spawn } from 'node:child_process';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run-example.mjs <file.ts> [args...]');
  process.exit(2);
}

const source = relative(root, resolve(file));
if (source.startsWith('..') || isAbsolute(source)) {
  console.error(`${file} is outside this repository: its imports would not be found`);
  process.exit(2);
}

// The folders are part of the name: nearly every program is called main.ts.
const program = join(root, 'build/run', `${source.replace(/\.\w+$/, '').replaceAll(/[\\/]/g, '-')}.mjs`);
try {
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    tsconfigRaw: {}, // tsconfig.json maps `goroutines` to src/ for the type checker; here it is the package
    logLevel: 'warning',
  });
} catch {
  process.exit(1); // esbuild has said why
}

const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], { stdio: 'inherit' });

// A terminal sends Ctrl-C and its closing to every process in front, the program among them: passing these on
// would deliver them twice. Without a terminal, a signal is meant for the program and this process alone got it.
const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
const fromTerminal = ['SIGINT', 'SIGHUP'];
const signals = [...fromTerminal, 'SIGTERM'];
for (const signal of signals) {
  process.on(signal, () => {
    if (!terminal || !fromTerminal.includes(signal)) child.kill(signal);
  });
}

child.on('exit', (code, signal) => {
  for (const s of signals) process.removeAllListeners(s);
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal); // die of the same signal, so that the shell sees it
});
