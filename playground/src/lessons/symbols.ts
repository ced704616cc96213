import { paren, precise } from '../format.js';
import type { Parameter } from '../protocol.js';
import type { Spotlight } from '../page/network/spotlight.js';
import { slope } from '../run/activations.js';
import { readLayer, sampleTargets, type View } from '../page/view.js';

// Lessons name numbers as chapter 2 does, and the names are also where the picture shows them: w²₁₃ is the weight from unit 3 of
// layer 1 to unit 1 of layer 2. Layer 0 holds the inputs: a⁰₂ is the second one. Layers and units count from 1.

/** ∂b and ∂w stand for ∂C/∂b and ∂C/∂w, Δw for the change of w at the update, C′ for C after it. */
type Quantity = 'a' | 'z' | 'b' | 'w' | 'y' | 'C' | 'C′' | 'δ' | 'σ′' | '∂b' | '∂w' | 'Δw' | 'η';

/** A name without indices stands for a whole layer. Layers and units count from 0; layer −1 holds the inputs. */
interface NumberName {
  readonly quantity: Quantity;
  readonly layer: number;
  readonly unit?: number;
  readonly from?: number;
}

const pattern = /^(∂[bw]|Δw|σ′|C′|[azbwyCδη])([⁰¹²³⁴⁵⁶⁷⁸⁹])?([₁₂₃₄₅₆₇₈₉])?([₁₂₃₄₅₆₇₈₉])?$/u;

/** @throws Error if the text names no number */
function parseName(text: string): NumberName {
  const [, quantity, layer, unit, from] = pattern.exec(text) ?? [];
  if (quantity === undefined) throw new Error(`no number is called ${text}`);
  const index = (digit: string, alphabet: string): number => alphabet.indexOf(digit) - 1;
  return {
    quantity: quantity as Quantity,
    layer: layer === undefined ? -1 : index(layer, '⁰¹²³⁴⁵⁶⁷⁸⁹'),
    ...(unit !== undefined && { unit: index(unit, '₀₁₂₃₄₅₆₇₈₉') }),
    ...(from !== undefined && { from: index(from, '₀₁₂₃₄₅₆₇₈₉') }),
  };
}

/** Reads the number that a name stands for, for the current sample. */
export function readNumber(view: View, text: string): number {
  const { quantity, layer, unit = 0, from = 0 } = parseName(text);
  if (quantity === 'η') return view.walk.learningRate;
  if (quantity === 'C') return view.walk.costs.before[view.sample]!;
  if (quantity === 'C′') return view.walk.costs.after[view.sample]!;
  if (quantity === 'y') return sampleTargets(view)[unit]!;
  if (layer < 0) return readLayer(view, 0).inputs[unit]!;
  const { before, after, gradients, inputs, activation, z, a, delta } = readLayer(view, layer);
  const at = unit * inputs.length + from;
  switch (quantity) {
    case 'a':
      return a[unit]!;
    case 'z':
      return z[unit]!;
    case 'δ':
      return delta[unit]!;
    case 'σ′':
      return slope(activation, z[unit]!, a[unit]!);
    case 'b':
      return before.biases[unit]!;
    case 'w':
      return before.weights[at]!;
    case '∂b':
      return gradients.biasGradients[unit]!;
    case '∂w':
      return gradients.weightGradients[at]!;
    case 'Δw':
      return after.weights[at]! - before.weights[at]!;
  }
}

/** Writes the numbers of a text in the place of their names: '{δ²₁}'. Negative ones after an operator get parentheses. */
export function fillNumbers(text: string, view: View | undefined): string {
  return text.replace(/([·+−] ?)?\{([^}]+)\}/gu, (_, operator: string | undefined, name: string) => {
    if (view === undefined) return `${operator ?? ''}…`;
    const number = readNumber(view, name);
    return operator === undefined ? precise(number) : operator + paren(number);
  });
}

/** The unit or weight of a name, which the page can explain. */
export function findParameter(text: string): Parameter {
  const { layer, unit = 0, from } = parseName(text);
  return { layer, unit, ...(from !== undefined && { from }) };
}

/** Lights the units and edges of names: 'a⁰ w¹₂' is all inputs, and the edges into unit 2 of layer 1. */
export function lightNames(texts: string): Spotlight {
  const names = texts.split(' ').map(parseName);
  const isEdge = ({ quantity }: NumberName): boolean => ['w', '∂w', 'Δw'].includes(quantity);
  const fits = (wanted: number | undefined, found: number): boolean =>
    wanted === undefined || wanted === found;
  return {
    hasUnit: (column, u) =>
      names.some((name) => !isEdge(name) && name.layer === column - 1 && fits(name.unit, u)),
    hasEdge: (layer, u, k) =>
      names.some((name) => isEdge(name) && name.layer === layer && fits(name.unit, u) && fits(name.from, k)),
  };
}
