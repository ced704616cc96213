import type { Domain } from '../../search/domains.js';
import { objectives, toLoss, type MetricName } from '../../search/scores.js';
import type { StudyResult } from '../../search/study.js';
import { hashWeights } from '../../search/hash-weights.js';
import { displayPath } from '../data/read-file.js';
import type { Evaluation } from '../model/evaluation.js';
import type { About } from '../model/model-file.js';
import { chooseImportances, describeDivision, describeEnsemble } from '../search/describe-search.js';
import type { PreparedSearch } from '../search/prepare-search.js';
import { formatDomain } from '../search/space.js';
import { formatCount, formatPercent, formatPrecise, joinNames } from '../terminal/format.js';
import { coordinate, frame, linearAxis, minus, patientAxis, type Axis, type Box } from './axis.js';
import { bar } from './classes.js';
import { commandFact, listDataFacts, listGuesses, listRunFacts } from './describe.js';
import { html, numbersTable, type Markup } from './html.js';
import { listResults, renderPage, resultsSection, section, type Fact } from './page.js';
import { parallelCoordinates } from './parallel.js';

// The page of a search: its history, what mattered, the ensemble, and all trials.

/** What the page shows. */
export interface SearchReport {
  readonly search: PreparedSearch;
  readonly result: StudyResult;
  /** With its results. */
  readonly about: About;
  readonly evaluation: Evaluation;
  /** Rounds of the ensemble selection, as far as they were given. */
  readonly rounds: number | undefined;
}

type Trials = StudyResult['trials'];

export function searchPage(report: SearchReport): string {
  const { search, result, about, evaluation } = report;
  const { metric, test, sampler, pruner } = search;
  const { trials, ensembleScore, bestPooledScore } = result;
  const path = displayPath(about.training.data);
  const method = `${sampler}${pruner ? ` and ${pruner.kind}` : ''}`;
  return renderPage({
    title: path,
    summary: `A search of ${formatCount(trials.length, 'trial')} by ${method} for the best ${metric} on samples held out, and an ensemble of the best.`,
    figures: [
      [`${metric} of the best trial`, minus(formatPrecise(bestPooledScore))],
      ['of the ensemble', minus(formatPrecise(ensembleScore))],
      ...(test ? listResults(evaluation).slice(0, 1).map(onTest) : []),
      ['trials', String(trials.length)],
    ],
    sections: [
      section(
        'How the search went',
        html`<div class="columns">${history(report)} ${importances(report)}</div>`,
      ),
      section('Which values lead to good scores', values(report)),
      section('The ensemble', ensemble(report)),
      resultsSection(
        evaluation,
        test ? `the ${formatCount(test.count, 'test sample')}` : 'the training data',
      ),
      section('All trials', trialsTable(report)),
    ],
    facts: listFacts(report),
  });
}

const onTest = ([name, value]: readonly [string, string]): readonly [string, string] => [
  `test ${name}`,
  value,
];

const WIDTH = 400;
const HEIGHT = 250;
const box: Box = { left: 52, right: WIDTH - 14, top: 26, bottom: HEIGHT - 40 };

/** The score of each trial, and the best so far. */
function history({ search: { metric }, result: { trials, chosen } }: SearchReport): Markup {
  const scored = trials.filter(({ score }) => Number.isFinite(score));
  const scores = scored.map(({ score }) => score!);
  const x = linearAxis(0, Math.max(1, trials.length - 1), 6, 1);
  const losses = patientAxis(
    scores.map((score) => toLoss(objectives[metric], score)),
    4,
  );
  const y = objectives[metric].isLoss ? losses : mirror(losses);
  const px = (n: number): number => coordinate(box.left + x.at(n) * (box.right - box.left));
  const py = (score: number): number =>
    coordinate(box.bottom - Math.min(1, Math.max(0, y.at(score))) * (box.bottom - box.top));
  const beyond = scores.filter((score) => toLoss(objectives[metric], score) > losses.high).length;
  const lost = trials.filter(({ state }) => state === 'diverged' || state === 'failed');
  const hasPruned = trials.some(({ state }) => state === 'pruned');
  return html`<figure class="chart">
    <figcaption>
      <h3>${metric} of each trial</h3>
      <ul class="legend">
        <li>${dot('complete')} complete</li>
        ${hasPruned && html`<li>${dot('pruned')} pruned</li>`}
        ${lost.length > 0 && html`<li>${cross()} diverged or failed</li>`}
        <li>${dot('chosen')} in the ensemble</li>
        <li>
          <svg class="line validation" width="26" height="8" aria-hidden="true"><path d="M1 4h24" /></svg>
          best so far
        </li>
      </ul>
    </figcaption>
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="img"
      aria-label="${metric} of trials 0 to ${trials.length - 1}, the best ${formatPrecise(best(scored, metric))}"
    >
      ${frame(box, x, y, { x: 'trial', y: y.isLogarithmic ? 'logarithmic scale' : '' })}
      <path class="line validation" d="${bestSoFar(trials, metric, px, py)}" />
      ${scored.map(
        ({ number, state, score }) =>
          html`<circle
            class="trial ${chosen.has(number) ? 'chosen' : state}"
            cx="${px(number)}"
            cy="${py(score!)}"
            r="${chosen.has(number) ? 5 : 3.5}"
          />`,
      )}
      ${lost.map(({ number }) => html`<path class="cross" d="${crossAt(px(number), box.top + 5)}" />`)}
    </svg>
    ${beyond > 0 && html`<p class="aside">${formatCount(beyond, 'trial')} beyond the axis ${beyond === 1 ? 'stands' : 'stand'} at its end.</p>`}
  </figure>`;
}

/** Of scores of which more is better. */
const mirror = ({ low, high, ticks, at, ...axis }: Axis): Axis => ({
  ...axis,
  low: -high,
  high: -low,
  ticks: ticks.map((loss) => -loss),
  at: (score) => 1 - at(-score),
});

const best = (trials: Trials, metric: MetricName): number =>
  trials
    .filter(({ state }) => state === 'complete')
    .map(({ score }) => score!)
    .reduce(
      (a, b) => (toLoss(objectives[metric], b) < toLoss(objectives[metric], a) ? b : a),
      toLoss(objectives[metric], Infinity),
    );

const dot = (kind: string): Markup =>
  html`<svg width="12" height="12" aria-hidden="true">
    <circle class="trial ${kind}" cx="6" cy="6" r="${kind === 'chosen' ? 5 : 3.5}" />
  </svg>`;

const cross = (): Markup =>
  html`<svg width="12" height="12" aria-hidden="true"><path class="cross" d="${crossAt(6, 6)}" /></svg>`;

const crossAt = (x: number, y: number): string => `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;

/** A stair: level until a trial is better. */
function bestSoFar(
  trials: Trials,
  metric: MetricName,
  px: (n: number) => number,
  py: (score: number) => number,
): string {
  let path = '';
  let least = Infinity;
  for (const { number, state, score } of trials) {
    if (state !== 'complete' || !(toLoss(objectives[metric], score!) < least)) continue;
    least = toLoss(objectives[metric], score!);
    path += path === '' ? `M${px(number)} ${py(score!)}` : `H${px(number)}V${py(score!)}`;
  }
  return `${path}H${px(trials.length - 1)}`;
}

function importances({ result }: SearchReport): Markup {
  const shares = chooseImportances(result);
  const { best } = result;
  const rows = Object.entries(shares ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, share]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td class="word">${showValue(best.values[name])}</td>
          <td>${formatPercent(share)}${bar(share)}</td>
        </tr>`,
    );
  return html`<figure>
    <figcaption><h3>What mattered</h3></figcaption>
    ${
      shares
        ? numbersTable(['', { word: 'best trial' }, 'importance'], rows)
        : html`<p>With so few complete trials, importances would be chance.</p>`
    }
    ${
      shares &&
      html`<p class="aside">
        The share of the variance of the ranks of the scores that lies between the values of this
        hyperparameter. Each is looked at alone.
      </p>`
    }
  </figure>`;
}

/** As it is typed; a dash where a condition doesn't hold. */
const showValue = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '–';

/** The trials with a score, best first. */
function rank({ search: { metric }, result: { trials } }: SearchReport): Trials {
  return trials
    .filter(({ state }) => state === 'complete')
    .sort(
      (a, b) =>
        toLoss(objectives[metric], a.score!) - toLoss(objectives[metric], b.score!) || a.number - b.number,
    );
}

function values(report: SearchReport): Markup {
  const { space, metric } = report.search;
  const crossings = rank(report).map(({ score, values }) => ({ score: score!, values }));
  return parallelCoordinates(space as Readonly<Record<string, Domain>>, crossings, metric);
}

function ensemble({ search: { metric, space }, result, rounds }: SearchReport): Markup {
  const { trials, chosen } = result;
  const names = Object.keys(space);
  const total = [...chosen.values()].reduce((sum, times) => sum + times, 0);
  const rows = [...chosen].map(([number, times]) => {
    const { score, values } = trials[number]!;
    return html`<tr>
      <th scope="row">trial ${number}</th>
      <td>${formatPercent(times / total)}${bar(times / total)}</td>
      <td>${minus(formatPrecise(score!))}</td>
      ${names.map((name) => html`<td class="word">${showValue(values[name])}</td>`)}
    </tr>`;
  });
  const [what, ...scores] = describeEnsemble(result, metric, rounds);
  return html`${numbersTable(['', 'weight', 'score', ...names.map((word) => ({ word }))], rows)}
    <p class="aside">
      ${what}. ${scores.map((line) => `${line}.`)} Its answer is the weighted mean of theirs.
    </p>`;
}

function trialsTable(report: SearchReport): Markup {
  const { trials, chosen, best } = report.result;
  const { space } = report.search;
  const names = Object.keys(space);
  const ranked = rank(report);
  const others = trials.filter(({ state }) => state !== 'complete');
  const rows = [...ranked, ...others].map(({ number, state, score, epochs, values, error }) => {
    const role = [
      ...(number === best.number ? ['best'] : []),
      ...(chosen.has(number) ? ['in the ensemble'] : []),
    ];
    return html`<tr>
      <th scope="row">${number}</th>
      <td>${score === undefined ? '–' : minus(formatPrecise(score))}</td>
      <td class="word">
        ${role.length > 0 ? html`<b>${role.join(', ')}</b>` : state === 'complete' ? '' : (error ?? state)}
      </td>
      <td>${epochs}</td>
      ${names.map((name) => html`<td class="word">${showValue(values[name])}</td>`)}
    </tr>`;
  });
  return numbersTable(['trial', 'score', { word: '' }, 'epochs', ...names.map((word) => ({ word }))], rows);
}

function listFacts({ search, result, about }: SearchReport): Fact[] {
  const { space, sampler, pruner, division, metric, found } = search;
  const { given } = about.training;
  const hashes = result.ensemble.members.map(({ state }) => hashWeights(state));
  const searched = Object.entries(space).map(([name, domain]) => `${name} ${formatDomain(domain)}`);
  const method = [sampler, ...(pruner ? [pruner.kind] : [])].join(', ');
  return [
    ...listDataFacts(about),
    { name: 'searched', value: searched.join('; ') },
    { name: 'method', value: `${method}; each trial ${describeDivision(division)}; ${metric}` },
    { name: 'seed', value: given['seed']?.at(-1) ?? '0' },
    commandFact('search', about.training),
    { name: 'weights and biases of the members (SHA-256)', value: joinNames(hashes, 10), isCode: true },
    ...listGuesses(found),
    ...listRunFacts(),
  ];
}
