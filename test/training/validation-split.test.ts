import { describe, expect, it } from 'vitest';
import { Network, type Data, type TrainOptions } from '../../src/index.js';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { createModel } from '../../src/model/model.js';
import { checkSpec, type NetworkSpec } from '../../src/model/spec.js';
import { Samples } from '../../src/training/samples.js';
import { splitSamples } from '../../src/training/split.js';
import { finish } from '../../src/base/work.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectHarmlessError, goodData, type Expected } from '../support/patient.js';

// validationSplit sets a share of the data aside for validation.

const spec: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 4, activation: 'softmax' },
  ],
  seed: 6,
};

/** The first input of sample n is n. */
const makeInputs = (numbers: readonly number[]): Float32Array =>
  Float32Array.from(numbers.flatMap((n) => [n, ((n * 37) % 11) / 11]));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const ofClass = (count: number): number[] => upTo(count).map((n) => (n % 7 === 0 ? 3 : n % 3));

/** The numbers of the samples in either part. */
function pickParts(count: number, answers: Omit<Data, 'inputs'>, share: number, seed = 6) {
  const model = createModel(checkSpec(spec), referenceKernels(single));
  const samples = finish(Samples.read({ inputs: makeInputs(upTo(count)), ...answers }, model));
  const { training, validation } = splitSamples(samples, share, seed);
  const [first, second] = [training, validation].map((part) => {
    const numbers: number[] = [];
    for (let n = 0; n < part.count; n++) {
      part.gather(model, n, 1);
      numbers.push(model.matrix(model.layout.inputs, 2, 1, 2)[0]!);
    }
    return numbers;
  });
  return { training: first!, validation: second! };
}

const shares = [0.01, 0.1, 0.25, 0.5, 0.8, 0.99];
const counts = [4, 10, 60, 211];

describe.each(counts)('a split of %i samples', (count) => {
  const labels = ofClass(count);

  const sizeAt = (share: number): number => Math.round(share * count);
  const leavesOneEmpty = (share: number): boolean => [0, count].includes(sizeAt(share));
  const valid = shares.filter((share) => !leavesOneEmpty(share));

  it.each(shares.filter(leavesOneEmpty))('rejects a share of %d, which leaves one part empty', (share) => {
    expect(() => pickParts(count, { labels }, share)).toThrow(/leaves one part empty/);
  });

  it.each(valid)('puts each sample into one part, in its original order, at a share of %d', (share) => {
    const { training, validation } = pickParts(count, { labels }, share);
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual(upTo(count));
    expect(training).toEqual([...training].sort((a, b) => a - b));
    expect(validation).toEqual([...validation].sort((a, b) => a - b));
    expect(validation).toHaveLength(sizeAt(share));
  });

  it.each(valid)(
    'sets the same share of each label aside, to within one sample, at a share of %d',
    (share) => {
      const { validation } = pickParts(count, { labels }, share);
      for (const label of new Set(labels)) {
        const all = labels.filter((other) => other === label).length;
        const aside = validation.filter((n) => labels[n] === label).length;
        expect(Math.abs(aside - share * all)).toBeLessThan(1);
      }
    },
  );
});

it('sets the same samples aside for the same seed and others for another', () => {
  const labels = ofClass(60);
  expect(pickParts(60, { labels }, 0.5, 7)).not.toEqual(pickParts(60, { labels }, 0.5, 8));
  expect(pickParts(60, { labels }, 0.5, 7)).toEqual(pickParts(60, { labels }, 0.5, 7));
});

it('trains on the only sample of a class', () => {
  const labels = upTo(20).map((n) => Number(n > 2) + Number(n > 18));
  for (let seed = 0; seed < 50; seed++) expect(pickParts(20, { labels }, 0.8, seed).training).toContain(19);
});

it('sets each of ten samples aside about 300 times in 600 draws', () => {
  const targets = new Float32Array(40);
  const times = new Float64Array(10);
  for (let seed = 0; seed < 600; seed++) {
    for (const n of pickParts(10, { targets }, 0.5, seed).validation) times[n]!++;
  }
  // The standard deviation is √(600·½·½) = 12; five of them, and the seeds are always these.
  for (const n of times) expect(Math.abs(n - 300)).toBeLessThan(61);
});

const COUNT = 31;
const labels = ofClass(COUNT);
const weights = upTo(COUNT).map((n) => (n % 4) / 2);
const targets = upTo(COUNT).map((n) => [0, 1, 2, 3].map((j) => Number(j === n % 4)));
const options: TrainOptions = { epochs: 3, miniBatchSize: 5, learningRate: 0.01 };

it.each<[string, Omit<Data, 'inputs'>, (numbers: number[]) => Omit<Data, 'inputs'>]>([
  ['labels', { labels }, (numbers) => ({ labels: numbers.map((n) => labels[n]!) })],
  ['targets', { targets }, (numbers) => ({ targets: numbers.map((n) => targets[n]!) })],
  [
    'labels and sampleWeights',
    { labels, sampleWeights: weights },
    (numbers) => ({
      labels: numbers.map((n) => labels[n]!),
      sampleWeights: numbers.map((n) => weights[n]!),
    }),
  ],
])('trains and validates with %s as with the two parts given separately', async (_, answers, of) => {
  const { training, validation } = pickParts(COUNT, answers, 0.3);
  for (const engine of ['wasm', 'reference'] as const) {
    const [net, other] = await Promise.all([
      Network.create({ ...spec, engine }),
      Network.create({ ...spec, engine }),
    ]);
    const inputs = makeInputs(upTo(COUNT));
    const history = await net.train({ inputs, ...answers }, { ...options, validationSplit: 0.3 });
    const parts = [training, validation].map((part) => ({ inputs: makeInputs(part), ...of(part) }));
    expect(await other.train(parts[0]!, { ...options, validation: parts[1]! })).toEqual(history);
    expect(fingerprint(net)).toBe(fingerprint(other));
    // The next call sets the same part aside.
    const after = net.evaluate(parts[1]!);
    const again = await net.train(
      { inputs, ...answers },
      { ...options, learningRate: 1e-30, validationSplit: 0.3 },
    );
    expect(again[0]!.validation).toEqual(after);
  }
});

it('trains and validates on sparse samples as with the two parts given separately', async () => {
  const wide: NetworkSpec = { ...spec, inputs: 40 };
  const sparse = (numbers: readonly number[]): Float32Array =>
    Float32Array.from(numbers.flatMap((n) => upTo(40).map((k) => (k % 8 === n % 8 ? 1 + n / COUNT : 0))));
  const { training, validation } = pickParts(COUNT, { labels }, 0.3);
  const [net, other] = await Promise.all([Network.create(wide), Network.create(wide)]);
  const of = (part: number[]): Data => ({ inputs: sparse(part), labels: part.map((n) => labels[n]!) });
  const history = await net.train(of(upTo(COUNT)), { ...options, validationSplit: 0.3 });
  expect(await other.train(of(training), { ...options, validation: of(validation) })).toEqual(history);
  expect(fingerprint(net)).toBe(fingerprint(other));
});

it.each<[string, Data | object, TrainOptions, Expected]>([
  [
    'beside validation data',
    goodData,
    { validationSplit: 0.5, validation: goodData },
    [TypeError, 'validationSplit: validation is also set'],
  ],
  [
    'of a stream',
    { batches: () => [goodData] },
    { validationSplit: 0.5 },
    [TypeError, 'validationSplit: a stream cannot be split; pass validation'],
  ],
  [
    'that sets nothing aside',
    goodData,
    { validationSplit: 0.1 },
    [RangeError, /^validationSplit: 0\.1.* of 3 samples leaves one part empty; pass more samples$/],
  ],
  [
    'that leaves nothing to learn',
    { ...goodData, labels: [1, 1, 1] },
    { validationSplit: 0.9 },
    [RangeError, /^validationSplit: 0\.8999.* of 3 samples leaves one part empty; pass more samples$/],
  ],
  [
    'of 1',
    goodData,
    { validationSplit: 1 },
    [RangeError, 'validationSplit: expected a number from 0 to below 1'],
  ],
  [
    'of 0',
    goodData,
    { validationSplit: 0 },
    [RangeError, 'validationSplit: expected a 32-bit float above 0'],
  ],
  ['below 0', goodData, { validationSplit: -0.5 }, [RangeError, 'validationSplit: ']],
  [
    'given as a string',
    goodData,
    { validationSplit: '0.5' as never },
    [TypeError, 'validationSplit: expected a number'],
  ],
])('rejects a split %s', (_, data, options, expected) =>
  expectHarmlessError((net) => net.train(data as Data, options), expected),
);
