// Written by metrics.py.

export const many = {
  outputs: [
    0.625, 0.171875, 0.125, 0.078125, 0.46875, 0.3125, 0.140625, 0.078125, 0.1875, 0.28125, 0.46875, 0.0625,
    0.515625, 0.328125, 0.109375, 0.046875, 0.140625, 0.21875, 0.546875, 0.09375, 0.15625, 0.109375, 0.65625,
    0.078125, 0.40625, 0.1875, 0.375, 0.03125, 0.34375, 0.328125, 0.015625, 0.3125, 0.78125, 0.125, 0.0625,
    0.03125, 0.15625, 0.265625, 0.5, 0.078125, 0.4375, 0.046875, 0.421875, 0.09375,
  ],
  labels: [0, 1, 1, 0, 2, 2, 2, 1, 0, 0, 1],
  accuracy: 0.45454545454545453,
  confusion: [
    [3, 0, 1, 0],
    [3, 0, 1, 0],
    [1, 0, 2, 0],
    [0, 0, 0, 0],
  ],
  scores: [
    { precision: 0.42857142857142855, recall: 0.75, f1: 0.5454545454545454, support: 4.0 },
    { precision: 0.0, recall: 0.0, f1: 0.0, support: 4.0 },
    { precision: 0.5, recall: 0.6666666666666666, f1: 0.5714285714285715, support: 3.0 },
    { precision: 0.0, recall: 0.0, f1: 0.0, support: 0.0 },
  ],
  macro: { precision: 0.30952380952380953, recall: 0.47222222222222215, f1: 0.37229437229437234 },
  logLoss: 1.0770371395446696,
};
export const topK = [0.45454545454545453, 0.8181818181818182, 0.9090909090909091];
export const yesOrNo = {
  outputs: [0.0, 1.0, 0.5, 0.9375, 0.078125, 0.625, 0.3125, 1.0, 0.0, 0.484375],
  labels: [0, 1, 1, 1, 0, 0, 1, 0, 1, 1],
  accuracy: 0.5,
  confusion: [
    [2, 2],
    [3, 3],
  ],
  scores: [
    { precision: 0.4, recall: 0.5, f1: 0.4444444444444445, support: 4.0 },
    { precision: 0.6, recall: 0.5, f1: 0.5454545454545454, support: 6.0 },
  ],
  macro: { precision: 0.5, recall: 0.5, f1: 0.4949494949494949 },
  logLoss: 3.559267782701948,
};
export const numbers = {
  outputs: [
    [2.5, 0.75, 2.0],
    [0.0, 1.5, 2.0],
    [2.0, -1.0, 2.5],
    [8.0, 3.0, 2.0],
    [1.5, 0.25, 2.0],
  ],
  targets: [
    [3.0, 0.5, 2.0],
    [-0.5, 1.25, 2.0],
    [2.0, -3.0, 2.0],
    [7.0, 4.5, 2.0],
    [1.75, 0.0, 2.0],
  ],
  rSquared: 0.575298480290674,
  meanAbsoluteError: 0.46666666666666673,
  rootMeanSquaredError: 0.6391014546386494,
};
export const oneNumber = {
  outputs: [[2.5], [0.0], [2.0], [8.0], [1.5]],
  targets: [[3.0], [-0.5], [2.0], [7.0], [1.75]],
  rSquared: 0.9482615894039735,
  meanAbsoluteError: 0.45,
  rootMeanSquaredError: 0.5590169943749475,
};
export const sameTargets = {
  outputs: [[2.0], [2.0], [2.5], [2.0], [2.0]],
  targets: [[2.0], [2.0], [2.0], [2.0], [2.0]],
  rSquared: 0.0,
  meanAbsoluteError: 0.1,
  rootMeanSquaredError: 0.22360679774997896,
};
export const sameTargetsAllRight = {
  outputs: [[2.0], [2.0], [2.0], [2.0], [2.0]],
  targets: [[2.0], [2.0], [2.0], [2.0], [2.0]],
  rSquared: 1.0,
  meanAbsoluteError: 0.0,
  rootMeanSquaredError: 0.0,
};
