import { Rule, type Batch, type Layer, type Net } from '../../memory/structs.js';
import { beginUpdate, optimize } from './optimizers.js';
import { layerAt, type ReferenceMemory } from './reference-memory.js';
import { addSquares, decay, limitNorms, regularize } from './regularize.js';

/** An update that is more than a step down: mean gradients with penalties, clipped; then the optimizer; then max-norm. */
export function updateByRule(m: ReferenceMemory, net: Net, batch: Batch, learningRate: number): void {
  const rule = new Rule(m, net.rule);
  const regularizes = rule.l1 !== 0 || rule.l2 !== 0 || rule.clipValue !== 0;
  const meanScale = m.round(1 / m.round(batch.rows));
  const penalizesBiases = rule.penalizesBiases !== 0;
  const layers: Layer[] = [];
  for (let i = 0; i < net.layerCount; i++) {
    const l = layerAt(m, net, i);
    if (!l.isFrozen) layers.push(l);
  }
  if (regularizes) {
    for (const l of layers) {
      regularize(m, rule, l.weights, l.weightGradients, meanScale, true, l.fanIn * l.stride);
      regularize(m, rule, l.biases, l.biasGradients, meanScale, penalizesBiases, l.stride);
    }
  }
  // The scale stays in double precision until it is stored.
  let scale = regularizes ? 1 : meanScale;
  if (rule.clipNorm) {
    let sum = 0;
    for (const l of layers) {
      sum = addSquares(m, l.weightGradients, l.fanIn * l.stride, sum);
      sum = addSquares(m, l.biasGradients, l.stride, sum);
    }
    const norm = Math.sqrt(sum) * scale;
    if (norm > rule.clipNorm) scale = m.round(scale * (rule.clipNorm / norm));
  }
  rule.gradientScale = scale;
  beginUpdate(m, rule, learningRate);

  for (const l of layers) {
    descend(l.weights, l.weightGradients, l.fanIn * l.stride, true);
    descend(l.biases, l.biasGradients, l.stride, penalizesBiases);
  }
  if (rule.maxNorm) for (const l of layers) limitNorms(m, l, 0, l.stride, rule.maxNorm);

  function descend(parameters: number, gradients: number, count: number, decays: boolean): void {
    const place = parameters - net.parameters;
    if (decays && rule.decay !== 0) decay(m, parameters, rule.decay, count);
    optimize(m, rule, parameters, gradients, rule.first + place, rule.second + place, count);
  }
}
