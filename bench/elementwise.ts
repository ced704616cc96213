import { RELU, SIGMOID, SOFTMAX, TANH } from '../src/kernels/codes.js';
import type { Kernels } from '../src/kernels/kernels.js';
import * as naive from './naive.js';
import { modelOf, race, type Runner } from './race.js';
import { Table, type Result } from './table.js';

const activations = [
  { name: 'sigmoid', code: SIGMOID, units: 512, naive: naive.sigmoid },
  { name: 'tanh', code: TANH, units: 512, naive: naive.tanh },
  { name: 'relu', code: RELU, units: 512, naive: naive.relu },
  { name: 'softmax', code: SOFTMAX, units: 10, naive: naive.softmax },
];

/** The activations, over the rows of a mini-batch. */
export async function benchActivations(engines: readonly Kernels[]): Promise<Result[]> {
  const table = new Table('activations: a = σ(z)   (rows × units)', 'M/s', 1e6, 'naive');
  const rows = 128;
  for (const { name, code, units, naive } of activations) {
    const models = engines.map((kernels) => modelOf(kernels, { rows, fanIn: 1, units }));
    const runners = models.map((model): Runner => {
      const { preActivations, activations, stride } = model.layers[1]!;
      return {
        name: model.kernels.engine,
        call: () => model.kernels.activate(code, 0, preActivations, activations, stride, rows, units),
        result: () => model.matrix(activations, stride, rows, units),
      };
    });
    const l = models[0]!.layers[1]!;
    const z = models[0]!.matrix(l.preActivations, l.stride, rows, units);
    const a = new Float32Array(z.length);
    runners.push({ name: 'naive', call: () => naive(z, a, units), result: () => a });
    await race(table, `${name} ${rows} × ${units}`, rows * units, runners);
  }
  return table.results;
}

/** So small that no weight changes, however often it is subtracted: the contenders stay comparable. */
const RATE = 1e-12;

/** The update, of parameters that fit a second-level cache and of some that do not. */
export async function benchUpdate(engines: readonly Kernels[]): Promise<Result[]> {
  const table = new Table('update: W −= η/m Σ ∂C/∂W   (parameters)', 'GB/s', 1e9, 'naive');
  for (const [fanIn, units] of [
    [784, 30],
    [1024, 1024],
  ] as const) {
    const models = engines.map((kernels) => modelOf(kernels, { rows: 1, fanIn, units }));
    const count = models[0]!.layout.parameterCount;
    const runners = models.map((model): Runner => ({
      name: model.kernels.engine,
      call: () => model.kernels.update(model.layout.parameters, model.layout.gradients, RATE, count),
      result: () => model.matrix(model.layout.parameters, count, 1, count),
    }));
    const { layout } = models[0]!;
    const parameters = models[0]!.matrix(layout.parameters, count, 1, count);
    const gradients = models[0]!.matrix(layout.gradients, count, 1, count);
    runners.push({
      name: 'naive',
      call: () => naive.update(parameters, gradients, RATE),
      result: () => parameters,
    });
    // Two numbers of four bytes are read, and one is written.
    await race(table, count.toLocaleString('en'), 12 * count, runners);
  }
  return table.results;
}
