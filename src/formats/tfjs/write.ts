import type { Network } from '../../network.js';
import type { Tensor } from '../../model/safetensors.js';
import { exportNetwork } from '../portable.js';
import { denseName, buildLayers } from './layers.js';
import { inputLayers, targetLayers, type TransformLayer } from './transforms.js';
import { transpose } from './layers.js';

/** The entry of a tensor in a weights manifest. */
export interface TFJSWeight {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32';
}

/** What model.json holds. */
export interface TFJSModel {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: object;
  readonly weightsManifest: [{ readonly paths: ['weights.bin']; readonly weights: TFJSWeight[] }];
  /** `bp4`: the network but for its weights, by which `fromTFJS` gives all of it back. */
  readonly userDefinedMetadata: object;
}

/**
 * The network as a LayersModel of TensorFlow.js: what model.json is to hold, and the bytes of weights.bin beside it.
 * `saveTFJS` of bp4/node writes both into a folder. Without files, TensorFlow.js opens it by
 *
 * ```js
 * const { model, weights } = toTFJS(net);
 * const { weights: weightSpecs } = model.weightsManifest[0];
 * await tf.loadLayersModel(tf.io.fromMemory({ ...model, weightSpecs, weightData: weights.buffer }));
 * ```
 *
 * It is a Sequential of Dense, LeakyReLU, ELU and Dropout layers; kernels are [in][units], float32, to the bit. Transforms
 * are layers too, so that the model there takes and gives what `predict` does here; but for columns of categories that are
 * strings: they are given as the index of each, and what is no category is not refused. Those layers, and gelu, need
 * TensorFlow.js 4.
 *
 * The loss is not compiled into the model there; it is in `userDefinedMetadata`, with all else that `fromTFJS` needs.
 * @throws TypeError where it is no network
 * @throws RangeError where a weight is NaN or infinite, or the numbers of a transform have no room in single precision
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

/** The weights of a layer that makes one-hot columns. */
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

/** One after the other, little-endian. */
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
