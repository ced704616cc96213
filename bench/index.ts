// npm run bench [-- kernels | zeros | training | search] [--json FILE]

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { takeKernels } from '../src/kernels/load.js';
import { referenceKernels } from '../src/kernels/reference/reference.js';
import { allWasmKernels } from './all-kernels.js';
import { benchOperations } from './kernels.js';
import { describe, thisMachine } from './machine.js';
import { measureRoof } from './roof.js';
import { benchSearch } from './search.js';
import type { Result } from './table.js';
import { benchTraining } from './training.js';
import { benchZeros } from './zeros.js';

const sections: Record<string, () => Promise<Result[]>> = {
  kernels: benchKernels,
  zeros: () => benchZeros(() => takeKernels('wasm')),
  training: benchTraining,
  search: benchSearch,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const machine = thisMachine();
console.log(describe(machine));

const results: Result[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(sections)) {
  const bench = sections[name];
  if (!bench) throw new RangeError(`no section '${name}': there are ${Object.keys(sections).join(', ')}`);
  results.push(...(await bench()));
}

// Every result enters this number, so that no engine can drop a computation as unused.
console.log(`\nchecksum ${results.reduce((sum, { checksum }) => sum + checksum, 0)}`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
}

async function benchKernels(): Promise<Result[]> {
  const engines = [await allWasmKernels(), referenceKernels()];
  const roof = await measureRoof();
  const [operations, bytes] = [roof.operations, roof.bytes].map((rate) => (rate / 1e9).toFixed(1));
  console.log(`\nroof: ${operations} GFLOP/s in SIMD128; of 1.6 MB, ${bytes} GB/s can be read`);
  console.log(
    `(a single sample does 2 operations for 4 bytes of weights: ${(roof.bytes / 2e9).toFixed(1)} GFLOP/s)`,
  );
  return await benchOperations(engines, roof);
}
