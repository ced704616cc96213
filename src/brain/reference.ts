import { Layer, Net, Rule, Tally, Window } from '../memory/structs.js';
import { Views } from '../memory/views.js';
import { referenceKernels } from '../kernels/reference/reference.js';
import type { BrainKernels } from './kernels.js';

const { fround } = Math;

/** Bytes of one pair, an input that is not zero with its index, in a window of pairs. */
const PAIR = 6;

/** 2⁻¹⁰⁰. Smaller changes are dropped. */
const LEAST = 7.888609052210118e-31;

/** The kernels of assembly/brain/ in plain TypeScript, bit for bit. Read them side by side. */
export function brainReference(): BrainKernels {
  const kernels = referenceKernels();

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
    const views = new Views(kernels);
    const { words, floats } = views;
    const net = new Net(views, pointer);
    const layers = Array.from(
      { length: net.layerCount },
      (_, l) => new Layer(views, net.layers + l * Layer.bytes),
    );
    const last = layers.at(-1)!;
    const window = new Window(views, windowAt);
    const tally = new Tally(views, net.tally);
    const isSparse = window.starts !== 0;
    const changes = { floats, words, live, mu: fround(momentum), eta: fround(learningRate) };
    const firstChange = new Rule(views, net.rule).first;
    tally.right = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        takeSample(i);
        kernels.feedForward(pointer, 1);
        sum += (2 * kernels.cost(pointer, 0, 1)) / last.units;
        if (!Number.isFinite(sum)) {
          tally.right = i + 1;
          return epoch;
        }
        // Momentum doesn't need the gradients, but `backpropagate` computes all equations together.
        kernels.backpropagate(pointer, 1, 0);
        if (isAdam) updateByAdam(net, new Rule(views, net.rule), learningRate);
        else changeWeights(changes, layers, firstChange - net.parameters, isSparse);
      }
      tally.loss = sum / count;
      if (sum / count <= threshold) return epoch + 1;
    }
    return epochs;

    /** Copies a sample into the mini-batch. */
    function takeSample(sample: number): void {
      const target = (windowAt + window.targets) / 4 + sample * last.stride;
      floats.copyWithin(net.targets / 4, target, target + last.stride);
      const input = net.inputs / 4;
      if (!isSparse) {
        const row = (windowAt + window.rows) / 4 + sample * net.inputCount;
        floats.copyWithin(input, row, row + net.inputCount);
        return;
      }
      const starts = (windowAt + window.starts) / 4 + sample;
      const begin = windowAt + words[starts]!;
      const others = Math.floor((windowAt + words[starts + 1]! - begin) / PAIR);
      const places = new Uint16Array(words.buffer, begin + 4 * others, others);
      floats.fill(0, input, input + net.inputCount);
      for (let i = 0; i < others; i++) floats[input + places[i]!] = floats[begin / 4 + i]!;
    }
  }

  /** Adam, for weights and biases alike. */
  function updateByAdam(net: Net, rule: Rule, learningRate: number): void {
    rule.gradientScale = 1;
    kernels.beginUpdate(net.rule, learningRate);
    kernels.optimize(net.rule, net.parameters, net.gradients, rule.first, rule.second, net.parameterCount);
    rule.step++;
  }

  return { ...kernels, learn };
}

interface Changes {
  readonly floats: Float32Array | Float64Array;
  readonly words: Uint32Array;
  readonly live: number;
  readonly mu: number;
  readonly eta: number;
}

/**
 * change = μ·change − (η·δ)·x, W += change; b −= η·δ. assembly/brain/momentum.ts explains which changes are dropped.
 * @param distance from a weight to its change
 * @param isSparse whether the window holds pairs
 */
function changeWeights(
  changes: Changes,
  layers: readonly Layer[],
  distance: number,
  isSparse: boolean,
): void {
  const { floats: f, words, live, eta } = changes;
  for (const [i, l] of layers.entries()) {
    const [delta, biases] = [l.delta / 4, l.biases / 4];
    for (let j = 0; j < l.stride; j++) {
      f[delta + j] = eta * f[delta + j]!;
      f[biases + j] = f[biases + j]! - f[delta + j]!;
    }
    for (let k = 0; k < l.fanIn; k++) {
      if (i > 0 || !isSparse) {
        changeRow(changes, l, distance, k);
      } else if (f[l.input / 4 + k] !== 0) {
        changeRow(changes, l, distance, k);
        setBit(words, live, k, true);
      } else if (hasBit(words, live, k)) {
        setBit(words, live, k, shrinkRow(changes, l, distance, k));
      }
    }
  }
}

function changeRow({ floats: f, mu }: Changes, l: Layer, distance: number, k: number): void {
  const x = f[l.input / 4 + k]!;
  const delta = l.delta / 4;
  const w = l.weights / 4 + k * l.stride;
  for (let j = 0; j < l.stride; j++) {
    const change = w + distance / 4 + j;
    const c = fround(fround(mu * f[change]!) - fround(f[delta + j]! * x));
    f[w + j] = f[w + j]! + c;
    f[change] = Math.abs(c) < LEAST ? 0 : c;
  }
}

/** @returns whether any change remains */
function shrinkRow({ floats: f, mu }: Changes, l: Layer, distance: number, k: number): boolean {
  const w = l.weights / 4 + k * l.stride;
  let any = false;
  for (let j = 0; j < l.stride; j++) {
    const change = w + distance / 4 + j;
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
