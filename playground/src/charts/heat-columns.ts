import type { LayerDiagnosis } from 'bp4';
import type { Report } from '../protocol.js';

/** A column of the heat map: some epochs, all layers. */
export interface HeatColumn {
  /** The first and last epoch of the column. Epochs without a diagnosis belong to the column before them. */
  readonly first: number;
  readonly last: number;
  /** For each layer, the root mean square of δ (geometric mean over the epochs) and the share of saturated units. */
  readonly delta: readonly number[];
  readonly saturated: readonly number[];
}

/** The fewest epochs for each column so that all columns fit: 1, 2, 5, 10, 20, 50, … */
export function epochsToAColumn(epochs: number, mostColumns: number): number {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (Math.ceil(epochs / (factor * power)) <= mostColumns) return factor * power;
    }
  }
}

/**
 * Groups the diagnosed reports into columns. If no epoch of a column was diagnosed, the previous column extends over it.
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
  const starts = [...bins.keys()].map((bin) => bin * epochsEach + 1);
  return [...bins.values()].map((diagnoses, i) => ({
    first: starts[i]!,
    last: (starts[i + 1] ?? lastEpoch + 1) - 1,
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

/** Values this many times smaller than the largest have the color of the lower end. */
const DEPTH = 1e8;

/**
 * The ends of a logarithmic scale. They are 1, 2 or 5 times a power of ten, so that the scale rarely moves during a run.
 * Ignores zeros and values that aren't finite.
 */
export function logarithmicEnds(values: Iterable<number>): [low: number, high: number] {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (!(value > 0 && value < Infinity)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return [0.1, 1];
  const top = Math.min(...stepsOf125(high).filter((step) => step >= high));
  const bottom = Math.max(...stepsOf125(low).filter((step) => step <= low));
  // at least a power of ten apart, so that the noise of a single layer doesn't fill the scale
  return [Math.max(Math.min(bottom, top / 10), top / DEPTH), top].map(tidy) as [number, number];
}

/** 1, 2, 5 and 10 times the largest power of ten up to the value. */
function stepsOf125(value: number): number[] {
  const power = Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => Number(`${factor}e${power}`));
}

/** Removes the rounding error of a quotient: 0.1 instead of 0.09999…. */
const tidy = (value: number): number => Number(value.toPrecision(3));
