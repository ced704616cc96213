// What `diagnose` and the reports of a training say; src/diagnosis/ finds it.

/** How fast a layer learns, and what of it: |δ| says how far its units are from their optimum, ∂C/∂W = δ·a_in what is made of it. */
export interface LayerDiagnosis {
  /** Root mean square of δ, over samples and units. */
  readonly delta: number;
  /** Root mean square of a_in, over samples and units of the layer before. */
  readonly input: number;
  /** Share of a_in that is exactly zero: their weights learn nothing. */
  readonly zeroInputs: number;
  /** ‖∂C/∂W‖ of the mean cost: the root of the sum of squares. */
  readonly gradient: number;
  /** ‖W‖ */
  readonly weights: number;
  /** ‖∂C/∂W‖/‖W‖: what an update with η = 1 changes, relative to W. Infinity where W is all zero, and will not be. */
  readonly speed: number;
  /** ‖W − W before‖/‖W before‖, where training reports it. */
  readonly update?: number;
  /**
   * Share of units, over samples, that learn at most a tenth as fast as they could: |σ′(z)| is below a tenth of what it is
   * where the activation is steepest. For sigmoid that is |z| > 3.6. A relu is so wherever z ≤ 0, and is well with half of that.
   */
  readonly saturated: number;
  /** How many units learn from no sample: σ′(z) = 0 for each. Of relu they are called dead. */
  readonly dead: number;
}

/** What `diagnose` gives: plain data. */
export interface Diagnosis {
  readonly layers: readonly LayerDiagnosis[];
  /** Share of samples of which an output is saturated, and more than ½ off its target. */
  readonly stuckOutputs: number;
  /** What is not well, and what to try; empty where all is well. */
  readonly messages: readonly string[];
}
