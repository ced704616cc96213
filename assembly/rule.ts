import { layerAt } from './network';
import { beginUpdate, optimize } from './optimizers';
import { addSquares, decay, limitNorms, regularize } from './regularize';
import { Batch, Net, Rule, Team } from './structs';
import { meet, shareFrom, shareTo } from './team';

/**
 * An update beyond plain SGD: mean gradients with penalties, clipped; then the optimizer; then max-norm.
 * @returns false if a thread doesn't arrive
 */
export function updateByRule(team: Team, net: Net, batch: Batch, learningRate: f32): bool {
  const rule = changetype<Rule>(net.rule);
  const regularizes = rule.l1 != 0 || rule.l2 != 0 || rule.clipValue != 0;
  const meanScale: f32 = 1 / <f32>batch.rows;
  const penalizesBiases = rule.penalizesBiases != 0;
  if (regularizes) {
    for (let i = net.firstTrained; i < net.layerCount; ++i) {
      const l = layerAt(net, i);
      if (l.isFrozen) continue;
      regularizeShare(batch, rule, l.weights, l.weightGradients, l.fanIn * l.stride, meanScale, true);
      regularizeShare(batch, rule, l.biases, l.biasGradients, l.stride, meanScale, penalizesBiases);
    }
    if (!meet(team, batch)) return false;
  }
  if (batch.thread == 0) {
    rule.gradientScale = regularizes ? 1 : meanScale;
    if (rule.clipNorm) clipByNorm(net, rule);
    beginUpdate(rule, learningRate);
  }
  if (!meet(team, batch)) return false;

  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    if (l.isFrozen) continue;
    optimizeShare(batch, net, rule, l.weights, l.weightGradients, l.fanIn * l.stride, true);
    optimizeShare(batch, net, rule, l.biases, l.biasGradients, l.stride, penalizesBiases);
  }
  if (!rule.maxNorm) return true;
  if (!meet(team, batch)) return false;
  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    if (l.isFrozen) continue;
    limitNorms(l, shareFrom(batch, l.stride, 4), shareTo(batch, l.stride, 4), rule.maxNorm);
  }
  return true;
}

/** A thread's share of some parameters. @param penalizes whether the penalties apply to them */
function regularizeShare(
  batch: Batch,
  rule: Rule,
  parameters: usize,
  gradients: usize,
  count: i32,
  scale: f32,
  penalizes: bool,
): void {
  const from = shareFrom(batch, count, 16);
  const offset: usize = from << 2;
  regularize(
    rule,
    parameters + offset,
    gradients + offset,
    scale,
    penalizes,
    shareTo(batch, count, 16) - from,
  );
}

/**
 * Clipping by norm: if ‖g‖ over all trained layers exceeds c, scales every gradient by c/‖g‖ (Pascanu, Mikolov and Bengio 2013).
 * Rounds: ‖g‖ in f64, layer by layer, weights before biases; c/‖g‖ times the scale in f64, then to f32.
 */
function clipByNorm(net: Net, rule: Rule): void {
  let sum: f64 = 0;
  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    if (l.isFrozen) continue;
    sum = addSquares(l.weightGradients, l.fanIn * l.stride, sum);
    sum = addSquares(l.biasGradients, l.stride, sum);
  }
  const norm = sqrt<f64>(sum) * <f64>rule.gradientScale;
  const most: f64 = rule.clipNorm;
  if (norm > most) rule.gradientScale = <f32>(<f64>rule.gradientScale * (most / norm));
}

/** A thread's share of some parameters. @param decays whether weight decay applies to them */
function optimizeShare(
  batch: Batch,
  net: Net,
  rule: Rule,
  parameters: usize,
  gradients: usize,
  count: i32,
  decays: bool,
): void {
  const from = shareFrom(batch, count, 16);
  const offset: usize = from << 2;
  const some = shareTo(batch, count, 16) - from;
  const place = parameters + offset - net.parameters;
  if (decays && rule.decay != 0) decay(parameters + offset, rule.decay, some);
  optimize(rule, parameters + offset, gradients + offset, rule.first + place, rule.second + place, some);
}
