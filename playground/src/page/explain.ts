import {
  finely,
  layerName,
  paren,
  precise,
  subscript,
  superscript,
  unitIndex,
  weightIndex,
} from '../format.js';
import { slope } from '../run/activations.js';
import { formatMean, formatTerms, formatUpdate } from './derive.js';
import {
  largest,
  currentPhase,
  type Place,
  shownUnits,
  findOutputRule,
  findSubject,
  takesImages,
  sampleTargets,
  readLayer,
  type View,
} from './view.js';
import { say } from '../words/say.js';

/** A phase in plain words, and its equation with the actual numbers of one unit. */
export interface Explanation {
  readonly words: string;
  readonly numbers: readonly string[];
}

export function explain(view: View): Explanation {
  const place = findSubject(view);
  switch (currentPhase(view).name) {
    case 'rest':
      return { words: '', numbers: [] };
    case 'forward':
      return forward(view, place);
    case 'BP1':
      return outputDelta(view, place);
    case 'BP2':
      return hiddenDelta(view, place);
    case 'BP3':
      return biasGradient(view, place);
    case 'BP4':
      return weightGradient(view, place);
    case 'mean':
      return meanGradient(view, place);
    case 'update':
      return update(view, place);
  }
}

function forward(view: View, { layer, unit }: Place): Explanation {
  const { before, inputs, z, a, activation } = readLayer(view, layer);
  const j = unitIndex(layer, unit);
  const weights = before.weights.subarray(unit * inputs.length, (unit + 1) * inputs.length);
  const sum = formatSum(weights, inputs);
  const answer =
    activation === 'softmax'
      ? `a${j} = e^z${j} / Σ e^z = ${precise(a[unit]!)}`
      : `a${j} = ${activation}(${precise(z[unit]!)}) = ${precise(a[unit]!)}`;
  return {
    words: say(activation === 'softmax' ? 'explain.softmax' : 'explain.forward'),
    numbers: [`z${j} = ${sum} + ${paren(before.biases[unit]!)} = ${precise(z[unit]!)}`, answer],
  };
}

function outputDelta(view: View, { layer, unit }: Place): Explanation {
  const { z, a, delta, activation } = readLayer(view, layer);
  const y = sampleTargets(view);
  const { cancels, factor } = findOutputRule(view);
  const j = unitIndex(layer, unit);
  const difference = `${finely(a[unit]!, a[unit]! - y[unit]!)} − ${paren(y[unit]!)}`;
  const d = precise(delta[unit]!);
  if (cancels) {
    return {
      words: say('explain.BP1matched'),
      numbers: [`δ${j} = a${j} − y${subscript(unit)} = ${difference} = ${d}`],
    };
  }
  const s = precise(slope(activation, z[unit]!, a[unit]!));
  return {
    words: say('explain.BP1'),
    numbers: [
      `δ${j} = ${factor}(a${j} − y${subscript(unit)})·σ′(z${j}) = ${factor}(${difference})·${s} = ${d}`,
    ],
  };
}

function hiddenDelta(view: View, { layer, unit }: Place): Explanation {
  const { z, a, delta, activation } = readLayer(view, layer);
  const next = readLayer(view, layer + 1);
  const [j, above] = [unitIndex(layer, unit), superscript(layer + 1)];
  const weights = next.delta.map((_, k) => next.before.weights[k * delta.length + unit]!);
  const s = precise(slope(activation, z[unit]!, a[unit]!));
  return {
    words: say('explain.BP2', { next: nextOnes(view, layer) }),
    numbers: [
      `δ${j} = (Σₖ w${above}ₖ${subscript(unit)}·δ${above}ₖ)·σ′(z${j})`,
      `     = (${formatSum(weights, next.delta)})·${s} = ${precise(delta[unit]!)}`,
    ],
  };
}

function biasGradient(view: View, { layer, unit }: Place): Explanation {
  const { delta } = readLayer(view, layer);
  const j = unitIndex(layer, unit);
  return {
    words: say('explain.BP3'),
    numbers: [`∂C/∂b${j} = δ${j} = ${precise(delta[unit]!)}`],
  };
}

function weightGradient(view: View, { layer, unit }: Place): Explanation {
  const { delta, inputs } = readLayer(view, layer);
  const k = strongest(view, { layer, unit });
  const name = `∂C/∂w${weightIndex(layer, unit, k)}`;
  const own = Math.fround(delta[unit]! * inputs[k]!);
  return {
    words: say('explain.BP4'),
    numbers: [
      `${name} = δ${unitIndex(layer, unit)}·a${unitIndex(layer - 1, k)} = ${precise(delta[unit]!)}·${paren(inputs[k]!)} = ${precise(own)}`,
    ],
  };
}

function meanGradient(view: View, place: Place): Explanation {
  const from = strongest(view, place);
  return {
    words: say('explain.mean', { count: view.walk.count }),
    numbers: [formatMean(view, place), formatMean(view, { ...place, from })],
  };
}

function update(view: View, place: Place): Explanation {
  const { optimizer, l1, l2, dropout } = view.settings;
  const rule = [
    optimizer === 'sgd' ? say('explain.plain') : optimizer,
    ...(l1 > 0 || l2 > 0 ? [say('explain.penalty')] : []),
    ...(dropout > 0 ? [say('explain.dropout')] : []),
  ].reduce((rule, more) => say('explain.with', { rule, more }));
  return {
    words: say('explain.update', { rule }),
    numbers: formatUpdate(view, { ...place, from: strongest(view, place) }),
  };
}

function nextOnes(view: View, layer: number): string {
  const layers = view.problem.activations.length;
  const name = layerName(layer + 1, layers);
  return layer + 1 === layers - 1 ? name : say('explain.unitsOf', { layer: name });
}

/** The index of the drawn input whose weight into the unit has the largest gradient. */
function strongest(view: View, { layer, unit }: Place): number {
  const { gradients, inputs } = readLayer(view, layer);
  const { problem } = view;
  const first = unit * inputs.length;
  const count = layer === 0 && takesImages(problem) ? inputs.length : shownUnits(problem.sizes, layer);
  return largest(gradients.weightGradients.subarray(first, first + count));
}

/** C of the sample and its mean over the mini-batch; at the update also what they become. */
export function describeCosts(view: View): string {
  const { before, after } = view.walk.costs;
  const isUpdate = currentPhase(view).name === 'update';
  const describe = (read: (costs: Float64Array) => number): string => {
    const [old, now] = [read(before), read(after)];
    return isUpdate ? `${finely(old, now - old)} → ${finely(now, now - old)}` : precise(old);
  };
  const own = describe((costs) => costs[view.sample]!);
  if (before.length === 1) return say('explain.cost', { own });
  const mean = describe((costs) => costs.reduce((sum, cost) => sum + cost, 0) / costs.length);
  return say('explain.costs', { own, mean, count: before.length });
}

/** '0.310·0.120 + 0.200·(−0.400) + … 5 more': the first nonzero terms. */
function formatSum(weights: Float32Array, values: Float32Array): string {
  const indices = Array.from(values.keys()).filter((k) => values[k] !== 0);
  if (indices.length === 0) return '0';
  return formatTerms(indices.map((k) => `${paren(weights[k]!)}·${paren(values[k]!)}`));
}
