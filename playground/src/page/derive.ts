import type { Parameter } from '../protocol.js';
import { finely, layerName, paren, precise, subscript, unitIndex, weightIndex } from '../format.js';
import { say } from '../words/say.js';
import { slope } from '../run/activations.js';
import {
  currentPhase,
  findOutputRule,
  isForward,
  readLayer,
  readParameter,
  sampleTargets,
  type View,
} from './view.js';

// Where a number of the network comes from: its equation with the numbers of the current sample, factor by factor.

/** A piece of a line. Its tone colors it as the picture does. */
interface Part {
  readonly text: string;
  readonly tone?: 'delta' | 'forward' | 'positive' | 'negative' | 'result';
  /** The number that the text shows. */
  readonly value?: number;
  /** The unit or weight that explains the number. */
  readonly of?: Parameter;
}

export type Line = readonly Part[];

/** The most terms of a sum that are written out. */
const MOST_TERMS = 4;

/** Explains the z, a and δ of a unit, or the gradient of a weight. */
export function derive(view: View, at: Parameter): readonly Line[] {
  return at.from === undefined ? deriveUnit(view, at) : deriveWeight(view, at.layer, at.unit, at.from);
}

function deriveUnit(view: View, { layer, unit }: Parameter): Line[] {
  const answer = [weightedInput(view, layer, unit), activation(view, layer, unit)];
  if (isForward(view)) return answer;
  return [
    ...answer,
    error(view, layer, unit),
    [
      ownGradient(view, { layer, unit }),
      { text: `δ${unitIndex(layer, unit)}`, tone: 'delta' },
      { text: ' = ' },
      result(readLayer(view, layer).delta[unit]!, 'delta'),
    ],
    ...change(view, { layer, unit }),
  ];
}

function deriveWeight(view: View, layer: number, unit: number, from: number): Line[] {
  const { before, inputs, delta } = readLayer(view, layer);
  const w = before.weights[unit * inputs.length + from]!;
  const below = layer > 0 ? { of: { layer: layer - 1, unit: from } } : {};
  const changed = change(view, { layer, unit, from });
  return [
    ...(changed.length > 0
      ? changed
      : [[{ text: `w${weightIndex(layer, unit, from)} = ` }, { ...signed(w), text: precise(w) }]]),
    [
      ownGradient(view, { layer, unit, from }),
      { text: `δ${unitIndex(layer, unit)}`, tone: 'delta', of: { layer, unit } },
      { text: '·' },
      { text: `a${unitIndex(layer - 1, from)}`, tone: 'forward', ...below },
      { text: ' = ' },
      { ...number(delta[unit]!, 'delta'), of: { layer, unit } },
      { text: '·' },
      { ...number(inputs[from]!, 'forward'), ...below },
      { text: ' = ' },
      result(Math.fround(delta[unit]! * inputs[from]!)),
    ],
    error(view, layer, unit),
    layer > 0
      ? activation(view, layer - 1, from)
      : [{ text: `a${unitIndex(-1, from)} = ${inputName(view, from)} = ` }, result(inputs[from]!, 'forward')],
  ];
}

/** What the gradient of the sample is called: where the mini-batch has its own, 'sample 2: '. */
function ownGradient(view: View, at: Parameter): Part {
  const isOneOfMany = view.walk.count > 1 && changes(view);
  return {
    text: isOneOfMany ? `${say('walk.sample', { n: view.sample + 1 })}: ` : `∂C/∂${parameterName(at)} = `,
  };
}

/** Whether the phase is about the whole mini-batch. */
function changes(view: View): boolean {
  return ['mean', 'update'].includes(currentPhase(view).name);
}

/** In the phases of the mini-batch: the update, and the mean gradient that it takes. */
function change(view: View, at: Parameter): Line[] {
  if (!changes(view)) return [];
  const isUpdate = currentPhase(view).name === 'update';
  const lines = [
    ...(isUpdate ? formatUpdate(view, at) : []),
    ...(view.walk.count > 1 ? [formatMean(view, at)] : []),
  ];
  return lines.map((text) => [{ text }]);
}

/** 'w²₃₁ ← 0.292 − 1·0.0300 = 0.262'. Where the rule is not plain gradient descent: the change, and what the rule starts from. */
export function formatUpdate(view: View, at: Parameter): readonly string[] {
  const { optimizer, l1, l2, dropout } = view.settings;
  const [old, now] = [readParameter(view, at), readParameter(view, at, 'after')];
  const [from, to] = [finely(old, now - old), finely(now, now - old)];
  const rate = String(view.walk.learningRate);
  const [name, gradient] = [parameterName(at), readGradient(view, at)];
  const isPlain = optimizer === 'sgd' && l1 === 0 && l2 === 0 && dropout === 0;
  return isPlain
    ? [`${name} ← ${from} − ${rate}·${paren(gradient)} = ${to}`]
    : [
        `${name}: ${from} → ${to}`,
        say('explain.rate', { rate, name: `∂C/∂${name}`, gradient: precise(gradient) }),
      ];
}

/** '∂C/∂w²₃₁ = (0.0131 + (−0.0100))/2 = 0.00155': the mean of the samples' gradients. */
export function formatMean(view: View, at: Parameter): string {
  const { count } = view.walk;
  const terms = Array.from({ length: count }, (_, sample) => {
    const { delta, inputs } = readLayer({ ...view, sample }, at.layer);
    const own = delta[at.unit]!;
    return paren(at.from === undefined ? own : Math.fround(own * inputs[at.from]!));
  });
  const mean = precise(readGradient(view, at));
  return `∂C/∂${parameterName(at)} = (${formatTerms(terms)})/${count} = ${mean}`;
}

/** ∂C/∂w or ∂C/∂b, the mean over the mini-batch. */
function readGradient(view: View, { layer, unit, from }: Parameter): number {
  const { gradients, inputs } = readLayer(view, layer);
  return from === undefined
    ? gradients.biasGradients[unit]!
    : gradients.weightGradients[unit * inputs.length + from]!;
}

/** z = Σ w·a + b */
function weightedInput(view: View, layer: number, unit: number): Line {
  const { before, inputs, z } = readLayer(view, layer);
  const terms = Array.from(inputs, (a, from) => ({
    factors: [signed(before.weights[unit * inputs.length + from]!), number(a, 'forward')] as const,
    of: { layer, unit, from },
  }));
  return [
    { text: `z${unitIndex(layer, unit)}`, tone: 'forward' },
    { text: ' = Σ w·a + b = ' },
    ...sum(terms),
    { text: ' + ' },
    number(before.biases[unit]!),
    { text: ' = ' },
    result(z[unit]!, 'forward'),
  ];
}

/** a = σ(z) */
function activation(view: View, layer: number, unit: number): Line {
  const { z, a, activation: name } = readLayer(view, layer);
  const at = { of: { layer, unit } };
  if (name === 'softmax') {
    return [
      { text: `a${unitIndex(layer, unit)}`, tone: 'forward' },
      { text: ` = e^z${subscript(unit)} / Σ e^z = ` },
      result(a[unit]!, 'forward'),
    ];
  }
  return [
    { text: `a${unitIndex(layer, unit)}`, tone: 'forward' },
    { text: ` = ${name}(` },
    { ...number(z[unit]!, 'forward', false), ...at },
    { text: ') = ' },
    result(a[unit]!, 'forward'),
  ];
}

/** BP1 or BP2 */
function error(view: View, layer: number, unit: number): Line {
  const { z, a, delta, activation: name } = readLayer(view, layer);
  const symbol: Part = { text: `δ${unitIndex(layer, unit)}`, tone: 'delta' };
  const end = [{ text: ' = ' }, result(delta[unit]!, 'delta')];
  const slopeOf = number(slope(name, z[unit]!, a[unit]!));
  if (layer === view.problem.activations.length - 1) {
    const y = sampleTargets(view);
    const difference = [
      { text: '(' },
      { text: finely(a[unit]!, a[unit]! - y[unit]!), tone: 'forward' as const, value: a[unit]! },
      { text: ' − ' },
      number(y[unit]!),
      { text: ')' },
    ];
    const { cancels, factor } = findOutputRule(view);
    if (cancels) return [symbol, { text: ' = a − y = ' }, ...difference, ...end];
    return [
      symbol,
      { text: ` = ${factor}(a − y)·σ′(z) = ${factor}` },
      ...difference,
      { text: '·' },
      slopeOf,
      ...end,
    ];
  }
  const next = readLayer(view, layer + 1);
  const terms = Array.from(next.delta, (d, j) => ({
    factors: [signed(next.before.weights[j * a.length + unit]!), number(d, 'delta')] as const,
    of: { layer: layer + 1, unit: j, from: unit },
  }));
  return [symbol, { text: ' = (Σ w·δ)·σ′(z) = (' }, ...sum(terms), { text: ')·' }, slopeOf, ...end];
}

interface Term {
  readonly factors: readonly [Part, Part];
  /** The weight of the term. */
  readonly of: Parameter;
}

/** All terms in their order; of many, the largest ones first and the others together. */
function sum(terms: readonly Term[]): Part[] {
  const size = ({ factors: [w, x] }: Term): number => w.value! * x.value!;
  const isLong = terms.length > MOST_TERMS + 1;
  const sorted = isLong
    ? [...terms].sort((one, other) => Math.abs(size(other)) - Math.abs(size(one)))
    : terms;
  const shown = isLong ? sorted.slice(0, MOST_TERMS) : sorted;
  const parts = shown.flatMap(({ factors: [w, x], of }, i): Part[] => [
    ...(i > 0 ? [{ text: ' + ' }] : []),
    { ...w, of },
    { text: '·' },
    x,
  ]);
  const rest = sorted.slice(shown.length);
  if (rest.length === 0) return parts;
  return [
    ...parts,
    { text: ` + ${say('derive.more', { n: rest.length })}` },
    number(rest.reduce((total, term) => total + size(term), 0)),
  ];
}

/** A number of a sum or product: in parentheses if it's negative. */
function number(value: number, tone?: Part['tone'], isFactor = true): Part {
  return { text: isFactor ? paren(value) : precise(value), value, ...(tone && { tone }) };
}

/** A weight, in the color of its sign. */
function signed(value: number): Part {
  return number(value, value < 0 ? 'negative' : 'positive');
}

function result(value: number, tone?: Part['tone']): Part {
  return { text: precise(value), value, tone: tone ?? 'result' };
}

/** 'w²₃₁' or 'b²₃' */
export function parameterName({ layer, unit, from }: Parameter): string {
  return from === undefined ? `b${unitIndex(layer, unit)}` : `w${weightIndex(layer, unit, from)}`;
}

function inputName(view: View, from: number): string {
  return view.problem.inputNames[from] ?? say('derive.pixel', { n: from + 1 });
}

/** 'hidden 1, unit 3', 'input x₁' or 'weight from … to …', in the page's language. */
export function describePlace({ problem }: View, { layer, unit, from }: Parameter): string {
  const layers = problem.activations.length;
  const name = (l: number, u: number): string =>
    l < 0
      ? say('derive.input', { name: problem.inputNames[u] ?? say('derive.pixel', { n: u + 1 }) })
      : say('derive.unit', { layer: layerName(l, layers), unit: u + 1 });
  return from === undefined
    ? name(layer, unit)
    : say('derive.weight', { start: name(layer - 1, from), end: name(layer, unit) });
}

/** The sum of all terms if there are at most three, otherwise of the first two, and how many more there are. */
export function formatTerms(terms: readonly string[]): string {
  if (terms.length <= 3) return terms.join(' + ');
  return `${terms.slice(0, 2).join(' + ')} + ${say('explain.more', { n: terms.length - 2 })}`;
}
