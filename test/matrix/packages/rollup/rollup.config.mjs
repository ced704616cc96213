import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';

export default {
  input: ['main.mjs', 'worker.mjs', 'thread.mjs'],
  // papaparse, for bp4/data, is CommonJS
  plugins: [resolve({ browser: true }), commonjs()],
  output: { dir: 'out', format: 'es', entryFileNames: '[name].mjs' },
};
