// Bundles the entries into dist/. What they share (the one core and its processor) becomes one chunk.
import { build } from 'esbuild';
import { copyFileSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { index: 'src/index.ts', time: 'src/time/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*'],
  chunkNames: 'runtime-[hash]',
  sourcemap: true,
  logLevel: 'warning',
});
copyFileSync('build/core.debug.wasm', 'dist/core.debug.wasm');
