import { checkKeys, checkName, show } from '../model/check.js';
import type { NumberTransform, Transform, Transforms } from '../model/transforms.js';
import type { NumericArray } from '../training/matrix.js';
import type { Parts } from './table.js';

/**
 * 'standardise': mean 0 and deviation 1 (that of the whole, Σ(x − mean)²/n); 'minMax': from 0 to 1; 'identity': as it is.
 */
export type FitKind = NumberTransform['kind'];

/** Which transform to fit: the same for all columns, or by the name of the column ('0', '1', … where it has none). */
export type FitChoice = FitKind | Readonly<Record<string, FitKind>>;

export interface FitOptions {
  /** Columns that are not named stay as they are; categories become one-hot, whatever is chosen. Default 'standardise'. */
  readonly inputs?: FitChoice;
  /** Default: none, and the network learns the targets as they are. */
  readonly targets?: FitChoice;
}

/**
 * @throws TypeError, RangeError naming the option
 */
export function fit({ inputs, targets, inputScale = 1, about }: Parts, options: FitOptions): Transforms {
  checkKeys('options', options, ['inputs', 'targets']);
  if (options.targets !== undefined && !targets) {
    throw new TypeError('targets: the dataset has none to fit a transform to; leave it out');
  }
  const { width, targetWidth, columns, targetColumns, categories } = about;
  const scale = Math.fround(inputScale); // as the network takes it
  const inputKinds = kindsOf('inputs', options.inputs ?? 'standardise', width, columns);
  const fitted = inputKinds.map((kind, k): Transform => {
    const name = nameOf(columns, k);
    const ofColumn = categories?.[k];
    return ofColumn
      ? { kind: 'oneHot', categories: ofColumn, ...name }
      : fitColumn(kind, inputs, width, k, scale, name);
  });
  if (!targets || options.targets === undefined) return { inputs: fitted };
  const targetKinds = kindsOf('targets', options.targets, targetWidth, targetColumns);
  return {
    inputs: fitted,
    targets: targetKinds.map((kind, k) =>
      fitColumn(kind, targets, targetWidth, k, 1, nameOf(targetColumns, k)),
    ),
  };
}

/** How many numbers the transforms make of a row: the `inputs` of a network that has them. */
export function transformedWidth(transforms: Transforms): number {
  const { inputs = [] } = transforms;
  return inputs.reduce((sum, one) => sum + (one.kind === 'oneHot' ? one.categories.length : 1), 0);
}

const nameOf = (names: readonly string[] | undefined, k: number): { name?: string } =>
  names ? { name: names[k]! } : {};

function kindsOf(
  place: string,
  choice: FitChoice,
  width: number,
  columns: readonly string[] | undefined,
): FitKind[] {
  const names = Array.from({ length: width }, (_, k) => columns?.[k] ?? String(k));
  const kindAt = (where: string, kind: unknown): FitKind =>
    checkName(where, kind, ['standardise', 'minMax', 'identity']);
  if (typeof choice === 'string') {
    const kind = kindAt(place, choice);
    return names.map(() => kind);
  }
  checkKeys(place, choice, names);
  return names.map((name) =>
    Object.hasOwn(choice, name) ? kindAt(`${place}[${show(name)}]`, choice[name]) : 'identity',
  );
}

function fitColumn(
  kind: FitKind,
  values: NumericArray,
  width: number,
  k: number,
  scale: number,
  name: { name?: string },
): NumberTransform {
  if (kind === 'identity') return { kind, ...name };
  const count = values.length / width;
  const at = (n: number): number => values[n * width + k]! * scale;
  if (kind === 'minMax') {
    let least = Infinity;
    let most = -Infinity;
    for (let n = 0; n < count; n++) {
      least = Math.min(least, at(n));
      most = Math.max(most, at(n));
    }
    return { kind, least, most, ...name };
  }
  // Sums of differences from the first: of a constant column they are exactly 0.
  const first = at(0);
  let sum = 0;
  for (let n = 0; n < count; n++) sum += at(n) - first;
  const mean = first + sum / count;
  let squares = 0;
  for (let n = 0; n < count; n++) squares += (at(n) - mean) * (at(n) - mean);
  return { kind, mean, deviation: Math.sqrt(squares / count), ...name };
}
