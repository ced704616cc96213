import { readWeights } from '../src/model/parameters.js';
import { LINEAR } from '../src/kernels/codes.js';
import type { Kernels } from '../src/kernels/kernels.js';
import type { Model } from '../src/model/model.js';
import * as naive from './naive.js';
import { modelOf, race, REFERENCE_LIMIT, type Runner } from './race.js';
import type { Roof } from './roof.js';
import { realShapes } from './shapes.js';
import { Table, type Result } from './table.js';

/** A product of the equations, in the second layer of a model and in a naive one. */
interface Product {
  readonly title: string;
  readonly kernel: (model: Model, rows: number) => void;
  readonly result: (model: Model, rows: number) => Float32Array;
  readonly naive: (layer: naive.NaiveLayer) => void;
  readonly naiveResult: (layer: naive.NaiveLayer) => Float32Array;
}

const forward: Product = {
  title: 'forward: z = W·a + b',
  kernel: ({ kernels, layers, layout }, rows) => {
    const l = layers[1]!;
    const { input, inputStride, weights, biases, preActivations, stride, fanIn, units } = l;
    kernels.forward(
      input,
      inputStride,
      weights,
      biases,
      preActivations,
      stride,
      rows,
      fanIn,
      units,
      layout.scratch,
    );
  },
  result: (model, rows) => {
    const { preActivations, stride, units } = model.layers[1]!;
    return model.matrix(preActivations, stride, rows, units);
  },
  naive: naive.forward,
  naiveResult: ({ z }) => z,
};

const hiddenDelta: Product = {
  title: 'BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), σ linear',
  kernel: ({ kernels, layers, layout }, rows) => {
    const { preActivations, activations, delta, stride, units } = layers[0]!;
    const next = layers[1]!;
    kernels.hiddenDelta(
      LINEAR,
      0,
      next.weights,
      next.delta,
      next.stride,
      next.units,
      preActivations,
      activations,
      delta,
      stride,
      rows,
      units,
      layout.scratch,
    );
  },
  result: (model, rows) => {
    const { delta, stride, units } = model.layers[0]!;
    return model.matrix(delta, stride, rows, units);
  },
  naive: naive.hiddenDelta,
  naiveResult: ({ deltaBefore }) => deltaBefore,
};

const weightGradient: Product = {
  title: 'BP4: ∂C/∂W = δ·aᵀ',
  kernel: ({ kernels, layers, layout }, rows) => {
    const { input, inputStride, delta, weightGradients, stride, fanIn, units } = layers[1]!;
    kernels.weightGradient(
      input,
      inputStride,
      delta,
      weightGradients,
      stride,
      rows,
      fanIn,
      units,
      layout.scratch,
    );
  },
  result: (model) => readWeights(model, model.layers[1]!, model.layers[1]!.weightGradients),
  naive: naive.weightGradient,
  naiveResult: ({ weightGradients }) => weightGradients,
};

/** The three matrix products of a step, over shapes of real networks. */
export async function benchProducts(engines: readonly Kernels[], roof: Roof): Promise<Result[]> {
  const results: Result[] = [];
  for (const product of [forward, hiddenDelta, weightGradient]) {
    const title = `${product.title}   (rows × units before × units)`;
    const table = new Table(title, 'GFLOP/s', 1e9, 'naive', roof.operations);
    for (const shape of realShapes) {
      const { rows, fanIn, units } = shape;
      const work = 2 * rows * fanIn * units;
      const models = engines
        .filter(({ engine }) => engine === 'wasm' || work <= REFERENCE_LIMIT)
        .map((kernels) => modelOf(kernels, shape));
      await race(table, `${rows} × ${fanIn} × ${units}`, work, runnersOf(product, models, rows));
    }
    results.push(...table.results);
  }
  return results;
}

function runnersOf(product: Product, models: readonly Model[], rows: number): Runner[] {
  const layer = naiveLayerOf(models[0]!, rows);
  return [
    ...models.map((model) => ({
      name: model.kernels.engine,
      call: () => product.kernel(model, rows),
      result: () => product.result(model, rows),
    })),
    { name: 'naive', call: () => product.naive(layer), result: () => product.naiveResult(layer) },
  ];
}

/** Copies of the second layer, for loops that know no padding. */
function naiveLayerOf(model: Model, rows: number): naive.NaiveLayer {
  const l = model.layers[1]!;
  const { fanIn, units, stride } = l;
  return {
    rows,
    fanIn,
    units,
    input: model.matrix(l.input, l.inputStride, rows, fanIn),
    weights: readWeights(model, l, l.weights),
    biases: model.matrix(l.biases, stride, 1, units),
    z: new Float32Array(rows * units),
    delta: model.matrix(l.delta, stride, rows, units),
    deltaBefore: new Float32Array(rows * fanIn),
    weightGradients: new Float32Array(units * fanIn),
  };
}
