/** A call that the network cannot take in its present state: after `dispose()`, or while it is being trained. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/** `engine: 'wasm'` was asked for where WebAssembly with SIMD is refused; `cause` holds the engine's own error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** A thread that shared the training of a network ended by itself. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
}

/** Bytes that are not a network as `save` gives, or no longer whole; the message names the place. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
