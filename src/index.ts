export { Network } from './network.js';
export type { EngineOptions, Gradients, LayerGradients, LayerState, NetworkOptions } from './network.js';
export type {
  GradientCheck,
  GradientCheckOptions,
  GradientEntry,
  LayerGradientCheck,
} from './diagnosis/check-gradients.js';
export type { Diagnosis, LayerDiagnosis } from './diagnosis/layers.js';
export { EngineError, StateError, ThreadError } from './errors.js';
export type { EngineChoice } from './kernels/load.js';
export type { ThreadChoice } from './kernels/kernels.js';
export type { InitializerName } from './model/initializers.js';
export type { LayerJSON, NetworkJSON } from './model/json.js';
export type { RandomState } from './model/random.js';
export type { ActivationName, LayerSpec, LossName, NetworkSpec } from './model/spec.js';
export type { Metrics } from './training/metrics.js';
export type { NumericArray, Rows } from './training/matrix.js';
export type { Data, Inputs } from './training/samples.js';
export type { BatchReport, EpochReport, TrainOptions } from './training/options.js';
