/** A call that the network cannot take in its present state: after `dispose()`, or while it is being trained. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/** `engine: 'wasm'` was asked for where WebAssembly with SIMD is refused; `cause` holds the engine's own error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
