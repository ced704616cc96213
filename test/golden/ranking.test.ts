import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  multiLabelF1,
  multiLabelPrecision,
  multiLabelRecall,
  precisionRecallCurve,
  rocAUC,
  rocCurve,
  scoresByLabel,
  subsetAccuracy,
  weightedROCAUC,
} from '../../src/metrics/index.js';
import * as golden from './metrics.js';

// Metrics of the order of the outputs and of several labels, compared with scikit-learn: golden/metrics.py writes its figures.

/** scikit-learn sums trapezoids, and bp4 counts pairs: some fifty roundings of 2⁻⁵³. Measured: 2.2e-16 at most. */
const DIGITS = 14;

const floats = (numbers: readonly number[]): Float32Array => Float32Array.from(numbers);

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, DIGITS);
}

describe.each([
  ['many equal outputs', golden.ranked],
  ['certain answers', golden.rankedYesOrNo],
])('one class against another, with %s', (_, { labels, ...expected }) => {
  const outputs = floats(expected.outputs);
  /** Two outputs, of which the second is the one output. */
  const both = floats(expected.outputs.flatMap((p) => [1 - p, p]));

  it.each([
    ['labels', outputs, { labels }],
    ['targets', outputs, { targets: labels, outputs: 1 }],
    ['two outputs', both, { labels }],
  ])('computes areas and curves as scikit-learn does, by %s', (what, outputs, truth) => {
    expect(rocAUC(outputs, truth)).toBeCloseTo(expected.rocAUC, DIGITS);
    expect(weightedROCAUC(outputs, truth)).toBeCloseTo(expected.rocAUC, DIGITS);
    if (what !== 'two outputs')
      expect(averagePrecision(outputs, truth)).toBeCloseTo(expected.averagePrecision, DIGITS);
    const roc = rocCurve(outputs, truth);
    expectClose(roc.falsePositiveRates, expected.roc.falsePositiveRates);
    expectClose(roc.truePositiveRates, expected.roc.truePositiveRates);
    expect(roc.thresholds).toEqual([Infinity, ...expected.roc.thresholds]);
    const curve = precisionRecallCurve(outputs, truth, 1);
    expectClose(curve.precision, expected.precisionRecall.precision);
    expectClose(curve.recall, expected.precisionRecall.recall);
    expect(curve.thresholds).toEqual(expected.precisionRecall.thresholds);
  });
});

it.each([
  ['three classes', golden.threeClasses, { labels: golden.threeClasses.labels }],
  ['three labels', golden.multiLabel, { targets: golden.multiLabel.targets }],
])('computes areas of %s, each against the others, as scikit-learn does', (_, expected, truth) => {
  const outputs = floats(expected.outputs);
  expect(rocAUC(outputs, truth)).toBeCloseTo(expected.rocAUC, DIGITS);
  expect(weightedROCAUC(outputs, truth)).toBeCloseTo(expected.weightedROCAUC, DIGITS);
  expect(averagePrecision(outputs, truth)).toBeCloseTo(expected.averagePrecision, DIGITS);
});

it('a curve of a class has the area of that class', () => {
  const { outputs, labels } = golden.threeClasses;
  const areas = [0, 1, 2].map((label) => {
    const { falsePositiveRates: x, truePositiveRates: y } = rocCurve(floats(outputs), { labels }, label);
    return x.reduce((sum, _, i) => (i === 0 ? 0 : sum + ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2), 0);
  });
  expect((areas[0]! + areas[1]! + areas[2]!) / 3).toBeCloseTo(golden.threeClasses.rocAUC, DIGITS);
});

it('scores several labels as scikit-learn does', () => {
  const { targets, scores, micro, macro, ...expected } = golden.multiLabel;
  const outputs = floats(expected.outputs);
  for (const [label, actual] of scoresByLabel(outputs, { targets }).entries()) {
    const { precision, recall, f1, support } = scores[label]!;
    expectClose([actual.precision, actual.recall, actual.f1], [precision, recall, f1]);
    expect(actual.support).toBe(support);
  }
  for (const [average, { precision, recall, f1 }] of [
    ['micro', micro],
    ['macro', macro],
  ] as const) {
    expect(multiLabelPrecision(average)(outputs, { targets })).toBeCloseTo(precision, DIGITS);
    expect(multiLabelRecall(average)(outputs, { targets })).toBeCloseTo(recall, DIGITS);
    expect(multiLabelF1(average)(outputs, { targets })).toBeCloseTo(f1, DIGITS);
  }
  expect(subsetAccuracy(outputs, { targets })).toBe(expected.subsetAccuracy);
});

it('ranks the margins of hinge, whose targets are -1 and 1', () => {
  const truth = { targets: [-1, 1, -1, 1], outputs: 1, threshold: 0 };
  expect(rocAUC(floats([-3, 2, 0.5, 0.25]), truth)).toBe(0.75);
});

describe('refuses', () => {
  const outputs = floats([0.2, 0.4, 0.6]);

  it.each([
    [0, 'no'],
    [1, 'every'],
  ])('areas if all labels are %i', (label, many) => {
    const message = `labels: ${many} sample belongs to class 1, so this metric is undefined; use samples of every class`;
    const labels = [label, label, label];
    for (const metric of [rocAUC, weightedROCAUC, rocCurve]) {
      expect(() => metric(outputs, { labels })).toThrow(
        expect.objectContaining({ name: 'RangeError', message }),
      );
    }
  });

  it.each([
    [outputs, [0, 1, 0], 0, 'label: expected a whole number from 1 to 1, got 0'],
    [floats([1, 2, 3]), [2], undefined, 'label: expected a whole number, got undefined'],
    [floats([1, 2, 3]), [2], 3, 'label: expected a whole number from 0 to 2, got 3'],
  ])('curves of what is not a class', (outputs, labels, label, message) => {
    for (const curve of [rocCurve, precisionRecallCurve])
      expect(() => curve(outputs, { labels }, label)).toThrow(expect.objectContaining({ message }));
  });

  it('labels, and an unknown average, for metrics of several labels', () => {
    for (const metric of [multiLabelF1('micro'), subsetAccuracy, scoresByLabel]) {
      expect(() => metric(outputs, { labels: [0, 1, 0] })).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          message:
            'labels: this metric needs a yes or a no for each output, not classes; pass targets of 0 and 1',
        }),
      );
    }
    expect(() => multiLabelF1('samples' as 'micro')).toThrow(
      "average: expected one of 'micro', 'macro', got 'samples'",
    );
  });
});
