import { say } from './words/say.js';

// Numbers and names as the page writes them: few digits, a true minus sign.

const MINUS = '−';

/** For the units of the picture: about five characters. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1000) return signed(x, 0);
  if (size < 0.0005) return scientific(x, 0);
  return signed(x, size < 0.01 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** For sentences: three significant digits. */
export function precise(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e6) return signed(x, 0);
  if (size < 0.0001 || size >= 1e6) return scientific(x, 1);
  return signed(x, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** As a term or factor: negative numbers stand in parentheses. */
export function paren(x: number): string {
  return x < 0 ? `(${precise(x)})` : precise(x);
}

/** With enough decimals to show three digits of a change of this size: 0.999918 instead of 1.000. */
export function finely(x: number, change: number): string {
  const size = Math.abs(change);
  if (size === 0 || Number.isInteger(x) || !Number.isFinite(x) || Math.abs(x) <= 2 * size) return precise(x);
  return signed(x, Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(size)))));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

const wholeNumbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12,345 */
export function whole(x: number): string {
  return wholeNumbers.format(x);
}

/** 'hidden 2', 'outputs', in the page's language */
export function layerName(layer: number, layers: number): string {
  return layer === layers - 1 ? say('layer.outputs') : say('layer.hidden', { n: layer + 1 });
}

/** An index from 0 as a subscript from 1: ₁, ₂, … */
export function subscript(index: number): string {
  return digits(index + 1, '₀₁₂₃₄₅₆₇₈₉');
}

/** An index from 0 as a superscript from 1: ¹, ², … */
export function superscript(index: number): string {
  return digits(index + 1, '⁰¹²³⁴⁵⁶⁷⁸⁹');
}

/** The layer above and the unit below: '²₃'. */
export function unitIndex(layer: number, unit: number): string {
  return superscript(layer) + subscript(unit);
}

/** '²₃₁': the layer, the unit, and the unit at the start of the weight, with a comma between indices of two digits. */
export function weightIndex(layer: number, unit: number, from: number): string {
  return `${unitIndex(layer, unit)}${unit > 8 || from > 8 ? '‚' : ''}${subscript(from)}`;
}

function digits(x: number, alphabet: string): string {
  return Array.from(String(x), (digit) => alphabet[Number(digit)] ?? '').join('');
}

function signed(x: number, decimals: number): string {
  return x.toFixed(decimals).replace('-', MINUS);
}

function scientific(x: number, decimals: number): string {
  return x.toExponential(decimals).replaceAll('-', MINUS).replace('+', '');
}
