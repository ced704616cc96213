import type {
  ActivationName,
  Diagnosis,
  Gradients,
  InitializerName,
  LayerState,
  LossName,
  OptimizerName,
} from 'bp4';

// What the page and the worker that trains tell each other. All of it can be posted.

export type TaskName = 'circle' | 'spiral' | 'xor' | 'gaussian' | 'digits' | 'csv';

/** All that decides a run, and all that a link holds: the same settings give the same weights, to the bit. */
export interface Settings {
  readonly task: TaskName;
  /** Of the two-dimensional tasks, from 0 to 0.5. */
  readonly noise: number;
  /** Units of each hidden layer: none to six of them, of 1 to 128 units. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Exclude<ActivationName, 'softmax'>;
  /** Decides the activation of the outputs: crossEntropy softmax, quadratic and binaryCrossEntropy sigmoid; with a
   * regression from CSV it is meanSquaredError, and linear. */
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

/** A CSV file of the user's own. */
export interface Csv {
  readonly text: string;
  /** The column to learn; by default the one that its name or its place suggests. */
  readonly target?: string;
}

export type Request =
  /** Makes the network anew from its seed; where `steps` is given, trains so far at once. */
  | { readonly type: 'open'; readonly settings: Settings; readonly csv?: Csv; readonly steps?: number }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** One mini-batch, to look at: answered by 'walk', then by 'progress'. */
  | { readonly type: 'step' }
  /** To the end of the epoch. */
  | { readonly type: 'epoch' }
  /** What the network makes of raw inputs (a digit: [784], 0 to 1). Answered by 'answer'. */
  | { readonly type: 'ask'; readonly inputs: Float32Array }
  | { readonly type: 'export'; readonly format: 'json' | 'code' };

export type Reply =
  | { readonly type: 'opened'; readonly problem: Problem; readonly progress: Progress }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'walk'; readonly walk: Walk }
  | { readonly type: 'answer'; readonly outputs: Float32Array }
  | { readonly type: 'exported'; readonly fileName: string; readonly mimeType: string; readonly text: string }
  /** The run has ended (a divergence), or the settings or the CSV cannot be. `message` says what to do. */
  | { readonly type: 'failed'; readonly name: string; readonly message: string };

/** What is to be learned. */
export interface Problem {
  /** One name for each input: 'x', 'y'; of a CSV its columns. Empty for digits, whose inputs are 28 × 28 pixels. */
  readonly inputNames: readonly string[];
  /** One for each output: class names, or the target column of a regression. */
  readonly outputNames: readonly string[];
  readonly isRegression: boolean;
  /** inputs, hidden units …, outputs */
  readonly sizes: readonly number[];
  /** The activation of each layer but the inputs. */
  readonly activations: readonly ActivationName[];
  readonly trainingCount: number;
  readonly testCount: number;
  /** In [−1, 1]², of the two-dimensional tasks: [n][2], with labels. */
  readonly points?: Points & { readonly test: Points };
  /** 'wasm' or 'reference'. */
  readonly engine: 'wasm' | 'reference';
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
}

export interface Points {
  /** [n][2] */
  readonly inputs: Float32Array;
  /** [n] */
  readonly labels: Uint8Array;
}

/** How the run stands; posted at most some twenty times a second. */
export interface Progress {
  readonly isPlaying: boolean;
  /** Whole epochs behind, and mini-batches in all. */
  readonly epoch: number;
  readonly step: number;
  /** Of all weights and biases: two runs with the same hash have the same bits. 16 hexadecimal digits. */
  readonly hash: string;
  readonly layers: readonly LayerState[];
  /** Those of the epochs since the last 'progress', oldest first. */
  readonly reports: readonly Report[];
  /** Of the training, over the last second or so; 0 while it rests. */
  readonly samplesPerSecond: number;
  /** Two-dimensional tasks: P(class 1), [GRID][GRID], rows from y = −1.1 upwards, columns from x = −1.1 to 1.1. */
  readonly boundary?: Float32Array;
  /** Of the test data; classifications only. */
  readonly confusion?: Confusion;
}

/** Images of digits have SIDE × SIDE pixels. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

export const GRID = 64;
/** How far the plane is drawn. */
export const REACH = 1.1;

export interface Report {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** How fast each layer learns; left out of epochs that went by too quickly to look. */
  readonly diagnosis?: Diagnosis;
}

export interface Confusion {
  /** [class][answer] */
  readonly counts: readonly (readonly number[])[];
  /** Some samples of each cell, at most four: for digits their pixels, 0 to 255, [784]. */
  readonly examples: readonly (readonly (readonly Uint8Array[])[])[];
}

/** One mini-batch, on its way through the four equations. */
export interface Walk {
  /** The step that this was, from 1. */
  readonly step: number;
  /** Samples in the mini-batch. */
  readonly count: number;
  /** Before the update. */
  readonly before: readonly LayerState[];
  /** The samples as the network gets them, and z, a, δ, ∂C/∂W, ∂C/∂b. Dropout is off in them. */
  readonly gradients: Gradients;
  readonly after: readonly LayerState[];
  readonly learningRate: number;
}
