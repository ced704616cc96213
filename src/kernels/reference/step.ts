import type { EquationKernels, StepKernels } from '../kernels.js';
import { Layer, Rule, Tally } from '../../memory/structs.js';
import { readDescription, type Description, type MemoryViews } from './description.js';
import type { Precision } from './numerics.js';
import { updateByRule } from './rule.js';
import { tallyOf } from './tally.js';
import { windowKernels } from './window.js';

/**
 * The steps of a mini-batch, over the equations of an engine: input, forward, output error, error back, gradients,
 * update. assembly/step.ts does the same.
 */
export function stepKernels(
  equations: EquationKernels,
  views: () => MemoryViews,
  precision: Precision,
): StepKernels {
  const { gather, ...adding } = windowKernels(views, precision);
  const tally = tallyOf(equations, views, precision);

  /** Forward: z = W·a + b, a = σ(z), layer by layer; in training, with dropout. */
  function forward({ net, layers }: Description, rows: number, isTraining: boolean): void {
    for (const [i, l] of layers.entries()) {
      const drops = isTraining && l.dropBelow > 0;
      const a = drops ? l.undropped : l.activations;
      equations.forward(
        l.input,
        l.inputStride,
        l.weights,
        l.biases,
        l.preActivations,
        l.stride,
        rows,
        l.fanIn,
        l.units,
        net.scratch,
      );
      equations.activate(l.activation, l.alpha, l.preActivations, a, l.stride, rows, l.units);
      if (drops) equations.dropOut(net.rule, placeOf(net, i), i, a, l.activations, 0, rows);
    }
  }

  /** BP1 and BP2; in training, with weighted samples and dropout, and only as far down as a layer learns. */
  function deltas({ net, layers }: Description, rows: number, isTraining: boolean): void {
    const last = layers.at(-1)!;
    equations.outputDelta(
      net.loss,
      net.lossParameter,
      last.activation,
      last.alpha,
      last.preActivations,
      last.activations,
      net.targets,
      last.delta,
      last.stride,
      rows,
      last.units,
    );
    if (isTraining && new Rule(views(), net.rule).isWeighted) {
      scaleRows(net.sampleWeights, last.delta, last.stride, rows);
    }
    for (let i = layers.length - 2; i >= (isTraining ? net.firstTrained : 0); i--) {
      const l = layers[i]!;
      const next = layers[i + 1]!;
      const drops = isTraining && l.dropBelow > 0;
      equations.hiddenDelta(
        l.activation,
        l.alpha,
        next.weights,
        next.delta,
        next.stride,
        next.units,
        l.preActivations,
        drops ? l.undropped : l.activations,
        l.delta,
        l.stride,
        rows,
        l.units,
        net.scratch,
      );
      if (drops) equations.dropOut(net.rule, placeOf(net, i), i, l.delta, l.delta, 0, rows);
    }
  }

  /** BP3 and BP4; the sums over the mini-batch are left in the gradients. In training, not of frozen layers. */
  function gradients({ net, layers }: Description, rows: number, isTraining: boolean): void {
    for (const l of layers) {
      if (isTraining && l.isFrozen) continue;
      equations.biasGradient(l.delta, l.biasGradients, l.stride, rows, l.units);
      equations.weightGradient(
        l.input,
        l.inputStride,
        l.delta,
        l.weightGradients,
        l.stride,
        rows,
        l.fanIn,
        l.units,
        net.scratch,
      );
    }
  }

  /** δ of each sample times the sample's weight. */
  function scaleRows(weights: number, delta: number, stride: number, rows: number): void {
    const f = views().floats;
    const at = (pointer: number): number => pointer / precision.bytesPerFloat;
    for (let n = 0; n < rows; n++) {
      const weight = f[at(weights) + n]!;
      for (let j = at(delta) + n * stride; j < at(delta) + (n + 1) * stride; j++) f[j] = f[j]! * weight;
    }
  }

  return {
    ...adding,
    feedForward: (pointer, rows) => forward(readDescription(views(), pointer), rows, false),

    backpropagate(pointer, rows) {
      const network = readDescription(views(), pointer);
      deltas(network, rows, false);
      gradients(network, rows, false);
    },

    tally: (pointer, sums, rows, weights) => tally(readDescription(views(), pointer), sums, rows, weights),

    descend(pointer, window, first, count, size, learningRate) {
      const network = readDescription(views(), pointer);
      const {
        parameters,
        gradients: g,
        parameterCount,
        tally: sums,
        rule: ruleAt,
        sampleWeights,
      } = network.net;
      const rule = new Rule(views(), ruleAt);
      const { isPlain, isWeighted } = rule;
      for (let done = 0; done < count; done += size) {
        const rows = Math.min(size, count - done);
        if (window) gather(network, window, first + done, rows);
        forward(network, rows, true);
        tally(network, sums, rows, isWeighted ? sampleWeights : 0);
        if (!Number.isFinite(new Tally(views(), sums).batchLoss)) return done;
        deltas(network, rows, true);
        gradients(network, rows, true);
        if (isPlain) equations.update(parameters, g, learningRate / precision.round(rows), parameterCount);
        else updateByRule(equations, views(), precision, network, rows, learningRate);
        rule.step++;
      }
      return count;
    },
  };
}

/** Where the i-th layer is described. */
const placeOf = ({ layers }: Description['net'], i: number): number => layers + i * Layer.bytes;
