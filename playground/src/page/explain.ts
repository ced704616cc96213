import { finely, layerName, paren, precise, subscript, unitIndex, weightIndex } from '../format.js';
import { slope } from '../run/activations.js';
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
  const j = subscript(unit);
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
  const j = subscript(unit);
  const difference = `${finely(a[unit]!, a[unit]! - y[unit]!)} − ${paren(y[unit]!)}`;
  const d = precise(delta[unit]!);
  if (cancels) {
    return {
      words: say('explain.BP1matched'),
      numbers: [`δ${j} = a${j} − y${j} = ${difference} = ${d}`],
    };
  }
  const s = precise(slope(activation, z[unit]!, a[unit]!));
  return {
    words: say('explain.BP1'),
    numbers: [`δ${j} = ${factor}(a${j} − y${j})·σ′(z${j}) = ${factor}(${difference})·${s} = ${d}`],
  };
}

function hiddenDelta(view: View, { layer, unit }: Place): Explanation {
  const { z, a, delta, activation } = readLayer(view, layer);
  const next = readLayer(view, layer + 1);
  const j = subscript(unit);
  const weights = next.delta.map((_, k) => next.before.weights[k * delta.length + unit]!);
  const s = precise(slope(activation, z[unit]!, a[unit]!));
  return {
    words: say('explain.BP2', { next: nextOnes(view, layer) }),
    numbers: [
      `δ${j} = (Σₖ wₖ${j}·δₖ)·σ′(z${j})`,
      `     = (${formatSum(weights, next.delta)})·${s} = ${precise(delta[unit]!)}`,
    ],
  };
}

function biasGradient(view: View, { layer, unit }: Place): Explanation {
  const { delta } = readLayer(view, layer);
  const j = subscript(unit);
  return {
    words: say('explain.BP3'),
    numbers: [`∂C/∂b${unitIndex(layer, unit)} = δ${j} = ${precise(delta[unit]!)}`],
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
      `${name} = δ${subscript(unit)}·a${subscript(k)} = ${precise(delta[unit]!)}·${paren(inputs[k]!)} = ${precise(own)}`,
    ],
  };
}

function meanGradient(view: View, { layer, unit }: Place): Explanation {
  const { gradients, inputs } = readLayer(view, layer);
  const k = strongest(view, { layer, unit });
  const { count } = view.walk;
  const samples = Array.from({ length: count }, (_, sample) => readLayer({ ...view, sample }, layer));
  const biases = samples.map(({ delta }) => delta[unit]!);
  const weights = samples.map(({ delta, inputs }) => Math.fround(delta[unit]! * inputs[k]!));
  const average = (name: string, terms: readonly number[], mean: number): string =>
    `${name} = (${formatTerms(terms.map(paren))})/${count} = ${precise(mean)}`;
  return {
    words: say('explain.mean', { count }),
    numbers: [
      average(`∂C/∂b${unitIndex(layer, unit)}`, biases, gradients.biasGradients[unit]!),
      average(
        `∂C/∂w${weightIndex(layer, unit, k)}`,
        weights,
        gradients.weightGradients[unit * inputs.length + k]!,
      ),
    ],
  };
}

function update(view: View, { layer, unit }: Place): Explanation {
  const { before, after, gradients, inputs } = readLayer(view, layer);
  const { optimizer, l1, l2, dropout } = view.settings;
  const k = strongest(view, { layer, unit });
  const at = unit * inputs.length + k;
  const w = `w${weightIndex(layer, unit, k)}`;
  const [old, now, gradient] = [before.weights[at]!, after.weights[at]!, gradients.weightGradients[at]!];
  const isPlain = optimizer === 'sgd' && l1 === 0 && l2 === 0 && dropout === 0;
  const rate = String(view.walk.learningRate);
  const [from, to] = [finely(old, now - old), finely(now, now - old)];
  const rule = [
    optimizer === 'sgd' ? say('explain.plain') : optimizer,
    ...(l1 > 0 || l2 > 0 ? [say('explain.penalty')] : []),
    ...(dropout > 0 ? [say('explain.dropout')] : []),
  ].reduce((rule, more) => say('explain.with', { rule, more }));
  return {
    words: say('explain.update', { rule }),
    numbers: isPlain
      ? [`${w} ← ${from} − ${rate}·${paren(gradient)} = ${to}`]
      : [`${w}: ${from} → ${to}`, say('explain.rate', { rate, gradient: precise(gradient) })],
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

/** The sum of all terms if there are at most three, otherwise of the first two, and how many more there are. */
function formatTerms(terms: readonly string[]): string {
  if (terms.length <= 3) return terms.join(' + ');
  return `${terms.slice(0, 2).join(' + ')} + ${say('explain.more', { n: terms.length - 2 })}`;
}
