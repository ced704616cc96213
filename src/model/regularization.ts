import { checkInteger, checkKeys, checkNumber, checkOptional, checkPositive, show } from '../base/check.js';
import { RangeFault, TypeFault } from '../errors.js';

/** Options that keep weights and gradients small, or fixed. */
export interface RegularizationOptions {
  /**
   * Clips the mean gradient, penalties included: each component to ±`value`, then the whole gradient to the norm `norm`
   * (Pascanu, Mikolov and Bengio 2013). Default: no clipping.
   */
  readonly clip?: { readonly norm?: number; readonly value?: number };
  /** Minimizes C + l1·Σ |w| instead of C. Reports show C alone. Default 0. */
  readonly l1?: number;
  /** Minimizes C + ½·l2·Σ w² instead of C. Reports show C alone. Default 0. */
  readonly l2?: number;
  /** Whether l1, l2 and weightDecay apply to biases too. Default false. */
  readonly penalizeBiases?: boolean;
  /**
   * The maximum norm of the weights of a unit, the root of the sum of their squares. Larger ones are scaled down after
   * each step. Default: none.
   */
  readonly maxNorm?: number;
  /** Layers, from 0, that keep their weights. Backpropagation stops at the first layer that learns. Default: none. */
  readonly frozen?: readonly number[];
}

export const regularizationNames = [
  'clip',
  'l1',
  'l2',
  'penalizeBiases',
  'maxNorm',
  'frozen',
] as const satisfies readonly (keyof RegularizationOptions)[];

/** Checked regularization. */
export interface CheckedRegularization {
  /** Its part of the kernels' rule; 0 for none. */
  readonly rule: Readonly<
    Record<'l1' | 'l2' | 'penalizesBiases' | 'clipNorm' | 'clipValue' | 'maxNorm', number>
  >;
  readonly frozen: readonly number[];
  /** Whether the training uses no regularization. */
  readonly isNone: boolean;
}

/**
 * @throws TypeError, RangeError that name the problem
 */
export function checkRegularization(
  options: RegularizationOptions,
  layerCount: number,
): CheckedRegularization {
  const { clip = {}, l1 = 0, l2 = 0, penalizeBiases = false, maxNorm } = options;
  checkKeys('clip', clip, ['norm', 'value']);
  const limits = {
    l1: checkNumber('l1', l1, 0),
    l2: checkNumber('l2', l2, 0),
    clipNorm: checkLimit('clip.norm', clip.norm),
    clipValue: checkLimit('clip.value', clip.value),
    maxNorm: checkLimit('maxNorm', maxNorm),
  };
  const penalizesBiases = Number(checkOptional('penalizeBiases', penalizeBiases, 'boolean'));
  const frozen = checkFrozen(options.frozen, layerCount);
  const isNone = frozen.length === 0 && Object.values(limits).every((limit) => limit === 0);
  return { rule: { ...limits, penalizesBiases }, frozen, isNone };
}

const checkLimit = (place: string, value: number | undefined): number =>
  value === undefined ? 0 : checkPositive(place, value);

function checkFrozen(frozen: RegularizationOptions['frozen'] = [], layerCount: number): readonly number[] {
  if (!Array.isArray(frozen)) {
    throw new TypeFault({ place: 'frozen', problem: `expected an array of layers, got ${show(frozen)}` });
  }
  const layers = Array.from(frozen, (l, i) => checkInteger(`frozen[${i}]`, l, 0, layerCount - 1));
  if (new Set(layers).size === layerCount) {
    throw new RangeFault({ place: 'frozen', problem: 'at least one layer must learn' });
  }
  return layers;
}
