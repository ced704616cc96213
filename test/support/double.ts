import { drawParameters, writeParameters } from '../../src/model/parameters.js';
import type { Network } from '../../src/index.js';
import { double } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { createModel, type Model } from '../../src/model/model.js';
import { Random } from '../../src/base/random.js';
import { checkSpec, type NetworkSpec } from '../../src/model/spec.js';
import { Samples, type Data } from '../../src/training/samples.js';
import { finish } from '../../src/base/work.js';
import { backward, cost, forward } from './steps.js';

// Networks in double precision, computed by the same code as those in single precision, as the truth to compare with.

/** A network with the initial weights of its seed. */
export function doubleModel(spec: NetworkSpec): Model {
  const checked = checkSpec(spec);
  const model = createModel(checked, referenceKernels(double));
  drawParameters(model, Random.fromSeed(checked.seed));
  return model;
}

/** The same network with the same weights, in double precision. */
export function inDouble(net: Network): Model {
  const { spec, parameters } = net.state;
  const model = createModel(checkSpec(spec), referenceKernels(double));
  writeParameters(model, parameters);
  return model;
}

/** Gathers all the data as one mini-batch. @returns the number of samples */
export function gather(model: Model, data: Data): number {
  const samples = finish(Samples.read(data, model));
  model.reserve(samples.count);
  samples.gather(model, 0, samples.count);
  return samples.count;
}

/** The result of `net.backprop(data)`, in double precision. */
export function doubleBackprop(model: Model, data: Data) {
  const n = gather(model, data);
  forward(model, n);
  const loss = cost(model, n) / n;
  backward(model, n);
  const { floats } = model.views;
  const layers = model.layers.map((layer) => {
    const { units, fanIn, stride } = layer;
    const number = (pointer: number, row: number, column: number): number =>
      floats[model.views.at(pointer) + row * stride + column]!;
    const perSample = (pointer: number): number[] =>
      Array.from({ length: n * units }, (_, i) => number(pointer, Math.floor(i / units), i % units));
    const weightGradient = (_: unknown, i: number): number =>
      number(layer.weightGradients, i % fanIn, Math.floor(i / fanIn)) / n;
    return {
      preActivations: perSample(layer.preActivations),
      activations: perSample(layer.activations),
      delta: perSample(layer.delta),
      weightGradients: Array.from({ length: units * fanIn }, weightGradient),
      biasGradients: Array.from({ length: units }, (_, j) => number(layer.biasGradients, 0, j) / n),
    };
  });
  return { loss, layers };
}
