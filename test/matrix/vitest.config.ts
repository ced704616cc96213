import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// The tests of the matrices: long/ for `npm run test:long`, pages/ for `npm run test:browsers`.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/matrix/**/*.test.ts'],
    exclude: [...configDefaults.exclude, '**/.next/**'],
    pool: 'forks',
    // several tests fill all cores, or watch memory
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
