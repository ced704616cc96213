import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const { resolve } = createRequire(new URL('../../package.json', import.meta.url));

/** Each door, with the program on its other side. */
export default defineConfig({
  // 'bp4' is the built package; the clients have a package.json of their own, which stands between it and the tests.
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
