import { describe, expect, it } from 'vitest';
import { Network, type Data } from '../../src/index.js';
import {
  accuracy,
  balancedAccuracy,
  brierScore,
  calibrationError,
  confusionMatrix,
  coverage,
  classF1,
  explainedVariance,
  formatConfusionMatrix,
  logLoss,
  macroF1,
  macroPrecision,
  macroRecall,
  matthewsCorrelation,
  meanAbsoluteError,
  pinballLoss,
  classPrecision,
  classRecall,
  reliability,
  rootMeanSquaredError,
  rSquared,
  scoresByClass,
  topK,
  type Metric,
  type Truth,
} from '../../src/metrics/index.js';
import * as golden from './metrics.js';
import { catchError } from '../support/patient.js';

// 'bp4/metrics' is compared with scikit-learn, whose figures golden/metrics.py writes, with values worked out by hand, and
// with what the core reports.

/**
 * scikit-learn and bp4 compute in double precision: each of some fifty roundings errs by 2⁻⁵³ = 1.1e-16 of figures of
 * about one. Measured: 5.6e-17 at most; most are equal.
 */
const DIGITS = 14;

const floats = (numbers: readonly number[] | readonly number[][]): Float32Array =>
  Float32Array.from(numbers.flat());

/** All of them, as the metrics of a training. */
const classification = {
  accuracy,
  macroPrecision,
  macroRecall,
  macroF1,
  precisionOf1: classPrecision(1),
  recallOf1: classRecall(1),
  f1Of1: classF1(1),
  balancedAccuracy,
  matthewsCorrelation,
} satisfies Record<string, Metric>;
const regression = { rSquared, explainedVariance, meanAbsoluteError, rootMeanSquaredError } satisfies Record<
  string,
  Metric
>;

/** Labels as the targets that they stand for. */
const oneHot = (labels: readonly number[], outputs: number): number[][] =>
  labels.map((label) =>
    outputs === 1 ? [label] : Array.from({ length: outputs }, (_, j) => Number(j === label)),
  );

describe.each([
  ['four classes', golden.many, 4],
  ['a single output', golden.yesOrNo, 1],
])('classification metrics of %s', (_, expected, width) => {
  const outputs = floats(expected.outputs);
  const { labels } = expected;

  describe.each<[string, Truth]>([
    ['labels', { labels }],
    ['labels in bytes', { labels: Uint8Array.from(labels), outputs: width }],
    ['targets in rows', { targets: oneHot(labels, width) }],
    ['targets in a typed array', { targets: floats(oneHot(labels, width)), outputs: width }],
  ])('by %s', (_, truth) => {
    it('computes the confusion matrix as scikit-learn does', () => {
      expect(confusionMatrix(outputs, truth)).toEqual(expected.confusion);
    });

    it('computes precision, recall, F1 and support by class as scikit-learn does', () => {
      const scores = scoresByClass(confusionMatrix(outputs, truth));
      expect(scores).toHaveLength(expected.scores.length);
      for (const [label, { precision, recall, f1, support }] of expected.scores.entries()) {
        expect(scores[label]!.precision).toBeCloseTo(precision, DIGITS);
        expect(scores[label]!.recall).toBeCloseTo(recall, DIGITS);
        expect(scores[label]!.f1).toBeCloseTo(f1, DIGITS);
        expect(scores[label]!.support).toBe(support);
        expect(classPrecision(label)(outputs, truth)).toBe(scores[label]!.precision);
        expect(classRecall(label)(outputs, truth)).toBe(scores[label]!.recall);
        expect(classF1(label)(outputs, truth)).toBe(scores[label]!.f1);
      }
    });

    it('computes accuracy, the macro means and log-loss as scikit-learn does', () => {
      expect(accuracy(outputs, truth)).toBeCloseTo(expected.accuracy, DIGITS);
      expect(macroPrecision(outputs, truth)).toBeCloseTo(expected.macro.precision, DIGITS);
      expect(macroRecall(outputs, truth)).toBeCloseTo(expected.macro.recall, DIGITS);
      expect(macroF1(outputs, truth)).toBeCloseTo(expected.macro.f1, DIGITS);
      expect(logLoss(outputs, truth)).toBeCloseTo(expected.logLoss, DIGITS);
      expect(balancedAccuracy(outputs, truth)).toBeCloseTo(expected.balancedAccuracy, DIGITS);
      expect(matthewsCorrelation(outputs, truth)).toBeCloseTo(expected.matthewsCorrelation, DIGITS);
    });

    it('compares probabilities with what came true as scikit-learn does', () => {
      expect(brierScore(outputs, truth)).toBeCloseTo(expected.brierScore, DIGITS);
      expect(calibrationError(outputs, truth)).toBeCloseTo(expected.calibrationError, DIGITS);
      const bins = reliability(outputs, truth);
      const { count, frequency, probability } = expected.reliability;
      expect(bins.map((bin) => bin.count)).toEqual(count);
      for (const [i, bin] of bins.entries()) {
        expect(bin.frequency).toBeCloseTo(frequency[i]!, DIGITS);
        expect(bin.probability).toBeCloseTo(probability[i]!, DIGITS);
        expect(bin.to - bin.from).toBeCloseTo(0.1, DIGITS);
      }
    });
  });
});

it.each(golden.topK.map((share, i) => [i + 1, share]))(
  'computes top-%i accuracy as scikit-learn does',
  (k, share) => {
    const outputs = floats(golden.many.outputs);
    expect(topK(k)(outputs, { labels: golden.many.labels })).toBeCloseTo(share, DIGITS);
    expect(topK(k)(outputs, { targets: oneHot(golden.many.labels, 4) })).toBeCloseTo(share, DIGITS);
  },
);

describe.each([
  ['three outputs', golden.numbers],
  ['one output', golden.oneNumber],
  ['constant targets', golden.sameTargets],
  ['constant targets that are predicted exactly', golden.sameTargetsAllRight],
])('regression metrics of %s', (_, { outputs, targets, pinballLoss: pinballLosses, ...expected }) => {
  const width = targets[0]!.length;

  it.each(Object.keys(regression) as (keyof typeof regression)[])(
    'computes %s as scikit-learn does',
    (name) => {
      const figure = regression[name](floats(outputs), { targets });
      expect(figure).toBeCloseTo(expected[name], DIGITS);
      expect(regression[name](floats(outputs), { targets: floats(targets), outputs: width })).toBe(figure);
      expect(regression[name](floats(outputs), { targets: targets.flat(), outputs: width })).toBe(figure);
    },
  );

  it('computes the pinball loss as scikit-learn does', () => {
    for (const [q, loss] of Object.entries(pinballLosses)) {
      const metric = pinballLoss(Number(q));
      expect(metric(floats(outputs), { targets })).toBeCloseTo(loss, DIGITS);
      expect(pinballLoss(targets[0]!.map(() => Number(q)))(floats(outputs), { targets })).toBeCloseTo(
        loss,
        DIGITS,
      );
    }
  });
});

describe('values worked out by hand', () => {
  it('ranks the first of equal outputs highest', () => {
    const outputs = floats([0.4, 0.4, 0.2]);
    expect([0, 1, 2].map((label) => accuracy(outputs, { labels: [label] }))).toEqual([1, 0, 0]);
    expect([0, 1, 2].map((label) => topK(1)(outputs, { labels: [label] }))).toEqual([1, 0, 0]);
    expect([0, 1, 2].map((label) => topK(2)(outputs, { labels: [label] }))).toEqual([1, 1, 0]);
    expect([0, 1, 2].map((label) => topK(3)(outputs, { labels: [label] }))).toEqual([1, 1, 1]);
  });

  it('limits the log-loss of a certain but wrong output to 23 ln 2, and gives a certain right one nearly 0', () => {
    // ln(1 − 2⁻²³) = −2⁻²³ − 2⁻⁴⁷ − …
    const certain = 2 ** -23 + 2 ** -47;
    expect(logLoss(floats([1, 0]), { labels: [1] })).toBeCloseTo(23 * Math.LN2, DIGITS);
    expect(logLoss(floats([1, 0]), { labels: [0] })).toBeCloseTo(certain, 20);
    expect(logLoss(floats([1]), { labels: [0] })).toBeCloseTo(23 * Math.LN2, DIGITS);
    expect(logLoss(floats([0]), { labels: [0] })).toBeCloseTo(certain, 20);
  });

  it('computes log-loss against soft targets', () => {
    const half = floats([0.5, 0.25, 0.25]);
    expect(logLoss(half, { targets: [[0.5, 0.25, 0.25]] })).toBeCloseTo(1.5 * Math.LN2, DIGITS);
    expect(logLoss(floats([0.25]), { targets: [[0.25]] })).toBeCloseTo(
      0.25 * Math.log(4) + 0.75 * Math.log(4 / 3),
      DIGITS,
    );
  });

  it('rounds targets to single precision, whatever array holds them', () => {
    for (const targets of [[0.1], Float64Array.of(0.1), floats([0.1])]) {
      expect(meanAbsoluteError(floats([0.1]), { targets, outputs: 1 })).toBe(0);
    }
  });

  it('computes coverage as the share of targets that are at most the output', () => {
    const targets = [[1], [2], [3], [4]];
    expect(coverage(floats([1, 1, 5, 3.5]), { targets })).toBe(0.5);
  });

  it('gives a model that always predicts the same of three classes a balanced accuracy of a third', () => {
    const labels = [0, 0, 0, 0, 1, 2];
    const outputs = floats(labels.flatMap(() => [0.8, 0.1, 0.1]));
    expect(accuracy(outputs, { labels })).toBeCloseTo(2 / 3, DIGITS);
    expect(balancedAccuracy(outputs, { labels })).toBeCloseTo(1 / 3, DIGITS);
    expect(matthewsCorrelation(outputs, { labels })).toBe(0);
  });

  it('computes R² of constant targets as 1 or 0 even if their sum is rounded', () => {
    const targets = new Array<number>(10).fill(0.1);
    const outputs = floats(targets);
    expect(rSquared(outputs, { targets, outputs: 1 })).toBe(1);
    outputs[3] = 0.2;
    expect(rSquared(outputs, { targets, outputs: 1 })).toBe(0);
  });
});

describe('formatConfusionMatrix', () => {
  it('labels rows and columns with the names of the classes', () => {
    const text = formatConfusionMatrix(
      [
        [12, 0],
        [3, 4567],
      ],
      ['cat', 'dog'],
    );
    expect(text.split('\n')).toEqual([
      '            predicted', //
      '            cat   dog',
      'actual cat   12     ·',
      '       dog    3  4567',
    ]);
  });

  it('labels rows and columns with the indices of the classes when names are omitted', () => {
    const matrix = Array.from({ length: 11 }, (_, i) => Array.from({ length: 11 }, (_, j) => i * j));
    const lines = formatConfusionMatrix(matrix).split('\n');
    expect(lines[2]).toBe('actual  0  ·   ·   ·   ·   ·   ·   ·   ·   ·   ·    ·');
    expect(lines[12]).toBe('       10  ·  10  20  30  40  50  60  70  80  90  100');
  });

  it('rejects names whose number differs from that of the classes', () => {
    expect(() => formatConfusionMatrix([[1]], ['cat', 'dog'])).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: 'names: expected 1, one for each class, got 2',
      }),
    );
  });
});

describe('several right answers', () => {
  const targets = [
    [1, 1, 0],
    [0, 0, 0],
    [0, 1, 0],
  ];
  // The first is right, the second is wrong at one output, and of the third the largest decides.
  const outputs = floats([
    [0.9, 0.6, 0.2],
    [0.1, 0.7, 0.1],
    [0.55, 0.8, 0.1],
  ]);

  it('accuracy counts a sample as right if each output is on its side', () => {
    expect(accuracy(outputs, { targets })).toBeCloseTo(2 / 3, DIGITS);
  });

  it('evaluate counts them alike', async () => {
    const net = await Network.create({
      inputs: 3,
      layers: [{ units: 3, activation: 'sigmoid' }],
      loss: 'binaryCrossEntropy',
      seed: 3,
    });
    for (const engine of ['wasm', 'reference'] as const) {
      const copy = await Network.fromJSON(net.toJSON(), { engine });
      const inputs = targets.map((row, n) => row.map((y) => y - n / 2));
      const right = accuracy(copy.predict(inputs), { targets });
      expect(copy.evaluate({ inputs, targets }).accuracy).toBe(right);
      await copy.train({ inputs, targets }, { epochs: 500, learningRate: 1 });
      expect(copy.evaluate({ inputs, targets }).accuracy).toBe(1);
    }
  });

  it.each([
    ['a confusion matrix', confusionMatrix],
    ['macro F1', macroF1],
  ])('%s refuses them', (_, metric) => {
    expect(() => metric(outputs, { targets })).toThrow(
      'targets[0]: expected one right answer, got 2; use scoresByLabel, or accuracy',
    );
    expect(() => metric(outputs.subarray(3), { targets: targets.slice(1) })).toThrow(
      'targets[0]: expected one right answer, got 0',
    );
  });
});

describe('validation', () => {
  const outputs = floats([0.25, 0.75, 0.5, 0.5]);
  const labels = [1, 0];
  const targets = [
    [0, 1],
    [1, 0],
  ];
  type Case = [what: string, outputs: unknown, truth: unknown, Class: typeof TypeError, message: string];

  it.each<Case>([
    [
      'outputs with neither targets nor labels',
      outputs,
      {},
      TypeError,
      'targets: expected either targets or labels, got neither',
    ],
    [
      'outputs with both targets and labels',
      outputs,
      { labels, targets },
      TypeError,
      'targets: expected either targets or labels, got both',
    ],
    [
      'undefined outputs',
      undefined,
      { labels },
      TypeError,
      'outputs: expected a Float32Array, as returned by predict, got undefined',
    ],
    [
      'outputs in rows',
      targets,
      { labels },
      TypeError,
      'outputs: expected a Float32Array, as returned by predict, got an array',
    ],
    [
      'empty outputs',
      floats([]),
      { labels: [], outputs: 2 },
      RangeError,
      'outputs: expected at least one row of 2, got none',
    ],
    [
      'outputs whose number is not a multiple of that of the labels',
      outputs,
      { labels: [0, 1, 1] },
      RangeError,
      'outputs: expected a multiple of 3 values, a row for each label, got 4',
    ],
    [
      'fewer labels than rows of outputs',
      outputs,
      { labels: [1], outputs: 2 },
      RangeError,
      'labels: expected 2, as many as rows of inputs, got 1',
    ],
    [
      'empty labels',
      outputs,
      { labels: [] },
      TypeError,
      'labels: expected an array of class indices, one for each sample',
    ],
    [
      'null labels',
      outputs,
      { labels: null },
      TypeError,
      'labels: expected an array of class indices, one for each sample',
    ],
    [
      'a label that is too large',
      outputs,
      { labels: [1, 2] },
      RangeError,
      'labels[1] is 2; expected a whole number from 0 to 1, for 2 outputs; labels count from 0',
    ],
    [
      'a negative label',
      outputs,
      { labels: [-1, 0] },
      RangeError,
      'labels[0] is -1; expected a whole number from 0 to 1, for 2 outputs; labels count from 0; pass -1 and 1 as targets',
    ],
    [
      'a fractional label',
      outputs,
      { labels: [1, 0.5] },
      RangeError,
      'labels[1] is 0.5; expected a whole number from 0 to 1, for 2 outputs; labels count from 0',
    ],
    [
      'a label above 1 for a single output',
      floats([1]),
      { labels: [2] },
      RangeError,
      'labels[0] is 2; expected a whole number from 0 to 1, for 1 outputs; labels count from 0',
    ],
    [
      'flat targets without the number of outputs',
      outputs,
      { targets: [0, 1, 1, 0] },
      TypeError,
      'targets: expected rows; for a flat array, set the number of outputs per sample: { targets, outputs: 1 }',
    ],
    [
      'null targets',
      outputs,
      { targets: null },
      TypeError,
      'targets: expected rows; for a flat array, set the number of outputs per sample: { targets, outputs: 1 }',
    ],
    [
      'fewer targets than rows of outputs',
      outputs,
      { targets: [[0, 1]] },
      RangeError,
      'targets: expected 2 rows, one for each row of outputs, got 1',
    ],
    [
      'a row of targets that is too short',
      outputs,
      { targets: [[0, 1], [1]] },
      RangeError,
      'targets[1]: expected 2 values, got 1',
    ],
    [
      'a target of NaN',
      outputs,
      {
        targets: [
          [0, 1],
          [1, NaN],
        ],
      },
      RangeError,
      'targets[1][1] is NaN; expected a finite number',
    ],
    [
      'an output of NaN',
      floats([0, 1, NaN, 1]),
      { labels },
      RangeError,
      'outputs[1][0] is NaN; expected a finite number',
    ],
    [
      'an output of Infinity',
      floats([0, 1, Infinity, 1]),
      { targets },
      RangeError,
      'outputs[1][0] is Infinity; expected a finite number',
    ],
    [
      'a number of outputs that is 0',
      outputs,
      { labels, outputs: 0 },
      RangeError,
      'the number of outputs: expected a whole number of at least 1, got 0',
    ],
    [
      'a number of outputs that does not divide the values',
      outputs,
      { targets, outputs: 3 },
      RangeError,
      'outputs: expected a multiple of 3 values, got 4',
    ],
  ])('metrics reject %s', async (_, outputs, truth, Class, message) => {
    for (const metric of [...Object.values(classification), topK(1), logLoss, confusionMatrix]) {
      const error = await catchError(() => metric(outputs as Float32Array, truth as never));
      expect(error).toBeInstanceOf(Class);
      expect((error as Error).message).toBe(message);
    }
  });

  it.each(Object.entries(regression))('rejects labels for %s', (_, metric) => {
    const message = 'labels: this metric needs numbers, not classes; pass targets';
    expect(() => metric(outputs, { labels })).toThrow(
      expect.objectContaining({ name: 'TypeError', message }),
    );
  });

  it.each([
    ['rSquared', rSquared],
    ['explainedVariance', explainedVariance],
  ])('rejects a single sample for %s', (_, metric) => {
    const message = 'outputs: expected at least 2 rows, got 1';
    expect(() => metric(floats([1]), { targets: [[1]] })).toThrow(
      expect.objectContaining({ name: 'RangeError', message }),
    );
  });

  it.each([
    ['outputs[0][1] is 1.5', 1.5, { labels: [1, 0] }],
    ['outputs[0][1] is -0.5', -0.5, { labels: [1, 0] }],
    [
      'targets[0][1] is 2',
      0.5,
      {
        targets: [
          [0, 2],
          [1, 0],
        ],
      },
    ],
  ])('rejects a value that is not a probability: %s', (what, output, truth) => {
    const message = `${what}; expected a number from 0 to 1 for a probability`;
    for (const metric of [logLoss, brierScore, calibrationError]) {
      expect(() => metric(floats([0, output, 1, 0]), truth)).toThrow(
        expect.objectContaining({ name: 'RangeError', message }),
      );
    }
  });

  it.each([
    [0, 'q: expected a 32-bit float above 0, got 0'],
    [1, 'q: expected a number from 0 to below 1, got 1'],
    [[0.5, NaN], 'q[1]: expected a number from 0 to below 1, got NaN'],
  ])('rejects q of %j for pinballLoss', (q, message) => {
    expect(() => pinballLoss(q)).toThrow(expect.objectContaining({ name: 'RangeError', message }));
  });

  it('rejects another number of q than of outputs for pinballLoss', () => {
    expect(() => pinballLoss([0.1, 0.5, 0.9])(outputs, { targets })).toThrow(
      expect.objectContaining({ name: 'RangeError', message: 'q: expected 2 entries, got 3' }),
    );
  });

  it('rejects a k below 1 or above the number of outputs, and a single output, for topK', () => {
    expect(() => topK(0)).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: 'k: expected a whole number of at least 1, got 0',
      }),
    );
    expect(() => topK(3)(outputs, { labels })).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: 'k: expected a whole number from 1 to 2, got 3',
      }),
    );
    expect(() => topK(1)(floats([1]), { labels: [1] })).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        message: 'outputs: expected at least two for each sample, got 1',
      }),
    );
  });

  it('rejects a label that is not a class for classPrecision, classRecall and classF1', () => {
    for (const of of [classPrecision, classRecall, classF1]) {
      expect(() => of(-1)).toThrow(
        expect.objectContaining({
          name: 'RangeError',
          message: 'label: expected a whole number of at least 0, got -1',
        }),
      );
      expect(() => of(2)(outputs, { labels })).toThrow(
        expect.objectContaining({
          name: 'RangeError',
          message: 'label: expected a whole number from 0 to 1, got 2',
        }),
      );
    }
  });
});

describe('accuracy', () => {
  it.each([
    [1, 'sigmoid', 'binaryCrossEntropy'],
    [3, 'softmax', 'crossEntropy'],
  ] as const)(
    'computes the same accuracy as evaluate (outputs: %i, activation: %s)',
    async (units, activation, loss) => {
      const net = await Network.create({ inputs: 2, layers: [{ units, activation }], loss, seed: 5 });
      const inputs = Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 101) / 50 - 1);
      const labels = Array.from({ length: 100 }, (_, n) => n % Math.max(units, 2));
      for (const answers of [{ labels }, { targets: oneHot(labels, units) }]) {
        const data: Data = { inputs, ...answers };
        const share = accuracy(net.predict(inputs), data);
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(1);
        expect(share).toBe(net.evaluate(data).accuracy);
      }
      net.dispose();
    },
  );
});
