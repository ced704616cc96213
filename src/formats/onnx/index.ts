/**
 * Reads and writes ONNX models: writes networks for onnxruntime, and reads models from PyTorch, Keras and scikit-learn.
 *
 * @module bp4/onnx
 */
import { checkKeys } from '../../base/check.js';
import { loaded } from '../../base/loaded.js';
import { withFormulas } from '../../model/check-transforms.js';
import type { Network } from '../../network.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { collectFiles } from '../files-by-name.js';
import { importNetwork } from '../portable.js';
import type { ONNXOptions } from './read.js';

export type { ONNXOptions } from './read.js';
export { toONNX } from './write.js';

/** On demand, so that programs that only write don't load it. */
const loadReader = (place: string): Promise<typeof import('./read.js')> => loaded(place, import('./read.js'));

/**
 * Creates a network from an ONNX model. A file of `toONNX` is restored with its loss, dropout, seed and transforms.
 * Other models must be a sequence of layers from one input to one output:
 * - layers: Gemm, MatMul, Add; weights of 16, 32 or 64 bits, rounded to 32, initializers or Constant, through Transpose
 * - activations: Sigmoid, Tanh, Relu, LeakyRelu, Elu, Softplus, Softsign, Gelu (tanh), Softmax, and combinations with
 *   Add, Sub, Mul, Div, Pow and Abs that equal one of bp4's activations, such as swish
 * - BatchNormalization, and scales and shifts per unit, which fold into the weights of the layer before them, or of the
 *   layer after them and after an activation
 * - before the first layer and after the last: Add, Sub, Mul and Div with constants, and Scaler, which become
 *   transforms
 * - the two probabilities of a scikit-learn classifier with two classes, 1 − p and p, as a softmax
 * - ignored: Identity, Cast between floats, Dropout, Flatten, Reshape to one row per sample, Squeeze of a single unit,
 *   ZipMap
 *
 * Weights of 8 bits are read only through DequantizeLinear; other quantized models throw a FormatError.
 * @param bytes an .onnx file; weights in a second file are passed in `options.files`
 * @throws FormatError naming the first unsupported node by place, operator and name, or the invalid byte
 * @throws TypeError or RangeError naming the option
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function fromONNX(bytes: Bytes, options: ONNXOptions = {}): Promise<Network> {
  checkKeys('options', options, ['loss', 'output', 'files', 'engine', 'threads']);
  const { loss, output, files: given, ...engine } = options; // copied now, like the bytes, because reading is asynchronous
  const model = checkBytes('bytes', bytes, 'an ONNX model').slice();
  const files = given && collectFiles('options.files', given);
  for (const [name, file] of files ?? []) files!.set(name, file.slice());
  const { read } = await loadReader('fromONNX');
  const found = await withFormulas(() => read(model, { loss, output, files }));
  return await importNetwork('bytes', found, engine);
}

/**
 * Lists the external files that hold weights of a model. Pass them to `fromONNX` by name, as `options.files`. The names
 * are untrusted: check that each is in an allowed folder before you read it.
 * @returns the names; none if the model holds all its weights
 * @throws TypeError if `bytes` is not bytes; FormatError if it is not an ONNX model
 */
export async function listFiles(bytes: Bytes): Promise<string[]> {
  const given = checkBytes('bytes', bytes, 'an ONNX model').slice();
  const { listExternalFiles } = await loadReader('listFiles');
  return listExternalFiles(given);
}
