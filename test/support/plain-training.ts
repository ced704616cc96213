import type { ActivationName, LossName, OptimizerName } from '../../src/index.js';

// Training in double precision from the published formulas, without any code of bp4. training/optimizers.test.ts compares
// bp4 to it. It processes one sample at a time and is slow, but reads like the papers.

interface PlainLayer {
  readonly activation: ActivationName;
  /** [units][fanIn] */
  readonly weights: number[][];
  readonly biases: number[];
}

export interface PlainData {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  /** The factor of each sample's cost. */
  readonly sampleWeights: readonly number[];
}

export interface PlainOptions {
  readonly optimizer: OptimizerName;
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly learningRate: number;
  readonly clip?: { readonly norm?: number; readonly value?: number };
  readonly l1?: number;
  readonly l2?: number;
  readonly penalizeBiases?: boolean;
  readonly maxNorm?: number;
  readonly frozen?: readonly number[];
}

const { exp, tanh, max, min, abs, sign, sqrt } = Math;
const sigmoid = (z: number): number => 1 / (1 + exp(-z));

/** σ and σ′. */
const activations: Partial<Record<ActivationName, readonly [(z: number) => number, (z: number) => number]>> =
  {
    linear: [(z) => z, () => 1],
    sigmoid: [sigmoid, (z) => sigmoid(z) * (1 - sigmoid(z))],
    tanh: [tanh, (z) => 1 - tanh(z) ** 2],
    relu: [(z) => max(z, 0), (z) => (z > 0 ? 1 : 0)],
    leakyRelu: [(z) => max(z, 0.01 * z), (z) => (z > 0 ? 1 : 0.01)],
    softplus: [(z) => Math.log1p(exp(z)), sigmoid],
  };

const addUp = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

function softmax(z: readonly number[]): number[] {
  const powers = z.map((x) => exp(x - max(...z)));
  return powers.map((power) => power / addUp(powers));
}

/** The cost of a sample with outputs a, and its gradient with respect to a, or to z for the cross-entropies. */
const losses: Partial<
  Record<LossName, readonly [(a: number, y: number) => number, (a: number, y: number, n: number) => number]>
> = {
  quadratic: [(a, y) => (a - y) ** 2 / 2, (a, y) => a - y],
  meanSquaredError: [(a, y) => (a - y) ** 2, (a, y, n) => (2 * (a - y)) / n],
  huber: [
    (a, y) => (abs(a - y) <= 1 ? (a - y) ** 2 / 2 : abs(a - y) - 0.5),
    (a, y, n) => max(-1, min(1, a - y)) / n,
  ],
  crossEntropy: [(a, y) => -y * Math.log(a), (a, y) => a - y],
  binaryCrossEntropy: [(a, y) => -y * Math.log(a) - (1 - y) * Math.log(1 - a), (a, y) => a - y],
};

const crossEntropies: readonly LossName[] = ['crossEntropy', 'binaryCrossEntropy'];
const means: readonly LossName[] = ['meanSquaredError', 'huber'];

/** A parameter: its place, its gradient and its optimizer state. */
interface Parameter {
  readonly layer: number;
  readonly isBias: boolean;
  readonly place: number[];
  readonly index: number;
  g: number;
  first: number;
  second: number;
}

export class PlainNetwork {
  readonly layers: readonly PlainLayer[];
  readonly #loss: LossName;
  readonly #parameters: Parameter[];
  /** [layer][units][fanIn + 1]: for each unit its weights, then its bias. */
  readonly #ofUnit: Parameter[][][];
  #step = 0;

  constructor(layers: readonly PlainLayer[], loss: LossName) {
    this.layers = layers;
    this.#loss = loss;
    const fresh = { g: 0, first: 0, second: 0 };
    this.#ofUnit = layers.map(({ weights, biases }, layer) =>
      weights.map((row, j) => [
        ...row.map((_, index) => ({ layer, isBias: false, place: row, index, ...fresh })),
        { layer, isBias: true, place: biases, index: j, ...fresh },
      ]),
    );
    this.#parameters = this.#ofUnit.flat(2);
  }

  /** Trains on mini-batches in the order of the samples. @returns the mean cost of each epoch, before the updates */
  train(data: PlainData, options: PlainOptions): number[] {
    const count = data.inputs.length;
    return Array.from({ length: options.epochs }, () => {
      let cost = 0;
      for (let first = 0; first < count; first += options.miniBatchSize) {
        const end = min(first + options.miniBatchSize, count);
        for (const parameter of this.#parameters) parameter.g = 0;
        for (let n = first; n < end; n++) cost += this.#learn(data, n, end - first);
        this.#update(options);
      }
      return cost / count;
    });
  }

  /** Adds the gradients of a sample's cost, scaled by its share of the mean. @returns the cost */
  #learn({ inputs, targets, sampleWeights }: PlainData, n: number, rows: number): number {
    const weight = sampleWeights[n]!;
    const target = targets[n]!;
    const values = [[...inputs[n]!]];
    const zs = this.layers.map(({ activation, weights, biases }, l) => {
      const z = weights.map((row, j) => addUp(row.map((w, k) => w * values[l]![k]!)) + biases[j]!);
      values.push(activation === 'softmax' ? softmax(z) : z.map(activations[activation]![0]));
      return z;
    });
    const computeSlope = (l: number, j: number): number =>
      activations[this.layers[l]!.activation]![1](zs[l]![j]!);

    const outputs = values.at(-1)!;
    const [cost, slope] = losses[this.#loss]!;
    const last = this.layers.length - 1;
    let delta = outputs.map(
      (a, j) =>
        weight *
        slope(a, target[j]!, outputs.length) *
        (crossEntropies.includes(this.#loss) ? 1 : computeSlope(last, j)),
    );
    for (let l = last; l >= 0; l--) {
      for (const [j, d] of delta.entries()) {
        for (const parameter of this.#ofUnit[l]![j]!)
          parameter.g += (d * (parameter.isBias ? 1 : values[l]![parameter.index]!)) / rows;
      }
      if (l === 0) break;
      const { weights } = this.layers[l]!;
      const above = delta;
      delta = values[l]!.map(
        (_, k) => addUp(above.map((d, j) => d * weights[j]![k]!)) * computeSlope(l - 1, k),
      );
    }
    const total = addUp(outputs.map((a, j) => cost(a, target[j]!)));
    return (weight * total) / (means.includes(this.#loss) ? outputs.length : 1);
  }

  #update(options: PlainOptions): void {
    const { learningRate, clip = {}, l1 = 0, l2 = 0, penalizeBiases = false, frozen = [] } = options;
    const { optimizer, maxNorm = Infinity } = options;
    const trained = this.#parameters.filter(({ layer }) => !frozen.includes(layer));
    const isPenalized = ({ isBias }: Parameter): boolean => !isBias || penalizeBiases;

    for (const parameter of trained) {
      const w = parameter.place[parameter.index]!;
      if (isPenalized(parameter)) parameter.g += l2 * w + l1 * sign(w);
      const { value = Infinity } = clip;
      parameter.g = max(-value, min(value, parameter.g));
    }
    const norm = sqrt(addUp(trained.map(({ g }) => g * g)));
    const scale = min(1, (clip.norm ?? Infinity) / norm);
    this.#step++;
    for (const parameter of trained) {
      const { place, index } = parameter;
      parameter.g *= scale;
      const decay = optimizer === 'adamw' && isPenalized(parameter) ? 0.01 : 0;
      place[index]! -= learningRate * decay * place[index]!;
      place[index]! -= this.#computeStep(parameter, optimizer, learningRate);
    }
    for (const [l, { weights }] of this.layers.entries()) {
      if (frozen.includes(l)) continue;
      for (const row of weights) {
        const length = sqrt(addUp(row.map((w) => w * w)));
        if (length > maxNorm) for (const k of row.keys()) row[k]! *= maxNorm / length;
      }
    }
  }

  /** The amount that an optimizer subtracts from a parameter, by the formulas and defaults of torch.optim's documentation. */
  #computeStep(parameter: Parameter, optimizer: OptimizerName, rate: number): number {
    const { g } = parameter;
    switch (optimizer) {
      case 'sgd':
        return rate * g;
      case 'momentum': // b ← μb + g; θ ← θ − γb
        parameter.first = 0.9 * parameter.first + g;
        return rate * parameter.first;
      case 'nesterov': // g ← g + μb
        parameter.first = 0.9 * parameter.first + g;
        return rate * (g + 0.9 * parameter.first);
      case 'adagrad': // θ ← θ − γg/(√Σg² + ε)
        parameter.first += g * g;
        return (rate * g) / (sqrt(parameter.first) + 1e-10);
      case 'rmsprop': // v ← αv + (1 − α)g²; θ ← θ − γg/(√v + ε)
        parameter.first = 0.99 * parameter.first + 0.01 * g * g;
        return (rate * g) / (sqrt(parameter.first) + 1e-8);
      case 'adam':
      case 'adamw': {
        parameter.first = 0.9 * parameter.first + 0.1 * g;
        parameter.second = 0.999 * parameter.second + 0.001 * g * g;
        const m = parameter.first / (1 - 0.9 ** this.#step);
        const v = parameter.second / (1 - 0.999 ** this.#step);
        return (rate * m) / (sqrt(v) + 1e-8);
      }
    }
  }
}
