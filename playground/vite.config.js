import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { digitsPlugin } from './digits-file.mjs';
import { writeMathFont } from './math-font.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await writeMathFont();

/**
 * For npm run playground and playground:build. The build is a folder of static files that works at any address. The mode
 * `package` builds the page for `bp4 playground`, whose server has the digits.
 */
export default defineConfig(({ mode }) => ({
  root: at('.'),
  base: './',
  resolve: {
    // the package as published, from `npm run build`
    alias: [
      { find: /^bp4$/, replacement: at('../dist/index.js') },
      { find: 'bp4/code', replacement: at('../dist/formats/code/index.js') },
      { find: /^bp4\/(.*)$/, replacement: `${at('../dist')}/$1/index.js` },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [digitsPlugin(mode)],
  worker: { format: 'es', plugins: () => [digitsPlugin(mode)] },
  build: {
    outDir: at(mode === 'package' ? '../dist/playground' : '../build/playground'),
    emptyOutDir: true,
    target: 'es2022',
  },
}));
