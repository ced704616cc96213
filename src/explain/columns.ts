import { exp } from '../base/exp.js';
import type { CheckedColumn } from '../model/columns.js';
import type { CheckedSpec } from '../model/spec.js';
import type { Network } from '../network.js';
import { isNamed, type Inputs } from '../training/samples.js';

// The user's own columns, before the transforms: a column of categories is one.

/** How many inputs of the network each column becomes. */
export const widthsOfColumns = ({ inputs, transforms }: CheckedSpec): number[] =>
  transforms.inputs?.list.map(({ width }) => width) ?? new Array<number>(inputs).fill(1);

/** The names of the columns: those of the transforms, or of a Dataset, or numbers from 0. */
export function nameColumns(spec: CheckedSpec, data: Inputs): string[] {
  const { columns } = data as { readonly columns?: readonly string[] };
  const given = spec.transforms.given?.inputs;
  return widthsOfColumns(spec).map((_, k) => given?.[k]?.name ?? columns?.[k] ?? String(k));
}

/**
 * dx/dy at an output y, where x is the same in the units of the targets. For quantiles it's the slope of the piece on which y lies,
 * and 0 beyond the first and the last score, where x is constant.
 */
export function slopeOfInverse({ given, range }: CheckedColumn, y: number): number {
  if (given.kind === 'log1p') return given.deviation * exp(Math.abs(y * given.deviation + given.mean));
  if (given.kind !== 'quantile') return range;
  const { quantiles, scores } = given;
  const k = scores.findIndex((score) => score > y);
  return k > 0 ? (quantiles[k]! - quantiles[k - 1]!) / (scores[k]! - scores[k - 1]!) : 0;
}

/** Samples in the order of the network. If they have names, only the network itself knows the names of its training. */
export function alignFor(net: Network, data: Inputs): Inputs {
  if (!isNamed(data)) return data;
  let aligned: Inputs = data;
  net.predict({ inputs: data.inputs, forNetwork: (spec) => (aligned = data.forNetwork(spec)) });
  return aligned;
}
