import { checkInteger, checkName, checkType } from '../../base/check.js';
import { loaded } from '../../base/loaded.js';
import type { CheckedSpace } from '../domains.js';
import { createGridSampler } from './grid.js';
import { createRandomSampler } from './random.js';
import type { Sampler } from './sampler.js';
import { createSobolSampler } from './sobol.js';

export type SamplerName = 'tpe' | 'sobol' | 'random' | 'grid';

const samplers: Readonly<
  Record<SamplerName, (space: CheckedSpace, seed: number) => Sampler | Promise<Sampler>>
> = {
  tpe: async (space, seed) => (await loaded('sampler', import('./tpe.js'))).createTPESampler(space, seed),
  sobol: createSobolSampler,
  random: createRandomSampler,
  grid: createGridSampler,
};

/**
 * @param sampler a name, or an object that is one
 * @param seed a safe integer; a grid has no use for it
 * @throws TypeError or RangeError naming the problem
 */
export async function createSampler(
  sampler: SamplerName | Sampler,
  space: CheckedSpace,
  seed: number,
): Promise<Sampler> {
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  if (typeof sampler === 'object' && (sampler as Sampler | null) !== null) {
    checkType('sampler.propose', (sampler as { readonly propose?: unknown }).propose, 'function');
    return sampler;
  }
  const create = samplers[checkName('sampler', sampler, Object.keys(samplers) as SamplerName[])];
  return await create(space, seed);
}
