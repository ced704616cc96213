import { checkInteger, checkName, checkType } from '../../base/check.js';
import type { CheckedSpace } from '../domains.js';
import { createGridSampler } from './grid.js';
import { createRandomSampler } from './random.js';
import type { Sampler } from './sampler.js';
import { createSobolSampler } from './sobol.js';
import { createTPESampler } from './tpe.js';

export type SamplerName = 'tpe' | 'sobol' | 'random' | 'grid';

const samplers: Readonly<Record<SamplerName, (space: CheckedSpace, seed: number) => Sampler>> = {
  tpe: createTPESampler,
  sobol: createSobolSampler,
  random: createRandomSampler,
  grid: createGridSampler,
};

/**
 * @param sampler a name, or an object that is one
 * @param seed a safe integer; a grid has no use for it
 * @throws TypeError or RangeError naming the problem
 */
export function createSampler(sampler: SamplerName | Sampler, space: CheckedSpace, seed: number): Sampler {
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  if (typeof sampler === 'object' && (sampler as Sampler | null) !== null) {
    checkType('sampler.propose', (sampler as { readonly propose?: unknown }).propose, 'function');
    return sampler;
  }
  return samplers[checkName('sampler', sampler, Object.keys(samplers) as SamplerName[])](space, seed);
}
