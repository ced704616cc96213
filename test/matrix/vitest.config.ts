import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// The tests of the matrices. `npm run test:long` runs long/ and the tests that do more here than in `npm test`
// (test/support/thorough.ts). `npm run test:browsers` runs pages/.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    env: { BP4_TEST_THOROUGH: '1' },
    exclude: [...configDefaults.exclude, '**/.next/**'],
    pool: 'forks',
    // several tests use all cores or measure memory
    fileParallelism: false,
    // studies that come to harm wait most of the time
    maxConcurrency: 8,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
