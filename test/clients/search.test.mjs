import { describe, expect, it } from 'vitest';
import { compare } from './compare-search.mjs';

describe('bp4 search, beside scikit-learn, on rows that neither has seen', () => {
  it('tells irises apart', () => {
    const { bp4, scikitLearn } = compare('iris', { trials: 5, seed: 0 });
    // 38 rows; always the same class would be right in a third of them.
    for (const { accuracy, logLoss } of [bp4, scikitLearn]) {
      expect(accuracy).toBeGreaterThan(0.9);
      expect(logLoss).toBeLessThan(0.3);
    }
  });

  it('predicts the course of diabetes', () => {
    const { bp4, scikitLearn } = compare('diabetes', { trials: 5, seed: 0 });
    // The mean of the targets has an R² of 0, and a linear regression one of 0.4.
    for (const { rSquared, rootMeanSquaredError } of [bp4, scikitLearn]) {
      expect(rSquared).toBeGreaterThan(0.2);
      expect(rootMeanSquaredError).toBeLessThan(65);
    }
  });
});
