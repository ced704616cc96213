import type { NetworkJSON } from '../../src/index.js';

// What network.py begins with, and where it ends.

export const network: NetworkJSON = {
  format: 'bp4',
  version: 1,
  inputs: 2,
  loss: 'quadratic',
  layers: [
    {
      units: 3,
      activation: 'sigmoid',
      weights: [
        [0.5, -0.25],
        [1, 0.75],
        [-0.5, 1.5],
      ],
      biases: [0.125, -0.5, 0.25],
    },
    {
      units: 2,
      activation: 'sigmoid',
      weights: [
        [0.25, -1, 0.5],
        [-0.75, 0.5, 1.25],
      ],
      biases: [-0.25, 0.5],
    },
  ],
};

export const data = {
  inputs: [0, 1, 1, 0.5, -0.5, 0.25, 0.75, -1],
  targets: [1, 0, 0, 1, 0.5, 0.75, 0.25, 0],
};

export const options = { epochs: 3, miniBatchSize: 2, learningRate: 3, shuffle: false };

export const trained = {
  layers: [
    {
      weights: [
        0.48366796268478973, -0.22375830981717346, 1.1071361682360263, 0.5990616066375598,
        -0.5362533787864971, 1.5671980975940885,
      ],
      biases: [0.25199508989983666, -0.5816131130918163, 0.18492032452084242],
    },
    {
      weights: [
        0.14347325324218074, -1.0382850448494525, 0.7191027725364157, -1.0852149934466075,
        0.26372037503067486, 0.9648899478531261,
      ],
      biases: [-0.26518660174590913, -0.11068782176217468],
    },
  ],
  outputs: [
    0.47420413553508306, 0.5730615576177989, 0.38754873482497765, 0.48781295515335926, 0.5064208517737008,
    0.5264085207489225, 0.379710873127316, 0.3496384328753771,
  ],
};
