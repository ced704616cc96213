/**
 * ONNX models: writes a network for onnxruntime, and reads models from PyTorch, Keras and scikit-learn.
 *
 * @module bp4/onnx
 */
import { checkKeys } from '../../base/check.js';
import type { Network } from '../../network.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { importNetwork } from '../portable.js';
import type { ONNXOptions } from './read.js';

export type { ONNXOptions } from './read.js';
export { toONNX } from './write.js';

/**
 * Makes a network of an ONNX model: of a file of `toONNX` that one again, with its loss, dropout, seed and transforms; of
 * others one layer after the other, from one input to one output:
 * - layers: Gemm, MatMul, Add; weights of 16, 32 or 64 bits, rounded to 32, initializers or Constant, through Transpose
 * - activations: Sigmoid, Tanh, Relu, LeakyRelu, Elu, Softplus, Softsign, Gelu (tanh), Softmax, and whatever Add, Sub, Mul,
 *   Div, Pow and Abs make of these that is one of bp4's, as swish
 * - before the first layer and after the last: Add, Sub, Mul, Div by constants, and Scaler, which become transforms
 * - passed over: Identity, Cast between floats, Dropout, Flatten, Reshape to a row for each sample
 * @param bytes of a file .onnx, all in one: weights in a second file are refused
 * @throws FormatError naming the first node that it cannot take, by place, operator and name, or the byte that is wrong
 * @throws TypeError, RangeError naming the option that is wrong
 * @throws EngineError where engine 'wasm' is refused
 */
export async function fromONNX(bytes: Bytes, options: ONNXOptions = {}): Promise<Network> {
  checkKeys('options', options, ['loss', 'output', 'engine', 'threads']);
  const { loss, output, ...engine } = options; // as they are now, and the bytes
  const given = checkBytes('bytes', bytes, 'an ONNX model').slice();
  // Loaded only by those who read.
  const { read } = await import('./read.js');
  return await importNetwork('bytes', read(given, loss, output), engine);
}
