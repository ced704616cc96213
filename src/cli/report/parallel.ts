import { log } from '../../base/log.js';
import type { Domain } from '../../search/domains.js';
import { objectives, toLoss, type MetricName } from '../../search/scores.js';
import { coordinate, patientAxis, tick } from './axis.js';
import { html, type Content, type Markup } from './html.js';

// Parallel coordinates: an upright axis for each hyperparameter and one for the score. Each trial is a line across all of them.

/** A trial as a line. */
export interface Crossing {
  readonly score: number;
  readonly values: Readonly<Record<string, unknown>>;
}

const HEIGHT = 330;
const TOP = 44;
const BOTTOM = HEIGHT - 44;
/** Where a hyperparameter has no value, because its condition doesn't hold. */
const ABSENT = HEIGHT - 18;
/** Between two axes, and on both sides. */
const STEP = 116;
const LEFT = 52;
const RIGHT = 64;
/** More lines would be a surface. */
const MOST_LINES = 300;
/** Longer names would run into the next axis. */
const MOST_LETTERS = 14;

/** An upright axis. */
interface Upright {
  readonly name: string;
  readonly ticks: readonly { readonly y: number; readonly text: string }[];
  /** Undefined for a trial that isn't on it. */
  readonly at: (crossing: Crossing) => number | undefined;
}

/** @param crossings best first */
export function parallelCoordinates(
  space: Readonly<Record<string, Domain>>,
  crossings: readonly Crossing[],
  metric: MetricName,
): Markup {
  const shown = crossings.slice(0, MOST_LINES);
  const axes = [
    ...Object.entries(space).map(([name, domain]) => domainAxis(name, domain)),
    scoreAxis(
      metric,
      shown.map(({ score }) => score),
    ),
  ];
  const best = countBest(shown.length);
  const width = LEFT + RIGHT + (axes.length - 1) * STEP;
  const x = (a: number): number => LEFT + a * STEP;
  const hasAbsent = shown.some((one) => axes.some(({ at }) => at(one) === undefined));
  const lines = shown.map(
    (one, n) =>
      html`<path
        class="${n < best ? 'top' : 'rest'}"
        d="M${axes.map((axis, a) => `${x(a)} ${axis.at(one) ?? ABSENT}`).join('L')}"
      />`,
  );
  return html`<figure class="chart">
    <figcaption>
      <ul class="legend">
        <li>
          <svg class="line top" width="26" height="8" aria-hidden="true"><path d="M1 4h24" /></svg>
          the best ${best} trials
        </li>
        ${
          shown.length > best &&
          html`<li>
            <svg class="line rest" width="26" height="8" aria-hidden="true"><path d="M1 4h24" /></svg>
            ${shown.length < crossings.length ? `the next ${shown.length - best} of ${crossings.length - best}` : 'the others'}
          </li>`
        }
      </ul>
    </figcaption>
    <div class="scroll" tabindex="0">
      <svg
        class="parallel"
        width="${width}"
        viewBox="0 0 ${width} ${hasAbsent ? HEIGHT : BOTTOM + 12}"
        role="img"
        aria-label="Each trial as a line across ${axes.map(({ name }) => name).join(', ')}"
      >
        ${lines.reverse()} ${axes.map((axis, a) => drawAxis(axis, x(a)))}
        ${hasAbsent && html`<text x="0" y="${ABSENT + 4}">–</text>`}
      </svg>
    </div>
    <p class="aside">
      Each line is a trial, and its score is on the axis at the right, the best at the top. Where the lines of
      the best trials meet on an axis, that value matters. Trials beyond the axis stand at its end.
      ${hasAbsent && 'A line at the bottom (–) has no value there: the condition of the hyperparameter does not hold.'}
    </p>
  </figure>`;
}

/** A tenth of them, and from 3 to 10. */
const countBest = (trials: number): number =>
  Math.min(trials, Math.max(3, Math.min(10, Math.round(trials / 10))));

function drawAxis({ name, ticks }: Upright, x: number): Markup {
  const shown = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
  return html`<line class="base" x1="${x}" x2="${x}" y1="${TOP}" y2="${BOTTOM}" />
    <text class="axis" x="${x}" y="${TOP - 22}" text-anchor="middle">${shown}</text>
    ${ticks.map(
      ({ y, text }): Content =>
        html`<line class="base" x1="${x}" x2="${x + 4}" y1="${y}" y2="${y}" />
          <text class="halo" x="${x + 8}" y="${y + 4}">${text}</text>`,
    )}`;
}

const upright = (share: number): number => coordinate(BOTTOM - share * (BOTTOM - TOP));

function domainAxis(name: string, domain: Domain): Upright {
  if (domain.kind === 'choice') {
    const { values } = domain;
    const at = (place: number): number => upright((place + 0.5) / values.length);
    return {
      name,
      ticks: values.map((value, place) => ({ y: at(place), text: String(value) })),
      at: ({ values: { [name]: value } }) => (value === undefined ? undefined : at(values.indexOf(value))),
    };
  }
  const { low, high } = domain;
  const scale = (value: number): number => (domain.log ? log(value) : value);
  const share = (value: number): number => (scale(value) - scale(low)) / (scale(high) - scale(low));
  return {
    name,
    ticks: listTicks(domain.low, domain.high, domain.log ?? false).map((value) => ({
      y: upright(share(value)),
      text: tick(value),
    })),
    at: ({ values: { [name]: value } }) =>
      value === undefined ? undefined : upright(share(value as number)),
  };
}

/** Both ends and, between them, powers of ten or quarters. */
function listTicks(low: number, high: number, isLog: boolean): number[] {
  if (!isLog) return [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  const powers = Array.from({ length: 60 }, (_, i) => Number(`1e${i - 30}`));
  return [low, ...powers.filter((power) => power > 1.8 * low && power < high / 1.8), high];
}

/** The best score is at the top. */
function scoreAxis(metric: MetricName, scores: readonly number[]): Upright {
  const axis = patientAxis(
    scores.map((score) => toLoss(objectives[metric], score)),
    4,
  );
  const place = (loss: number): number => upright(Math.max(0, 1 - axis.at(loss)));
  return {
    name: metric,
    ticks: axis.ticks.map((loss) => ({ y: place(loss), text: tick(toLoss(objectives[metric], loss)) })),
    at: ({ score }) => place(toLoss(objectives[metric], score)),
  };
}
