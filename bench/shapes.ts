// The one table of shapes: the benchmarks time the shapes that the parity tests check.

/** A matrix product: rows of a mini-batch, units of the previous layer, units of the layer. */
export interface Shape {
  readonly rows: number;
  readonly fanIn: number;
  readonly units: number;
}

const shape = (rows: number, fanIn: number, units: number): Shape => ({ rows, fanIn, units });

/** Shapes of real networks, from a mini-batch of Nielsen's network up. */
export const realShapes: readonly Shape[] = [
  shape(10, 30, 10),
  shape(10, 784, 30),
  shape(32, 784, 128),
  shape(1, 784, 512),
  shape(128, 512, 10),
  shape(128, 512, 512),
  shape(128, 784, 512),
  shape(256, 1024, 1024),
];

/** Shapes that break tiles: smallest, primes, and one less and one more than each block of 3, 4, 8 and 16. */
export const awkwardShapes: readonly Shape[] = [
  shape(1, 1, 1),
  shape(1, 2, 3),
  shape(2, 1, 1),
  shape(3, 3, 2),
  shape(4, 2, 3),
  shape(4, 4, 4), // the largest small product and the next: 64 for BP2, 256 for the tiles
  shape(4, 4, 5),
  shape(4, 8, 8),
  shape(3, 9, 9),
  shape(5, 5, 7),
  shape(6, 4, 4),
  shape(7, 7, 5),
  shape(8, 8, 8),
  shape(9, 9, 9),
  shape(10, 15, 16),
  shape(11, 17, 12),
  shape(13, 11, 13),
  shape(15, 16, 17),
  shape(17, 23, 15),
  shape(29, 31, 37),
  shape(31, 33, 31),
  shape(10, 784, 30),
  // a single sample, around eight rows of weights
  shape(1, 23, 13),
  shape(1, 24, 20),
  shape(1, 33, 36),
  // around the blocks of the depth, and the thresholds of packing
  shape(3, 511, 5),
  shape(23, 512, 9),
  shape(24, 513, 8),
  shape(25, 1025, 12),
  shape(513, 5, 9),
  shape(24, 65, 64),
  shape(25, 63, 68),
  // more inputs than a block of a transposed mini-batch holds, packed and not
  shape(500, 129, 64),
  shape(30, 2190, 4),
];

/** A network with its mini-batch, for training benchmarks. */
export interface TrainingCase {
  readonly name: string;
  readonly inputs: number;
  readonly layers: readonly { units: number; activation: 'sigmoid' | 'relu' | 'softmax' }[];
  readonly loss: 'quadratic' | 'crossEntropy';
  readonly miniBatchSize: number;
  readonly learningRate: number;
}

export const trainingCases: readonly TrainingCase[] = [
  {
    name: '[2, 3, 1] b1',
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid' },
      { units: 1, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    miniBatchSize: 1,
    learningRate: 3,
  },
  {
    name: '[2, 3, 1] b4',
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid' },
      { units: 1, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    miniBatchSize: 4,
    learningRate: 3,
  },
  {
    name: '[784, 30, 10] b10',
    inputs: 784,
    layers: [
      { units: 30, activation: 'sigmoid' },
      { units: 10, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    miniBatchSize: 10,
    learningRate: 3,
  },
  {
    name: '[784, 128, 10] b32',
    inputs: 784,
    layers: [
      { units: 128, activation: 'relu' },
      { units: 10, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    miniBatchSize: 32,
    learningRate: 0.1,
  },
  {
    name: '[784, 512, 512, 10] b128',
    inputs: 784,
    layers: [
      { units: 512, activation: 'relu' },
      { units: 512, activation: 'relu' },
      { units: 10, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    miniBatchSize: 128,
    learningRate: 0.1,
  },
];
