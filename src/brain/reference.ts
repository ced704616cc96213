import { Layer, Net, Rule, Tally, Window } from '../memory/structs.js';
import { addFloats } from '../kernels/reference/gather.js';
import { readWindow } from '../kernels/reference/pairs.js';
import { commonActivationsIn, type Activation } from '../kernels/reference/micro/activations.js';
import { single } from '../kernels/reference/numerics.js';
import { beginUpdate } from '../kernels/reference/optimizers.js';
import { ReferenceMemory } from '../kernels/reference/reference-memory.js';
import type { BrainKernels } from './kernels.js';

const { fround } = Math;

/** Bytes of one pair, an input that is not zero with its index, in a window of pairs. */
const PAIR = 6;

/** 2⁻¹⁰⁰. Smaller changes are dropped. */
const LEAST = 7.888609052210118e-31;

/** What the kernels read from the structs of a network. Reading it takes longer than a sample of a small network. */
interface Opened {
  readonly net: Net;
  readonly tally: Tally;
  readonly rule: Rule;
  readonly layers: readonly Places[];
}

/** The memory of a network, which is opened again after a change of its layout. */
class BrainMemory extends ReferenceMemory {
  opened: Opened | undefined;

  /** Called before a model writes its structs. */
  override ensure(bytes: number): void {
    super.ensure(bytes);
    this.opened = undefined;
  }

  open(pointer: number): Opened {
    if (this.opened) return this.opened;
    const net = new Net(this, pointer);
    const layers = Array.from({ length: net.layerCount }, (_, l) =>
      readPlaces(this, new Layer(this, net.layers + l * Layer.bytes)),
    );
    return (this.opened = { net, tally: new Tally(this, net.tally), rule: new Rule(this, net.rule), layers });
  }
}

/**
 * The kernels of assembly/brain/ in plain TypeScript, bit for bit. Read them side by side. The core's reference would compute the same,
 * but more slowly: it gathers mini-batches, and serves two precisions.
 */
export function brainReference(): BrainKernels {
  const m = new BrainMemory(single, commonActivationsIn(single));

  function run(pointer: number): void {
    const { net, layers } = m.open(pointer);
    layers[0]!.input = net.inputs / 4;
    forward(m.floats, layers);
  }

  function learn(
    pointer: number,
    windowAt: number,
    count: number,
    epochs: number,
    isAdam: boolean,
    learningRate: number,
    momentum: number,
    live: number,
    threshold: number,
  ): number {
    const { net, tally, rule, layers } = m.open(pointer);
    const { words, floats: f } = m;
    const last = layers.at(-1)!;
    const window = new Window(m, windowAt);
    const isSparse = window.starts !== 0;
    const [rows, starts] = [(windowAt + window.rows) / 4, (windowAt + window.starts) / 4];
    const targets = (windowAt + window.targets) / 4;
    const changes: Changes = {
      floats: f,
      words,
      live,
      mu: fround(momentum),
      eta: fround(learningRate),
      distance: (rule.first - net.parameters) / 4,
    };
    const inputs = net.inputs / 4;
    const { inputCount } = net;
    layers[0]!.input = inputs;
    tally.right = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        if (isSparse) expandPairs(i);
        else layers[0]!.input = rows + i * inputCount;
        forward(f, layers);
        sum += squaredError(f, last, targets + i * last.stride) / last.units;
        if (!Number.isFinite(sum)) {
          tally.right = i + 1;
          return epoch;
        }
        backward(f, layers, targets + i * last.stride);
        if (isAdam) stepByAdam();
        else changeWeights(changes, layers, isSparse);
      }
      tally.loss = sum / count;
      if (sum / count <= threshold) return epoch + 1;
    }
    return epochs;

    /** Writes the inputs of a sample that is kept as pairs. */
    function expandPairs(sample: number): void {
      const begin = windowAt + words[starts + sample]!;
      const others = Math.floor((windowAt + words[starts + sample + 1]! - begin) / PAIR);
      const places = new Uint16Array(words.buffer, begin + 4 * others, others);
      f.fill(0, inputs, inputs + inputCount);
      for (let i = 0; i < others; i++) f[inputs + places[i]!] = f[begin / 4 + i]!;
    }

    function stepByAdam(): void {
      beginUpdate(m, rule, learningRate);
      const { rate, momentum, momentumRest, square, squareRest, rootScale, epsilon } = rule;
      const [first, second] = [(rule.first - net.parameters) / 4, (rule.second - net.parameters) / 4];
      updateByAdam(f, layers, {
        ...{ rate, momentum, momentumRest, square, squareRest, rootScale, epsilon, first, second },
      });
      rule.step++;
    }
  }

  return {
    engine: 'reference',
    bytesPerFloat: 4,
    memory: m,
    addFloats: (net, window, floats, ...rest) =>
      addFloats(m, new Net(m, net), readWindow(m, window), m.at(floats), ...rest),
    run,
    learn,
  };
}

/** A layer's places, as indices of floats. */
interface Places {
  readonly fanIn: number;
  readonly units: number;
  readonly stride: number;
  input: number;
  readonly weights: number;
  readonly biases: number;
  readonly z: number;
  readonly a: number;
  readonly delta: number;
  readonly activation: Required<Pick<Activation, 'value' | 'slope'>>;
  readonly alpha: number;
}

const readPlaces = ({ activations }: ReferenceMemory, l: Layer): Places => ({
  fanIn: l.fanIn,
  units: l.units,
  stride: l.stride,
  input: l.input / 4,
  weights: l.weights / 4,
  biases: l.biases / 4,
  z: l.preActivations / 4,
  a: l.activations / 4,
  delta: l.delta / 4,
  activation: activations[l.activation] as Places['activation'],
  alpha: l.alpha,
});

type Floats = Float32Array | Float64Array;

/** z = W·a + b, a = σ(z). Four sums at a time, which don't wait for each other; padding included. */
function forward(f: Floats, layers: readonly Places[]): void {
  for (const { fanIn, units, stride, input, weights, biases, z, a, activation, alpha } of layers) {
    for (let j = 0; j < stride; j += 4) {
      let c0 = 0;
      let c1 = 0;
      let c2 = 0;
      let c3 = 0;
      let w = weights + j;
      for (let k = input; k < input + fanIn; k++) {
        const x = f[k]!;
        c0 = fround(c0 + fround(x * f[w]!));
        c1 = fround(c1 + fround(x * f[w + 1]!));
        c2 = fround(c2 + fround(x * f[w + 2]!));
        c3 = fround(c3 + fround(x * f[w + 3]!));
        w += stride;
      }
      f[z + j] = c0 + f[biases + j]!;
      f[z + j + 1] = c1 + f[biases + j + 1]!;
      f[z + j + 2] = c2 + f[biases + j + 2]!;
      f[z + j + 3] = c3 + f[biases + j + 3]!;
    }
    for (let j = 0; j < units; j++) f[a + j] = activation.value(f[z + j]!, alpha);
  }
}

/** Σ (a − y)², in double precision. */
function squaredError(f: Floats, { a, units }: Places, targets: number): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const error = f[a + j]! - f[targets + j]!;
    sum += error * error;
  }
  return sum;
}

/** BP1 and BP2: δ = (a − y) ⊙ σ′(z) of the last layer, δ = (W₊ᵀ·δ₊) ⊙ σ′(z) of the others. */
function backward(f: Floats, layers: readonly Places[], targets: number): void {
  for (let i = layers.length - 1; i >= 0; i--) {
    const { units, z, a, delta, activation, alpha } = layers[i]!;
    const next = layers[i + 1];
    for (let j = 0; j < units; j++) {
      let error = 0;
      if (next) {
        const w = next.weights + j * next.stride;
        for (let n = 0; n < next.units; n++) error = fround(error + fround(f[w + n]! * f[next.delta + n]!));
      } else {
        error = fround(f[a + j]! - f[targets + j]!);
      }
      f[delta + j] = error * activation.slope(f[z + j]!, f[a + j]!, alpha);
    }
  }
}

/** 2⁻¹²⁶. What is smaller counts as 0. */
const LEAST_NORMAL = 1.1754943508222875e-38;
const flush = (x: number): number => (Math.abs(x) < LEAST_NORMAL ? 0 : x);

/** The fields of a rule that Adam uses, and the distances from a weight to its two moments, in floats. */
interface AdamRule extends Pick<
  Rule,
  'rate' | 'momentum' | 'momentumRest' | 'square' | 'squareRest' | 'rootScale' | 'epsilon'
> {
  readonly first: number;
  readonly second: number;
}

/**
 * BP3, BP4 and Adam, as in assembly/optimizers.ts, for weights and biases alike: a bias is the weight of an input of 1. A weight
 * without a first moment doesn't change.
 */
function updateByAdam(
  f: Floats,
  layers: readonly Places[],
  { rate, momentum, momentumRest, square, squareRest, rootScale, epsilon, first, second }: AdamRule,
): void {
  for (const { fanIn, units, stride, input, weights, biases, delta } of layers) {
    for (let k = 0; k <= fanIn; k++) {
      const isBias = k === fanIn;
      const x = isBias ? 1 : f[input + k]!;
      const row = isBias ? biases : weights + k * stride;
      for (let j = 0; j < units; j++) {
        const w = row + j;
        let m = fround(momentum * f[w + first]!);
        let v = fround(square * f[w + second]!);
        // Without an input there is no gradient.
        if (x !== 0) {
          const gradient = fround(x * f[delta + j]!);
          m = fround(m + fround(momentumRest * gradient));
          v = fround(v + fround(squareRest * fround(gradient * gradient)));
        }
        m = flush(m);
        v = flush(v);
        if (m !== 0) {
          const root = fround(fround(Math.sqrt(v)) * rootScale);
          f[w] = f[w]! - fround(rate * fround(m / fround(root + epsilon)));
        }
        f[w + first] = m;
        f[w + second] = v;
      }
    }
  }
}

interface Changes {
  readonly floats: Floats;
  readonly words: Uint32Array;
  readonly live: number;
  readonly mu: number;
  readonly eta: number;
  /** From a weight to its change. */
  readonly distance: number;
}

/**
 * change = μ·change − (η·δ)·x, W += change; b −= η·δ. assembly/brain/momentum.ts explains which changes are dropped.
 * @param isSparse whether the window holds pairs
 */
function changeWeights(changes: Changes, layers: readonly Places[], isSparse: boolean): void {
  const { floats: f, words, live, eta } = changes;
  for (let i = 0; i < layers.length; i++) {
    const l = layers[i]!;
    const { delta, biases, units, fanIn, input } = l;
    for (let j = 0; j < units; j++) {
      const step = fround(eta * f[delta + j]!);
      f[delta + j] = step;
      f[biases + j] = f[biases + j]! - step;
    }
    for (let k = 0; k < fanIn; k++) {
      if (i > 0 || !isSparse) {
        changeRow(changes, l, k);
      } else if (f[input + k] !== 0) {
        changeRow(changes, l, k);
        setBit(words, live, k, true);
      } else if (hasBit(words, live, k)) {
        setBit(words, live, k, shrinkRow(changes, l, k));
      }
    }
  }
}

function changeRow({ floats: f, mu, distance }: Changes, l: Places, k: number): void {
  const { input, delta, weights, stride, units } = l;
  const x = f[input + k]!;
  const w = weights + k * stride;
  for (let j = 0; j < units; j++) {
    const change = w + distance + j;
    const c = fround(fround(mu * f[change]!) - fround(f[delta + j]! * x));
    f[w + j] = f[w + j]! + c;
    f[change] = Math.abs(c) < LEAST ? 0 : c;
  }
}

/** @returns whether any change remains */
function shrinkRow(
  { floats: f, mu, distance }: Changes,
  { weights, stride, units }: Places,
  k: number,
): boolean {
  const w = weights + k * stride;
  let any = false;
  for (let j = 0; j < units; j++) {
    const change = w + distance + j;
    const c = fround(mu * f[change]!);
    const before = f[w + j]!;
    f[w + j] = before + c;
    const alters = f[w + j] !== before;
    f[change] = alters ? c : 0;
    any ||= alters;
  }
  return any;
}

const hasBit = (words: Uint32Array, at: number, k: number): boolean =>
  ((words[at / 4 + (k >> 5)]! >>> (k & 31)) & 1) === 1;

function setBit(words: Uint32Array, at: number, k: number, value: boolean): void {
  const word = at / 4 + (k >> 5);
  const bit = 1 << (k & 31);
  words[word] = value ? words[word]! | bit : words[word]! & ~bit;
}
