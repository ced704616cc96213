import { createHash } from 'node:crypto';
import { writeWhole } from '../../node/whole-file.js';
import { inFile } from '../errors.js';
import type { Output } from '../terminal/output.js';
import type { ColumnImportance } from '../../explain/index.js';
import type { Diagnosis } from '../../training/reports.js';
import type { EpochReport } from '../../training/reports.js';
import type { Evaluation } from '../model/evaluation.js';
import {
  formatCount,
  formatPercent,
  formatPrecise,
  groupDigits,
  formatWholePercent,
} from '../terminal/format.js';
import { linearAxis, minus } from './axis.js';
import { classesSection } from './classes.js';
import { curves, type Line } from './curves.js';
import { html, Markup, type Content } from './html.js';
import { importanceSection } from './importance.js';
import { findingsSection, layersSection } from './layers.js';
import { numbersSection } from './regression.js';
import { shapeSection, type Shape } from './network-drawing.js';
import { style } from './style.js';

/** A fact about a run: its data, its seed, its command. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Whether it's to be typed or compared, such as a command or a hash. */
  readonly isCode?: boolean;
}

/** The content of a report. A missing part has no section. */
export interface Report {
  /** As 'iris.csv'. */
  readonly title: string;
  /** A sentence or two below it: what was done, with what. */
  readonly summary: string;
  readonly shape: Shape;
  /** The reports of the epochs. With more than one, there are curves. */
  readonly history?: readonly EpochReport[];
  /** The epoch whose weights were kept, if it isn't the last. */
  readonly bestEpoch?: number | undefined;
  /** The epochs of the training on all samples, if it trained again. */
  readonly refitEpochs?: number | undefined;
  readonly evaluation?: Evaluation;
  /** What was evaluated: 'the 30 samples set aside'. */
  readonly evaluated?: string;
  readonly diagnosis?: Diagnosis;
  /** How much the model depends on each column of what was evaluated; the most important first. */
  readonly importance?: readonly ColumnImportance[];
  /** Whether the network of the diagnosis predicts classes. */
  readonly isClassified?: boolean;
  /** How the model was made, in the order in which it's shown. */
  readonly facts: readonly Fact[];
}

/** A page, without its frame. */
export interface Page extends Pick<Report, 'title' | 'summary' | 'facts'> {
  /** The few numbers that are looked for first. */
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Content[];
}

/** A report of a model or a training run as a page of HTML. */
export function reportPage(report: Report): string {
  const { title, summary, shape, history = [], evaluation, diagnosis, importance, facts } = report;
  const { isClassified = false } = report;
  const isClassification = evaluation?.targets === undefined;
  return renderPage({
    ...{ title, summary, facts, figures: listFigures(report) },
    sections: [
      history.length > 1 &&
        section(
          'How it learned',
          html`<div class="columns">${learningCurves(report, isClassification)}</div>`,
        ),
      evaluation && resultsSection(evaluation, report.evaluated),
      importance && section(`Which columns matter in ${report.evaluated!}`, importanceSection(importance)),
      diagnosis && section('Problems', findingsSection(diagnosis, isClassified)),
      diagnosis && section('How fast each layer learns', layersSection(diagnosis, history, shape)),
      section('The network', shapeSection(shape)),
    ],
  });
}

/**
 * One page of HTML: it needs nothing from elsewhere, holds no script, and says so by a Content-Security-Policy of its own.
 * Whatever names of files, columns and classes hold, they are shown as text.
 */
export function renderPage({ title, summary, figures, sections, facts }: Page): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="bp4" />
        <title>${title} · bp4</title>
        ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="lede">${summary}</p>
          ${headline(figures)}
        </header>
        <main>
          ${sections} ${section('How it was made', html`<dl class="facts">${facts.map(renderFact)}</dl>`)}
        </main>
        <footer>Made by bp4. The same data, options and seed produce exactly the same weights.</footer>
      </body>
    </html> `;
  return page.text;
}

export const section = (title: string, content: Content): Markup =>
  html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;

const renderFact = ({ name, value, isCode = false }: Fact): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd>${isCode ? html`<code>${value}</code>` : value}</dd>
  </div>`;

/** What a model predicts, and where it errs. @param evaluated as 'the 30 test samples' */
export function resultsSection(
  { confusion, scores, classes, reliability, targets = [] }: Evaluation,
  evaluated: string | undefined,
): Markup {
  const content =
    confusion && scores && classes
      ? classesSection({ confusion, scores, classes, ...(reliability && { reliability }) })
      : numbersSection(targets);
  return section(evaluated ? `Results on ${evaluated}` : 'Results', content);
}

function listFigures({ evaluation, history = [] }: Report): Page['figures'] {
  const last = history.at(-1);
  return [
    ...(evaluation ? listResults(evaluation) : []),
    ...(last ? [['epochs', groupDigits(last.epoch)] as const] : []),
  ];
}

export function listResults({ figures, count, baseline }: Evaluation): Page['figures'] {
  const { accuracy, balancedAccuracy, rocAUC, rSquared, meanAbsoluteError, pinballLoss, coverage, loss } =
    figures;
  const named: [name: string, value: string | undefined][] = [
    ['accuracy', accuracy === undefined ? undefined : formatPercent(accuracy)],
    ['largest class alone', baseline && formatPercent(baseline.accuracy)],
    ['balanced accuracy', balancedAccuracy === undefined ? undefined : formatPercent(balancedAccuracy)],
    ['ROC-AUC', rocAUC?.toFixed(3)],
    ['pinball loss', pinballLoss === undefined ? undefined : formatPrecise(pinballLoss)],
    ['at or below the prediction', coverage === undefined ? undefined : formatPercent(coverage)],
    ['R²', rSquared === undefined ? undefined : minus(formatPrecise(rSquared))],
    ['mean absolute error', meanAbsoluteError === undefined ? undefined : formatPrecise(meanAbsoluteError)],
    ['loss', formatPrecise(loss!)],
    ['samples', groupDigits(count)],
  ];
  return named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function headline(figures: Page['figures']): Content {
  if (figures.length === 0) return undefined;
  return html`<dl class="figures">
    ${figures.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function learningCurves(
  { history = [], bestEpoch, refitEpochs }: Report,
  isClassification: boolean,
): Content {
  const epochs = history.map(({ epoch }) => epoch);
  const validated = history.some(({ validation }) => validation !== undefined);
  const lines = (of: (metrics: { readonly loss: number; readonly accuracy: number }) => number): Line[] => [
    { name: 'training', values: history.map(of), kind: 'training' },
    ...(validated
      ? [
          {
            name: 'validation',
            values: history.map(({ validation }) => (validation ? of(validation) : NaN)),
            kind: 'validation',
          },
        ]
      : []),
  ];
  const mark =
    bestEpoch === undefined
      ? undefined
      : {
          at: bestEpoch,
          words: refitEpochs
            ? `Epoch ${bestEpoch} was the best. The network then trained again from the start, on all samples, for ${formatCount(refitEpochs, 'epoch')}.`
            : bestEpoch
              ? `The weights are those of epoch ${bestEpoch}, the best.`
              : 'No epoch improved on the initial weights, so these are kept.',
        };
  const accuracies = lines(({ accuracy }) => accuracy);
  const least = Math.min(...accuracies.map(({ values }) => values.reduce((a, b) => (b < a ? b : a), 1)));
  // from the tenth below the smallest value, so that 97% and 98% differ visibly
  const axis = linearAxis(Math.max(0, Math.min(0.9, Math.floor(10 * least) / 10)), 1, 5);
  return [
    curves({ title: 'Loss', lines: lines(({ loss }) => loss), epochs, write: formatPrecise, mark }),
    isClassification &&
      curves({
        title: 'Accuracy',
        lines: accuracies,
        epochs,
        axis,
        write: formatPercent,
        tick: formatWholePercent,
        mark,
      }),
  ];
}

/**
 * Writes the page of a report.
 * @throws DataError if the file cannot be written
 */
export const writeReport = async (output: Output, path: string, report: Report): Promise<void> =>
  await writePage(output, path, reportPage(report));

/** The same of a page. */
export async function writePage(output: Output, path: string, page: string): Promise<void> {
  const bytes = new TextEncoder().encode(page);
  await inFile(path, () => writeWhole(path, bytes, true));
  output.event('report', { path });
  output.say(`Report: ${output.bold(path)}`);
}
