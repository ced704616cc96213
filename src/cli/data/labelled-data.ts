import { resolve } from 'node:path';
import type { Dataset } from '../../data/index.js';
import { dataFailure, usageFailure } from '../errors.js';
import type { IO } from '../terminal/output.js';
import type { Meaning } from '../model/signature.js';
import type { Reading } from '../model/model-file.js';
import { counted } from '../terminal/format-numbers.js';
import { openData } from './open-data.js';
import type { OpenedModel } from '../model/open-model.js';

/**
 * Reads samples whose answers are known, as the network takes them.
 * @throws Failure naming the file and the place in it, or the option that is missing
 */
export async function labelledData(path: string, meaning: Meaning): Promise<Dataset> {
  const { delimiter, width, outputs } = meaning;
  const { header } = meaning.reading;
  const file = await openData(path, {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  });
  let data;
  if (file.kind === 'samples') data = file.test ?? file.data;
  else {
    const reading: Reading = { ...classesOf(meaning), ...meaning.reading };
    if (reading.label === undefined && reading.targets === undefined) {
      const [option, what] =
        outputs.task === 'classification' ? ['--label NAME', 'class'] : ['--target NAME', 'number'];
      throw usageFailure(
        `${path}: the model does not know which column holds the right ${what}; give ${option}`,
      );
    }
    data = await file.read(reading);
  }
  if (!data.labels && !data.targets)
    throw dataFailure(`${path}: it holds no labels or targets to compare with`);
  if (data.width === width) return data;
  throw dataFailure(
    `${path}: expected ${width} inputs to a sample, as many as the network sees, got ${data.width}`,
  );
}

/** Where nobody has named them: numbers from 0. */
function classesOf({ outputs }: Meaning): Reading {
  return outputs.task === 'classification' ? { classes: outputs.classes.map((_, label) => label) } : {};
}

/** Says so where the samples are those that were learnt from. */
export function warnOfTrainingData(io: IO, path: string, { about }: OpenedModel): void {
  if (!about || path === 'mnist' || resolve(path) !== resolve(about.training.data)) return;
  const { samples } = about.training;
  io.warn(`${path} is what the model was trained with: ${counted(samples, 'sample')} of it were learnt from`);
}
