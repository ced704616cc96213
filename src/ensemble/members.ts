import { checkPositive, show } from '../base/check.js';
import { RangeFault } from '../errors.js';
import type { LossName, NetworkSpec } from '../model/spec.js';
import type { NetworkState } from '../model/state.js';

/** A network of an ensemble, as plain data. */
export interface Member {
  /** Without the progress of its training. `Network.fromState` restores the network. */
  readonly state: NetworkState;
  /** Its factor in the mean, above 0. */
  readonly weight: number;
}

/** What the outputs of a network are; numbers are in the targets' own units. */
type Answers =
  'numbers' | 'logarithms of counts' | 'hinge margins' | 'sigmoid probabilities' | 'softmax probabilities';

/** The loss of answers whose networks were trained with several. */
export const defaultLosses: Readonly<Record<Answers, LossName>> = {
  numbers: 'meanSquaredError',
  'logarithms of counts': 'poisson',
  'hinge margins': 'hinge',
  'sigmoid probabilities': 'binaryCrossEntropy',
  'softmax probabilities': 'crossEntropy',
};

export function findAnswers({ loss, layers, transforms }: NetworkSpec): Answers {
  const { activation } = layers.at(-1)!;
  if (loss === 'poisson') return 'logarithms of counts';
  if (transforms?.targets) return 'numbers';
  if (activation === 'softmax') return 'softmax probabilities';
  if (loss === 'hinge') return 'hinge margins';
  return activation === 'sigmoid' ? 'sigmoid probabilities' : 'numbers';
}

/**
 * Checks that networks take the same samples, and mean the same by their outputs.
 * @throws RangeError naming the first member that differs from members[0], and how
 */
export function checkAgreement(specs: readonly NetworkSpec[]): void {
  const expected = [...listTraits(specs[0]!)];
  for (const [i, spec] of specs.entries()) {
    let at = 0;
    for (const [trait, value] of listTraits(spec)) {
      const [, other] = expected[at++]!;
      if (value === other) continue;
      throw new RangeFault({
        place: `members[${i}]`,
        problem: `expected ${trait} to be ${show(other)}, as in members[0], got ${show(value)}`,
        cure: 'combine networks that were created for the same columns and answers',
      });
    }
  }
}

/** What must be equal. The length of a list comes before its entries. */
function* listTraits(spec: NetworkSpec): Generator<[trait: string, value: unknown]> {
  const { inputs: columns, targets, outputs: names } = spec.transforms ?? {};
  const width = columns?.length ?? spec.inputs;
  const outputs = spec.layers.at(-1)!.units;
  yield ['the number of inputs', width];
  yield ['the number of outputs', outputs];
  yield ['the kind of outputs', findAnswers(spec)];
  for (let k = 0; k < width; k++) {
    const column = columns?.[k];
    yield [`the name of inputs[${k}]`, column?.name];
    // A number stands for the string at its index: with other categories it would be another value.
    const categories = column?.kind === 'oneHot' ? column.categories : [];
    const strings = categories.filter((category) => typeof category === 'string');
    yield [`the number of categories of inputs[${k}]`, strings.length];
    for (const [c, category] of strings.entries()) yield [`category ${c} of inputs[${k}]`, category];
  }
  for (let j = 0; j < outputs; j++) yield [`the name of outputs[${j}]`, names?.[j] ?? targets?.[j]?.name];
}

/** @throws TypeError or RangeError unless it is a 32-bit float above 0, so that its product with an output is exact */
export const checkWeight = (i: number, weight: unknown): number =>
  checkPositive(`members[${i}].weight`, weight);
