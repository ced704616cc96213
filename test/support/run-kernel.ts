import type { Kernels } from '../../src/kernels/kernels.js';

/** Addresses below this hold the constants of the WebAssembly module. */
const START = 65536;
const LINE = 64;

/**
 * Places arrays in the kernels' memory, in the order of their names.
 * @param call receives the address of each
 * @returns the contents of the arrays after the call
 */
export function runKernel<Name extends string>(
  { memory }: Kernels,
  arrays: Readonly<Record<Name, Float32Array | Uint8Array>>,
  call: (at: Record<Name, number>) => void,
): Record<Name, Float32Array> {
  const names = Object.keys(arrays) as Name[];
  const at = {} as Record<Name, number>;
  let end = START;
  for (const name of names) {
    at[name] = end;
    end += Math.ceil(arrays[name].byteLength / LINE) * LINE;
  }
  memory.ensure(end);
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), at[name]);
  }
  call(at);
  const held = (name: Name) =>
    new Float32Array(memory.buffer.slice(at[name], at[name] + arrays[name].byteLength));
  return Object.fromEntries(names.map((name) => [name, held(name)])) as Record<Name, Float32Array>;
}
