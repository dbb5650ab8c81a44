import { defineConfig } from 'vitest/config';

// The tests run against dist/, the library as it is installed; `npm test` builds it first.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/model/**'], // `npm run test:model`
    pool: 'forks',
    // One file at a time: many tests measure time, and others use all processors.
    fileParallelism: false,
    execArgv: ['--expose-gc'],
    testTimeout: 30_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
