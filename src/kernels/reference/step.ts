import type { EquationKernels, StepKernels } from '../kernels.js';
import { readDescription, type Description, type MemoryViews } from './description.js';
import type { Precision } from './numerics.js';
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

  /** Forward: z = W·a + b, a = σ(z), layer by layer. */
  function forward({ net, layers }: Description, rows: number): void {
    for (const l of layers) {
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
      equations.activate(l.activation, l.alpha, l.preActivations, l.activations, l.stride, rows, l.units);
    }
  }

  /** BP1 to BP4; the sums over the mini-batch are left in the gradients. */
  function backward({ net, layers }: Description, rows: number): void {
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
    for (let i = layers.length - 2; i >= 0; i--) {
      const l = layers[i]!;
      const next = layers[i + 1]!;
      equations.hiddenDelta(
        l.activation,
        l.alpha,
        next.weights,
        next.delta,
        next.stride,
        next.units,
        l.preActivations,
        l.activations,
        l.delta,
        l.stride,
        rows,
        l.units,
        net.scratch,
      );
    }
    for (const l of layers) {
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

  return {
    ...adding,
    feedForward: (pointer, rows) => forward(readDescription(views(), pointer), rows),
    backpropagate: (pointer, rows) => backward(readDescription(views(), pointer), rows),
    tally: (pointer, sums, rows) => tally(readDescription(views(), pointer), sums, rows),

    descend(pointer, window, first, count, size, learningRate) {
      const network = readDescription(views(), pointer);
      const { parameters, gradients, parameterCount, tally: sums } = network.net;
      for (let done = 0; done < count; done += size) {
        const rows = Math.min(size, count - done);
        if (window) gather(network, window, first + done, rows);
        forward(network, rows);
        tally(network, sums, rows);
        backward(network, rows);
        equations.update(parameters, gradients, learningRate / precision.round(rows), parameterCount);
      }
      return count;
    },
  };
}
