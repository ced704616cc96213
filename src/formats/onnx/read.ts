import { FormatError, RangeFault, within } from '../../errors.js';
import { checkSpec, describeSpec, type LossSpec, type OwnLoss } from '../../model/spec.js';
import { listNames, type FilesByName } from '../files-by-name.js';
import { nameForeign } from '../foreign.js';
import { decode } from './decode.js';
import { ExternalData, listLocations } from './external-data.js';
import { model, type Graph, type Model } from './proto.js';
import { readGraph, type Source } from './read-graph.js';
import { readOwn } from './read-own.js';
import { METADATA } from './write.js';
import { OUTPUTS } from './write-graph.js';
import type { EngineOptions } from '../../network.js';
import type { ForeignNetwork } from '../portable.js';

/** From this version on, arithmetic operators broadcast as in NumPy. */
const LEAST_OPSET = 7;

/** What is read of a model, from `ONNXOptions`. */
interface Choice {
  readonly loss?: LossSpec | OwnLoss | undefined;
  readonly output?: string | undefined;
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
}

/**
 * Reads a file.
 * @throws FormatError if the file cannot be read
 * @throws TypeError or RangeError if the model has no such output, or its last layer doesn't fit the loss
 */
export function read(bytes: Uint8Array, { loss, output, files }: Choice): ForeignNetwork {
  const { graph, opsetImport, metadataProps } = decodeModel(bytes);
  const opset = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  if (opset < LEAST_OPSET) {
    throw new FormatError({
      place: 'bytes',
      problem: `expected opset ${LEAST_OPSET} or later, got ${opset}`,
      cure: 'export it with a later opset',
    });
  }
  const source = { graph, bytes: bytes.length, external: new ExternalData(files) };
  if (files) checkFiles(graph, [...files.keys()]);
  const own = metadataProps.find(({ key }) => key === METADATA)?.value;
  const isOwn = own !== undefined && (output === undefined || output === OUTPUTS);
  const found = !isOwn ? readOther(source, output) : readOwn(source, own);
  if (loss === undefined) return found;
  const spec = { ...found.spec, loss };
  checkSpec(spec);
  return { ...found, spec };
}

/** @throws FormatError if it isn't a model, naming what it is instead if that is known */
function decodeModel(bytes: Uint8Array): Model & { readonly graph: Graph } {
  try {
    const decoded = decode(model, bytes);
    const { graph } = decoded;
    if (graph) return { ...decoded, graph };
    throw new FormatError({ place: 'bytes', problem: 'expected an ONNX model, got one without a graph' });
  } catch (error) {
    throw nameForeign('bytes', bytes, 'an ONNX model', error);
  }
}

/** The names of the files that hold numbers of a model, in addition to its own. */
export const listExternalFiles = (bytes: Uint8Array): string[] => listLocations(decodeModel(bytes).graph);

/** @throws RangeError naming a file that the model doesn't use */
function checkFiles(graph: Graph, given: readonly string[]): void {
  const used = listLocations(graph);
  const unused = given.filter((name) => !used.includes(name));
  // A missing file is named where it is needed, with those that are given.
  if (unused.length === 0 || !used.every((name) => given.includes(name))) return;
  throw new RangeFault({
    place: 'options.files',
    problem: `the model uses ${listNames(used)}, not ${listNames(unused)}`,
    cure: 'leave it out',
  });
}

/** Checks the file with the default loss, so that an error in the file is not attributed to the options. */
function readOther(source: Source, output: string | undefined): ForeignNetwork {
  const { spec, parameters } = readGraph(source, output);
  try {
    const { loss } = describeSpec(checkSpec(spec));
    return { spec: { ...spec, loss: loss as LossSpec }, parameters };
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
  readonly loss?: LossSpec | OwnLoss;
  /**
   * The name of the output to read, or of any value inside the graph. Required if the graph has several outputs. The
   * probabilities of a scikit-learn classifier with two classes, [1 − p, p], are read as a softmax with two outputs.
   */
  readonly output?: string;
  /**
   * The bytes of the files that hold the weights, by the names that the model uses for them, such as
   * 'model.onnx.data', which PyTorch writes beside model.onnx.
   */
  readonly files?: FilesByName;
}
