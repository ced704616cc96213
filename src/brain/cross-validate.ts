import { RangeFault, TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { Random } from '../base/random.js';
import type { Datum } from './data.js';
import type { NeuralNetworkJSON } from './json.js';
import { NeuralNetwork } from './neural-network.js';
import type { NeuralNetworkOptions, TrainOptions } from './options.js';
import type { BinaryTestResult, TestResult } from './test-result.js';

/** One of the trainings: what `test` found on the samples that it was not trained on. */
export type PartitionResult = (TestResult | BinaryTestResult) & {
  /** Of training, not of the test: as in brain.js. */
  readonly error: number;
  readonly iterations: number;
  /** Milliseconds. */
  readonly trainTime: number;
  readonly testTime: number;
  readonly network: NeuralNetworkJSON;
};

export interface CrossValidateJSON {
  /** Means over the trainings. */
  readonly avgs: Readonly<Record<'error' | 'iterations' | 'trainTime' | 'testTime', number>>;
  /** Sums over the trainings, and what follows from them; with one output, the counts of `test` too. */
  readonly stats: {
    readonly total: number;
    readonly testSize: number;
    readonly trainSize: number;
  } & Partial<Omit<BinaryTestResult, keyof TestResult>>;
  readonly sets: readonly PartitionResult[];
}

/** A class of networks. */
export type Classifier<Input, Output> = new (
  options?: Partial<NeuralNetworkOptions & TrainOptions>,
) => NeuralNetwork<Input, Output>;

const counted = ['truePos', 'trueNeg', 'falsePos', 'falseNeg'] as const;

/** k-fold cross-validation: each sample is tested by a network that was trained on those of the other folds. */
export class CrossValidate<Input = never, Output = never> {
  readonly #create: () => NeuralNetwork<Input, Output>;
  readonly #random: Random;
  #json: CrossValidateJSON | undefined;

  /**
   * @param classifier makes a network, as in brain.js 2; or a class of networks, as in brain.js 1
   * @param options    of a class
   * @throws TypeError where it is neither
   */
  constructor(
    classifier: Classifier<Input, Output> | (() => NeuralNetwork<Input, Output>),
    options: Partial<NeuralNetworkOptions & TrainOptions> = {},
  ) {
    if (typeof classifier !== 'function') {
      throw new TypeFault({
        place: 'classifier',
        problem: `expected a function that makes a network, got ${show(classifier)}`,
      });
    }
    this.#create = isClass(classifier) ? () => new classifier(options) : classifier;
    this.#random = Random.fromSeed(options.seed ?? 0);
  }

  /**
   * Trains and tests k times.
   * @param data not changed; shuffled from a seed
   * @param k    folds, from 2 to as many as there are samples. Default 4
   * @throws RangeError where there are fewer samples than folds; and as `NeuralNetwork.train` does
   */
  train(
    data: readonly Datum<Partial<Input>, Partial<Output>>[],
    trainOpts: Partial<TrainOptions> = {},
    k = 4,
  ): CrossValidateJSON {
    const given: unknown = data;
    if (!Array.isArray(given))
      throw new TypeFault({ place: 'data', problem: `expected an array, got ${show(data)}` });
    if (!Number.isInteger(k) || k < 2)
      throw new RangeFault({ place: 'k', problem: `expected a whole number of at least 2, got ${show(k)}` });
    if (data.length < k) {
      throw new RangeFault({
        place: 'data',
        problem: `training set size is too small for ${data.length} k folds of ${k}`,
      });
    }
    const shuffled = this.shuffleArray([...data]);
    const border = (fold: number): number => Math.floor((fold * data.length) / k);
    const sets = Array.from({ length: k }, (_, fold) => {
      const [from, to] = [border(fold), border(fold + 1)];
      const rest = [...shuffled.slice(0, from), ...shuffled.slice(to)];
      return this.testPartition(trainOpts, rest, shuffled.slice(from, to));
    });
    const sum = (of: (set: PartitionResult) => number): number =>
      sets.reduce((total, set) => total + of(set), 0);
    this.#json = {
      avgs: {
        error: sum(({ error }) => error) / k,
        iterations: sum(({ iterations }) => iterations) / k,
        trainTime: sum(({ trainTime }) => trainTime) / k,
        testTime: sum(({ testTime }) => testTime) / k,
      },
      stats: {
        total: sum(({ total }) => total),
        testSize: data.length / k,
        trainSize: data.length - data.length / k,
        ...binaryStats(sets),
      },
      sets,
    };
    return this.#json;
  }

  /** One of the trainings. */
  testPartition(
    trainOpts: Partial<TrainOptions>,
    trainSet: readonly Datum<Partial<Input>, Partial<Output>>[],
    testSet: readonly Datum<Partial<Input>, Partial<Output>>[],
  ): PartitionResult {
    const net = this.#create();
    const begin = Date.now();
    const { error, iterations } = net.train(trainSet, trainOpts);
    const trained = Date.now();
    const tested = net.test(testSet);
    const end = Date.now();
    return {
      ...tested,
      ...{ error, iterations },
      trainTime: trained - begin,
      testTime: end - trained,
      network: net.toJSON(),
    };
  }

  /** Brings an array into a random order, in place (Fisher and Yates, as Durstenfeld has it), from the seed. */
  shuffleArray<Item>(array: Item[]): Item[] {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.#random.below(i + 1);
      [array[i], array[j]] = [array[j]!, array[i]!];
    }
    return array;
  }

  /** The network whose training error was the smallest. @throws RangeError before `train` */
  toNeuralNetwork(): NeuralNetwork<Input, Output> {
    if (!this.#json)
      throw new RangeFault({
        place: 'toNeuralNetwork',
        problem: 'there is no best network before training',
        cure: 'call train first',
      });
    return this.fromJSON(this.#json);
  }

  /** What `train` returned; null before. */
  toJSON(): CrossValidateJSON | null {
    return this.#json ?? null;
  }

  /**
   * The network of a JSON whose training error was the smallest.
   * @throws TypeError where it has no sets; FormatError naming the place of what is no network
   */
  fromJSON(json: {
    readonly sets: readonly { readonly error: number; readonly network: object }[];
  }): NeuralNetwork<Input, Output> {
    const sets: unknown = json.sets;
    if (!Array.isArray(sets) || sets.length === 0)
      throw new TypeFault({ place: 'json.sets', problem: 'expected an array that is not empty' });
    const best = json.sets.reduce((least, set) => (set.error < least.error ? set : least));
    return this.#create().fromJSON(best.network);
  }
}

const isClass = <Input, Output>(
  classifier: Classifier<Input, Output> | (() => NeuralNetwork<Input, Output>),
): classifier is Classifier<Input, Output> =>
  (classifier as unknown) === NeuralNetwork || classifier.prototype instanceof NeuralNetwork;

function binaryStats(sets: readonly PartitionResult[]): Partial<Omit<BinaryTestResult, keyof TestResult>> {
  const binary = sets.filter((set) => 'truePos' in set);
  if (binary.length === 0) return {};
  const counts = Object.fromEntries(
    counted.map((name) => [name, binary.reduce((sum, set) => sum + set[name], 0)]),
  ) as Record<(typeof counted)[number], number>;
  const { truePos, trueNeg, falsePos, falseNeg } = counts;
  return {
    ...counts,
    precision: truePos > 0 ? truePos / (truePos + falsePos) : 0,
    recall: truePos > 0 ? truePos / (truePos + falseNeg) : 0,
    accuracy: (trueNeg + truePos) / (truePos + trueNeg + falsePos + falseNeg),
  };
}
