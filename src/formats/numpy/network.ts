import { FormatError, RangeFault, TypeFault } from '../../errors.js';
import { checkKeys, show } from '../../base/check.js';
import { nameTensors } from '../../model/file.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import type { LossSpec } from '../../model/spec.js';
import type { ActivationName, Network } from '../../index.js';
import type { EngineOptions } from '../../network.js';
import type { Bytes } from '../../base/bytes.js';
import { importNetwork, exportNetwork } from '../portable.js';
import { NPZ, encodeNPZ } from './npz.js';

/** What is known of a network beside its arrays, in an entry of its own. */
const SPEC = 'bp4.json';

/** What the arrays of another program do not tell. */
export interface NPZOptions extends EngineOptions {
  /** The activation of each layer, first to last. Needed where the file is not of `toNPZ`, and only there. */
  readonly activations?: readonly ActivationName[];
  /** Default: what the last activation goes with, as in `Network.create`. Only with `activations`. */
  readonly loss?: LossSpec;
}

/**
 * Writes a network as arrays of NumPy: `0.weight` [units][fanIn] and `0.bias` [units], float32, and so on for each layer;
 * what else it is, as JSON in the entry `bp4.json`, which np.load gives as bytes.
 * @throws TypeError where it is no network; StateError after `dispose`
 */
export function toNPZ(net: Network): Uint8Array {
  const { spec, parameters } = exportNetwork(net);
  const arrays = new Map(Array.from(nameTensors('', parameters)));
  return encodeNPZ(arrays, { [SPEC]: JSON.stringify(spec) });
}

/**
 * Makes a network of arrays of NumPy: of what `toNPZ` wrote, or of `0.weight` [units][fanIn], `0.bias` [units], … of any
 * other program, numbered upwards (gaps may be between, as nn.Sequential of PyTorch has them). Numbers are rounded to 32
 * bits.
 * @throws TypeError, RangeError naming the option
 * @throws FormatError naming the array that is missing, superfluous or of another shape, or what `readNPZ` refuses
 * @throws EngineError where engine 'wasm' is refused
 */
export async function fromNPZ(bytes: Bytes, options: NPZOptions = {}): Promise<Network> {
  checkKeys('options', options, ['activations', 'loss', 'engine', 'threads']);
  const { activations, loss, ...engine } = options;
  const npz = new NPZ('npz', bytes);
  const text = npz.text(SPEC);
  const { parameters, inputs } = readParameters(npz);
  if (text !== undefined) {
    if (activations !== undefined || loss !== undefined) {
      throw new TypeFault({
        place: 'activations',
        problem: `the file says in ${SPEC} what the network is`,
        cure: 'leave activations and loss out',
      });
    }
    return importNetwork('npz', { spec: parseSpec(text), parameters }, engine);
  }
  if (!Array.isArray(activations)) {
    throw new TypeFault({
      place: 'activations',
      problem: `expected an array, since the file holds weights alone, got ${show(activations)}`,
      cure: `give the activation of each of its ${parameters.length} layers`,
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
          problem: `expected ${units} values, as many as rows of weights, got ${length}`,
        });
      }
      fanIn ??= inputs = width!;
      if (width !== fanIn) {
        throw new FormatError({
          place: `npz: ${number}.weight`,
          problem: `expected rows of ${fanIn}, the units of the layer before, got ${width}`,
          cure: 'weights are [units][fanIn], the transpose of what Keras has',
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
      problem: `expected floats of ${dimensions} dimensions, got ${dtype} of shape (${shape.join(', ')})`,
    });
  }
  return [Float32Array.from(values as Float64Array), shape];
}
