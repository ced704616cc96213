import { FormatError, within } from '../../errors.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import { checkSpec, type LossSpec } from '../../model/spec.js';
import { decode } from './decode.js';
import { model, type Graph } from './proto.js';
import { readGraph } from './read-graph.js';
import { readOwn } from './read-own.js';
import { METADATA } from './write.js';
import type { EngineOptions } from '../../network.js';

/** From this version on, arithmetic operators broadcast as in NumPy. */
const LEAST_OPSET = 7;

/** A network as `importNetwork` accepts it. */
interface Found {
  readonly spec: Omit<SpecJSON, 'format' | 'version'>;
  readonly parameters: readonly Parameters[];
}

/**
 * Reads a file.
 * @throws FormatError if the file cannot be read
 * @throws TypeError or RangeError if the model has no such output, or its last layer doesn't fit the loss
 */
export function read(bytes: Uint8Array, loss: LossSpec | undefined, output: string | undefined): Found {
  const { graph, opsetImport, metadataProps } = decode(model, bytes);
  if (!graph)
    throw new FormatError({ place: 'bytes', problem: 'expected an ONNX model, got one without a graph' });
  const opset = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  if (opset < LEAST_OPSET) {
    throw new FormatError({
      place: 'bytes',
      problem: `expected opset ${LEAST_OPSET} or later, got ${opset}`,
      cure: 'export it with a later opset',
    });
  }
  const own = metadataProps.find(({ key }) => key === METADATA)?.value;
  const found = own === undefined ? readOther(graph, bytes.length, output) : readOwn(graph, own);
  if (loss === undefined) return found;
  const spec = { ...found.spec, loss };
  checkSpec(spec);
  return { ...found, spec };
}

/** Checks the file with the default loss, so that an error in the file is not attributed to the options. */
function readOther(graph: Graph, bytes: number, output: string | undefined): Found {
  const { spec, parameters } = readGraph(graph, bytes, output);
  try {
    const { loss } = checkSpec(spec);
    return { spec: { ...spec, loss }, parameters };
  } catch (cause) {
    throw new FormatError(within('bytes', cause), { cause });
  }
}

/** The options of `fromONNX`. */
export interface ONNXOptions extends EngineOptions {
  /**
   * The loss of further training. Default: the loss in a file of bp4, else 'crossEntropy' if the last activation is
   * softmax, else 'quadratic'.
   */
  readonly loss?: LossSpec;
  /** The name of the output to read. Required if the graph has several. */
  readonly output?: string;
}
