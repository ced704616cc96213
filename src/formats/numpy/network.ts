import { FormatError, RangeFault, TypeFault } from '../../errors.js';
import { checkKeys, show } from '../../base/check.js';
import { nameTensors } from '../../model/file.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import type { LossSpec, OwnLoss } from '../../model/spec.js';
import type { ActivationName, Network } from '../../index.js';
import type { EngineOptions } from '../../network.js';
import type { Bytes } from '../../base/bytes.js';
import { importNetwork, exportNetwork } from '../portable.js';
import { NPZ, encodeNPZ } from './npz.js';

/** The entry that holds the spec of the network as JSON. */
const SPEC = 'bp4.json';

/** The properties of a network that arrays of other programs don't contain. */
export interface NPZOptions extends EngineOptions {
  /**
   * The activation of each layer, first to last. Required for files that `toNPZ` didn't write, and forbidden for
   * others.
   */
  readonly activations?: readonly ActivationName[];
  /**
   * Default: 'crossEntropy' if the last activation is softmax, else 'quadratic'. Only with `activations`, or for a file of `toNPZ` that
   * names a loss of your own.
   */
  readonly loss?: LossSpec | OwnLoss;
}

/**
 * Writes a network as an `.npz` file of float32 arrays: `0.weight` [units][fanIn] and `0.bias` [units], and so on for
 * each layer. The entry `bp4.json`, which np.load returns as bytes, holds the rest of the spec as JSON.
 * @throws TypeError if `net` is not a Network; StateError after `dispose`
 */
export function toNPZ(net: Network): Uint8Array {
  const { spec, parameters } = exportNetwork(net);
  const arrays = new Map(Array.from(nameTensors('', parameters)));
  return encodeNPZ(arrays, { [SPEC]: JSON.stringify(spec) });
}

/**
 * Creates a network from an `.npz` file: one that `toNPZ` wrote, or one from any other program with `0.weight`
 * [units][fanIn], `0.bias` [units], … in ascending order (gaps are allowed, because PyTorch's nn.Sequential leaves
 * them). Values are rounded to 32 bits.
 * @throws TypeError or RangeError naming the option
 * @throws FormatError naming the array that is missing, unexpected or of the wrong shape, and in the cases of `readNPZ`
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function fromNPZ(bytes: Bytes, options: NPZOptions = {}): Promise<Network> {
  checkKeys('options', options, ['activations', 'loss', 'engine', 'threads']);
  const { activations, loss, ...engine } = options;
  const npz = new NPZ('npz', bytes);
  const text = npz.text(SPEC);
  const { parameters, inputs } = readParameters(npz);
  if (text !== undefined) {
    const spec = parseSpec(text);
    const isOwn = typeof spec.loss === 'object' && 'own' in spec.loss;
    if (activations !== undefined || (loss !== undefined && !isOwn)) {
      throw new TypeFault({
        place: 'activations',
        problem: `the file holds activations and loss in ${SPEC}`,
        cure: 'leave activations and loss out',
      });
    }
    return importNetwork(
      'npz',
      { spec, parameters },
      { ...engine, ...(loss !== undefined && { loss: loss as OwnLoss }) },
    );
  }
  if (!Array.isArray(activations)) {
    throw new TypeFault({
      place: 'activations',
      problem: `expected an array, because the file holds only weights, got ${show(activations)}`,
      cure: `set the activation of each of its ${parameters.length} layers`,
      option: { name: 'activations' },
    });
  }
  if (activations.length !== parameters.length) {
    throw new RangeFault({
      place: 'activations',
      problem: `expected ${parameters.length}, one for each layer, got ${activations.length}`,
    });
  }
  const layers = parameters.map(({ biases }, l) => ({
    units: biases.length,
    activation: (activations as ActivationName[])[l]!,
  }));
  const given = loss ?? (layers.at(-1)!.activation === 'softmax' ? 'crossEntropy' : 'quadratic');
  return importNetwork('npz', { spec: { inputs, loss: given, layers }, parameters }, engine);
}

function parseSpec(text: string): SpecJSON {
  try {
    return JSON.parse(text) as SpecJSON;
  } catch (cause) {
    throw new FormatError(
      { place: 'npz', problem: `the entry ${SPEC} isn't valid JSON (${(cause as Error).message})` },
      { cause },
    );
  }
}

function readParameters(npz: NPZ): { parameters: Parameters[]; inputs: number } {
  const numbers = new Set<number>();
  for (const name of npz.names) {
    const [, digits] = /^(\d{1,6})\.(?:weight|bias)$/.exec(name) ?? [];
    if (digits === undefined) {
      throw new FormatError({
        place: 'npz',
        problem: `the array ${show(name)} is not one of '0.weight', '0.bias', '1.weight', …`,
        cure: 'leave it out',
      });
    }
    numbers.add(Number(digits));
  }
  if (numbers.size === 0)
    throw new FormatError({ place: 'npz', problem: "expected arrays '0.weight', '0.bias', …, got none" });
  let fanIn: number | undefined;
  let inputs = 0;
  const parameters = [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const [weights, [units, width]] = readFloats(npz, `${number}.weight`, 2);
      const [biases, [length]] = readFloats(npz, `${number}.bias`, 1);
      if (length !== units) {
        throw new FormatError({
          place: `npz: ${number}.bias`,
          problem: `expected ${units} values, one for each row of weights, got ${length}`,
        });
      }
      fanIn ??= inputs = width!;
      if (width !== fanIn) {
        throw new FormatError({
          place: `npz: ${number}.weight`,
          problem: `expected rows of ${fanIn}, the units of the previous layer, got ${width}`,
          cure: 'weights are [units][fanIn], the transpose of a Keras kernel',
        });
      }
      fanIn = units;
      return { weights, biases };
    });
  return { parameters, inputs };
}

function readFloats(npz: NPZ, name: string, dimensions: number): [Float32Array, readonly number[]] {
  const { values, shape, dtype } = npz.array(name);
  if (!dtype.startsWith('float') || shape.length !== dimensions) {
    throw new FormatError({
      place: `npz: ${name}`,
      problem: `expected floats with ${dimensions} dimensions, got ${dtype} with shape (${shape.join(', ')})`,
    });
  }
  return [Float32Array.from(values as Float64Array), shape];
}
