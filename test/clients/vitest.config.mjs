import { defineConfig } from 'vitest/config';

/** Each door, with the program on its other side. */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.mjs'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
