import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Ensemble } from '../../ensemble/ensemble.js';
import type { Member } from '../../ensemble/members.js';
import type { NetworkJSON } from '../../model/json.js';
import { Network, type EngineOptions } from '../../network.js';
import { recognizeForeign } from '../../formats/foreign.js';
import { DataError, inFile, isInputFault, toUsageError, UsageError } from '../errors.js';
import { hasDataName } from '../data/file-formats.js';
import type { ModelFlags } from '../options/model.js';
import type { NetworkState } from '../../model/state.js';
import { parseEnsemble, parseModel, type About } from './model-file.js';

/** The formats of model files; `json` is the one of `toJSON`, or of brain.js. */
type ModelFormat = 'bp4' | 'json' | 'onnx' | 'tfjs' | 'safetensors' | 'npz';

/** What was read, and from which file. */
interface Opened {
  readonly path: string;
  readonly format: ModelFormat;
  /** The size of all its files. */
  readonly bytes: number;
  /** Only in files of `bp4 train`. */
  readonly about: About | undefined;
}

/** An opened network. */
export interface OpenedNetwork extends Opened {
  readonly net: Network;
  /** The network as plain data. */
  readonly state: NetworkState;
  readonly members?: undefined;
}

/** An opened ensemble. */
export interface OpenedEnsemble extends Opened {
  readonly net: Ensemble;
  /** The first member, whose columns and kind of outputs are those of all. */
  readonly state: NetworkState;
  readonly members: readonly Member[];
}

export type OpenedModel = OpenedNetwork | OpenedEnsemble;

/**
 * Opens a model for a task that needs a single network.
 * @param purpose continues the sentence: 'diagnose measures'
 * @throws UsageError if it is an ensemble; UsageError, DataError as `openModel` does
 */
export async function openNetwork(path: string, flags: ModelFlags, purpose: string): Promise<OpenedNetwork> {
  const model = await openModel(path, flags);
  assertNetwork(model, purpose);
  return model;
}

/** @throws UsageError if it is an ensemble */
export function assertNetwork(
  model: OpenedModel,
  purpose: string,
  cure = 'pass a single network, as bp4 train saves without --ensemble',
): asserts model is OpenedNetwork {
  if (!model.members) return;
  throw new UsageError(model.path, `it is an ensemble of networks, and ${purpose} one`, cure);
}

/**
 * Opens a model of any format, detected from its content.
 * @param path of a file, or of a folder with a model.json of TensorFlow.js
 * @param flags options for models of other programs
 * @throws UsageError, DataError naming the file and the place in it
 */
export async function openModel(path: string, flags: ModelFlags): Promise<OpenedModel> {
  const isFolder = await inFile(path, async () => (await stat(path)).isDirectory());
  if (isFolder) {
    const file = join(path, 'model.json');
    if (existsSync(file)) return await openTFJS(path, file, flags);
    const [renamed] = (await readdir(path)).filter((name) => name.endsWith('.json')).sort();
    throw new DataError(
      path,
      'the folder has no model.json',
      renamed === undefined
        ? 'pass a model file, or a folder of TensorFlow.js'
        : `if ${join(path, renamed)} is the model, pass that file`,
    );
  }
  const bytes = new Uint8Array(await inFile(path, () => readFile(path)));
  const format = detectFormat(path, bytes);
  if (format === 'tfjs') return await openTFJS(path, path, flags);
  const { activations, layers, output, engine } = flags;
  if (activations && format !== 'npz' && format !== 'safetensors') {
    throw new UsageError('--activations', `${path} names its activations itself`, 'leave it out');
  }
  if (layers && format !== 'safetensors')
    throw new UsageError('--layers', `${path} is not a safetensors file`);
  if (output !== undefined && format !== 'onnx')
    throw new UsageError('--output', `${path} has only one output`, 'leave it out');
  const engineOptions = engine === undefined ? {} : { engine };
  if (format === 'bp4') {
    const ensemble = await parseEnsemble(path, bytes, engineOptions);
    if (ensemble) return { path, format, bytes: bytes.length, ...ensemble };
    const { net, state, about } = await parseModel(path, bytes, engineOptions);
    return { path, format, bytes: bytes.length, net, state, about };
  }
  const net = await readNetwork(path, flags, async (flags) => {
    const options = pickModelFlags(flags);
    switch (format) {
      case 'json':
        return await networkOfJSON(path, bytes, engineOptions);
      case 'npz':
        return await (await import('../../formats/numpy/index.js')).fromNPZ(bytes, options);
      case 'onnx':
        return await (await import('../../node/onnx.js')).readONNX(bytes, dirname(path), options);
      case 'safetensors':
        return await (await import('../../formats/safetensors/index.js')).fromSafetensors(bytes, options);
    }
  });
  return { path, format, bytes: bytes.length, net, state: net.state, about: undefined };
}

/** Without what else was typed. */
const pickModelFlags = ({ activations, layers, output, loss, engine }: ModelFlags): ModelFlags => ({
  ...(activations && { activations }),
  ...(layers && { layers }),
  ...(output !== undefined && { output }),
  ...(loss !== undefined && { loss }),
  ...(engine && { engine }),
});

/**
 * @param path as it was given
 * @param file the model.json
 */
async function openTFJS(path: string, file: string, flags: ModelFlags): Promise<OpenedModel> {
  const { readTFJS } = await import('../../node/tfjs.js');
  const net = await readNetwork(file, flags, ({ loss, engine }) =>
    readTFJS(file, { ...(loss !== undefined && { loss }), ...(engine && { engine }) }),
  );
  const bytes = await measureSize(dirname(file));
  return { path, format: 'tfjs', bytes, net, state: net.state, about: undefined };
}

/** Of a model.json, and the files next to it. */
async function measureSize(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name === 'model.json' || name.endsWith('.bin'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Reads a model of another program.
 * @throws UsageError if a flag is wrong or missing; DataError if the file is wrong
 */
async function readNetwork(
  path: string,
  flags: ModelFlags,
  read: (flags: ModelFlags) => Promise<Network>,
): Promise<Network> {
  return await inFile(path, async () => {
    try {
      return await read(flags);
    } catch (error) {
      for (const name of readerFlags) {
        if (isInputFault(error) && flags[name] !== undefined && (await isFlagWrong(name, flags, read)))
          throw new UsageError(`--${name}`, error.problem, undefined, { cause: error });
      }
      throw asksForFlag(error) ? toUsageError(error, path) : error;
    }
  });
}

/** The flags that the readers of other formats take, named as their options. */
const readerFlags = ['activations', 'layers', 'output', 'loss'] as const;

const asksForFlag = (error: unknown, names: readonly string[] = readerFlags): boolean =>
  isInputFault(error) && error.option !== undefined && names.includes(error.option.name);

/** Whether the file can be read without the flag, or needs another value of it: then the value is at fault, not the file. */
async function isFlagWrong(
  name: (typeof readerFlags)[number],
  flags: ModelFlags,
  read: (flags: ModelFlags) => Promise<Network>,
): Promise<boolean> {
  try {
    await read({ ...flags, [name]: undefined });
    return true;
  } catch (error) {
    return asksForFlag(error, [name]);
  }
}

/** Detects what a file holds by its first bytes, or if they don't show it, by its name. */
function detectFormat(path: string, bytes: Uint8Array): ModelFormat {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  // safetensors: the length of its header in eight bytes, of which the last are 0, then the header, which is JSON. The first bytes
  // may be any: those of other formats, too.
  if (/^[^]{6}\0\0\s*\{/.test(beginning)) return isOfBP4(bytes) ? 'bp4' : 'safetensors';
  if (beginning.startsWith('PK')) return 'npz';
  if (/^(\u00EF\u00BB\u00BF)?\s*\{/.test(beginning)) {
    return /"(modelTopology|weightsManifest|keras_version)"/.test(new TextDecoder().decode(bytes))
      ? 'tfjs'
      : 'json';
  }
  if (path.toLowerCase().endsWith('.onnx')) return 'onnx';
  const foreign = recognizeForeign(bytes);
  if (foreign) throw new DataError(path, `it is ${foreign.what}`, foreign.cure);
  if (hasDataName(path))
    throw new DataError(path, 'it is data, not a model', 'give the model first, then the data');
  if (/\.bin$/i.test(path) && existsSync(join(dirname(path), 'model.json')))
    throw new DataError(path, 'it holds only the weights of a model', 'pass the model.json beside it');
  throw new DataError(
    path,
    'not a supported model file',
    'expected a model made by bp4 train, JSON, ONNX (.onnx), TensorFlow.js (model.json), safetensors or .npz',
  );
}

/** Whether a safetensors file was written by `net.save()`, and not for PyTorch. */
function isOfBP4(bytes: Uint8Array): boolean {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + length));
  return header.includes('"bp4":"{') && !header.includes('"pytorch":"');
}

async function networkOfJSON(path: string, bytes: Uint8Array, options: EngineOptions): Promise<Network> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DataError(path, `invalid JSON: ${(error as Error).message}`, undefined, { cause: error });
  }
  const {
    format,
    type,
    sizes,
    layers,
    weight_map: parts,
  } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (format === 'bp4') return await Network.fromJSON(json as NetworkJSON, options);
  if (Array.isArray(sizes) || Array.isArray(layers) || typeof type === 'string') {
    const { NeuralNetwork } = await import('../../brain/index.js');
    return await Network.fromJSON(new NeuralNetwork().fromJSON(json as object).toNetworkJSON(), options);
  }
  if (parts !== undefined)
    throw new DataError(
      path,
      'it is the index of a model in several safetensors files',
      'save the model in one file',
    );
  throw new DataError(
    path,
    'expected a network as bp4 export --to json writes it, { "format": "bp4", … }, or one of brain.js',
  );
}
