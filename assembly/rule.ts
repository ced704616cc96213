import { layerOf } from './network';
import { Net, Rule, Team } from './structs';
import { beginUpdate, optimize } from './optimizers';
import { addSquares, decay, limitNorms, regularise } from './regularise';
import { meet, share } from './team';

/**
 * An update that is more than a step down: mean gradients with penalties, clipped; then the optimizer; then max-norm.
 * @returns false where a thread does not come
 */
export function updateByRule(
  team: Team,
  net: Net,
  rule: Rule,
  rows: i32,
  learningRate: f32,
  thread: i32,
  threads: i32,
): bool {
  const regularises = rule.l1 != 0 || rule.l2 != 0 || rule.clipValue != 0;
  const meanScale: f32 = 1 / <f32>rows;
  if (regularises) {
    for (let i = net.firstTrained; i < net.layerCount; ++i) {
      const l = layerOf(net, i);
      if (l.isFrozen) continue;
      regulariseShare(
        rule,
        l.weights,
        l.weightGradients,
        meanScale,
        true,
        l.fanIn * l.stride,
        thread,
        threads,
      );
      const penalizes = rule.penalizesBiases != 0;
      regulariseShare(rule, l.biases, l.biasGradients, meanScale, penalizes, l.stride, thread, threads);
    }
    if (!meet(team, thread, threads)) return false;
  }
  if (thread == 0) {
    rule.gradientScale = regularises ? 1 : meanScale;
    if (rule.clipNorm) clipByNorm(net, rule);
    beginUpdate(rule, learningRate);
  }
  if (!meet(team, thread, threads)) return false;

  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    if (l.isFrozen) continue;
    optimizeShare(net, rule, l.weights, l.weightGradients, true, l.fanIn * l.stride, thread, threads);
    const decays = rule.penalizesBiases != 0;
    optimizeShare(net, rule, l.biases, l.biasGradients, decays, l.stride, thread, threads);
  }
  if (!rule.maxNorm) return true;
  if (!meet(team, thread, threads)) return false;
  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    if (l.isFrozen) continue;
    const from = share(l.stride, 4, thread, threads);
    const to = share(l.stride, 4, thread + 1, threads);
    limitNorms(l.weights, l.fanIn, l.stride, from, to, rule.maxNorm);
  }
  return true;
}

function regulariseShare(
  rule: Rule,
  parameters: usize,
  gradients: usize,
  scale: f32,
  penalizes: bool,
  count: i32,
  thread: i32,
  threads: i32,
): void {
  const begin = share(count, 16, thread, threads);
  const offset: usize = begin << 2;
  const end = share(count, 16, thread + 1, threads);
  regularise(rule, parameters + offset, gradients + offset, scale, penalizes, end - begin);
}

/**
 * Clipping by norm: where ‖g‖ of all that is trained exceeds c, all of it times c/‖g‖ (Pascanu, Mikolov and Bengio 2013).
 * Rounds: ‖g‖ in f64, layer by layer, weights before biases; c/‖g‖ times the scale in f64, then to f32.
 */
function clipByNorm(net: Net, rule: Rule): void {
  let sum: f64 = 0;
  for (let i = net.firstTrained; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    if (l.isFrozen) continue;
    sum = addSquares(l.weightGradients, l.fanIn * l.stride, sum);
    sum = addSquares(l.biasGradients, l.stride, sum);
  }
  const norm = sqrt<f64>(sum) * <f64>rule.gradientScale;
  const most: f64 = rule.clipNorm;
  if (norm > most) rule.gradientScale = <f32>(<f64>rule.gradientScale * (most / norm));
}

function optimizeShare(
  net: Net,
  rule: Rule,
  parameters: usize,
  gradients: usize,
  decays: bool,
  count: i32,
  thread: i32,
  threads: i32,
): void {
  const begin = share(count, 16, thread, threads);
  const offset: usize = begin << 2;
  const some = share(count, 16, thread + 1, threads) - begin;
  const place = parameters + offset - net.parameters;
  if (decays && rule.decay != 0) decay(parameters + offset, rule.decay, some);
  optimize(rule, parameters + offset, gradients + offset, rule.first + place, rule.second + place, some);
}
