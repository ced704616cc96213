import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { digitsPlugin } from './digits-file.mjs';
import { licensesPlugin } from './licenses.mjs';
import { writeMathFont } from './math-font.mjs';
import { offlinePlugin } from './offline.mjs';
import { singleFilePlugin } from './single-file.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await writeMathFont();

const folders = { package: '../dist/playground', single: '../build/playground-single' };

/**
 * For npm run playground and playground:build. The build is a folder of static files that works at any address. The mode
 * `package` builds the page for `bp4 playground`, whose server has the digits; `single` builds one file that opens without a
 * server.
 */
export default defineConfig(({ mode }) => {
  const isSingle = mode === 'single';
  return {
    root: at('.'),
    base: './',
    resolve: {
      // the package as published, from `npm run build`
      alias: [
        { find: /^bp4$/, replacement: at('../dist/index.js') },
        { find: 'bp4/code', replacement: at('../dist/formats/code/index.js') },
        { find: /^bp4\/(.*)$/, replacement: `${at('../dist')}/$1/index.js` },
        ...(isSingle
          ? [{ find: './start-worker.js', replacement: at('src/run/start-inline-worker.ts') }]
          : []),
      ],
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    // the single file deletes the chunks, whose modules have the licenses
    plugins: [digitsPlugin(mode), licensesPlugin(isSingle), isSingle ? singleFilePlugin() : offlinePlugin()],
    worker: { format: isSingle ? 'iife' : 'es', plugins: () => [digitsPlugin(mode)] },
    build: {
      outDir: at(folders[mode] ?? '../build/playground'),
      emptyOutDir: true,
      target: 'es2022',
      ...(isSingle && { assetsInlineLimit: Infinity, rolldownOptions: { output: { codeSplitting: false } } }),
    },
  };
});
