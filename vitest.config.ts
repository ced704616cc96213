import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// npm test: what needs nothing but Node. test/matrix/ and test/clients/ have configurations of their own.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/matrix/**'],
    pool: 'forks',
    // Vitest leaves one core to itself: on two, test files would run one after the other. One more than there are
    // cores, because several files wait for workers, processes and timers most of the time.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
