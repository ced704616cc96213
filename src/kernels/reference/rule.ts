import type { EquationKernels } from '../kernels.js';
import { Rule } from '../../memory/structs.js';
import type { Description, MemoryViews } from './description.js';
import type { Precision } from './numerics.js';
import { addSquares } from './regularise.js';

/**
 * An update that is more than a step down: mean gradients with penalties, clipped; then the optimizer; then max-norm.
 * assembly/rule.ts does the same.
 */
export function updateByRule(
  equations: EquationKernels,
  views: MemoryViews,
  { bytesPerFloat, round }: Precision,
  { net, layers }: Description,
  rows: number,
  learningRate: number,
): void {
  const rule = new Rule(views, net.rule);
  const { l1, l2, clipValue, clipNorm, maxNorm, penalizesBiases } = rule;
  const regularises = l1 !== 0 || l2 !== 0 || clipValue !== 0;
  const meanScale = round(1 / round(rows));
  const trained = layers.filter(({ isFrozen }) => !isFrozen);
  /** Weights and biases, layer by layer; the penalties are for weights, and for biases where they are asked to be. */
  const ranges = trained.flatMap((l) => [
    { parameters: l.weights, gradients: l.weightGradients, count: l.fanIn * l.stride, penalizes: true },
    {
      parameters: l.biases,
      gradients: l.biasGradients,
      count: l.stride,
      penalizes: penalizesBiases !== 0,
    },
  ]);

  if (regularises) {
    for (const { parameters, gradients, count, penalizes } of ranges)
      equations.regularise(net.rule, parameters, gradients, meanScale, penalizes, count);
  }
  let gradientScale = regularises ? 1 : meanScale;
  if (clipNorm) {
    let sum = 0;
    for (const { gradients, count } of ranges)
      sum = addSquares(views.floats, gradients / bytesPerFloat, count, sum);
    const norm = Math.sqrt(sum) * gradientScale;
    if (norm > clipNorm) gradientScale = round(gradientScale * (clipNorm / norm));
  }
  rule.gradientScale = gradientScale;
  equations.beginUpdate(net.rule, learningRate);

  const { first, second, decay } = rule;
  for (const { parameters, gradients, count, penalizes } of ranges) {
    const place = parameters - net.parameters;
    if (penalizes && decay !== 0) equations.decay(parameters, decay, count);
    equations.optimize(net.rule, parameters, gradients, first + place, second + place, count);
  }
  if (!maxNorm) return;
  for (const { weights, fanIn, stride } of trained)
    equations.limitNorms(weights, fanIn, stride, 0, stride, maxNorm);
}
