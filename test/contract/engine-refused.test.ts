import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network } from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { afterGoodTraining, catchError, spec } from '../support/patient.js';

// Where WebAssembly is refused, 'auto' falls back on the reference, and 'wasm' says why it cannot be had.

const wasm = await Network.create({ ...spec, engine: 'wasm' });
const asCreated = fingerprint(wasm);
const asTrained = await afterGoodTraining(wasm);

const compileError = new WebAssembly.CompileError('Refused by Content-Security-Policy');

const refusals: [string, () => void, cause: unknown][] = [
  [
    'compiled by nobody',
    () => vi.spyOn(WebAssembly, 'compile').mockRejectedValue(compileError),
    compileError,
  ],
  [
    'instantiated by nobody',
    () => vi.spyOn(WebAssembly, 'instantiate').mockRejectedValue(compileError),
    compileError,
  ],
  ['not there at all', () => vi.stubGlobal('WebAssembly', undefined), expect.any(Error)],
];

function refuseMemory(): void {
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(function () {
    throw new RangeError('could not allocate memory');
  });
}

it("engine 'auto' of bp4/brain falls back on the reference where no memory can be allocated", async () => {
  vi.resetModules();
  const { NeuralNetwork } = await import('../../src/brain/index.js');
  const train = (): string => {
    const net = new NeuralNetwork({ seed: 1, hiddenLayers: [2] });
    net.train([{ input: [0, 1], output: [1] }], { iterations: 3 });
    return JSON.stringify(net.toJSON());
  };
  const expected = train();
  refuseMemory();
  try {
    expect(train()).toBe(expected);
  } finally {
    vi.restoreAllMocks();
  }
});

it("engine 'auto' falls back on the reference where even the first memory is refused, as under ulimit -v", async () => {
  vi.resetModules();
  const { Network } = await import('../../src/index.js');
  refuseMemory();
  try {
    const net = await Network.create(spec);
    expect(net.engine).toBe('reference');
    expect(await afterGoodTraining(net)).toBe(asTrained);
  } finally {
    vi.restoreAllMocks();
  }
});

it.each(['auto', 'wasm'] as const)(
  'engine %s reports that memory ran out after other networks, and does not fall back',
  async (engine) => {
    vi.resetModules();
    try {
      const { Network } = await import('../../src/index.js');
      await Network.create(spec);
      refuseMemory();
      const error = await catchError(() => Network.create({ ...spec, engine }));
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(/^memory: .*dispose of unused networks$/);
    } finally {
      vi.restoreAllMocks();
    }
  },
);

describe.each(refusals)('WebAssembly %s', (_, refuse, cause) => {
  let refused: typeof import('../../src/index.js');

  beforeEach(async () => {
    vi.resetModules(); // an engine that an earlier test loaded is not to be found
    refuse();
    refused = await import('../../src/index.js');
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it.each([undefined, 'auto', 'reference'] as const)(
    'engine %s falls back on the reference',
    async (engine) => {
      const net = await refused.Network.create({ ...spec, ...(engine && { engine }) });
      expect(net.engine).toBe('reference');
    },
  );

  it("engine 'auto' falls back to the same bits", async () => {
    const net = await refused.Network.create(spec);
    expect(fingerprint(net)).toBe(asCreated);
    expect(await afterGoodTraining(net)).toBe(asTrained);
  });

  it("engine 'wasm' rejects with an EngineError", async () => {
    const { Network, EngineError } = refused;
    const json = (await Network.create(spec)).toJSON();
    for (const call of [
      () => Network.create({ ...spec, engine: 'wasm' }),
      () => Network.fromJSON(json, { engine: 'wasm' }),
    ]) {
      const error = await catchError(call);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ name: 'EngineError', cause });
      expect((error as Error).message).toMatch(
        /^engine: this host refuses WebAssembly with SIMD; use engine: 'auto' or 'reference', or allow 'wasm-unsafe-eval'/,
      );
    }
  });
});
