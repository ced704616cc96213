import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { EngineError, Network } from '../../src/index.js';
import { wasmKernels } from '../../src/kernels/wasm.js';
import { EXPECTED, weightHash } from '../matrix/weight-hash.mjs';
import { catchError, spec } from '../support/patient.js';

// Hosts that forbid compiling WebAssembly at run time pass a compiled module.

const bytes = await readFile(new URL('../../dist/core.wasm', import.meta.url));
const core = await WebAssembly.compile(bytes);

afterEach(() => {
  vi.restoreAllMocks();
});

it('trains with a compiled module where WebAssembly cannot be compiled', async () => {
  vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('refused'));
  for (const threads of [1, 2]) {
    const answer = { hash: EXPECTED, engine: 'wasm', threads: 1 };
    expect(await weightHash(Network, { engine: core, threads })).toEqual(answer);
  }
});

it("opens in AssemblyScript's own loader, with the exports that bp4 calls", async () => {
  const { instantiate } = await import('@assemblyscript/loader');
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = await instantiate<Record<string, unknown>>(core, { env: { memory } });
  const kernels = await wasmKernels(core);
  const names = Object.keys(kernels).filter((name) => typeof kernels[name as never] === 'function');
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(exports[name]).toBeTypeOf('function');
});

it('loads a network from bytes and from JSON with a compiled module', async () => {
  const net = await Network.create({ ...spec, engine: core });
  const copies = [
    await Network.load(net.save(), { engine: core }),
    await Network.fromJSON(net.toJSON(), { engine: core }),
  ];
  for (const copy of copies) expect(copy.save()).toEqual(net.save());
});

it.each([
  ['an unrelated module', Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)],
  ['a module of another version', bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))],
])('rejects %s as the engine', async (_, others) => {
  const engine = await WebAssembly.compile(others);
  const error = await catchError(() => Network.create({ ...spec, engine }));
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toBe(
    "engine: this module is not the 'bp4/core.wasm' of this version of bp4",
  );
});

it.each([
  ['bytes', bytes],
  ['an object', {}],
  ['a file name', 'core.wasm'],
  ['null', null],
])('rejects %s as the engine', async (_, engine) => {
  const error = await catchError(() => Network.create({ ...spec, engine: engine as never }));
  expect(error).toBeInstanceOf(RangeError);
});
