import { Dataset } from '../../data/index.js';
import type { Answered } from './split-stream.js';

/** Of samples to diagnose by, some hundreds tell as much as thousands. */
const MOST_SAMPLES = 1000;

/** Samples from all over. */
export function someOf(data: Dataset | Answered): Dataset | Answered {
  if (data.count <= MOST_SAMPLES || !(data instanceof Dataset)) return data;
  const step = data.count / MOST_SAMPLES;
  return data.subset(Array.from({ length: MOST_SAMPLES }, (_, i) => Math.floor(i * step)));
}
