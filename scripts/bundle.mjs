// Bundles the entries into dist/. What they share (the one core and its processor) becomes one chunk.
import { build } from 'esbuild';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';

const { metafile } = await build({
  entryPoints: { index: 'src/index.ts', time: 'src/time/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  inject: ['src/all.ts'],
  ignoreAnnotations: true, // or the injected file, which has no effect of its own, is dropped
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*'],
  chunkNames: 'runtime-[hash]',
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
});
copyFileSync('build/core.debug.wasm', 'dist/core.debug.wasm');

// Chunks of earlier builds, whose hash has changed. Last, so that a program that runs meanwhile finds its files.
for (const file of readdirSync('dist')) {
  if (/^runtime-.*\.js/.test(file) && !(`dist/${file}` in metafile.outputs)) rmSync(`dist/${file}`);
}
