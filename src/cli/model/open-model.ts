import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ActivationName, LossName } from '../../model/spec.js';
import type { NetworkJSON } from '../../model/json.js';
import { Network, type EngineOptions } from '../../network.js';
import type { Arguments } from '../options/arguments.js';
import type { OptionGroup } from '../options/command.js';
import { dataFailure, inFile, usageFailure } from '../errors.js';
import { modelOf, type About } from './model-file.js';

/** The formats in which a network may be; `json` is that of `toJSON`, or brain.js's. */
type ModelFormat = 'bp4' | 'json' | 'onnx' | 'tfjs' | 'safetensors' | 'npz';

/** A network that was read, and from what. */
export interface OpenedModel {
  readonly path: string;
  readonly format: ModelFormat;
  /** Of all its files. */
  readonly bytes: number;
  readonly net: Network;
  /** Of `bp4 train` alone. */
  readonly about: About | undefined;
}

/** What a command that opens a model takes. */
export const modelOptions: OptionGroup = {
  title: 'Model',
  options: {
    activations: {
      type: 'string',
      value: 'A,B,…',
      description:
        'The activation of each layer, where the file holds weights alone (safetensors or npz of other programs).',
    },
    layers: {
      type: 'string',
      value: 'A,B,…',
      description:
        'The layers of a safetensors file, in order, by what stands before .weight. Default: by their numbers.',
    },
    loss: {
      type: 'string',
      value: 'NAME',
      description:
        'The loss, where the file does not tell it. Default: crossEntropy after softmax, else quadratic.',
    },
    engine: { type: 'string', value: 'NAME', description: 'auto, wasm or reference. Default: auto.' },
  },
};

/** Of what another program wrote, and of how to compute. */
interface Wishes {
  readonly activations?: readonly ActivationName[];
  readonly layers?: readonly string[];
  readonly loss?: LossName;
  readonly engine?: 'auto' | 'wasm' | 'reference';
}

/**
 * Opens a model of any format, by what is in it.
 * @param path of a file, or of a folder with a model.json of TensorFlow.js
 * @param args `modelOptions`
 * @throws Failure naming the file and the place in it
 */
export async function openModel(path: string, args: Arguments): Promise<OpenedModel> {
  const wishes = wishesOf(args);
  const isFolder = await inFile(path, async () => (await stat(path)).isDirectory());
  if (isFolder) return await openTFJS(path, wishes);
  const bytes = new Uint8Array(await inFile(path, () => readFile(path)));
  const format = formatOf(path, bytes);
  if (format === 'tfjs') return await openTFJS(path, wishes);
  const { activations, layers, loss, engine } = wishes;
  if (activations && format !== 'npz' && format !== 'safetensors') {
    throw usageFailure(`--activations: ${path} tells them itself; leave it out`);
  }
  if (layers && format !== 'safetensors')
    throw usageFailure(`--layers: it is for safetensors, and ${path} is none`);
  const engineOptions = engine === undefined ? {} : { engine };
  if (format === 'bp4') {
    const { net, about } = await modelOf(path, bytes, engineOptions);
    return { path, format, bytes: bytes.length, net, about };
  }
  const withLoss = { ...engineOptions, ...(loss !== undefined && { loss }) };
  const net = await reading(path, async () => {
    switch (format) {
      case 'json':
        return await networkOfJSON(path, bytes, engineOptions);
      case 'npz':
        return await (await import('../../formats/numpy/index.js')).fromNPZ(bytes, wishes);
      case 'onnx':
        return await (await import('../../formats/onnx/index.js')).fromONNX(bytes, withLoss);
      case 'safetensors':
        return await (await import('../../formats/safetensors/index.js')).fromSafetensors(bytes, wishes);
    }
  });
  return { path, format, bytes: bytes.length, net, about: undefined };
}

/** @param path of a folder, or of the model.json in it */
async function openTFJS(path: string, { loss, engine }: Wishes): Promise<OpenedModel> {
  const { loadTFJS } = await import('../../node/tfjs.js');
  const net = await reading(path, () =>
    loadTFJS(path, { ...(loss !== undefined && { loss }), ...(engine && { engine }) }),
  );
  return { path, format: 'tfjs', bytes: await sizeOf(path), net, about: undefined };
}

/** Of a model.json, and of what lies beside it. */
async function sizeOf(path: string): Promise<number> {
  const folder = path.endsWith('.json') ? dirname(path) : path;
  const names = (await readdir(folder)).filter((name) => name === 'model.json' || name.endsWith('.bin'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function wishesOf(args: Arguments): Wishes {
  const activations = args.list('activations') as ActivationName[] | undefined;
  const layers = args.list('layers');
  const loss = args.string('loss') as LossName | undefined;
  const engine = args.choice('engine', ['auto', 'wasm', 'reference']);
  return {
    ...(activations && { activations }),
    ...(layers && { layers }),
    ...(loss !== undefined && { loss }),
    ...(engine && { engine }),
  };
}

/** What is wrong in the options is no fault of the file. */
async function reading(path: string, read: () => Promise<Network>): Promise<Network> {
  return await inFile(path, async () => {
    try {
      return await read();
    } catch (error) {
      const { message } = error as Error;
      if (/^(activations|layers|loss)\b/.test(message) && !(error instanceof ReferenceError)) {
        throw usageFailure(`${path}: --${message}`, error);
      }
      throw error;
    }
  });
}

/** What a file holds: told by its first bytes, and only where they say nothing by its name. */
function formatOf(path: string, bytes: Uint8Array): ModelFormat {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  if (beginning.startsWith('PK')) return 'npz';
  if (/^(\u00EF\u00BB\u00BF)?\s*\{/.test(beginning)) {
    return /"(modelTopology|weightsManifest)"/.test(new TextDecoder().decode(bytes)) ? 'tfjs' : 'json';
  }
  // safetensors: the length of its header in eight bytes, then the header, which is JSON
  if (beginning[8] === '{') return isOfBP4(bytes) ? 'bp4' : 'safetensors';
  if (path.toLowerCase().endsWith('.onnx')) return 'onnx';
  throw dataFailure(
    `${path}: it is no model that bp4 can read; expected a file of bp4 train, JSON, ONNX (.onnx), TensorFlow.js (model.json), safetensors or .npz`,
  );
}

/** Whether a safetensors file is one that `net.save()` gave, and not one for PyTorch. */
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
    throw dataFailure(`${path}: it is no JSON: ${(error as Error).message}`, error);
  }
  const { format, sizes, layers } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (format === 'bp4') return await Network.fromJSON(json as NetworkJSON, options);
  if (Array.isArray(sizes) || Array.isArray(layers)) {
    const { NeuralNetwork } = await import('../../brain/index.js');
    return await Network.fromJSON(new NeuralNetwork().fromJSON(json as object).toNetworkJSON(), options);
  }
  throw dataFailure(
    `${path}: expected a network as bp4 export --to json writes it, { "format": "bp4", … }, or one of brain.js`,
  );
}
