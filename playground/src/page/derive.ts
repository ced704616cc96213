import type { Parameter } from '../protocol.js';
import { finely, layerName, paren, precise, subscript, unitIndex, weightIndex } from '../format.js';
import { say } from '../words/say.js';
import { slope } from '../run/activations.js';
import { findOutputRule, readLayer, sampleTargets, type View } from './view.js';

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
  return [
    weightedInput(view, layer, unit),
    activation(view, layer, unit),
    error(view, layer, unit),
    [
      { text: `∂C/∂b${unitIndex(layer, unit)} = ` },
      { text: `δ${unitIndex(layer, unit)}`, tone: 'delta' },
      { text: ' = ' },
      result(readLayer(view, layer).delta[unit]!, 'delta'),
    ],
  ];
}

function deriveWeight(view: View, layer: number, unit: number, from: number): Line[] {
  const { before, inputs, delta } = readLayer(view, layer);
  const w = before.weights[unit * inputs.length + from]!;
  const below = layer > 0 ? { of: { layer: layer - 1, unit: from } } : {};
  return [
    [{ text: `w${weightIndex(layer, unit, from)} = ` }, { ...signed(w), text: precise(w) }],
    [
      { text: `∂C/∂w${weightIndex(layer, unit, from)} = ` },
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

/** The largest terms first; the smallest ones together, if there are many. */
function sum(terms: readonly Term[]): Part[] {
  const size = ({ factors: [w, x] }: Term): number => w.value! * x.value!;
  const sorted = [...terms].sort((one, other) => Math.abs(size(other)) - Math.abs(size(one)));
  const shown = terms.length > MOST_TERMS + 1 ? sorted.slice(0, MOST_TERMS) : sorted;
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
