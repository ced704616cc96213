import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodeText } from '../../src/kernels/decode-text.js';
import { wasmText } from '../../src/kernels/wasm-module.js';
import { wasmText as threadsText } from '../../src/kernels/wasm-threads-module.js';

// The package holds its WebAssembly modules as text: `npm run build` writes it, decodeText reads it.

it.each([
  ['core', wasmText],
  ['threads', threadsText],
])('the text of %s.wasm encodes its bytes in characters that need no escape', (name, text) => {
  const wasm = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
  expect(Buffer.compare(decodeText(text), wasm)).toBe(0);
  expect(text).toMatch(/^[([a-~)-Z]*$/);
});
