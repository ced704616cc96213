// The numbers by which activations, losses and optimizers cross from TypeScript into WebAssembly. This file is compiled by
// both compilers (tsc for src/, asc for assembly/), so that the two sides cannot disagree.

export const LINEAR = 0;
export const SIGMOID = 1;
export const TANH = 2;
export const RELU = 3;
export const SOFTMAX = 4;

export const QUADRATIC = 0;
export const CROSS_ENTROPY = 1;
export const BINARY_CROSS_ENTROPY = 2;

export const SGD = 0;
export const MOMENTUM = 1;
export const NESTEROV = 2;
export const ADAGRAD = 3;
export const RMSPROP = 4;
export const ADAM = 5;
