import { drawParameters } from '../src/model/parameters.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { createModel } from '../src/model/model.js';
import { Random } from '../src/base/random.js';
import { checkSpec } from '../src/model/spec.js';
import { Samples } from '../src/training/samples.js';
import { Window } from '../src/training/window.js';
import { finish } from '../src/base/work.js';
import { measure, warmedUp } from './measure.js';
import { Table, type Result } from './table.js';

/** Shares of inputs that are not zero. MNIST has 0.19. */
const DENSITIES = [0.01, 0.1, 0.19, 0.3, 0.4, 0.5, 0.6, 0.8];

/** Inputs, units of the first layer, samples per mini-batch. */
const SHAPES = [
  [784, 1, 10],
  [784, 10, 10],
  [784, 30, 10],
  [784, 128, 32],
  [784, 512, 128],
  [32, 10, 10],
  [32, 128, 32],
] as const;

const COUNT = 1280;

/** Whole steps whose first layer runs on pairs, against those on rows. */
export async function benchZeros(takeKernels: () => Promise<Kernels>): Promise<Result[]> {
  const table = new Table(
    'zeros: steps on pairs, beside rows   (inputs × units, batch, density)',
    'samples/s',
    1,
    'rows',
  );
  for (const [inputs, units, size] of SHAPES) {
    for (const density of DENSITIES) {
      const forms = ['pairs', 'rows'] as const;
      const runs = await Promise.all(
        forms.map(async (form) => prepareSteps(await takeKernels(), { inputs, units, size, density }, form)),
      );
      const contenders = forms.map((form, i) => warmedUp(form, runs[i]!.run));
      const timings = await measure(contenders, 9);
      table.add(
        `${inputs} × ${units} b${size} ${density}`,
        COUNT,
        contenders.map((contender, i) => ({ contender, timing: timings[i]!, checksum: runs[i]!.checksum() })),
      );
    }
  }
  return table.results;
}

interface Steps {
  readonly run: () => void;
  readonly checksum: () => number;
}

function prepareSteps(
  kernels: Kernels,
  { inputs, units, size, density }: { inputs: number; units: number; size: number; density: number },
  form: 'pairs' | 'rows',
): Steps {
  const layers = [units, 10].map((units) => ({ units, activation: 'sigmoid' as const }));
  const model = createModel(checkSpec({ inputs, layers }), kernels);
  const random = Random.fromSeed(1);
  drawParameters(model, random);
  const values = new Float32Array(COUNT * inputs).map(() =>
    random.uniform(0, 1) < density ? random.uniform(-1, 1) : 0,
  );
  const samples = finish(Samples.read({ inputs: values, labels: new Uint8Array(COUNT) }, model));
  const window = finish(Window.open(model, samples, size, undefined, form));
  const { net } = model.layout;
  return {
    run: () => void kernels.descend(net, window.pointer, 0, COUNT, size, 1e-6),
    checksum: () => model.matrix(model.layers[0]!.weights, 1, 1, 1)[0]!,
  };
}
