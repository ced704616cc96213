import { log } from '../../base/log.js';
import { magnitude, formatPrecise } from '../terminal/format.js';
import { html, type Markup } from './html.js';

/** The plot area of a figure, in units of the picture. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** An axis of a figure. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly isLogarithmic: boolean;
  /** From 0 at `low` to 1 at `high`. */
  readonly at: (value: number) => number;
}

/** 1, 2 or 5 times a power of ten. */
function chooseStep(range: number, count: number): number {
  const raw = range / count;
  const power = Number(`1e${magnitude(raw)}`);
  return [1, 2, 5].map((times) => times * power).find((step) => step >= raw) ?? 10 * power;
}

/** Equal steps. @param count about how many ticks */
export function linearAxis(low: number, high: number, count: number, leastStep = 0): Axis {
  if (!(high > low)) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, low + Math.abs(low) / 2];
  const step = Math.max(leastStep, chooseStep(high - low, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { low, high, ticks, isLogarithmic: false, at: (value) => (value - low) / (high - low) };
}

/** From 0, or the smallest value, to the next tick above all values. */
export function roundAxis(low: number, high: number, count: number): Axis {
  if (!(high > low)) return linearAxis(low, high, count);
  const step = chooseStep(high - low, count);
  return linearAxis(Math.floor(low / step) * step, Math.ceil(high / step) * step, 2 * count, step);
}

/** Equal factors: powers of ten, from one below the data to one above. @param low above 0 */
function logAxis(low: number, high: number): Axis {
  const first = magnitude(low);
  const last = Math.max(first + 1, magnitude(high) + 1);
  const every = Math.ceil((last - first) / 6);
  const ticks = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) =>
    Number(`1e${first + i * every}`),
  );
  const [from, to] = [log(Number(`1e${first}`)), log(Number(`1e${last}`))];
  return {
    low: Number(`1e${first}`),
    high: Number(`1e${last}`),
    ticks,
    isLogarithmic: true,
    at: (value) => (log(value) - from) / (to - from),
  };
}

/** Equal steps from 0, or equal factors if the data spans more powers of ten than this. */
export function eitherAxis(values: readonly number[], count: number): Axis {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...extremes(finite)), Math.max(...extremes(finite))];
  return low > 0 && high > 30 * low ? logAxis(low, high) : roundAxis(Math.min(0, low), high, count);
}

/** The least and the largest: there may be more values than a call can be given. */
export function extremes(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** A coordinate: a hundredth of a unit is precise enough. */
export const coordinate = (x: number): number => Math.round(100 * x) / 100;

export const minus = (text: string): string => text.replaceAll('-', '−');

export const tick = (value: number): string =>
  minus(
    formatPrecise(Number(value.toPrecision(6)), 3)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  );

/** The frame of a figure: horizontal lines with their numbers, and the numbers below. */
export function frame(
  box: Box,
  x: Axis,
  y: Axis,
  names: { readonly x: string; readonly y: string; readonly tickY?: (value: number) => string },
): Markup {
  const px = (value: number): number => coordinate(box.left + x.at(value) * (box.right - box.left));
  const py = (value: number): number => coordinate(box.bottom - y.at(value) * (box.bottom - box.top));
  const tickY = names.tickY ?? tick;
  return html`<g class="grid">
      ${y.ticks.map((value) => html`<line x1="${box.left}" x2="${box.right}" y1="${py(value)}" y2="${py(value)}" />`)}
    </g>
    <g class="ticks">
      ${y.ticks.map((value) => html`<text x="${box.left - 6}" y="${py(value) + 4}" text-anchor="end">${tickY(value)}</text>`)}
      ${x.ticks.map((value) => html`<text x="${px(value)}" y="${box.bottom + 16}" text-anchor="middle">${tick(value)}</text>`)}
      <text class="name" x="${(box.left + box.right) / 2}" y="${box.bottom + 33}" text-anchor="middle"
        >${names.x}</text
      >
      <text class="name" x="${0}" y="12">${names.y}</text>
    </g>
    <line class="base" x1="${box.left}" x2="${box.right}" y1="${box.bottom}" y2="${box.bottom}" />`;
}
