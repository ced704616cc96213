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

/** Samples in the order of the network. If they have names, only the network itself knows the names of its training. */
export function alignFor(net: Network, data: Inputs): Inputs {
  if (!isNamed(data)) return data;
  let aligned: Inputs = data;
  net.predict({ inputs: data.inputs, forNetwork: (spec) => (aligned = data.forNetwork(spec)) });
  return aligned;
}
