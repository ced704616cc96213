/** A call that the network cannot take in its present state: after `dispose()`, or while it is being trained. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/** `engine: 'wasm'` was asked for where WebAssembly with SIMD is refused; `cause` holds the engine's own error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** A thread that shared the training of a network, or did it (bp4/worker), ended by itself, or could not be started. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
}

/** A training whose loss or weights became NaN or infinite; the network is left after its last whole finite step. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  /** From 1, and the step within it, from 1, that was not taken. */
  readonly epoch: number;
  readonly step: number;
  /** The layer, from 0, with the largest gradient of that step, and its size; NaN where it is none. */
  readonly layer: number;
  readonly largestGradient: number;

  constructor(message: string, at: Pick<DivergenceError, 'epoch' | 'step' | 'layer' | 'largestGradient'>) {
    super(message);
    this.epoch = at.epoch;
    this.step = at.step;
    this.layer = at.layer;
    this.largestGradient = at.largestGradient;
  }
}

/** Bytes, or a model in plain data, that are not of the format that is read, or no longer whole; the message names the place. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
