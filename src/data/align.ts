import { RangeFault } from '../errors.js';
import { show } from '../base/check.js';
import type { CheckedSpec } from '../model/spec.js';
import type { Transform, UnknownPolicy } from '../model/transforms.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import type { Data } from '../training/samples.js';
import { composed, listed, type Categories } from './columns.js';
import type { SampleArrays, Schema } from './schema.js';

// Puts the samples of any dataset in the order of a network: red stays red, whatever index it has in the second file.

/** Samples as `train` and `evaluate` accept them, which puts them in the order of a network by their names. */
export class NamedData implements Data {
  /** [count][width], before any transform. A string category is stored as its index, a numeric category as itself. */
  readonly inputs: NumericArray;
  /** [count][outputs] */
  declare readonly targets?: NumericArray;
  /** [count] class indices. */
  declare readonly labels?: NumericArray;
  declare readonly inputScale?: number;
  /** [count] factors for the costs of the samples. */
  declare readonly sampleWeights?: NumericArray;
  readonly #samples: SampleArrays;

  constructor(samples: SampleArrays) {
    const { inputs, targets, labels, sampleWeights, inputScale } = samples;
    this.inputs = inputs;
    if (targets) this.targets = targets;
    if (labels) this.labels = labels;
    if (sampleWeights) this.sampleWeights = sampleWeights;
    if (inputScale !== undefined) this.inputScale = inputScale;
    this.#samples = samples;
  }

  /**
   * @internal
   * @throws RangeError naming the column, category or class that doesn't fit
   */
  forNetwork(spec: CheckedSpec, isTraining = false): Data {
    if (isTraining) learnNames(spec, this.#samples.schema);
    const aligned = alignSamples(this.#samples, spec);
    return aligned === this.#samples ? this : toData(aligned);
  }
}

const toData = ({ inputs, targets, labels, sampleWeights, inputScale }: AlignedSamples): Data => ({
  inputs,
  ...(targets && { targets }),
  ...(labels && { labels }),
  ...(sampleWeights && { sampleWeights }),
  ...(inputScale !== undefined && { inputScale }),
});

/** Samples in the order of a network: rows instead of an array if some columns take strings. */
type AlignedSamples = Omit<SampleArrays, 'inputs'> & {
  readonly inputs: NumericArray | readonly (readonly (number | string)[])[];
};

/** The names in a network; those that it doesn't know are undefined. */
interface Names {
  readonly width: number;
  readonly columns: readonly string[] | undefined;
  readonly categories: readonly (Categories | undefined)[];
  readonly unknown: readonly (UnknownPolicy | undefined)[];
  /** Whether each column takes strings. */
  readonly areTexts: readonly boolean[];
  readonly classes: Categories | undefined;
  readonly targetColumns: readonly string[] | undefined;
}

/** The schemas that networks without named transforms were first trained on. */
const learned = new WeakMap<CheckedSpec, Schema>();

/** Keeps the schema of the first training, for what the transforms don't name. */
export function learnNames(spec: CheckedSpec, schema: Schema): void {
  if (!learned.has(spec)) learned.set(spec, schema);
}

/**
 * @returns the same object if the samples are in the order of the network already
 * @throws RangeError naming the column, category or class that doesn't fit
 */
function alignSamples(samples: SampleArrays, spec: CheckedSpec): AlignedSamples {
  const names = namesOf(spec);
  const inputs = alignInputs(samples, names);
  const labels = alignLabels(samples, names);
  const targets = alignTargets(samples, names);
  if (inputs === samples.inputs && labels === samples.labels && targets === samples.targets) return samples;
  return { ...samples, inputs, ...(labels && { labels }), ...(targets && { targets }) };
}

function namesOf(spec: CheckedSpec): Names {
  const { inputs, targets, outputs } = spec.transforms.given ?? {};
  const schema = learned.get(spec);
  return {
    width: inputs?.length ?? spec.inputs,
    columns: inputs ? pickNames(inputs) : schema?.columns,
    categories: inputs
      ? inputs.map((one) => (one.kind === 'oneHot' ? one.categories : undefined))
      : (schema?.categories ?? []),
    unknown: inputs?.map((one) => (one.kind === 'oneHot' ? one.unknown : undefined)) ?? [],
    areTexts: inputs?.map(({ kind }) => kind === 'hash' || kind === 'bagOfWords') ?? [],
    classes: outputs ?? (schema?.hasIndices ? undefined : schema?.classes),
    targetColumns: (targets && pickNames(targets)) ?? outputs?.map(String) ?? schema?.targetColumns,
  };
}

/** Every name, if all have one. */
function pickNames(transforms: readonly Transform[]): readonly string[] | undefined {
  const names = transforms.flatMap(({ name }) => name ?? []);
  return names.length === transforms.length ? names : undefined;
}

function alignInputs({ inputs, schema }: SampleArrays, names: Names): AlignedSamples['inputs'] {
  const { width, columns } = schema;
  const at = findColumns('inputs', names.columns, columns, names.width, width);
  const encoders = at.map((from, k) => createEncoder(schema, from, names, k));
  if (at.length === width && at.every((from, k) => from === k && !encoders[k])) return inputs;
  const count = inputs.length / width;
  if (names.areTexts.some(Boolean)) {
    return Array.from({ length: count }, (_, n) =>
      at.map((from, k) => {
        const value = inputs[n * width + from]!;
        return encoders[k]?.(value) ?? value;
      }),
    );
  }
  const values = new Float64Array(count * at.length);
  for (const [k, from] of at.entries()) {
    const encode = encoders[k];
    for (let n = 0; n < count; n++) {
      const value = inputs[n * width + from]!;
      values[n * at.length + k] = encode ? (encode(value) as number) : value;
    }
  }
  return values;
}

/** The value of a category in the network for its value in the samples; undefined if all stay as they are. */
function createEncoder(
  { columns, categories }: Schema,
  from: number,
  names: Names,
  k: number,
): ((value: number) => number | string) | undefined {
  const given = categories?.[from];
  const known = names.categories[k];
  const place = `column ${show(columns?.[from] ?? names.columns?.[k] ?? k)}`;
  const isText = typeof given?.[0] === 'string';
  if (names.areTexts[k]) return (value) => (isText ? (given[value] as string) : String(value));
  if (!known) {
    if (!isText) return undefined;
    throw new RangeFault({ place, problem: 'it holds texts, and the network expects numbers' });
  }
  if (given && isText && given.every((category, i) => known[i] === category)) return undefined;
  const places = new Map(known.map((category, i) => [String(composed(category)), i]));
  return (value) => {
    const category = isText ? given[value] : value;
    const i = places.get(String(category));
    if (i !== undefined) return typeof known[i] === 'number' ? known[i] : i;
    if (names.unknown[k] === 'zeros' || names.unknown[k] === 'other') return -1;
    throw new RangeFault({
      place,
      problem: `${show(category)} is not one of the categories that the network knows: ${listed(known)}`,
      cure: "leave these rows out, or fit the network with fitTransforms({ unknown: 'zeros' })",
      option: { name: 'unknown', values: ['zeros', 'other'] },
    });
  };
}

function alignLabels({ labels, schema }: SampleArrays, { classes: known }: Names): SampleArrays['labels'] {
  const { classes, hasIndices } = schema;
  if (!labels || !known || !classes || hasIndices || classes.every((one, i) => known[i] === one))
    return labels;
  const places = new Map(known.map((one, i) => [String(composed(one)), i]));
  const meanings = classes.map((one) => places.get(String(one)));
  return Uint32Array.from(labels, (label) => {
    const meaning = meanings[label];
    if (meaning !== undefined) return meaning;
    throw new RangeFault({
      place: 'labels',
      problem: `${show(classes[label])} is not one of the classes that the network knows: ${listed(known)}`,
      cure: 'leave these rows out, or name the classes as the training does: { classes: train.classes }',
      option: { name: 'classes' },
    });
  });
}

function alignTargets({ targets, schema }: SampleArrays, { targetColumns }: Names): SampleArrays['targets'] {
  const { targetWidth, targetColumns: given } = schema;
  if (!targets || !targetColumns || !given) return targets;
  const at = findColumns('targets', targetColumns, given, targetColumns.length, targetWidth);
  if (at.length === targetWidth && at.every((from, k) => from === k)) return targets;
  const count = targets.length / targetWidth;
  return Float64Array.from({ length: count * at.length }, (_, i) => {
    const n = Math.floor(i / at.length);
    return targets[n * targetWidth + at[i % at.length]!]!;
  });
}

const isNumbered = (names: readonly string[]): boolean => names.every((name) => /^\d+$/.test(name));

/**
 * Finds the columns of a network among those of samples: by their names, or one after the other if one of them has no names.
 * Numbers from NumPy arrays and files without a header are names only where both have them.
 * @returns for each column of the network its place in the samples
 */
function findColumns(
  place: 'inputs' | 'targets',
  known: readonly string[] | undefined,
  given: readonly string[] | undefined,
  width: number,
  givenWidth: number,
): number[] {
  if (!known || !given || isNumbered(known) !== isNumbered(given)) {
    if (width === givenWidth) return Array.from({ length: width }, (_, k) => k);
    throw new RangeFault({
      place,
      problem: `expected ${width} columns, as many as the network has, got ${givenWidth}`,
    });
  }
  const places = new Map(given.map((name, k) => [name, k]));
  return known.map((name) => {
    const at = places.get(name);
    if (at !== undefined) return at;
    throw new RangeFault({
      place,
      problem: `there is no column ${show(name)}, which the network was trained with; the columns are ${listed(given)}`,
      cure: `choose the columns by their names: { ${place}: [${known.slice(0, 3).map(show).join(', ')}${known.length > 3 ? ', …' : ''}] }`,
      option: { name: place },
    });
  });
}
