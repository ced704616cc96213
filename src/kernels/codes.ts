// Activations, losses and optimizers cross from TypeScript into WebAssembly as these numbers. Both compilers (tsc for src/,
// asc for assembly/) compile this file, so the two sides can't disagree.

export const LINEAR = 0;
export const SIGMOID = 1;
export const TANH = 2;
export const RELU = 3;
export const SOFTMAX = 4;
export const LEAKY_RELU = 5;
export const ELU = 6;
export const SOFTPLUS = 7;
export const SWISH = 8;
export const GELU = 9;
export const SOFTSIGN = 10;
export const GELU_EXACT = 11;
export const SELU = 12;
export const MISH = 13;

export const QUADRATIC = 0;
export const CROSS_ENTROPY = 1;
export const BINARY_CROSS_ENTROPY = 2;
export const MEAN_SQUARED_ERROR = 3;
export const MEAN_ABSOLUTE_ERROR = 4;
export const HUBER = 5;
export const HINGE = 6;
export const LOG_COSH = 7;
export const POISSON = 8;
export const QUANTILE = 9;
export const OWN = 10;
export const FOCAL = 11;
export const BINARY_FOCAL = 12;

export const SGD = 0;
export const MOMENTUM = 1;
export const NESTEROV = 2;
export const ADAGRAD = 3;
export const RMSPROP = 4;
export const ADAM = 5;
