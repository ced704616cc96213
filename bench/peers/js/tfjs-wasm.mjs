import { createRequire } from 'node:module';
import { dirname } from 'node:path';

// Required, not imported: the ESM build of TensorFlow.js has imports that Node does not resolve.
const require = createRequire(import.meta.url);
export const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');

export async function useWasm() {
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js: no WebAssembly backend');
  await tf.ready();
}
