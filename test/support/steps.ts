import type { Model } from '../../src/model/model.js';
import { totalCost } from '../../src/training/evaluate.js';

// The steps of a gathered mini-batch.

export const forward = ({ kernels, layout }: Model, rows: number): void =>
  kernels.feedForward(layout.net, rows);

export const cost = totalCost;

export const backward = ({ kernels, layout }: Model, rows: number): void =>
  kernels.backpropagate(layout.net, rows, 0);
