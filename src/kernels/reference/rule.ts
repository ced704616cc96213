import { Rule } from '../../memory/structs.js';
import { beginUpdate, optimize } from './optimizers.js';
import type { Layer, Net } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';
import { addSquares, decay, limitNorms, regularize } from './regularize.js';

/** An update beyond plain SGD: mean gradients with penalties, clipped; then the optimizer; then max-norm. */
export function updateByRule(m: ReferenceMemory, net: Net, rows: number, learningRate: number): void {
  const rule = new Rule(m, net.rule);
  const regularizes = rule.l1 !== 0 || rule.l2 !== 0 || rule.clipValue !== 0;
  const meanScale = m.round(1 / m.round(rows));
  const penalizesBiases = rule.penalizesBiases !== 0;
  const layers = listTrained(net);
  if (regularizes) {
    for (const l of layers) {
      regularize(m, rule, l.weights, l.weightGradients, meanScale, true, l.fanIn * l.stride);
      regularize(m, rule, l.biases, l.biasGradients, meanScale, penalizesBiases, l.stride);
    }
  }
  rule.gradientScale = regularizes ? 1 : meanScale;
  if (rule.clipNorm) clipByNorm(m, net, rule);
  beginUpdate(m, rule, learningRate);

  for (const l of layers) {
    optimizeShare(m, net, rule, l.weights, l.weightGradients, l.fanIn * l.stride, true);
    optimizeShare(m, net, rule, l.biases, l.biasGradients, l.stride, penalizesBiases);
  }
  if (rule.maxNorm) for (const l of layers) limitNorms(m, l, 0, l.stride, rule.maxNorm);
}

/** The layers that are not frozen. */
const listTrained = ({ layers }: Net): Layer[] => layers.filter((l) => !l.isFrozen);

/** Clipping by norm: if ‖g‖ over all trained layers exceeds c, scales every gradient by c/‖g‖. */
function clipByNorm(m: ReferenceMemory, net: Net, rule: Rule): void {
  let sum = 0;
  for (const l of listTrained(net)) {
    sum = addSquares(m, l.weightGradients, l.fanIn * l.stride, sum);
    sum = addSquares(m, l.biasGradients, l.stride, sum);
  }
  const norm = Math.sqrt(sum) * rule.gradientScale;
  const most = rule.clipNorm;
  if (norm > most) rule.gradientScale *= most / norm;
}

/** Updates the weights or the biases of a layer: all of them, because there is one thread. @param decays whether weight decay applies to them */
function optimizeShare(
  m: ReferenceMemory,
  net: Net,
  rule: Rule,
  parameters: number,
  gradients: number,
  count: number,
  decays: boolean,
): void {
  const place = parameters - net.parameters;
  if (decays && rule.decay !== 0) decay(m, parameters, rule.decay, count);
  optimize(m, rule, parameters, gradients, m.at(rule.first) + place, m.at(rule.second) + place, count);
}
