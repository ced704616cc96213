import { activate } from './activation';
import { outputDelta } from './bp1-output-delta';
import { hiddenDelta } from './bp2-hidden-delta';
import { biasGradient } from './bp3-bias-gradient';
import { weightGradient } from './bp4-weight-gradient';
import { forward } from './forward';
import { expandBatch, gather } from './gather';
import { boundWeights, hasFiniteDelta, hasFiniteWeights } from './finite';
import { layerOf, Net, Tally, Window } from './network';
import { forwardPairs, weightGradientPairs } from './pairs';
import { tally } from './tally';
import { update } from './update';

/**
 * Stochastic gradient descent over samples of a window, mini-batch by mini-batch: gather → forward → δ → gradients →
 * update. src/kernels/reference/step.ts does the same.
 * @param window none (0) where a single mini-batch has been gathered already
 * @param first  the first sample, in the window's order
 * @param size   samples to a mini-batch; the last may be shorter
 */
export function descend(
  net: Net,
  window: Window,
  first: i32,
  count: i32,
  size: i32,
  learningRate: f32,
): void {
  for (const end = first + count; first < end; first += size) {
    const rows = min(size, end - first);
    if (changetype<usize>(window)) gather(net, window, first, rows);
    feedForward(net, rows);
    tally(net, changetype<Tally>(net.tally), rows);
    backpropagate(net, rows);
    const rate = learningRate / <f32>rows;
    update(net.parameters, net.gradients, rate, net.parameterCount);
    boundWeights(net, rows, rate);
  }
}

/** Forward: z = W·a + b, a = σ(z), layer by layer. */
export function feedForward(net: Net, rows: i32): void {
  if (net.isSparse && !hasFiniteWeights(net)) expandBatch(net, rows);
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    if (i == 0 && net.isSparse) {
      forwardPairs(net.pairs, l.weights, l.biases, l.preActivations, l.stride, rows, l.units);
    } else {
      forward(
        l.input,
        l.inputStride,
        l.weights,
        l.biases,
        l.preActivations,
        l.stride,
        rows,
        l.fanIn,
        l.units,
      );
    }
    activate(l.activation, l.preActivations, l.activations, l.stride, rows, l.units);
  }
}

/** BP1 to BP4, after `feedForward`; the sums over the mini-batch are left in the gradients. */
export function backpropagate(net: Net, rows: i32): void {
  let next = layerOf(net, net.layerCount - 1);
  outputDelta(
    net.loss,
    next.activation,
    next.preActivations,
    next.activations,
    net.targets,
    next.delta,
    next.stride,
    rows,
    next.units,
  );
  for (let i = net.layerCount - 2; i >= 0; --i) {
    const l = layerOf(net, i);
    hiddenDelta(
      l.activation,
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
    next = l;
  }
  if (net.isSparse && !hasFiniteDelta(net, rows)) expandBatch(net, rows);
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    biasGradient(l.delta, l.biasGradients, l.stride, rows, l.units);
    if (i == 0 && net.isSparse) {
      weightGradientPairs(net.pairs, l.delta, l.weightGradients, l.stride, rows, l.fanIn, l.units);
    } else {
      weightGradient(l.input, l.inputStride, l.delta, l.weightGradients, l.stride, rows, l.fanIn, l.units);
    }
  }
}
