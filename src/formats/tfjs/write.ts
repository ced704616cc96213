import type { Network } from '../../network.js';
import type { Tensor } from '../../model/safetensors.js';
import { exportNetwork } from '../portable.js';
import { denseName, buildLayers } from './layers.js';
import { inputLayers, targetLayers, type TransformLayer } from './transforms.js';
import { transpose } from './layers.js';

/** A tensor's entry in a weights manifest. */
export interface TFJSWeight {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32';
}

/** The content of model.json. */
export interface TFJSModel {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: object;
  readonly weightsManifest: [{ readonly paths: ['weights.bin']; readonly weights: TFJSWeight[] }];
  /** `bp4` holds the spec, so that `fromTFJS` restores the whole network. */
  readonly userDefinedMetadata: object;
}

/**
 * Writes a network as a TensorFlow.js LayersModel: the content of model.json and the bytes of weights.bin. `saveTFJS`
 * of bp4/node writes both to a folder. TensorFlow.js loads the model without files as follows:
 *
 * ```js
 * const { model, weights } = toTFJS(net);
 * const { weights: weightSpecs } = model.weightsManifest[0];
 * await tf.loadLayersModel(tf.io.fromMemory({ ...model, weightSpecs, weightData: weights.buffer }));
 * ```
 *
 * The model is a Sequential of Dense, LeakyReLU, ELU and Dropout layers. Kernels are [in][units], float32, with exactly
 * the same weights. Transforms are layers too, so that the model takes and returns the same values as `predict`, with one
 * exception: string categories are passed as indices, and unknown categories don't throw an error. These layers, and
 * gelu, need TensorFlow.js 4.
 *
 * The model is not compiled with the loss. The loss is in `userDefinedMetadata`, with everything else that `fromTFJS`
 * needs.
 * @throws TypeError if `net` is not a Network
 * @throws RangeError if a weight is NaN or infinite, or the numbers of a transform overflow single precision
 * @throws StateError after `dispose`
 */
export function toTFJS(net: Network): { model: TFJSModel; weights: Uint8Array<ArrayBuffer> } {
  const { spec, parameters } = exportNetwork(net);
  const { transforms = {} } = spec;
  const before = inputLayers(transforms);
  const after = targetLayers(transforms);
  const [first, ...rest] = [...before, ...buildLayers(spec), ...after];
  const columns = transforms.inputs?.length ?? spec.inputs;
  const config = { ...first!.config, batch_input_shape: [null, columns], dtype: 'float32' };
  const tensors = new Map<string, Tensor>(before.flatMap(buildFixedTensors));
  for (const [l, { weights, biases }] of parameters.entries()) {
    const units = biases.length;
    const fanIn = weights.length / units;
    tensors.set(`${denseName(l)}/kernel`, {
      shape: [fanIn, units],
      values: transpose(weights, units, fanIn),
    });
    tensors.set(`${denseName(l)}/bias`, { shape: [units], values: biases });
  }
  return {
    model: {
      format: 'layers-model',
      generatedBy: 'bp4',
      convertedBy: null,
      modelTopology: {
        class_name: 'Sequential',
        config: {
          name: 'bp4',
          layers: [{ ...first!, config }, ...rest].map(({ class_name, config }) => ({ class_name, config })),
        },
        keras_version: 'tfjs-layers 4.22.0',
        backend: 'tensor_flow.js',
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: Array.from(tensors, ([name, { shape }]) => ({
            name,
            shape: [...shape],
            dtype: 'float32' as const,
          })),
        },
      ],
      userDefinedMetadata: { bp4: spec },
    },
    weights: encodeTensors([...tensors.values()]),
  };
}

/** The fixed weights of a transform layer. */
export function buildFixedTensors({ config, shape, fill }: TransformLayer): [string, Tensor][] {
  if (!shape || !fill) return [];
  const [fanIn, units] = shape;
  const kernel = new Float32Array(fanIn * units);
  const bias = new Float32Array(units);
  fill(kernel, bias);
  const name = config['name'] as string;
  return [
    [`${name}/kernel`, { shape, values: kernel }],
    [`${name}/bias`, { shape: [units], values: bias }],
  ];
}

/** Concatenates tensors in little-endian order. */
function encodeTensors(tensors: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * tensors.reduce((sum, { values }) => sum + values.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { values } of tensors) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}
