import { FormatError } from '../../errors.js';
import { checkKeys, show } from '../../model/check.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/model.js';
import { checkTransforms } from '../../model/check-transforms.js';
import { checkSpec, type LossSpec } from '../../model/spec.js';
import type { EngineOptions, Network } from '../../network.js';
import { networkOf } from '../portable.js';
import { model, type Model } from './proto.js';
import { decode } from './protobuf.js';
import { readGraph } from './read-graph.js';
import { readOwn } from './read-own.js';
import { METADATA } from './write.js';

/** What `fromONNX` may be told. */
export interface ONNXOptions extends EngineOptions {
  /** With which it is to be trained on. Default: that of a file of bp4, else 'crossEntropy' after softmax, and 'quadratic'. */
  readonly loss?: LossSpec;
  /** The output that is read, of a graph that has several. */
  readonly output?: string;
}

/** Since then the arithmetic operators broadcast as NumPy does. */
const LEAST_OPSET = 7;

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
export async function fromONNX(bytes: Uint8Array | ArrayBuffer, options: ONNXOptions = {}): Promise<Network> {
  checkKeys('options', options, ['loss', 'output', 'engine', 'threads']);
  const { loss, output, ...engine } = options;
  const given = viewOf(bytes);
  const { spec, parameters } = read(decode(model, given), given.length, output);
  if (loss === undefined) return await networkOf('bytes', { spec, parameters }, engine);
  checkSpec({ ...spec, loss }, checkTransforms);
  return await networkOf('bytes', { spec: { ...spec, loss }, parameters }, engine);
}

type Spec = Omit<SpecJSON, 'format' | 'version'>;

function read(
  { graph, opsetImport, metadataProps }: Model,
  bytes: number,
  output: string | undefined,
): { spec: Spec; parameters: readonly Parameters[] } {
  if (!graph) throw new FormatError('bytes: expected an ONNX model, got one without a graph');
  const opset = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  if (opset < LEAST_OPSET) {
    throw new FormatError(
      `bytes: expected opset ${LEAST_OPSET} or later, got ${opset}; export it with a later one`,
    );
  }
  const own = metadataProps.find(({ key }) => key === METADATA)?.value;
  if (own !== undefined) return readOwn(graph, own);
  const { spec, parameters } = readGraph(graph, bytes, output);
  // What is wrong in the file is told apart from what is wrong in the options.
  try {
    const { loss } = checkSpec(spec, checkTransforms);
    return { spec: { ...spec, loss }, parameters };
  } catch (cause) {
    throw new FormatError(`bytes: ${(cause as Error).message}`, { cause });
  }
}

function viewOf(bytes: unknown): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // instanceof would not know the buffers of another realm
  if (Object.prototype.toString.call(bytes) === '[object ArrayBuffer]')
    return new Uint8Array(bytes as ArrayBuffer);
  throw new TypeError(`bytes: expected a Uint8Array or an ArrayBuffer, got ${show(bytes)}`);
}
