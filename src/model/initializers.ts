import type { Random } from '../base/random.js';

/**
 * How the initial weights of a layer are drawn. fanIn is the number of its inputs, fanOut the number of its units.
 * - glorotUniform, glorotNormal: variance 2/(fanIn + fanOut) (Glorot and Bengio 2010); biases 0
 * - heUniform, heNormal: variance 2/fanIn (He et al. 2015); biases 0
 * - standardNormal: weights and biases N(0, 1) (Nielsen's large_weight_initializer, ch. 1)
 * - scaledNormal: weights N(0, 1/fanIn), biases N(0, 1) (Nielsen's default_weight_initializer, ch. 3)
 */
export type InitializerName =
  'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal' | 'standardNormal' | 'scaledNormal';

interface Initializer {
  weight(this: void, random: Random, fanIn: number, fanOut: number): number;
  bias(this: void, random: Random): number;
}

const zero = (): number => 0;
const standardNormal = (random: Random): number => random.normal();

/** U(−√(3·variance), √(3·variance)). */
const uniform = (random: Random, variance: number): number => {
  const bound = Math.sqrt(3 * variance);
  return random.uniform(-bound, bound);
};
const normal = (random: Random, variance: number): number => random.normal() * Math.sqrt(variance);

export const initializers: Record<InitializerName, Initializer> = {
  glorotUniform: { weight: (random, fanIn, fanOut) => uniform(random, 2 / (fanIn + fanOut)), bias: zero },
  glorotNormal: { weight: (random, fanIn, fanOut) => normal(random, 2 / (fanIn + fanOut)), bias: zero },
  heUniform: { weight: (random, fanIn) => uniform(random, 2 / fanIn), bias: zero },
  heNormal: { weight: (random, fanIn) => normal(random, 2 / fanIn), bias: zero },
  standardNormal: { weight: standardNormal, bias: standardNormal },
  scaledNormal: { weight: (random, fanIn) => normal(random, 1 / fanIn), bias: standardNormal },
};

export const initializerNames = Object.keys(initializers) as InitializerName[];
