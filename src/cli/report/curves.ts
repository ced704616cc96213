import { coordinate, eitherAxis, frame, linearAxis, tick, type Axis, type Box } from './axis.js';
import { html, type Content, type Markup } from './html.js';

/** One line of a figure; NaN for gaps. */
export interface Line {
  readonly name: string;
  /** By epoch. */
  readonly values: readonly number[];
  /** Its index among the dashes and hues. */
  readonly kind: string;
}

export interface CurveFigure {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The number of each value, from 1 on. */
  readonly epochs: readonly number[];
  readonly axis?: Axis;
  readonly write: (value: number) => string;
  readonly tick?: (value: number) => string;
  /** An epoch to mark on the last line, and its label. */
  readonly mark?: { readonly at: number; readonly words: string } | undefined;
}

const WIDTH = 400;
const HEIGHT = 250;
/** A line needs no more points than the picture has pixels. */
const MOST_POINTS = 800;

/** Lines over the epochs; their names stand at their ends, and their last values in a legend. */
export function curves({ title, lines, epochs, axis, write, mark, ...rest }: CurveFigure): Markup {
  const y =
    axis ??
    eitherAxis(
      lines.flatMap(({ values }) => values),
      4,
    );
  const box: Box = { left: 46, right: WIDTH - 14, top: 26, bottom: HEIGHT - 40 };
  const x = linearAxis(Math.min(epochs[0]!, epochs.at(-1)! - 1), Math.max(2, epochs.at(-1)!), 6, 1);
  const px = (epoch: number): number => coordinate(box.left + x.at(epoch) * (box.right - box.left));
  const py = (value: number): number => coordinate(box.bottom - y.at(value) * (box.bottom - box.top));
  const names = { x: 'epoch', y: y.isLogarithmic ? 'logarithmic scale' : '', tickY: rest.tick ?? tick };
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      <ul class="legend">
        ${lines.map(
          ({ name, values, kind }) =>
            html`<li>
              <svg class="line ${kind}" width="26" height="8" aria-hidden="true"><path d="M1 4h24" /></svg>
              ${name} <b>${write(findLast(values))}</b>
            </li>`,
        )}
      </ul>
    </figcaption>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="${describeLines(title, lines, epochs, write)}"
    >
      ${frame(box, x, y, names)} ${lines.map(({ values, kind }) => drawLine(values, epochs, kind, px, py))}
      ${mark && drawMark(mark, lines.at(-1)!, epochs, px, py)}
    </svg>
    ${mark && html`<p class="aside">○ ${mark.words}</p>`}
  </figure>`;
}

const findLast = (values: readonly number[]): number => values.filter(Number.isFinite).at(-1) ?? NaN;

function describeLines(
  title: string,
  lines: readonly Line[],
  epochs: readonly number[],
  write: (value: number) => string,
): string {
  const ends = lines.map(
    ({ name, values }) =>
      `${name} from ${write(values.find(Number.isFinite) ?? NaN)} to ${write(findLast(values))}`,
  );
  return `${title}, epochs ${epochs[0]!} to ${epochs.at(-1)!}: ${ends.join('; ')}`;
}

function drawLine(
  values: readonly number[],
  epochs: readonly number[],
  kind: string,
  px: (epoch: number) => number,
  py: (value: number) => number,
): Content {
  const points = thinned(values).map((i) => [px(epochs[i]!), py(values[i]!)] as const);
  const [only] = points;
  if (!only) return undefined;
  if (points.length === 1) return html`<circle class="dot ${kind}" cx="${only[0]}" cy="${only[1]}" r="4" />`;
  return html`<path class="line ${kind}" d="M${points.map(([x, y]) => `${x} ${y}`).join('L')}" />`;
}

/** The points to draw: the smallest and the largest of each stretch, so that no peak is lost. */
function thinned(values: readonly number[]): number[] {
  const finite = values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  if (finite.length <= MOST_POINTS) return finite;
  const stretch = Math.ceil((2 * finite.length) / MOST_POINTS);
  const kept = new Set([finite[0]!]);
  for (let from = 0; from < finite.length; from += stretch) {
    const some = finite.slice(from, from + stretch);
    const by = (better: (a: number, b: number) => boolean): number =>
      some.reduce((best, i) => (better(values[i]!, values[best]!) ? i : best));
    for (const i of [by((a, b) => a < b), by((a, b) => a > b)].sort((a, b) => a - b)) kept.add(i);
  }
  return [...kept.add(finite.at(-1)!)];
}

function drawMark(
  { at }: { readonly at: number },
  { values }: Line,
  epochs: readonly number[],
  px: (epoch: number) => number,
  py: (value: number) => number,
): Content {
  const i = epochs.indexOf(at);
  if (!Number.isFinite(values[i])) return undefined;
  return html`<circle class="mark" cx="${px(at)}" cy="${py(values[i]!)}" r="5" />`;
}
