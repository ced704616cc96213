import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allWasmKernels } from '../../bench/all-kernels.js';
import { Arena, type Call } from '../../bench/arena.js';
import { ordinary, type Source } from '../../bench/numbers.js';
import { operations, roundUpToFours, type Size } from '../../bench/operations.js';
import { awkwardShapes, realShapes, type Shape } from '../../bench/shapes.js';
import { Random } from '../../src/base/random.js';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { Layer, Net } from '../../src/memory/structs.js';
import { activationCodes, lossCodes, partners } from '../../src/model/spec.js';
import { floatsOfAllSizes } from '../support/floats.js';
import { anyNumbers, cycling } from '../support/sources.js';
import { amount } from '../support/thorough.js';

// Same bits: each kernel in WebAssembly computes what it computes in plain TypeScript, and writes to nothing else.

const wasm = await allWasmKernels();
const reference = referenceKernels(single);

function compare(arena: Arena, call: Call): { disagreement: string | undefined; hasNaN: boolean } {
  const outcome = arena.run(wasm, call);
  return {
    disagreement: arena.disagreement(outcome, arena.run(reference, call)),
    hasNaN: arena.hasNaN(outcome),
  };
}

/** Fixed, so that a failing run can be repeated. */
const SEED = 20_240_229;

/** The reference multiplies this often within a few milliseconds. */
const MOST_MULTIPLICATIONS = amount(2 ** 19, 2 ** 22);
const shapes = [...awkwardShapes, ...realShapes].filter(
  ({ rows, fanIn, units }) => rows * fanIn * units <= MOST_MULTIPLICATIONS,
);

/** Larger shapes get one set of strides. */
const SMALL_MULTIPLICATIONS = amount(2 ** 16, Infinity);

/** Strides of the length of a row, which an input may have; rounded up to fours; and longer. */
function addStrides(shape: Shape): Size[] {
  const { rows, fanIn, units } = shape;
  const stride = roundUpToFours(units);
  const inputStride = roundUpToFours(fanIn);
  if (rows * fanIn * units > SMALL_MULTIPLICATIONS) return [{ ...shape, stride: stride + 4, inputStride }];
  return [
    { ...shape, stride, inputStride: fanIn },
    { ...shape, stride: stride + 4, inputStride },
    { ...shape, stride: stride + 12, inputStride: inputStride + 8 },
  ];
}

const side = fc.integer({ min: 1, max: 20 });
const anySize = fc
  .record({
    rows: side,
    fanIn: side,
    units: side,
    spare: fc.constantFrom(0, 4, 8),
    spareInputs: fc.nat({ max: 5 }),
  })
  .map(({ rows, fanIn, units, spare, spareInputs }): Size => {
    return { rows, fanIn, units, stride: roundUpToFours(units) + spare, inputStride: fanIn + spareInputs };
  });

/** Seven of eight numbers become zero. @param other replaces one in about a thousand */
function mostlyZeros(source: Source, other: number): Source {
  const random = Random.fromSeed(SEED);
  const float = (x: number): number => (random.below(8) > 0 ? 0 : random.below(128) > 0 ? x : other);
  return { ...source, floats: (count) => source.floats(count).map(float) };
}

describe.each(operations)('$name', ({ place }) => {
  it('gives the same bits in WebAssembly as in the reference for every shape and stride', () => {
    const source = ordinary(SEED);
    for (const size of shapes.flatMap(addStrides)) {
      const arena = new Arena();
      const call = place(arena, size, source);
      expect({ size, ...compare(arena, call) }).toEqual({ size, disagreement: undefined, hasNaN: false });
    }
  });

  it('gives the same bits in WebAssembly as in the reference for any numbers', () => {
    const sameBits = fc.property(anySize, anyNumbers, (size, numbers) => {
      const arena = new Arena();
      const call = place(arena, size, cycling(numbers));
      expect(compare(arena, call).disagreement).toBeUndefined();
    });
    fc.assert(sameBits, { seed: SEED, numRuns: amount(30, 150) });
  });
});

const skipping = operations.filter(({ name }) => name === 'forward' || name === 'weightGradient');

describe.each(skipping)('$name skips zeros', ({ place }) => {
  it.each([1, Infinity, NaN])('gives the same bits where most numbers are zero, and some are %d', (other) => {
    const source = mostlyZeros(ordinary(SEED), other);
    for (const size of shapes.filter(({ fanIn }) => fanIn >= 32).flatMap(addStrides)) {
      const arena = new Arena();
      const call = place(arena, size, source);
      const { disagreement } = compare(arena, call);
      expect({ size, disagreement }).toEqual({ size, disagreement: undefined });
    }
  });
});

describe('floats of all sizes', () => {
  const numbers = floatsOfAllSizes(amount(16_001, 4001));

  it.each(partners.quadratic)('%s and its slope give the same bits over floats of all sizes', (name) => {
    const arena = new Arena();
    const z = arena.input('z', numbers);
    const matrices = {
      preActivations: z,
      activations: arena.output('a', 1, numbers.length),
      delta: arena.output('delta', 1, numbers.length),
    };
    const targets = arena.input('ones', new Float32Array(numbers.length).fill(1));
    const layer = arena.struct('layer', Layer, {
      ...{ activation: activationCodes[name], alpha: 0.3, units: numbers.length, stride: numbers.length },
      ...matrices,
      undropped: matrices.activations,
    });
    const loss = lossCodes.quadratic;
    const net = arena.struct('net', Net, { loss, layerCount: 1, layers: layer, targets });
    const call: Call = (kernels) => {
      kernels.activate(layer, 0, 1);
      // (a − 1) ⊙ σ′
      kernels.outputDelta(net, 0, 1);
      return [];
    };
    expect(compare(arena, call).disagreement).toBeUndefined();
  });

  it('the logarithm gives the same bits over floats of all sizes', () => {
    const arena = new Arena();
    const activations = arena.input('a', numbers);
    // With z = y = 0 the binary cross-entropy of a single unit is −ln a. Each row has one unit, and stride 1.
    const zeros = arena.input('zeros', new Float32Array(numbers.length));
    const layers = arena.struct('layer', Layer, { units: 1, stride: 1, preActivations: zeros, activations });
    const loss = lossCodes.binaryCrossEntropy;
    const net = arena.struct('net', Net, { loss, layerCount: 1, layers, targets: zeros });
    const call: Call = (kernels) => Array.from(numbers, (_, i) => kernels.cost(net, i, i + 1));
    expect(compare(arena, call).disagreement).toBeUndefined();
  });
});
