import { FormatError, TypeFault, within } from '../../errors.js';
import { checkKeys, show } from '../../base/check.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import { withFormulas } from '../../model/check-transforms.js';
import { specFromJSON } from '../../model/json.js';
import type { Tensor } from '../../model/safetensors.js';
import type { CheckedSpec, LossSpec, OwnLoss } from '../../model/spec.js';
import type { EngineOptions, Network } from '../../network.js';
import { importNetwork, type ForeignNetwork } from '../portable.js';
import { readChain, describeLayer, type ChainLayer } from './chain.js';
import { readObject, holds, type Fields } from './fields.js';
import { readLoss } from './loss.js';
import { foldNorms } from './norms.js';
import { checkKind, readLayers, type ReadLayer } from './read-layers.js';
import { readScalings } from './scalings.js';
import { inputLayers, targetLayers, type TransformLayer } from './transforms.js';
import { transpose } from './layers.js';
import { readManifest, readWeights, refuseKerasJSON, type TFJSWeights, type Weights } from './weights.js';
import { buildFixedTensors } from './write.js';

export interface TFJSOptions extends EngineOptions {
  /**
   * Default: the loss that the model was compiled with, or trained with if `toTFJS` wrote it; else 'crossEntropy' if
   * the last activation is softmax, else 'quadratic'.
   */
  readonly loss?: LossSpec | OwnLoss;
}

/**
 * Creates a network from a LayersModel that `toTFJS`, TensorFlow.js or a converter of Keras models wrote: a Sequential,
 * or a functional model without branches, with layers Dense, Activation, Softmax, ReLU, LeakyReLU, ELU, Dropout,
 * Flatten, BatchNormalization and InputLayer. Normalization and Rescaling before the first Dense become transforms of the
 * inputs. A Dense without biases gets zeros. BatchNormalization folds into the weights
 * of the Dense before it, or after an activation into those of the Dense after it. Regularizers and constraints are ignored; pass them to
 * `train`. Keras's binaryCrossEntropy is the mean over the outputs, bp4's is their sum.
 *
 * Models of `toTFJS` are restored exactly, with transforms, loss, seed and dropout. This also works after further
 * training in TensorFlow.js, which keeps `userDefinedMetadata` when it saves.
 * @param model the parsed content of model.json; or the artifacts that TensorFlow.js's `model.save` passes to a save
 * handler
 * @param weights the bytes of all weights in the order of the manifest, in one piece or in several, such as the
 * `weightData` of TensorFlow.js; or the bytes of each file by its name in the manifest. Float32, or quantized by the converter
 * @throws FormatError naming the first unsupported layer, weight or place
 * @throws TypeError if `weights` is not bytes or `model` is not an object, and for unknown options
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function fromTFJS(
  model: object,
  weights: TFJSWeights,
  options: TFJSOptions = {},
): Promise<Network> {
  checkKeys('options', options, ['loss', 'engine', 'threads']);
  if (typeof model !== 'object' || (model as unknown) === null) {
    throw new TypeFault({
      place: 'model',
      problem: `expected the content of model.json as an object, got ${show(model)}`,
      ...(typeof model === 'string' && { cure: 'parse the text with JSON.parse' }),
    });
  }
  const { loss, ...engine } = options;
  const { spec, parameters } = await withFormulas(() => read(model as Fields, weights, loss));
  return await importNetwork(
    'model',
    { spec: loss === undefined ? spec : { ...spec, loss }, parameters },
    engine,
  );
}

function read(model: Fields, weights: TFJSWeights, loss: LossSpec | OwnLoss | undefined): ForeignNetwork {
  refuseKerasJSON(model);
  const chain = readChain(model, checkKind);
  const metadata = readMetadata(model);
  const { rest, transforms } = splitTransforms(chain, metadata?.checked);
  const { layers, scalings, inputs } = readLayers(rest);
  const tensors = readWeights(readManifest(model), weights);
  for (const transform of transforms) takeFixed(transform, tensors);
  const parameters = layers.map((layer, l) =>
    takeParameters(layer, tensors, l === 0 ? inputs : layers[l - 1]!.units),
  );
  const [first] = parameters;
  const width = first!.weights.length / first!.biases.length;
  const inputTransforms = readScalings(scalings, tensors, width);
  if (tensors.left !== undefined) {
    throw new FormatError({
      place: `weight ${show(tensors.left)}`,
      problem: 'no layer of the model uses it',
    });
  }
  if (metadata) {
    checkAgreement(metadata.checked, layers, parameters);
    if (scalings.length > 0) throw disagreement(`${describeLayer(scalings[0]!)} scales the inputs`);
    return { spec: metadata.spec, parameters };
  }
  const spec = {
    inputs: width,
    ...(scalings.length > 0 && { transforms: { inputs: inputTransforms } }),
    layers: layers.map(({ units, activation, alpha, dropout }) => ({
      units,
      activation,
      ...(alpha !== undefined && { alpha }),
      ...(dropout > 0 && { dropout }),
    })),
    loss:
      loss ?? compiledLoss(model) ?? (layers.at(-1)!.activation === 'softmax' ? 'crossEntropy' : 'quadratic'),
  };
  return { spec, parameters };
}

const compiledLoss = (model: Fields): LossSpec | undefined =>
  readLoss(model['trainingConfig'] ?? (model['modelTopology'] as Fields)['training_config']);

/** Reads and checks the spec that `toTFJS` wrote. */
function readMetadata(model: Fields): { spec: SpecJSON; checked: CheckedSpec } | undefined {
  const { userDefinedMetadata } = model;
  if (userDefinedMetadata == null) return undefined;
  const spec = readObject('userDefinedMetadata', userDefinedMetadata)['bp4'];
  if (spec === undefined) return undefined;
  try {
    return { spec: spec as SpecJSON, checked: specFromJSON(spec as SpecJSON).checked };
  } catch (cause) {
    throw new FormatError(within(METADATA, cause), { cause });
  }
}

const METADATA = 'userDefinedMetadata.bp4';
const IGNORE_METADATA = 'delete userDefinedMetadata to read only the layers';

const disagreement = (what: string): FormatError =>
  new FormatError({
    place: METADATA,
    problem: `does not match the model: ${what}`,
    cure: IGNORE_METADATA,
  });

/** Separates the layers of the network from those of the transforms, which must match the metadata. */
function splitTransforms(
  chain: readonly ChainLayer[],
  spec: CheckedSpec | undefined,
): { rest: readonly ChainLayer[]; transforms: readonly TransformLayer[] } {
  const given = spec?.transforms.given;
  if (!given) return { rest: chain, transforms: [] };
  let before, after;
  try {
    before = inputLayers(given);
    after = targetLayers(given);
  } catch (error) {
    throw new FormatError({ ...within(METADATA, error), cure: IGNORE_METADATA }, { cause: error });
  }
  const end = chain.length - after.length;
  for (const [i, expected] of before.entries()) checkTransform(chain[i], expected);
  for (const [i, expected] of after.entries()) checkTransform(chain[end + i], expected);
  return { rest: chain.slice(before.length, end), transforms: before };
}

function checkTransform(layer: ChainLayer | undefined, { class_name, config }: TransformLayer): void {
  if (layer?.kind !== class_name || !holds(layer.config, config)) {
    const got = layer ? describeLayer(layer) : 'no layer';
    throw disagreement(`expected transforms in layer ${show(config['name'])}, got ${got}`);
  }
}

/** Takes the weights of a transform layer, which must match the metadata. */
function takeFixed(transform: TransformLayer, tensors: Weights): void {
  if (!transform.shape) return;
  const name = transform.config['name'] as string;
  const given = ['kernel', 'bias'].map((part, i) => tensors.take(name, part, i));
  const shapes = [transform.shape, [transform.shape[1]]];
  // Compares shapes first, so that the computed arrays are no larger than the given ones.
  const isSame =
    given.every((tensor, i) => String(tensor?.shape) === String(shapes[i])) &&
    buildFixedTensors(transform).every(([, { values }], i) =>
      values.every((value, n) => value === given[i]!.values[n]),
    );
  if (!isSame) throw disagreement(`the weights of layer ${show(name)} differ from the transforms`);
}

/** @param fanIn if known */
function takeParameters(
  { name, units, hasBiases, before, after }: ReadLayer,
  tensors: Weights,
  fanIn: number | undefined,
): Parameters {
  const take = (part: string, ...expected: (number | undefined)[]): Tensor => {
    const weight = `${name}/${part}`;
    const tensor = tensors.take(name, part, part === 'kernel' ? 0 : 1);
    const fits =
      tensor?.shape.length === expected.length &&
      expected.every((size, i) => (size === undefined ? tensor.shape[i]! > 0 : size === tensor.shape[i]));
    if (!fits) {
      const shape = expected.map((size) => size ?? 'inputs').join();
      const got = tensor ? `[${tensor.shape.join()}]` : 'no such weight';
      throw new FormatError({ place: `weight ${show(weight)}`, problem: `expected [${shape}], got ${got}` });
    }
    return tensor;
  };
  const kernel = take('kernel', fanIn, units);
  const parameters = {
    weights: transpose(kernel.values, kernel.shape[0]!, units),
    biases: hasBiases ? take('bias', units).values : new Float32Array(units),
  };
  return foldNorms(parameters, { before, after }, tensors);
}

/** @throws FormatError if the metadata describe another network */
function checkAgreement(
  spec: CheckedSpec,
  layers: readonly ReadLayer[],
  parameters: readonly Parameters[],
): void {
  const [first] = parameters;
  const inputs = first!.weights.length / first!.biases.length;
  if (spec.inputs !== inputs) throw disagreement(`it has ${spec.inputs} inputs, but the model has ${inputs}`);
  if (spec.layers.length !== layers.length)
    throw disagreement(`it has ${spec.layers.length} layers, but the model has ${layers.length}`);
  for (const [l, { name, units, activation, alpha = 0, dropout }] of layers.entries()) {
    const expected = spec.layers[l]!;
    const isSame =
      expected.units === units &&
      expected.activation === activation &&
      expected.alpha === alpha &&
      expected.dropout === dropout;
    if (!isSame) throw disagreement(`its layers[${l}] differs from layer ${show(name)}`);
  }
}
