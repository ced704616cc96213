import type { LayerDiagnosis } from 'bp4';
import type { Report } from '../protocol.js';

/** Some epochs, of all layers: a column of the heat map. */
export interface HeatColumn {
  /** The first and last epoch that it stands for; the last is less where the run has not come so far. */
  readonly first: number;
  readonly last: number;
  /** δ (root mean square; the geometric mean of the epochs) and the share of saturated units, [layer]. */
  readonly delta: readonly number[];
  readonly saturated: readonly number[];
}

/** So many epochs make a column that all of them have room: 1, 2, 5, 10, 20, 50 … */
export function epochsToAColumn(epochs: number, mostColumns: number): number {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (Math.ceil(epochs / (factor * power)) <= mostColumns) return factor * power;
    }
  }
}

/**
 * Puts the diagnosed reports into columns. A column whose epochs all went by too quickly to look is left out.
 * @param reports oldest first
 */
export function heatColumns(reports: readonly Report[], epochsEach: number): HeatColumn[] {
  const bins = new Map<number, LayerDiagnosis[][]>();
  for (const { epoch, diagnosis } of reports) {
    if (!diagnosis) continue;
    const bin = Math.floor(Math.max(epoch - 1, 0) / epochsEach);
    const diagnoses = bins.get(bin);
    if (diagnoses) diagnoses.push([...diagnosis.layers]);
    else bins.set(bin, [[...diagnosis.layers]]);
  }
  const lastEpoch = reports.at(-1)?.epoch ?? 0;
  return [...bins].map(([bin, diagnoses]) => ({
    first: bin * epochsEach + 1,
    last: Math.min((bin + 1) * epochsEach, lastEpoch),
    delta: acrossEpochs(diagnoses, (layer) => Math.log(layer.delta)).map(Math.exp),
    saturated: acrossEpochs(diagnoses, (layer) => layer.saturated),
  }));
}

/** The mean over epochs, for each layer. */
function acrossEpochs(
  diagnoses: readonly (readonly LayerDiagnosis[])[],
  read: (layer: LayerDiagnosis) => number,
): number[] {
  return diagnoses[0]!.map(
    (_, l) => diagnoses.reduce((sum, layers) => sum + read(layers[l]!), 0) / diagnoses.length,
  );
}

/** How many powers of ten a logarithmic scale spans at most: what is smaller has the colour of its lower end. */
const MOST_DECADES = 8;

/**
 * The ends of a logarithmic scale, powers of ten, so that it seldom moves while a run goes on.
 * Zeros and what is not finite are left aside.
 */
export function decades(values: Iterable<number>): [low: number, high: number] {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (!(value > 0 && value < Infinity)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return [-1, 0];
  const top = Math.ceil(Math.log10(high));
  const bottom = Math.min(Math.floor(Math.log10(low)), top - 1);
  return [Math.max(bottom, top - MOST_DECADES), top];
}
