/** A trial as a sampler sees it. */
export interface Observation {
  /** The values by name; a name is absent if its condition doesn't hold. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Lower is better; Infinity if the trial diverged or is pending. */
  readonly score: number;
  /** The epochs after which the trial was pruned; absent if it is complete. */
  readonly steps?: number;
  /** The trial has no score yet. */
  readonly isPending?: boolean;
}

/** Proposes the values of trials. */
export interface Sampler {
  /** The number of trials after which the space is exhausted, if it ever is. */
  readonly count?: number;
  /** Whether proposals depend on the history. */
  readonly isModelBased: boolean;
  /**
   * @param trial from 0
   * @param history the trials before this one, in the order of their numbers
   * @returns a value for each name whose condition holds; the same for the same arguments
   */
  propose(trial: number, history: readonly Observation[]): Record<string, unknown>;
}
