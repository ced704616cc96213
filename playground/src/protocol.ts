import type {
  ActivationName,
  Diagnosis,
  Gradients,
  InitializerName,
  LayerState,
  LossName,
  OptimizerName,
} from 'bp4';
import type { Importance } from 'bp4/explain';
import type { Failure } from './run/failure.js';

// The messages between the page and the training worker. All of them can be cloned.

export type TaskName =
  /** The network of chapter 2, with one output. */
  | 'first'
  /** The neuron of chapter 3: one weight, one bias, and the sample x = 1 with the target 0. */
  | 'neuron'
  | 'circle'
  | 'spiral'
  | 'xor'
  | 'gaussian'
  /** Regressions over the plane. */
  | 'plane'
  | 'hills'
  | 'digits'
  | 'csv';

/** Inputs of the two-dimensional tasks: x₁, x₂, x₁², x₂², x₁x₂, sin 2πx₁ and sin 2πx₂. */
export type FeatureName = 'x1' | 'x2' | 'x1x1' | 'x2x2' | 'x1x2' | 'sinx1' | 'sinx2';

/** The settings that determine a run, and the contents of a link. The same settings give the same weights, bit for bit. */
export interface Settings {
  readonly task: TaskName;
  /** For the two-dimensional tasks, from 0 to 0.5. */
  readonly noise: number;
  /** For the two-dimensional tasks: the number of points, and the share of them that trains. */
  readonly pointCount: number;
  readonly trainingShare: number;
  /** For the two-dimensional tasks. */
  readonly features: readonly FeatureName[];
  /** Units of each hidden layer: zero to six layers of 1 to 128 units. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Exclude<ActivationName, 'softmax'>;
  /**
   * Also determines the activation of the outputs: softmax for crossEntropy, sigmoid for quadratic and binaryCrossEntropy.
   * A regression from CSV ignores it and uses meanSquaredError with linear outputs.
   */
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly miniBatchSize: number;
  readonly l1: number;
  readonly l2: number;
  /** Of the hidden layers, from 0 to 0.9. */
  readonly dropout: number;
  readonly initializer: InitializerName;
  readonly seed: number;
}

/** The user's CSV file. */
export interface Csv {
  readonly text: string;
  /** The column to predict; by default the one suggested by its name or position. */
  readonly target?: string;
}

export type Request =
  /** Creates the network from its seed, or with the given weights and biases in the order of `net.parameters`, and trains it for `steps` steps before the reply. */
  | {
      readonly type: 'open';
      /** Returned with the reply, which may arrive after the page has asked for another run. */
      readonly id?: number;
      readonly settings: Settings;
      readonly csv?: Csv;
      readonly parameters?: readonly number[];
      readonly steps?: number;
    }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** Trains one mini-batch. Answered by 'walk', then 'progress'. */
  | { readonly type: 'step' }
  /** Trains to the end of the epoch. */
  | { readonly type: 'epoch' }
  /** Predicts the outputs of raw inputs (a digit: [784], 0 to 1). Answered by 'answer'. */
  | { readonly type: 'ask'; readonly inputs: Float32Array }
  /** Passes one sample through the equations with other weights. Answered by 'tried'; the run stays as it is. */
  | { readonly type: 'try'; readonly id: number; readonly trial: Trial }
  /** Measures the slope of the cost at one weight or bias. Answered by 'checked'; the run stays as it is. */
  | { readonly type: 'check'; readonly id: number; readonly trial: Trial; readonly at: Parameter }
  /** Passes a digit that the user drew, and its class, through the equations. Answered by 'walk'; the run stays as it is. */
  | { readonly type: 'follow'; readonly inputs: Float32Array; readonly label: number }
  /** Looks for what slows the learning down. Answered by 'diagnosed'. */
  | { readonly type: 'diagnose'; readonly id: number }
  /** Measures how much the network depends on each column of the table. Answered by 'explained'. */
  | { readonly type: 'explain'; readonly id: number }
  /**
   * Trains two networks from their start: one with the settings of the run, one with these. Answered by 'compared' again and again,
   * until both are trained or another request stops it; the run stays as it is.
   */
  | { readonly type: 'compare'; readonly id: number; readonly cured: Start }
  | { readonly type: 'export'; readonly format: 'json' | 'code' };

/** How a run starts: its weights and biases are those given, in the order of `net.parameters`, or drawn from the seed. */
export interface Start {
  readonly settings: Settings;
  readonly parameters?: readonly number[];
}

export type Reply =
  | {
      readonly type: 'opened';
      readonly id?: number | undefined;
      readonly problem: Problem;
      readonly progress: Progress;
    }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'walk'; readonly walk: Walk }
  | { readonly type: 'answer'; readonly outputs: Float32Array }
  | { readonly type: 'tried'; readonly id: number; readonly walk: Walk }
  | { readonly type: 'checked'; readonly id: number; readonly check: SlopeCheck }
  | { readonly type: 'diagnosed'; readonly id: number; readonly diagnosis: Diagnosis; readonly units: Health }
  /** By permutation, on the test data; undefined if there are too few of them. */
  | { readonly type: 'explained'; readonly id: number; readonly importance: Importance | undefined }
  | { readonly type: 'compared'; readonly id: number; readonly comparison: Comparison }
  | { readonly type: 'exported'; readonly fileName: string; readonly mimeType: string; readonly text: string }
  /** The run diverged, or the settings or the CSV file are invalid. */
  | ({ readonly type: 'failed' } & Failure);

/** The learning problem of a run. */
export interface Problem {
  /** The name of each input: 'x₁', 'x₂', 'x₁²' …, or the columns of a CSV file. Empty for digits, whose inputs are 28 × 28 pixels. */
  readonly inputNames: readonly string[];
  /** The name of each output: its class, or the target column of a regression. */
  readonly outputNames: readonly string[];
  /** Empty for a regression. One output distinguishes two classes. */
  readonly classNames: readonly string[];
  readonly isRegression: boolean;
  /** inputs, hidden units …, outputs */
  readonly sizes: readonly number[];
  /** The activation of each layer except the inputs. */
  readonly activations: readonly ActivationName[];
  readonly trainingCount: number;
  readonly testCount: number;
  /** The points of a two-dimensional task, in [−1, 1]². */
  readonly points?: Points & { readonly test: Points };
  /** 'wasm' or 'reference'. */
  readonly engine: 'wasm' | 'reference';
  /** The number of steps in an epoch. */
  readonly stepsPerEpoch: number;
}

export interface Points {
  /** [n][2] */
  readonly inputs: Float32Array;
  /** [n]: the class, 0 or 1, or the target of a regression, from −1 to 1. */
  readonly targets: Float32Array;
}

/** The state of the run, posted at most about twenty times a second. */
export interface Progress {
  readonly isPlaying: boolean;
  /** The number of completed epochs and the number of mini-batches so far. */
  readonly epoch: number;
  readonly step: number;
  /** A hash of all weights and biases, 16 hexadecimal digits. Equal hashes mean equal bits. */
  readonly hash: string;
  readonly layers: readonly LayerState[];
  /** The reports of the epochs since the last 'progress', oldest first. */
  readonly reports: readonly Report[];
  /** The speed over about the last second; 0 while the run is paused. */
  readonly samplesPerSecond: number;
  /**
   * For two-dimensional tasks, P(class 1), or the output of a regression with −1 to 1 mapped to 0 to 1; [GRID][GRID]: rows
   * from y = −1.1 to 1.1, columns from x = −1.1 to 1.1.
   */
  readonly boundary?: Float32Array;
  /** For two-dimensional tasks, what each unit answers over the plane, [layers][units × MAP × MAP]: rows from the top, 0 to 255. */
  readonly maps?: readonly Uint8Array[];
  /** The next mini-batch with the current weights, before its step; only while the run is paused. */
  readonly next?: Walk;
  /** The confusion matrix of the test data, for classification. */
  readonly confusion?: Confusion;
}

/** Images of digits have SIDE × SIDE pixels. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

export const GRID = 64;
/** Units have maps of MAP × MAP pixels. */
export const MAP = 20;
/** The plane is drawn from −REACH to REACH. */
export const REACH = 1.1;

export interface Report {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** How fast each layer learns; omitted for epochs that passed too quickly to measure. */
  readonly diagnosis?: Diagnosis;
}

export interface Confusion {
  /** [true class][predicted class] */
  readonly counts: readonly (readonly number[])[];
  /** At most four samples of each cell, as pixels from 0 to 255, [784]; empty unless the task is digits. */
  readonly examples: readonly (readonly (readonly Uint8Array[])[])[];
}

/** One mini-batch and its way through the four equations. */
export interface Walk {
  /** The number of the step, from 1. */
  readonly step: number;
  /** The number of samples in the mini-batch. */
  readonly count: number;
  /** Whether the step was taken; otherwise the layers stay as they were. */
  readonly isTrained: boolean;
  /** The layers before the update. */
  readonly before: readonly LayerState[];
  /** The samples as the network receives them, and z, a, δ, ∂C/∂W and ∂C/∂b, computed without dropout. */
  readonly gradients: Gradients;
  /** For two-dimensional tasks, the samples as points, [count][2]. */
  readonly points?: Float32Array;
  readonly after: readonly LayerState[];
  readonly learningRate: number;
  /** C of each sample with the weights before and after the update, without penalties. */
  readonly costs: { readonly before: Float64Array; readonly after: Float64Array };
}

/** One sample, and the weights and biases that it passes through. */
export interface Trial {
  readonly layers: readonly LayerState[];
  /** As the network receives them. */
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  /** For two-dimensional tasks, the sample as a point; omitted if its inputs belong to no point. */
  readonly point?: Float32Array;
}

/** How many of the samples a unit learns from, for each unit of each layer. */
export type Health = readonly (readonly UnitHealth[])[];

export interface UnitHealth {
  /** The share of the samples for which σ′ is below a tenth of its largest value. */
  readonly saturated: number;
  /** σ′ is 0 for all samples. */
  readonly isDead: boolean;
}

/** The mean squared error (a − y)² on the training data of two runs, after the same numbers of steps. */
export interface Comparison {
  readonly steps: readonly number[];
  /** Of the run as it is, and with the cure; ends early if a run diverges. */
  readonly asIs: readonly number[];
  readonly cured: readonly number[];
  /** The number of steps at the end. */
  readonly end: number;
}

/** A weight, or the bias of a unit. Layers and units count from 0; layer 0 is the first after the inputs. */
export interface Parameter {
  readonly layer: number;
  readonly unit: number;
  /** The unit or input at the start of the weight; undefined for the bias. */
  readonly from?: number | undefined;
}

/** The central difference of the cost of one sample: (C(w + step) − C(w − step)) / 2 step. */
export interface SlopeCheck {
  readonly step: number;
  /** C(w + step) and C(w − step). */
  readonly costs: readonly [above: number, below: number];
  readonly slope: number;
}
