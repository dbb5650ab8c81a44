import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The explorer of the core. Apart from the other tests, which mind the time: this one takes all there is.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/model/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 300_000,
    reporters: ['default', './test/model/reporter.ts'],
  },
});
