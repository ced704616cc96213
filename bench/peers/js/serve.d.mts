import type { Case } from './case.mjs';

/** A way to train the network of a case. It has `learn`, or `train` if it draws the order of samples itself. */
export interface Peer {
  /** The differences from the other peers. */
  readonly note?: string;
  /** Trains on the samples in this order, `epochs` times. */
  readonly learn?: (order: Uint32Array, epochs: number) => unknown;
  /** Trains on the first `samples` samples, `epochs` times. */
  readonly train?: (samples: number, epochs: number) => unknown;
  /** @returns the outputs, [n][outputs] */
  readonly predict: (questions: Uint8Array) => Float32Array | Promise<Float32Array>;
}

export function serve(prepare: (job: Case) => Peer | Promise<Peer>): Promise<void>;
