import type { LabelledBytes } from '../../../examples/idx.mjs';

/** A layer of a case, with its initial weights. */
export interface CaseLayer {
  readonly units: number;
  readonly fanIn: number;
  readonly activation: 'sigmoid' | 'relu' | 'softmax';
  /** [units][fanIn], row-major */
  readonly weights: Float32Array;
  /** [units] */
  readonly biases: Float32Array;
}

/** The network that a peer trains, and its data. */
export interface Case {
  readonly inputs: number;
  readonly inputScale: number;
  readonly loss: 'quadratic' | 'crossEntropy';
  readonly miniBatchSize: number;
  readonly learningRate: number;
  readonly shuffle: boolean;
  readonly layers: readonly CaseLayer[];
  /** [n][inputs] */
  readonly images: Uint8Array;
  /** [n] */
  readonly labels: Uint8Array;
  /** Samples to answer after training, [n][inputs]. */
  readonly questions: Uint8Array;
  /** The order of all samples in the first epoch. */
  readonly order: Uint32Array;
}

export function readCase(directory: string): Case;
