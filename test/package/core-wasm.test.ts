import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { EngineError, Network } from '../../src/index.js';
import { EXPECTED, weightHash } from '../matrix/weight-hash.mjs';
import { errorOf, spec } from '../support/patient.js';

// Hosts that compile no WebAssembly while they run give the module compiled.

const bytes = await readFile(new URL('../../dist/core.wasm', import.meta.url));
const core = await WebAssembly.compile(bytes);

afterEach(() => {
  vi.restoreAllMocks();
});

it('a given module computes where nothing can be compiled', async () => {
  vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('refused'));
  for (const threads of [1, 2]) {
    const answer = { hash: EXPECTED, engine: 'wasm', threads: 1 };
    expect(await weightHash(Network, { engine: core, threads })).toEqual(answer);
  }
});

it('a network is loaded into a given module', async () => {
  const net = await Network.create({ ...spec, engine: core });
  const copies = [
    await Network.load(net.save(), { engine: core }),
    await Network.fromJSON(net.toJSON(), { engine: core }),
  ];
  for (const copy of copies) expect(copy.save()).toEqual(net.save());
});

it.each([
  ['another', Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)],
  ['of another version', bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))],
])('a module that is %s is refused', async (_, others) => {
  const engine = await WebAssembly.compile(others);
  const error = await errorOf(() => Network.create({ ...spec, engine }));
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toBe(
    "engine: this module is not the 'bp4/core.wasm' of this version of bp4",
  );
});

it.each([bytes, {}, 'core.wasm', null])('an engine that is not a module is refused: %s', async (engine) => {
  const error = await errorOf(() => Network.create({ ...spec, engine: engine as never }));
  expect(error).toBeInstanceOf(RangeError);
});
