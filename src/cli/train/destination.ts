import { existsSync } from 'node:fs';
import { hasDataName } from '../data/file-formats.js';
import { checkApart, checkFolder } from '../data/output-paths.js';
import { StoppedError, UsageError } from '../errors.js';
import {
  exportFormats,
  exportFormatTable,
  findExportFormat,
  type ExportFormat,
} from '../model/export-formats.js';
import { Network } from '../../network.js';
import type { Predictor } from '../model/evaluation.js';
import { checkModelPath, MODEL_EXTENSION, writeModel, type About } from '../model/model-file.js';
import type { OpenedModel } from '../model/open-model.js';
import { describeSignature } from '../model/signature.js';
import { checkExportPath, isExported, writeExport } from '../model/write-export.js';
import { groupDigits, quoteOption, quotePath } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { PreparedTraining } from './prepare-training.js';
import { hashWeights } from '../../search/hash-weights.js';

/** Where the model is saved. */
export interface Destination {
  readonly path: string;
  /** By its extension; otherwise 'bp4'. */
  readonly format: ExportFormat;
  /** Where a stopped run is saved: the same file, or a .bp4 file next to a file of another format. */
  readonly resumable: string;
  /** Whether an older model is replaced. */
  readonly isReplaced: boolean;
}

/** Extensions of models that only other programs write, and of compressed files. */
const foreignName =
  /\.(h5|hdf5|keras|pth?|pkl|pickle|joblib|sav|pb|tflite|ckpt|gguf|pmml|mlmodel|rds|gz|zip|zst|xz|bz2)$/i;

/** model.onnx → model.bp4. */
export const findResumable = (path: string): string =>
  [undefined, 'bp4'].includes(findExportFormat(path)) ? path : replaceExtension(path);

const replaceExtension = (path: string): string =>
  path.replace(/(\.\w+(\.\w+)?|-tfjs\/?)$/i, MODEL_EXTENSION);

/**
 * Checks, before training, that the model can be written to a file.
 * @param resumePath of a resumed run, which may be overwritten
 * @param inputs the files that are read, and must not be overwritten
 * @throws UsageError, DataError if it may not
 */
export async function chooseDestination(
  path: string,
  resumePath: string | undefined,
  inputs: readonly (string | undefined)[],
): Promise<Destination> {
  const format = findExportFormat(path) ?? 'bp4';
  const resumable = findResumable(path);
  if (path === resumePath) return { path, format: 'bp4', resumable: path, isReplaced: true };
  if (format === 'bp4') {
    checkModelName('out', path);
    return { path, format, resumable, isReplaced: await checkModelPath('out', path) };
  }
  checkExportPath(path, format);
  checkApart('--out', path, inputs);
  await checkFolder(path);
  if (resumable !== resumePath) await checkModelPath('out', resumable);
  if (!existsSync(path)) return { path, format, resumable, isReplaced: false };
  if (await isExported(path, format)) return { path, format, resumable, isReplaced: true };
  throw new UsageError(path, "it exists and isn't a model", 'choose another --out');
}

/**
 * @returns whether there is an older checkpoint
 * @throws UsageError, DataError if a checkpoint can't be written there
 */
export async function checkCheckpointPath(path: string): Promise<boolean> {
  const format = findExportFormat(path);
  if (format !== undefined && format !== 'bp4')
    throw refuseName('checkpoint', path, `${exportFormatTable[format].name} files can't be resumed`);
  checkModelName('checkpoint', path);
  return await checkModelPath('checkpoint', path);
}

/**
 * Rejects names whose extension promises another format.
 * @throws UsageError
 */
function checkModelName(option: string, path: string): void {
  const isForeign = foreignName.test(path) && !hasDataName(path);
  if (!isForeign && !/\.html?$/i.test(path) && !hasDataName(path)) return;
  if (option === 'checkpoint') throw refuseName(option, path, `checkpoints are ${MODEL_EXTENSION} files`);
  const [extension] = (isForeign ? foreignName : /\.\w+(\.gz)?$/i).exec(path)!;
  throw refuseName(option, path, `bp4 can't write models as ${extension} files; it writes ${listFormats()}`);
}

function listFormats(): string {
  const extensions = exportFormats.flatMap((format) =>
    format === 'tfjs' ? [] : exportFormatTable[format].extension,
  );
  return `${extensions.join(', ')}, and folders named NAME${exportFormatTable.tfjs.extension}`;
}

const refuseName = (option: string, path: string, problem: string): UsageError =>
  new UsageError(`--${option}`, problem, `use ${quoteOption(option, replaceExtension(path))}`);

/** Saves the result of training or of a search. */
export async function saveTrained(
  output: Output,
  { net, about }: { readonly net: Predictor; readonly about: About },
  { path, format, isReplaced }: Destination,
): Promise<void> {
  const model = describeModelOf(net, about, path);
  const replacing = isReplaced ? ', replacing the old file' : '';
  const save = async (): Promise<number | null> => {
    if (format === 'bp4') return await writeModel(path, model);
    return await writeExport(output, model, describeSignature(model, {}), { format, out: path });
  };
  const bytes = await save();
  const weights = (model.members ?? [model]).map(({ state }) => hashWeights(state)).join();
  output.event('saved', { path, format, bytes, weights });
  const size = bytes === null ? '' : `, ${groupDigits(Math.max(bytes / 1000, 1))} kB`;
  output.say(`Saved ${output.bold(path)}${size}${replacing}`);
}

function describeModelOf(
  net: Predictor,
  about: About,
  path: string,
): OpenedModel & { readonly about: About } {
  const file = { path, format: 'bp4', bytes: 0, about } as const;
  if (net instanceof Network) return { ...file, net, state: net.state };
  const { members } = net;
  return { ...file, net, members, state: members[0]!.state };
}

/** Saves a stopped run, unless nothing has been learned yet, and says how to continue. */
export async function saveStopped(
  output: Output,
  { net, about }: PreparedTraining,
  { path, format, resumable }: Destination,
  { checkpoint, epoch }: { readonly checkpoint: string | undefined; readonly epoch: number },
): Promise<StoppedError> {
  const { state } = net;
  if (!state.run?.step) {
    output.event('stopped', { epoch });
    const problem = 'stopped before the first step; there is nothing to save yet';
    return new StoppedError({ place: '', problem, cure: 'to train, start again' });
  }
  const saved = checkpoint ?? resumable;
  await writeModel(saved, { state, about });
  output.event('stopped', { epoch, path: saved });
  const target = format === 'bp4' ? '' : ` ${quoteOption('out', path)}`;
  return new StoppedError({
    place: '',
    problem: `stopped in epoch ${epoch + 1}, after a whole step; saved ${saved}`,
    cure: `continue with: npx bp4 train --resume ${quotePath(saved)}${target}`,
  });
}
