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

/** Since then the arithmetic operators broadcast as NumPy does. */
const LEAST_OPSET = 7;

/** A network as `importNetwork` takes it. */
interface Found {
  readonly spec: Omit<SpecJSON, 'format' | 'version'>;
  readonly parameters: readonly Parameters[];
}

/**
 * Reads a file.
 * @throws FormatError where it cannot be read
 * @throws TypeError, RangeError where it has no such output, or its last layer does not go with the loss
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
      cure: 'export it with a later one',
    });
  }
  const own = metadataProps.find(({ key }) => key === METADATA)?.value;
  const found = own === undefined ? readOther(graph, bytes.length, output) : readOwn(graph, own);
  if (loss === undefined) return found;
  const spec = { ...found.spec, loss };
  checkSpec(spec);
  return { ...found, spec };
}

/** Errors in the file are told apart from those in the options: it is checked with the default loss. */
function readOther(graph: Graph, bytes: number, output: string | undefined): Found {
  const { spec, parameters } = readGraph(graph, bytes, output);
  try {
    const { loss } = checkSpec(spec);
    return { spec: { ...spec, loss }, parameters };
  } catch (cause) {
    throw new FormatError(within('bytes', cause), { cause });
  }
}

/** What `fromONNX` may be told. */
export interface ONNXOptions extends EngineOptions {
  /** With which it is to be trained on. Default: that of a file of bp4, else 'crossEntropy' after softmax, and 'quadratic'. */
  readonly loss?: LossSpec;
  /** The output that is read, of a graph that has several. */
  readonly output?: string;
}
