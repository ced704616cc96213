import { difference } from '../bp1-output-delta';
import { sumsOfOne } from '../bp2-hidden-delta';
import { biasGradient } from '../bp3-bias-gradient';
import { slope } from '../micro/common-activations';
import { clearPadding } from '../micro/padding';
import { multiplyColumn } from '../micro/stream';
import { lastLayer, layerAt } from '../network';
import { weightGradientPairs } from '../pairs';
import { Layer, Net } from '../structs';

// The four equations for one sample and the squared error. step.ts would bring the losses, the products of mini-batches and
// dropout with it: 20 kB.

/** BP1 and BP2: δ of all layers. Rounds as bp1-output-delta.ts and bp2-hidden-delta.ts do. */
export function findDeltas(net: Net): void {
  let next = lastLayer(net);
  difference(next.activations, 1, net.targets, next.delta, next.stride);
  multiplySlope(next);
  for (let i = net.layerCount - 2; i >= 0; --i) {
    const l = layerAt(net, i);
    sumsOfOne(next.weights, next.delta, next.stride << 2, next.units, l.delta, l.units);
    multiplySlope(l);
    next = l;
  }
}

/** δ ⊙ σ′(z) in place, with zero padding. */
function multiplySlope(l: Layer): void {
  for (let at: usize = 0; at < <usize>(l.stride << 2); at += 16) {
    const rise = slope(l, v128.load(l.preActivations + at), v128.load(l.activations + at));
    v128.store(l.delta + at, f32x4.mul(v128.load(l.delta + at), rise));
  }
  clearPadding(l.delta, l.stride, 1, l.units);
}

/** BP3 and BP4: the gradients, from δ. Rounds as bp3-bias-gradient.ts and bp4-weight-gradient.ts do. */
export function findGradients(net: Net, isSparse: bool): void {
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    biasGradient(l, 1);
    if (i == 0 && isSparse) weightGradientPairs(l, net.pairs, 1, 0, l.stride);
    else multiplyColumn(l.input, l.delta, l.weightGradients, l.stride << 2, l.fanIn, l.stride);
  }
}
