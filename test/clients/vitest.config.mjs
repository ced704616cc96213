import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const { resolve } = createRequire(new URL('../../package.json', import.meta.url));

/** Each format, opened in the program it's for. */
export default defineConfig({
  // 'bp4' is the built package. The clients have their own package.json, so the tests don't find bp4 by its name.
  plugins: [
    { name: 'bp4', enforce: 'pre', resolveId: (id) => (/^bp4($|\/)/.test(id) ? resolve(id) : undefined) },
  ],
  test: {
    include: ['test/clients/**/*.test.mjs'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
