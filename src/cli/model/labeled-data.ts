import { resolve } from 'node:path';
import type { Dataset } from '../../data/index.js';
import { DataError, UsageError } from '../errors.js';
import type { Output } from '../terminal/output.js';
import type { ModelSignature } from './signature.js';
import type { Reading } from '../data/tables.js';
import { formatCount } from '../terminal/format.js';
import { openData } from '../data/open-data.js';
import type { OpenedModel } from './open-model.js';

/**
 * Reads samples whose answers are known, as the network takes them.
 * @throws UsageError, DataError naming the file and the place in it, or the option that is missing
 */
export async function readLabeledData(path: string, signature: ModelSignature): Promise<Dataset> {
  const { width, outputs } = signature;
  const file = await openData(path, signature.format);
  let data;
  if (file.kind === 'samples') data = file.test ?? file.data;
  else {
    const reading: Reading = { ...numberClasses(signature), ...signature.reading };
    if (reading.label === undefined && reading.targets === undefined) {
      const [option, what] =
        outputs.task === 'classification' ? ['--label NAME', 'class'] : ['--target NAME', 'number'];
      throw new UsageError(
        path,
        `the model doesn't know the column of the correct ${what}`,
        `give ${option}`,
      );
    }
    data = await file.read(reading);
  }
  if (!data.labels && !data.targets) throw new DataError(path, 'it has no labels or targets to compare with');
  if (data.width === width) return data;
  throw new DataError(
    path,
    `expected ${width} inputs to a sample, as many as the network takes, got ${data.width}`,
  );
}

/** Where nobody has named them: numbers from 0. */
function numberClasses({ outputs }: ModelSignature): Reading {
  return outputs.task === 'classification' ? { classes: outputs.classes.map((_, label) => label) } : {};
}

/** Says so where the samples are those that were learned from. */
export function warnOfTrainingData(output: Output, path: string, { about }: OpenedModel): void {
  if (!about || path === 'mnist' || resolve(path) !== resolve(about.training.data)) return;
  const { samples, validationSamples } = about.training;
  output.warn(
    `${path} is the training data: the model has learned from ${formatCount(samples - validationSamples, 'sample')} in it`,
  );
}
