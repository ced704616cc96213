import type { Diagnosis, LayerDiagnosis } from '../../training/reports.js';
import type { EpochReport } from '../../training/reports.js';
import { describeFinding, describeScore } from '../model/diagnosis.js';
import { formatPercent, formatPrecise, formatWholePercent } from '../terminal/format.js';
import { linearAxis } from './axis.js';
import { curves, type CurveFigure } from './curves.js';
import { html, numbersTable, type Content, type Markup } from './html.js';
import type { Shape } from './network-drawing.js';

/** What keeps the network from learning or makes its score misleading, below its loss and that of constant outputs. */
export function findingsSection(diagnosis: Diagnosis, isClassified: boolean): Markup {
  const { findings } = diagnosis;
  return html`${
      findings.length === 0
        ? html`<p class="verdict good">
            <b>✓ No problems found</b> in the data, the training and the layers.
          </p>`
        : html`<ul class="verdict bad">
            ${findings.map((finding) => html`<li><b>!</b> ${describeFinding(finding)}</li>`)}
          </ul>`
    }
    <p class="aside">On the samples that were diagnosed: ${describeScore(diagnosis, isClassified)}.</p>`;
}

/** How fast each layer learns: now, and over the epochs if the run measured it. */
export function layersSection(
  diagnosis: Diagnosis,
  history: readonly EpochReport[],
  { layers }: Shape,
): Markup {
  const observed = history.filter((report) => report.diagnosis !== undefined);
  const hasUpdates = diagnosis.layers.some(({ update }) => update !== undefined);
  return html`${numbersTable(
      ['layer', '|δ|', '‖∂C/∂W‖ / ‖W‖', hasUpdates && '‖ΔW‖ / ‖W‖', 'saturated', 'dead units', '‖W‖'],
      diagnosis.layers.map(
        ({ delta, speed, update, saturated, dead, weights }, l) =>
          html`<tr>
            <th scope="row">${nameLayer(l)}: ${layers[l]!.units} × ${layers[l]!.activation}</th>
            <td>${small(delta)}</td>
            <td>${small(speed)}</td>
            ${hasUpdates && html`<td>${update === undefined ? '–' : small(update)}</td>`}
            <td>${formatPercent(saturated)}</td>
            <td>${dead}</td>
            <td>${formatPrecise(weights, 3)}</td>
          </tr>`,
      ),
    )}

    <div class="columns after">${observed.length > 1 && overEpochs(observed)} ${explanation}</div>`;
}

const explanation = html`<p class="aside">
  |δ| says how far the units of a layer are from their optimum (root mean square of ∂C/∂z). ‖∂C/∂W‖ / ‖W‖ is
  the relative change of the weights in a step with learning rate 1; ‖ΔW‖ / ‖W‖, that in the last epoch.
  Saturated: how often the slope σ′ is below a tenth of its maximum.
</p>`;

const nameLayer = (l: number): string => `layers[${l}]`;
const small = (x: number): string => formatPrecise(x, 3);

function overEpochs(observed: readonly EpochReport[]): Content {
  const epochs = observed.map(({ epoch }) => epoch);
  const chart = (
    title: string,
    of: (layer: LayerDiagnosis) => number,
    more: Partial<CurveFigure> = {},
  ): Markup => {
    const lines = observed[0]!.diagnosis!.layers.map((_, l) => ({
      name: nameLayer(l),
      values: observed.map(({ diagnosis }) => of(diagnosis!.layers[l]!)),
      kind: `l${l % 6}`,
    }));
    return curves({ title, epochs, lines, write: small, ...more });
  };
  return [
    chart('|δ| of each layer', ({ delta }) => delta),
    chart('Change of the weights in an epoch, ‖ΔW‖ / ‖W‖', ({ update = NaN }) => update),
    chart('Share of saturated units', ({ saturated }) => saturated, {
      write: formatPercent,
      tick: formatWholePercent,
      axis: linearAxis(0, 1, 4),
    }),
  ];
}
