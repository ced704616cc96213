import type { LossSpec } from '../../model/spec.js';
import type { EngineOptions } from '../../network.js';

/** What `fromONNX` may be told. */
export interface ONNXOptions extends EngineOptions {
  /** With which it is to be trained on. Default: that of a file of bp4, else 'crossEntropy' after softmax, and 'quadratic'. */
  readonly loss?: LossSpec;
  /** The output that is read, of a graph that has several. */
  readonly output?: string;
}
