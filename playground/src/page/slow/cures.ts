import type { Finding } from 'bp4';
import type { Settings, Start } from '../../protocol.js';
import { ranges } from '../../run/choices.js';
import { drawsSame } from '../use-opening.js';

// What the controls can do about a finding.

/** A setting that becomes another. */
export interface Change {
  readonly name: keyof Settings;
  readonly from: Settings[keyof Settings];
  readonly to: Settings[keyof Settings];
}

export interface Cure extends Start {
  readonly changes: readonly Change[];
  /** Whether the run starts with other weights. */
  readonly drawsWeights: boolean;
}

/** @returns undefined if no control helps */
export function findCure(finding: Finding, { settings, parameters }: Start): Cure | undefined {
  const treatment = treat(finding, settings);
  if (treatment === undefined) return undefined;
  const { isRedrawn = false, ...part } = treatment;
  const cured = { ...settings, ...part };
  const changes = (Object.keys(part) as (keyof Settings)[])
    .filter((name) => String(cured[name]) !== String(settings[name]))
    .map((name) => ({ name, from: settings[name], to: cured[name] }));
  const keeps = !isRedrawn && parameters !== undefined && drawsSame(cured, settings);
  const drawsWeights = parameters !== undefined && !keeps;
  if (changes.length === 0 && !drawsWeights) return undefined;
  return { settings: cured, ...(keeps && { parameters }), changes, drawsWeights };
}

type Treatment = Partial<Settings> & {
  /** Draws the weights from the seed, even if the link has others. */
  readonly isRedrawn?: boolean;
};

function treat(finding: Finding, settings: Settings): Treatment | undefined {
  const { code, layer, numbers, option, place } = finding;
  switch (code) {
    case 'saturatedOutputs':
      return option?.name === 'loss'
        ? { loss: 'binaryCrossEntropy' }
        : { initializer: 'glorotUniform', isRedrawn: true };
    case 'vanishing':
    case 'saturated':
      return { activation: 'relu', initializer: 'heNormal', isRedrawn: true };
    case 'deadUnits':
      return { activation: 'leakyRelu', initializer: 'heNormal', isRedrawn: true };
    case 'exploding':
      return { initializer: 'heNormal', isRedrawn: true };
    case 'slowLayer':
    case 'largeWeights':
      return { initializer: 'scaledNormal', isRedrawn: true };
    case 'equalUnits':
      return { isRedrawn: true };
    case 'badStart':
      return { seed: (settings.seed + 1) % ranges.seed[1], isRedrawn: true };
    case 'rateTooLarge':
    case 'rateTooSmall':
      return { learningRate: clamp(numbers['tried'] ?? settings.learningRate, ranges.learningRate) };
    case 'notFinite':
      return { learningRate: clamp(settings.learningRate / 10, ranges.learningRate), isRedrawn: true };
    case 'largeBatch':
      return { miniBatchSize: 32 };
    case 'regularization':
      return place === 'l1' ? { l1: 0 } : { l2: 0 };
    case 'dropout':
      return { dropout: 0.2 };
    case 'overfitting':
      return { l2: 0.001 };
    case 'linearHidden':
      return { activation: 'relu' };
    case 'noHiddenLayer':
      return { hidden: [32], activation: 'relu' };
    case 'tooFewUnits': {
      const units = Math.min(ranges.units[1], numbers['tried'] ?? 32);
      return { hidden: settings.hidden.map((old, l) => (l === layer ? units : old)) };
    }
    default:
      return undefined;
  }
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}
