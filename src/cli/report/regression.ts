import type { TargetFigures } from '../model/evaluation.js';
import type { ReliabilityBin } from '../../metrics/index.js';
import { formatCount, formatPercent, formatPrecise } from '../terminal/format.js';
import { coordinate, extremes, frame, linearAxis, minus, roundAxis, type Axis, type Box } from './axis.js';
import { html, numbersTable, type Content, type Markup } from './html.js';

/** More points would hide each other. */
const MOST_POINTS = 1500;
const BINS = 24;
const WORST = 6;
const box: Box = { left: 52, right: 388, top: 26, bottom: 210 };

/** Predictions against true values, and the residuals. */
export function numbersSection(targets: readonly TargetFigures[]): Content {
  return targets.map((target) => {
    return html`<h3 class="target">${target.name}</h3>
      <dl class="figures small">
        ${listFigures(target).map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${minus(value)}</dd>
            </div>`,
        )}
      </dl>
      <div class="columns">
        ${scatter(target)} ${residuals(target)} ${histogram(target)} ${worst(target)}
      </div>`;
  });
}

function listFigures(target: TargetFigures): [name: string, value: string][] {
  const { quantile, baselines, rSquared, meanAbsoluteError, rootMeanSquaredError } = target;
  if (quantile) {
    return [
      ['quantile', String(quantile.q)],
      ['pinball loss', formatPrecise(quantile.pinballLoss)],
      ['at or below the prediction', formatPercent(quantile.coverage)],
    ];
  }
  return [
    ['R²', formatPrecise(rSquared)],
    ...(baselines ? [['R² of always the mean', formatPrecise(baselines.mean)] as [string, string]] : []),
    ...(baselines?.linear === undefined
      ? []
      : [['R² of a linear model', formatPrecise(baselines.linear)] as [string, string]]),
    ['mean absolute error', formatPrecise(meanAbsoluteError)],
    ['root mean squared error', formatPrecise(rootMeanSquaredError)],
  ];
}

/** Probabilities, and how often they came true. */
export function reliabilityChart(bins: readonly ReliabilityBin[]): Markup {
  const axis = linearAxis(0, 1, 5);
  const most = Math.max(...bins.map(({ count }) => count));
  return picture(
    'Reliability of the probabilities',
    'How often predictions came true, by their probability; on the diagonal, the two are equal',
    'On the line, 80 of 100 predictions with a probability of 0.8 come true. Below it, the model is too sure of itself. Larger points stand for more samples.',
    html`${frame(box, axis, axis, { x: 'probability', y: 'came true' })}
      <line class="ideal" x1="${px(axis, 0)}" y1="${py(axis, 0)}" x2="${px(axis, 1)}" y2="${py(axis, 1)}" />
      <g class="points">
        ${bins.map(
          ({ probability, frequency, count }) =>
            html`<circle
              cx="${px(axis, probability)}"
              cy="${py(axis, frequency)}"
              r="${coordinate(2 + 6 * Math.sqrt(count / most))}"
            />`,
        )}
      </g>`,
  );
}

const px = (axis: Axis, value: number): number =>
  coordinate(box.left + axis.at(value) * (box.right - box.left));
const py = (axis: Axis, value: number): number =>
  coordinate(box.bottom - axis.at(value) * (box.bottom - box.top));

/** Some of the samples, at regular intervals. */
function pickPoints({ actual }: TargetFigures): number[] {
  const step = Math.ceil(actual.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(actual.length / step) }, (_, i) => i * step);
}

function picture(title: string, label: string, aside: Content, content: Content): Markup {
  return html`<figure class="chart">
    <figcaption><h3>${title}</h3></figcaption>
    <svg viewBox="0 0 400 250" role="img" aria-label="${label}">${content}</svg>
    <p class="aside">${aside}</p>
  </figure>`;
}

const drawPoints = (samples: readonly number[], x: (n: number) => number, y: (n: number) => number): Markup =>
  html`<g class="points">${samples.map((n) => html`<circle cx="${x(n)}" cy="${y(n)}" r="2.5" />`)}</g>`;

const shown = (samples: readonly number[], all: number): string =>
  samples.length < all ? ` ${formatCount(samples.length, 'sample')} of ${all} are shown.` : '';

function scatter(target: TargetFigures): Markup {
  const { name, actual, predicted } = target;
  const samples = pickPoints(target);
  const [low, high] = extremes([...extremes(actual), ...extremes(predicted)]);
  const axis = roundAxis(low, high, 5);
  return picture(
    'Predicted and true',
    `Each sample's predicted ${name} over the true one; on the diagonal they are equal`,
    `On the line both are equal.${shown(samples, actual.length)}`,
    html`${frame(box, axis, axis, { x: 'true', y: 'predicted' })}
      <line
        class="ideal"
        x1="${px(axis, axis.low)}"
        y1="${py(axis, axis.low)}"
        x2="${px(axis, axis.high)}"
        y2="${py(axis, axis.high)}"
      />
      ${drawPoints(
        samples,
        (n) => px(axis, actual[n]!),
        (n) => py(axis, predicted[n]!),
      )}`,
  );
}

function residuals(target: TargetFigures): Markup {
  const { name, actual, predicted } = target;
  const samples = pickPoints(target);
  const errors = actual.map((value, n) => predicted[n]! - value);
  const x = roundAxis(...extremes(predicted), 5);
  const y = roundAxis(...extremes([...extremes(errors), 0]), 4);
  return picture(
    'Residuals',
    `Predicted minus true ${name}, against the predicted`,
    `Predicted minus true. A bend or a funnel shows something that the network hasn't learned.${shown(samples, actual.length)}`,
    html`${frame(box, x, y, { x: 'predicted', y: 'predicted − true' })}
      <line class="ideal" x1="${box.left}" x2="${box.right}" y1="${py(y, 0)}" y2="${py(y, 0)}" />
      ${drawPoints(
        samples,
        (n) => px(x, predicted[n]!),
        (n) => py(y, errors[n]!),
      )}`,
  );
}

function histogram({ name, actual, predicted }: TargetFigures): Markup {
  const errors = actual.map((value, n) => predicted[n]! - value);
  const most = Math.max(...extremes(errors).map(Math.abs));
  const x = roundAxis(-most, most, 6);
  const counts = new Array<number>(BINS).fill(0);
  for (const error of errors) counts[Math.min(BINS - 1, Math.floor(x.at(error) * BINS))]!++;
  const y = roundAxis(0, Math.max(4, ...counts), 4);
  const width = (box.right - box.left) / BINS;
  return picture(
    'How large the residuals are',
    `Number of samples by the error of ${name}`,
    'Predicted minus true. If nothing is left to learn, the errors are centered on 0 and look alike on both sides.',
    html`${frame(box, x, y, { x: 'predicted − true', y: 'samples' })}
      <g class="bins">
        ${counts.map(
          (count, i) =>
            count > 0 &&
            html`<rect
              x="${coordinate(box.left + i * width + 0.5)}"
              y="${py(y, count)}"
              width="${coordinate(width - 1)}"
              height="${coordinate(box.bottom - py(y, count))}"
            />`,
        )}
      </g>
      <line class="ideal" x1="${px(x, 0)}" x2="${px(x, 0)}" y1="${box.top}" y2="${box.bottom}" />`,
  );
}

/** The samples with the largest errors: often their data is wrong. */
function worst({ actual, predicted }: TargetFigures): Markup {
  const errors = actual.map((value, n) => predicted[n]! - value);
  const samples = Array.from(errors.keys())
    .sort((a, b) => Math.abs(errors[b]!) - Math.abs(errors[a]!))
    .slice(0, WORST);
  const number = (x: number): string => minus(formatPrecise(x));
  return html`<figure>
    <figcaption><h3>The largest residuals</h3></figcaption>
    ${numbersTable(
      ['sample', 'true', 'predicted', 'residual'],
      samples.map(
        (n) =>
          html`<tr>
            <th scope="row">${n + 1}</th>
            <td>${number(actual[n]!)}</td>
            <td>${number(predicted[n]!)}</td>
            <td>${number(errors[n]!)}</td>
          </tr>`,
      ),
    )}
  </figure>`;
}
