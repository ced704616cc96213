import { resolve } from 'node:path';
import type { Dataset } from '../../data/index.js';
import type { Transform } from '../../model/transforms.js';
import { DataError, UsageError } from '../errors.js';
import type { Output } from '../terminal/output.js';
import { showReading, type OnRead } from '../terminal/reading.js';
import type { ModelSignature } from './signature.js';
import { namesOfCategorical, type Reading } from '../data/tables.js';
import { formatCount } from '../terminal/format.js';
import { answersOf, openData } from '../data/open-data.js';
import { displayPath } from '../data/read-file.js';
import type { OpenedModel } from './open-model.js';

/**
 * Reads labeled samples in the form that the network takes.
 * @throws UsageError, DataError naming the file and the place in it, or the option that is missing
 */
export async function readLabeledData(
  path: string,
  signature: ModelSignature,
  onRead: OnRead,
): Promise<Dataset> {
  const { width, outputs } = signature;
  const reading: Reading = { ...numberClasses(signature), ...signature.reading };
  const file = await openData(path, { ...signature.format, answers: answersOf(reading), onRead });
  let data;
  if (file.kind === 'samples') data = file.test ?? file.data;
  else {
    if (reading.label === undefined && reading.targets === undefined) {
      const [option, what] =
        outputs.task === 'classification' ? ['--label NAME', 'class'] : ['--target NAME', 'number'];
      throw new UsageError(path, `the model doesn't say which column holds the ${what}`, `use ${option}`);
    }
    data = await file.read(withoutCategories(reading));
  }
  if (!data.labels && !data.targets) throw new DataError(path, 'it has no labels or targets to compare with');
  if (data.width === width) return data;
  throw new DataError(
    path,
    `expected ${width} inputs per sample, as many as the network takes, got ${data.width}`,
  );
}

/** A second file has its own categories. The network matches them by name, and has a policy for others. */
export const withoutCategories = (reading: Reading): Reading => ({
  ...reading,
  categorical: namesOfCategorical(reading),
});

/** Whether each sample has a category that the network doesn't know, so that its policy for these applies. */
export function findUnknown(data: Dataset, transforms: readonly Transform[] = []): boolean[] {
  const { inputs, width, count, columns = [], categories } = data;
  const isUnknown = new Array<boolean>(count).fill(false);
  for (const transform of transforms) {
    const k = columns.indexOf(transform.name ?? '');
    const own = categories[columns[k] ?? ''];
    if (transform.kind !== 'oneHot' || k < 0) continue;
    const known = new Set(transform.categories.map(String));
    for (let n = 0; n < count; n++) {
      const value = inputs[n * width + k]!;
      if (!known.has(String(typeof own?.[0] === 'string' ? own[value] : value))) isUnknown[n] = true;
    }
  }
  return isUnknown;
}

/** Reports how many samples have unknown categories. */
export function warnOfUnknown(output: Output, name: string, count: number): void {
  if (count > 0)
    output.warn(
      `${name}: ${formatCount(count, 'sample has', 'samples have')} categories that don't occur in the training samples; see --unknown of bp4 train`,
    );
}

/** Names of classes that have none: numbers from 0. */
function numberClasses({ outputs }: ModelSignature): Reading {
  return outputs.task === 'classification' ? { classes: outputs.classes.map((_, label) => label) } : {};
}

/** Reads the samples on which a command measures a model. Warns if it has learned them, or doesn't know their categories. */
export async function readMeasured(
  path: string,
  model: OpenedModel,
  signature: ModelSignature,
  output: Output,
): Promise<Dataset> {
  const data = await showReading(output, (onRead) => readLabeledData(path, signature, onRead));
  warnOfTrainingData(output, path, model);
  const unknown = findUnknown(data, signature.transforms).filter(Boolean);
  warnOfUnknown(output, displayPath(path), unknown.length);
  return data;
}

/** Warns if the samples are the training data. */
function warnOfTrainingData(output: Output, path: string, { about }: OpenedModel): void {
  if (!about || path === 'mnist' || resolve(path) !== resolve(about.training.data)) return;
  const { samples, validationSamples } = about.training;
  output.advise({
    place: path,
    problem: `is the training data: the model was trained on ${formatCount(samples - validationSamples, 'sample')} in it`,
    cure: 'evaluate on other data',
  });
}
