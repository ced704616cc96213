/**
 * Networks: creation, training, prediction, saving and diagnosis.
 *
 * @module bp4
 */
export { Network } from './network.js';
export type {
  EngineOptions,
  Gradients,
  LayerGradients,
  LayerState,
  LoadOptions,
  NetworkOptions,
} from './network.js';
export type {
  GradientCheck,
  GradientCheckOptions,
  GradientEntry,
  LayerGradientCheck,
} from './diagnosis/check-gradients.js';
export type { DiagnoseOptions } from './diagnosis/diagnose.js';
export { DivergenceError, EngineError, FormatError, StateError, ThreadError } from './errors.js';
export type { Fault, FaultOption } from './errors.js';
export type { EngineChoice } from './kernels/load.js';
export type { ThreadChoice } from './kernels/kernels.js';
export type { InitializerName } from './model/initializers.js';
export type { LayerJSON, NetworkJSON } from './model/json.js';
export { Random } from './base/random.js';
export type { RandomState } from './base/random.js';
export { yieldToEventLoop } from './base/work.js';
export type {
  ActivationName,
  LastActivation,
  LayerSpec,
  LossFor,
  LossName,
  LossSpec,
  NetworkSpec,
  OwnLoss,
  StoredLoss,
} from './model/spec.js';
export type { Metrics } from './training/evaluate.js';
export type { NumberTransform, Transform, Transforms, UnknownPolicy } from './model/transforms.js';
export type { NumericArray } from './base/numeric-arrays.js';
export type { RawRows, Rows } from './training/matrix.js';
export type { ClassWeights, Data, Inputs, NamedInputs } from './training/samples.js';
export type {
  BatchReport,
  Diagnosis,
  EpochReport,
  Finding,
  FindingCode,
  LayerDiagnosis,
} from './training/reports.js';
export type { Checkpoint } from './training/hooks/checkpoint.js';
export type { EarlyStopping } from './training/hooks/early-stopping.js';
export type { TrainOptions } from './training/options.js';
export type { NetworkState, Parameters, Run, RunState } from './model/state.js';
export type { OptimizerName, OptimizerOptions } from './model/optimizers.js';
export type { UpdateOptions } from './model/update.js';
export type { DeltaBatch, StepOptions } from './training/steps.js';
export type { PlateauOptions } from './training/hooks/plateau.js';
export type { LearningRate, Position, ScheduleOptions } from './training/schedules.js';
export type { RatePoint, RateSearch, RateSearchOptions } from './training/find-learning-rate.js';
export type { Stream } from './training/stream.js';
