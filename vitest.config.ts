import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'], // test/clients/ has .mjs, and tools of its own
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
