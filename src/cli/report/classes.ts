import type { Evaluation } from '../model/evaluation.js';

/** The part of an evaluation about classes. */
export type ClassEvaluation = Required<Pick<Evaluation, 'confusion' | 'scores' | 'classes'>> &
  Pick<Evaluation, 'reliability'>;
import { formatPercent, formatPrecise, groupDigits } from '../terminal/format.js';
import { html, numbersTable, type Content, type Markup } from './html.js';
import { reliabilityChart } from './regression.js';

/** With more classes, the table would be too large to read: only the most frequent confusions are listed. */
const MOST_CLASSES = 40;
const MOST_CONFUSIONS = 6;

/** The confusion matrix, the scores of each class, and the reliability of the probabilities. */
export function classesSection(evaluation: ClassEvaluation): Markup {
  const { classes, reliability } = evaluation;
  return html`<div class="columns">
    <div>${classes.length <= MOST_CLASSES && confusionTable(evaluation)} ${confusions(evaluation)}</div>
    <div>
      ${scoresTable(evaluation)}
      ${reliability && html`<div class="after">${reliabilityChart(reliability)}</div>`}
    </div>
  </div>`;
}

function confusionTable({ confusion, classes }: ClassEvaluation): Markup {
  return html`<figure class="confusion">
    <figcaption><h3>Confusion matrix</h3></figcaption>
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            <td></td>
            <th colspan="${classes.length}" class="over">predicted</th>
          </tr>
          <tr>
            <th class="over">actual</th>
            ${classes.map((name) => html`<th scope="col"><span>${name}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${confusion.map((row, actual) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return html`<tr>
              <th scope="row"><span>${classes[actual]}</span></th>
              ${row.map((count, predicted) => cell(count, total, actual === predicted))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    <p class="aside">Correct predictions are outlined. Darker cells have a larger share of their row.</p>
  </figure>`;
}

function cell(count: number, total: number, isRight: boolean): Markup {
  const shade = count === 0 ? 0 : Math.max(1, Math.round((8 * count) / total));
  return html`<td class="${isRight ? 'right' : 'wrong'} s${shade}">
    ${count === 0 ? '·' : groupDigits(count)}
  </td>`;
}

function scoresTable({ scores, classes }: ClassEvaluation): Markup {
  return html`<figure>
    <figcaption><h3>By class</h3></figcaption>
    ${numbersTable(
      ['class', 'precision', 'recall', 'F1', 'samples'],
      scores.map(
        ({ precision, recall, f1, support }, k) =>
          html`<tr>
            <th scope="row"><span>${classes[k]}</span></th>
            ${[precision, recall, f1].map((share) => html`<td>${formatPercent(share)}${bar(share)}</td>`)}
            <td>${groupDigits(support)}</td>
          </tr>`,
      ),
    )}
    <p class="aside">
      Precision: the share of samples predicted as this class that really belong to it. Recall: the share of
      samples of this class that were predicted as such. F1: their harmonic mean.
    </p>
  </figure>`;
}

/** A share as a bar beneath its number. */
export const bar = (share: number): Markup =>
  html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="4" />
    <rect width="${Number(formatPrecise(100 * share, 3))}" height="4" />
  </svg>`;

function confusions({ confusion, classes }: ClassEvaluation): Content {
  const wrong = confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ count, actual, predicted })))
    .filter(({ count, actual, predicted }) => count > 0 && actual !== predicted)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_CONFUSIONS);
  return html`<div class="after">
    <h3>Confused most often</h3>
    ${
      wrong.length === 0
        ? html`<p>None: every prediction is correct.</p>`
        : html`<ul class="plain">
            ${wrong.map(({ count, actual, predicted }) => html`<li><b>${groupDigits(count)}</b> of <i>${classes[actual]}</i> predicted as <i>${classes[predicted]}</i></li>`)}
          </ul>`
    }
  </div>`;
}
