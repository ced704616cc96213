import { TypeFault } from '../errors.js';
import type { Model } from '../model/model.js';
import type { Hook } from '../training/hook.js';
import type { Samples } from '../training/samples.js';
import { isStream, type Stream } from '../training/stream.js';
import { diagnose } from './diagnose.js';
import { copyParameters } from './layers.js';

/** A diagnosis of this many samples is as informative as one of all. */
const MOST_SAMPLES = 1000;

/**
 * Adds a diagnosis to the report of each epoch.
 * @param data the source of the samples
 * @throws TypeError if the data is a stream
 */
export function reportDiagnosis(model: Model, data: Samples | Stream): Hook {
  if (isStream(data)) {
    throw new TypeFault({ place: 'diagnose', problem: 'needs validation data for a stream' });
  }
  const samples = data.copySome(MOST_SAMPLES);
  let before = copyParameters(model);
  return {
    *afterEpoch(report) {
      report.diagnosis = yield* diagnose(model, samples, { before });
      before = copyParameters(model);
    },
  };
}
