import { readFileSync } from 'node:fs';
import type { AllKernels } from '../src/kernels/kernels.js';
import { wasmKernels } from '../src/kernels/wasm.js';

/** The kernels in WebAssembly with the parts of a step, which the modules in the package don't export. */
export async function allWasmKernels(): Promise<AllKernels> {
  const bytes = readFileSync(new URL('../build/kernels.wasm', import.meta.url));
  return (await wasmKernels(await WebAssembly.compile(bytes))) as AllKernels;
}
