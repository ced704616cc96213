import type { LayerDiagnosis } from 'bp4';
import type { Report } from '../protocol.js';

/** Some epochs, of all layers: a column of the heat map. */
export interface HeatColumn {
  /** The first and last epoch that it stands for; those that went by unseen after it belong to it as well. */
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
 * Puts the diagnosed reports into columns. Where all epochs of a column went by too quickly to look, the one before it
 * reaches so far: what was seen last stands until the next look.
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

/** What is this many times smaller than the largest has the color of the lower end. */
const DEPTH = 1e8;

/**
 * The ends of a logarithmic scale: 1, 2 or 5 times a power of ten, so that it seldom moves while a run goes on.
 * Zeros and what is not finite are left aside.
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
  // At least a power of ten, so that a layer of its own does not fill the scale with noise.
  return [Math.max(Math.min(bottom, top / 10), top / DEPTH), top].map(tidy) as [number, number];
}

/** 1, 2, 5 and 10 times the power of ten below the value. */
function stepsOf125(value: number): number[] {
  const power = Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => Number(`${factor}e${power}`));
}

/** Without the last bits that a quotient leaves: 0.1, not 0.09999…. */
const tidy = (value: number): number => Number(value.toPrecision(3));
