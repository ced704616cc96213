import { RangeFault, TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { Generator, spreadSeed } from '../base/random.js';
import type { Datum } from './data.js';
import type { NeuralNetworkJSON } from './json.js';
import { NeuralNetwork } from './neural-network.js';
import type { NeuralNetworkOptions, TrainOptions } from './options.js';
import type { BinaryTestResult, TestResult } from './test-result.js';

/** The result of one fold: what `test` returns for the samples that weren't trained on. */
export type PartitionResult = (TestResult | BinaryTestResult) & {
  /** The training error, not the test error, as in brain.js. */
  readonly error: number;
  readonly iterations: number;
  /** Milliseconds. */
  readonly trainTime: number;
  readonly testTime: number;
  readonly learningRate: number;
  readonly hiddenLayers: number[] | null;
  readonly network: NeuralNetworkJSON;
};

export interface CrossValidateJSON {
  /** Means over the folds. */
  readonly avgs: Readonly<Record<'error' | 'iterations' | 'trainTime' | 'testTime', number>>;
  /** Sums over the folds, and ratios of these sums. With one output, they include the binary counts of `test`. */
  readonly stats: {
    readonly total: number;
    readonly testSize: number;
    readonly trainSize: number;
  } & Partial<Omit<BinaryTestResult, keyof TestResult>>;
  readonly sets: readonly PartitionResult[];
}

/** A class of networks, like `NeuralNetwork`. */
export type Classifier<Input, Output> = new (
  options?: Partial<NeuralNetworkOptions & TrainOptions>,
) => NeuralNetwork<Input, Output>;

const counted = ['truePos', 'trueNeg', 'falsePos', 'falseNeg'] as const;

/** k-fold cross-validation: each sample is tested by a network trained on the other folds. */
export class CrossValidate<Input = never, Output = never> {
  readonly initClassifier: () => NeuralNetwork<Input, Output>;
  private readonly _random: Generator;
  /** The result of the last `train`; zeros before the first. */
  json: CrossValidateJSON = {
    avgs: { error: 0, iterations: 0, testTime: 0, trainTime: 0 },
    stats: { total: 0, testSize: 0, trainSize: 0 },
    sets: [],
  };

  /**
   * @param classifier returns a new network, as in brain.js 2; or is a class of networks, as in brain.js 1
   * @param options    passed to the class
   * @throws TypeError if `classifier` is neither
   */
  constructor(
    classifier: Classifier<Input, Output> | (() => NeuralNetwork<Input, Output>),
    options: Partial<NeuralNetworkOptions & TrainOptions> = {},
  ) {
    if (typeof classifier !== 'function') {
      throw new TypeFault({
        place: 'classifier',
        problem: `expected a function that returns a network, got ${show(classifier)}`,
        cure: 'pass NeuralNetwork, or () => new NeuralNetwork(options)',
      });
    }
    this.initClassifier = isClass(classifier) ? () => new classifier(options) : classifier;
    this._random = new Generator(spreadSeed(options.seed ?? 0));
  }

  /**
   * Trains and tests k times.
   * @param data not changed; shuffled from a seed
   * @param k    the number of folds, from 2 to the number of samples. Default 4
   * @throws RangeError if the samples are fewer than the folds; also as `NeuralNetwork.train` does
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
        problem: `Training set size is too small for ${data.length} k folds of ${k}`,
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
    this.json = {
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
    return this.json;
  }

  /** Trains and tests one fold. */
  testPartition(
    trainOpts: Partial<TrainOptions>,
    trainSet: readonly Datum<Partial<Input>, Partial<Output>>[],
    testSet: readonly Datum<Partial<Input>, Partial<Output>>[],
  ): PartitionResult {
    const net = this.initClassifier();
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
      learningRate: net.trainOpts.learningRate,
      hiddenLayers: net.hiddenLayers,
      network: net.toJSON(),
    };
  }

  /** Shuffles an array in place, from the seed (Fisher–Yates in Durstenfeld's form). */
  shuffleArray<Item>(array: Item[]): Item[] {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this._random.below(i + 1);
      [array[i], array[j]] = [array[j]!, array[i]!];
    }
    return array;
  }

  /** The network with the smallest training error. @throws TypeError before `train` */
  toNeuralNetwork(): NeuralNetwork<Input, Output> {
    return this.fromJSON(this.json);
  }

  /** The result of the last `train`; zeros before the first. */
  toJSON(): CrossValidateJSON {
    return this.json;
  }

  /** Whether statistics are of networks with one output. */
  static isBinaryStats = (stats: object): boolean => 'accuracy' in stats;

  /** `isBinaryStats` of the result of `train`. */
  static isBinaryResults = (json: Pick<CrossValidateJSON, 'stats'>): boolean =>
    CrossValidate.isBinaryStats(json.stats);

  /** `isBinaryStats` of the result of `testPartition`. */
  static isBinaryPartitionResults = (result: object): boolean => CrossValidate.isBinaryStats(result);

  /**
   * Returns the network in the JSON that has the smallest training error.
   * @throws TypeError if the JSON has no sets; FormatError, with the place, if a network can't be read
   */
  fromJSON(json: {
    readonly sets: readonly { readonly error: number; readonly network: object }[];
  }): NeuralNetwork<Input, Output> {
    const sets: unknown = json.sets;
    if (!Array.isArray(sets) || sets.length === 0)
      throw new TypeFault({
        place: 'json.sets',
        problem: 'expected an array that is not empty',
        cure: 'call train first',
      });
    const best = json.sets.reduce((least, set) => (set.error < least.error ? set : least));
    const net = this.initClassifier();
    net.fromJSON(best.network);
    return net;
  }
}

/** A class in the syntax of ES2015, whose prototype can't be replaced; or one of networks, compiled to a function. */
const isClass = <Input, Output>(
  classifier: Classifier<Input, Output> | (() => NeuralNetwork<Input, Output>),
): classifier is Classifier<Input, Output> =>
  Object.getOwnPropertyDescriptor(classifier, 'prototype')?.writable === false ||
  classifier.prototype instanceof NeuralNetwork;

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
