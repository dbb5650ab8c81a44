import { defineConfig } from 'vitest/config';

// The tests run against dist/, the library as it is installed; `npm test` builds it first.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/model/**'], // `npm run test:model`
    pool: 'forks',
    execArgv: ['--expose-gc'],
    testTimeout: 30_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
