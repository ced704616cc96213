import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';

/** Operations in a round of assembly/roof.ts: a product and a sum of four floats, six times. */
const OPERATIONS = 2 * 4 * 6;
const ROUNDS = 100_000;

/** The bytes of the weights of a 784 × 512 layer, which a single sample must read. */
const BYTES = 784 * 512 * 4;
const START = 65536;

/** The limits of this core in WebAssembly with SIMD128. */
export interface Roof {
  /** Multiplications and additions a second. */
  readonly operations: number;
  /** Bytes read per second, in repeated passes over 1.6 MB. */
  readonly bytes: number;
}

interface RoofKernels {
  readonly multiplyAdd: (rounds: number, ones: number) => number;
  readonly read: (from: number, to: number) => number;
}

/** Compiles the kernels of the roof, and takes the best of many short runs, because disturbances only slow a run. */
export async function measureRoof(): Promise<Roof> {
  mkdirSync('build', { recursive: true });
  const asc = ['node_modules/assemblyscript/bin/asc.js', 'assembly/roof.ts', '--outFile', 'build/roof.wasm'];
  execFileSync(process.execPath, asc, { stdio: 'inherit' }); // with the options of asconfig.json
  const memory = new WebAssembly.Memory({ initial: Math.ceil((START + BYTES) / 65536) });
  new Float32Array(memory.buffer, START).fill(1);
  const { instance } = await WebAssembly.instantiate(readFileSync('build/roof.wasm'), { env: { memory } });
  const { multiplyAdd, read } = instance.exports as unknown as RoofKernels;
  return {
    operations: (OPERATIONS * ROUNDS) / time(() => multiplyAdd(ROUNDS, START)),
    bytes: BYTES / time(() => read(START, START + BYTES)),
  };
}

/** The shortest of many calls, once the function is compiled. */
function time(call: () => number): number {
  let least = Infinity;
  let sink = 0;
  for (let i = 0; i < 1000; i++) {
    const start = performance.now();
    sink += call();
    least = Math.min(least, performance.now() - start);
  }
  if (Number.isNaN(sink)) throw new Error('roof: a sum is NaN');
  return least / 1000;
}
