import { describe, expect, it } from 'vitest';
import { Network, type NetworkOptions } from '../../src/index.js';
import { wasmKernels } from '../../src/kernels/wasm.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { chooseStride } from '../../src/memory/layout.js';
import { createModel } from '../../src/model/model.js';
import { checkSpec } from '../../src/model/spec.js';
import { Random } from '../../src/base/random.js';

/** NaN equals NaN, whatever its payload. */
const bits = (floats: Float32Array): number[] =>
  Array.from(floats, (x) => (Number.isNaN(x) ? NaN : new Uint32Array(Float32Array.of(x).buffer)[0]!));

function sameBits(given: Float32Array, expected: Float32Array, what: string): void {
  expect(bits(given), what).toEqual(bits(expected));
}

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const spec = {
  inputs: 4,
  layers: [
    { units: 16, activation: 'relu' },
    { units: 3, activation: 'softmax' },
  ],
  seed: 1,
} satisfies NetworkOptions;

const rows = (count: number): Float32Array =>
  Float32Array.from({ length: count * 4 }, (_, i) => Math.sin(i + 1));

describe.each(['wasm', 'reference'] as const)('predictInto on %s', (engine) => {
  it.each([1, 2, 127, 128, 129, 1000])('writes what predict returns, for %i rows', async (count) => {
    const net = await Network.create({ ...spec, engine });
    const inputs = rows(count);
    const outputs = new Float32Array(3 * count).fill(NaN);
    expect(net.predictInto(inputs, outputs)).toBe(outputs);
    sameBits(outputs, net.predict(Array.from(inputs)), 'a flat array');
    sameBits(outputs, net.predict(inputs), 'a Float32Array');
    sameBits(outputs, net.predict(inputs, {}), 'with options');
    sameBits(outputs, net.predictInto(Float64Array.from(inputs), new Float32Array(3 * count)), 'doubles');
  });

  it('writes in the units of the targets, from inputs before their transforms', async () => {
    const standardize = { kind: 'standardize', mean: 3, deviation: 2 } as const;
    const layers = [{ units: 1, activation: 'linear' }] as const;
    for (const inputs of [undefined, Array.from({ length: 4 }, () => standardize)]) {
      const transforms = { ...(inputs && { inputs }), targets: [standardize] };
      const net = await Network.create({ ...spec, layers, transforms, engine });
      sameBits(net.predictInto(rows(2), new Float32Array(2)), net.predict(Array.from(rows(2))), 'outputs');
    }
  });

  it('leaves the outputs as they were when it refuses inputs or outputs', async () => {
    const net = await Network.create({ ...spec, engine });
    const untouched = new Float32Array(3 * 300).fill(7);
    const spoilt = rows(300);
    spoilt[1001] = NaN;
    const errors = [
      errorOf(() => net.predictInto(spoilt, untouched)),
      errorOf(() => net.predictInto([1, 2, Infinity, 4], untouched.subarray(0, 3))),
      errorOf(() => net.predictInto(Float32Array.of(1, 2, -Infinity, 4), untouched.subarray(0, 3))),
      errorOf(() => net.predictInto(rows(1).subarray(1), untouched.subarray(0, 3))),
      errorOf(() => net.predictInto(new Float32Array(), untouched)),
      errorOf(() => net.predictInto(rows(1), untouched.subarray(0, 4))),
      errorOf(() => net.predictInto(rows(1), [0, 0, 0] as never)),
      errorOf(() => net.predictInto(rows(1), undefined as never)),
    ];
    expect(errors.map((error) => `${error.name}: ${error.message}`)).toEqual([
      'RangeError: inputs[250][1] is NaN; expected a finite number',
      'RangeError: inputs[0][2] is Infinity; expected a finite number',
      'RangeError: inputs[0][2] is -Infinity; expected a finite number',
      'RangeError: inputs: expected a multiple of 4 values, got 3',
      'RangeError: inputs: expected at least one row of 4, got none',
      'RangeError: outputs: expected a Float32Array of 3, got one of 4',
      'TypeError: outputs: expected a Float32Array of 3, got an array',
      'TypeError: outputs: expected a Float32Array of 3, got undefined',
    ]);
    expect(untouched.every((x) => x === 7)).toBe(true);
    net.dispose();
    expect(errorOf(() => net.predictInto(rows(1), new Float32Array(3))).name).toBe('StateError');
  });
});

describe('rows with many zeros', () => {
  it.each([
    [32, 8, 5],
    [33, 9, 17],
    [784, 31, 30],
    [2000, 12, 68],
  ])('have the same outputs on both engines: %i inputs, %i rows, %i units', async (inputs, count, units) => {
    const kernels = await wasmKernels();
    const drawn = Random.fromSeed(1);
    const weights = Float32Array.from({ length: inputs * chooseStride(units) }, () => drawn.normal());
    for (const share of [0, 10, 30, 40]) {
      for (const wrong of [0, Infinity, NaN]) {
        const random = Random.fromSeed(share);
        const samples = Float32Array.from({ length: inputs * count }, () =>
          random.below(100) < share ? random.normal() : random.below(2) ? 0 : -0,
        );
        const [ours, expected] = [kernels, referenceKernels()].map((kernels) => {
          const layers = [{ units, activation: 'linear' }] as const;
          const model = createModel(checkSpec({ inputs, layers, loss: 'quadratic' }), kernels);
          const { layout, views } = model;
          model.reserve(count);
          const [{ fanIn, stride, weights: pointer }] = model.layers as [(typeof model.layers)[number]];
          const W = views.floats.subarray(views.at(pointer), views.at(pointer) + fanIn * stride);
          W.set(weights);
          if (wrong) W[W.length - stride] = wrong;
          views.floats.set(samples, views.at(layout.inputs));
          model.useInputs();
          kernels.feedForward(layout.net, count);
          const { preActivations } = model.layers[0]!;
          return model.matrix(preActivations, stride, count, units);
        });
        sameBits(ours!, expected!, `${share}% and a weight of ${wrong}`);
      }
    }
  });
});
