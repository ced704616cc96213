import { basename } from 'node:path';
import { saveTFJS } from '../../node/tfjs.js';
import { writeWhole } from '../../node/whole-file.js';
import type { ModelSignature } from './signature.js';
import { encodeState } from '../../model/file.js';
import { encodeEnsembleModel, encodeModel } from './model-file.js';
import { assertNetwork, type OpenedModel } from './open-model.js';

// The export formats: what is written, how to open it, and what is lost.

export const exportFormats = ['onnx', 'tfjs', 'safetensors', 'npz', 'json', 'code', 'bp4'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What is written, and for whom. */
export interface ExportTarget {
  /** As a sentence has it. */
  readonly name: string;
  /** Of the file; tfjs has a folder. */
  readonly extension: string;
  /** @returns the paths of what was written */
  readonly write: (model: OpenedModel, signature: ModelSignature, path: string) => Promise<string[]>;
  /** A line of the program that opens it. */
  readonly usage: (path: string, model: OpenedModel) => string;
  /** Whether the file computes the transforms itself. */
  readonly transforms: 'computed' | 'metadata';
  /** Whether the file holds the names of the classes, and the training state. */
  readonly hasClasses?: true;
  readonly hasTraining?: true;
}

async function write(path: string, content: Uint8Array | string): Promise<string[]> {
  await writeWhole(path, typeof content === 'string' ? new TextEncoder().encode(content) : content, true);
  return [path];
}

export const exportFormatTable: Readonly<Record<ExportFormat, ExportTarget>> = {
  onnx: {
    name: 'ONNX',
    extension: '.onnx',
    write: async ({ net }, _, path) => {
      const { toONNX } = await import('../../formats/onnx/index.js');
      return await write(path, toONNX(net));
    },
    usage: (path) =>
      `Python: onnxruntime.InferenceSession('${path}').run(None, {'inputs': rows})[0]  # rows: float32 [n][inputs]`,
    transforms: 'computed',
  },
  tfjs: {
    name: 'TensorFlow.js',
    extension: '-tfjs',
    write: async (model, _, path) => {
      assertNetwork(model, 'TensorFlow.js files hold');
      await saveTFJS(model.net, path);
      return ['model.json', 'weights.bin'].map((name) => `${path.replace(/\/$/, '')}/${name}`);
    },
    usage: (path) => `JavaScript: await tf.loadLayersModel('https://…/${basename(path)}/model.json')`,
    transforms: 'computed',
  },
  safetensors: {
    name: 'safetensors',
    extension: '.safetensors',
    write: async (model, _, path) => {
      assertNetwork(model, 'files for PyTorch hold');
      const { toSafetensors } = await import('../../formats/safetensors/index.js');
      return await write(path, toSafetensors(model.net));
    },
    usage: (path) =>
      `PyTorch: model = nn.Sequential(…), as under 'pytorch' in the metadata; model.load_state_dict(safetensors.torch.load_file('${path}'))`,
    transforms: 'metadata',
  },
  npz: {
    name: 'NumPy',
    extension: '.npz',
    write: async (model, _, path) => {
      assertNetwork(model, '.npz files hold');
      const { toNPZ } = await import('../../formats/numpy/index.js');
      return await write(path, toNPZ(model.net));
    },
    usage: (path) =>
      `Python: numpy.load('${path}')['0.weight']  # [units][inputs]; and '0.bias', '1.weight', …`,
    transforms: 'metadata',
  },
  json: {
    name: 'JSON',
    extension: '.json',
    write: async (model, _, path) => {
      assertNetwork(model, 'JSON holds');
      return await write(path, `${JSON.stringify(model.net.toJSON())}\n`);
    },
    usage: (path) => `JavaScript: await Network.fromJSON(JSON.parse(readFileSync('${path}', 'utf8')))`,
    transforms: 'computed',
  },
  code: {
    name: 'JavaScript',
    extension: '.mjs',
    write: async ({ net }, { outputs }, path) => {
      const { toModule, toModuleTypes } = await import('../../formats/code/index.js');
      const names = outputs.task === 'classification' && net.outputs > 1 ? { outputs: outputs.classes } : {};
      return [
        ...(await write(path, toModule(net, names))),
        ...(await write(chooseTypesPath(path), toModuleTypes(net, names))),
      ];
    },
    usage: (path) => `JavaScript: import { predict } from './${basename(path)}';  // no dependencies`,
    transforms: 'computed',
    hasClasses: true,
  },
  bp4: {
    name: 'bp4',
    extension: '.bp4',
    write: ({ state, members, about }, _, path) => {
      if (members) return write(path, encodeEnsembleModel(members, about));
      return write(path, about ? encodeModel(state, about) : encodeState(state));
    },
    usage: (path, { members }) =>
      members
        ? `JavaScript: await Ensemble.load(readFileSync('${path}'))  // of bp4/ensemble`
        : `JavaScript: await loadFile('${path}')  // of bp4/node`,
    transforms: 'computed',
    hasClasses: true,
    hasTraining: true,
  },
};

/** The format of a file name, by its extension. */
export function findExportFormat(path: string): ExportFormat | undefined {
  const name = path.toLowerCase().replace(/\/$/, '');
  if (name.endsWith('.js')) return 'code';
  return exportFormats.find((format) => name.endsWith(exportFormatTable[format].extension));
}

/** Describes one of the written files. */
export const describeFile = ({ name }: ExportTarget, path: string): string =>
  /\.d\.m?ts$/.test(path) ? 'TypeScript declarations' : name;

/** iris.mjs has its types in iris.d.mts. */
const chooseTypesPath = (path: string): string =>
  path.replace(/\.(m?)js$/, '') + (path.endsWith('.mjs') ? '.d.mts' : '.d.ts');

/** Describes what a format loses of this network. */
export function describeLosses(
  { transforms, hasClasses, hasTraining }: ExportTarget,
  signature: ModelSignature,
  isTrained: boolean,
): string[] {
  const { outputs, reading } = signature;
  const inputs = reading.inputs ?? [];
  const categorical = (signature.transforms ?? []).flatMap((transform, k) =>
    transform.kind === 'oneHot' && typeof transform.categories[0] === 'string'
      ? [inputs[k] ?? String(k)]
      : [],
  );
  return [
    ...(transforms === 'metadata' && signature.transforms
      ? [
          "other programs must transform the inputs themselves, as described under 'transforms' in the metadata",
        ]
      : []),
    ...(transforms === 'computed' && !hasClasses && categorical.length > 0
      ? [`categories are given by their index: ${categorical.join(', ')}`]
      : []),
    ...(!hasClasses &&
    outputs.task === 'classification' &&
    outputs.classes.some((name, k) => name !== String(k))
      ? [`the file has no class names: its outputs are ${outputs.classes.join(', ')}, in this order`]
      : []),
    ...(!hasTraining && isTrained ? ["training can't be resumed from this file"] : []),
  ];
}
