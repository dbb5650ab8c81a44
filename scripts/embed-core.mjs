// Turns build/core.wasm into a module that every runtime and bundler can load: base64 in a string.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const bytes = readFileSync(new URL('../build/core.wasm', import.meta.url));
mkdirSync(new URL('../src/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../src/generated/core-wasm.ts', import.meta.url),
  `// Made by scripts/embed-core.mjs from build/core.wasm.\nexport const coreWasm = '${bytes.toString('base64')}';\n`,
);
