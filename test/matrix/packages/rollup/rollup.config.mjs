import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';

export default {
  input: ['main.mjs', 'worker.mjs', 'thread.mjs'],
  // papaparse, which bp4/data uses, is a CommonJS module
  plugins: [resolve({ browser: true }), commonjs()],
  output: { dir: 'out', format: 'es', entryFileNames: '[name].mjs' },
};
