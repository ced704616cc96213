import { describe, expect, it } from 'vitest';
import type { Report } from '../../playground/src/protocol.js';
import { lastEpochShown, noHistory, withReports } from '../../playground/src/charts/history.js';

const report = (epoch: number, more: Partial<Report> = {}): Report => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 0,
  testLoss: 0,
  testAccuracy: 0,
  ...more,
});
const reports = (first: number, last: number): Report[] =>
  Array.from({ length: last - first + 1 }, (_, i) => report(first + i));
const diagnosis = (delta: number): NonNullable<Report['diagnosis']> => ({
  layers: [{ delta, input: 0, zeroInputs: 0, gradient: 0, weights: 0, speed: 0, saturated: 0, dead: 0 }],
  stuckOutputs: 0,
  loss: 0,
  accuracy: 0,
  baseline: { loss: 0, accuracy: 0 },
  findings: [],
  messages: [],
});

describe('the history of a run', () => {
  it('keeps each of the first 2,000 reports', () => {
    const history = withReports(withReports(noHistory, reports(1, 3)), reports(4, 2000));
    expect(history.every).toBe(1);
    expect(history.points).toEqual(reports(1, 2000));
  });

  it('keeps the last of every 2, 4, … reports beyond 2,000, and always the latest one', () => {
    const one = withReports(noHistory, reports(1, 2001));
    expect(one.every).toBe(2);
    expect(one.points.length).toBe(1001);
    expect(one.points.slice(0, 2).map(({ epoch }) => epoch)).toEqual([2, 4]);
    expect(one.points.at(-1)).toEqual(report(2001));
    const long = withReports(one, reports(2002, 100_000));
    expect(long.every).toBe(64);
    expect(long.points[0]).toEqual(report(64));
    expect(long.points.at(-1)).toEqual(report(100_000));
  });

  it('gives the same history whether reports arrive one by one or all at once', () => {
    let history = noHistory;
    for (const single of reports(1, 5001)) history = withReports(history, [single]);
    expect(history).toEqual(withReports(noHistory, reports(1, 5001)));
  });

  it('keeps the latest diagnosis among the epochs that a point stands for', () => {
    const some = reports(1, 2001).map((plain) =>
      plain.epoch === 3 || plain.epoch === 5 || plain.epoch === 6
        ? { ...plain, diagnosis: diagnosis(plain.epoch) }
        : plain,
    );
    const { points } = withReports(noHistory, some);
    expect(points.slice(0, 4).map((point) => point.diagnosis?.layers[0]?.delta)).toEqual([
      undefined,
      3,
      6,
      undefined,
    ]);
    expect(points[1]!.epoch).toBe(4);
  });

  it('leaves the given history unchanged', () => {
    const history = withReports(noHistory, reports(1, 2000));
    withReports(history, reports(2001, 2001));
    expect(history.points).toEqual(reports(1, 2000));
    expect(withReports(history, [])).toBe(history);
  });

  it('shows at least ten epochs', () => {
    expect([0, 1, 10, 11].map(lastEpochShown)).toEqual([10, 10, 10, 11]);
  });
});
