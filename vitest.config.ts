import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Files that replace modules of bp4, look at what is kept for the whole process, or count what compiled code allocates: each
 * gets modules of its own.
 */
const isolated = [
  'test/cli/once.test.ts',
  'test/contract/{allocation,engine-refused,memory,responsive}.test.ts',
  'test/package/core-wasm.test.ts',
  'test/parity/threads.test.ts',
  'test/truth/{check-gradients,kernels}.test.ts',
];

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

// npm test: what needs nothing but Node. test/matrix/ and test/clients/ have configurations of their own.
export default defineConfig({
  test: {
    pool: 'forks',
    // Vitest leaves one core to itself: on two, test files would run one after the other. One more than there are
    // cores, because several files wait for workers, processes and timers most of the time.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/matrix/**', ...isolated],
          isolate: false, // to load bp4 again for each file takes a third of the time
          ...timeouts,
        },
      },
      { test: { name: 'isolated', include: isolated, ...timeouts } },
    ],
  },
});
