import { existsSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Task } from '../../data/index.js';
import { Ensemble } from '../../ensemble/ensemble.js';
import { decodeEnsemble, encodeEnsemble } from '../../ensemble/file.js';
import type { Member } from '../../ensemble/members.js';
import { RangeFault } from '../../errors.js';
import { withFormulas } from '../../model/check-transforms.js';
import { decodeState, encodeState } from '../../model/file.js';
import { parseJSON } from '../../model/read-safetensors.js';
import { MOST_HEADER_BYTES } from '../../model/safetensors.js';
import type { NetworkState } from '../../model/state.js';
import { Network, type EngineOptions } from '../../network.js';
import { FileError } from '../../node/file-error.js';
import { writeWhole } from '../../node/whole-file.js';
import { DataError, inFile, UsageError } from '../errors.js';
import { STDIN } from '../data/file-formats.js';
import { checkFolder } from '../data/output-paths.js';
import type { Baselines } from './evaluation.js';
import { formatCount, groupDigits } from '../terminal/format.js';
import type { DataHashes, Shares } from '../data/split-stream.js';
import type { Reading } from '../data/tables.js';
import type { Sharding } from '../options/shards.js';
import type { PlainTrainOptions } from '../options/training.js';

// The file that `bp4 train` writes is the one of `net.save()`. In addition, 'about' in the metadata of this safetensors
// file holds what is needed to read new data like the training data. `Network.load` opens it too.

/** The options of Dataset.split that set the test samples aside. */
export interface TestPart {
  readonly test: number;
  readonly seed: number;
}

/** What a model file holds in addition to the network. */
export interface About {
  readonly version: 1;
  readonly task: Task;
  readonly reading: Reading;
  readonly training: {
    /** The paths of the data, and of the test file if there was one, as they were typed. */
    readonly data: string;
    readonly testFile?: string;
    /** Undefined if a test file was given, or nothing was set aside. */
    readonly testPart?: TestPart;
    /** For data larger than memory: which samples were set aside, in the form that `partsOfStream` takes. */
    readonly shares?: Shares;
    /** The options of `train` that are plain data. `--resume` continues with them. */
    readonly options: PlainTrainOptions;
    /** How the training is divided, if it is. */
    readonly sharding?: Sharding;
    /** The options that were typed, with their values. If you pass them to `--resume`, they must be the same. */
    readonly given: Readonly<Record<string, readonly string[]>>;
    /** The number of training samples, including those for validation. */
    readonly samples: number;
    readonly validationSamples: number;
    /** Set if the network trained from the start on the validation samples too, for as many epochs as were best before. */
    readonly isRefit?: boolean;
    readonly testSamples: number;
    /** The hash of the training samples; for a stream, of those that are set aside or held in memory. */
    readonly hashes: DataHashes;
  };
  /** Once the training or the search has ended: how long it went on, and what the test gave. */
  readonly results?: Results;
}

/** `102 training samples, 18 validation, 30 test`. */
export function countParts({
  samples,
  validationSamples,
  testSamples,
}: Pick<About['training'], 'samples' | 'validationSamples' | 'testSamples'>): string {
  return [
    formatCount(samples - validationSamples, 'training sample'),
    ...(validationSamples > 0 ? [`${groupDigits(validationSamples)} validation`] : []),
    testSamples > 0 ? `${groupDigits(testSamples)} test` : 'no test',
  ].join(', ');
}

/** The results on the test part, or on the training data if nothing was set aside. */
interface Results {
  /** Of a training run. */
  readonly epochs?: number;
  readonly seconds?: number;
  /** Of a search, whose file has no times: equal searches lead to equal files. */
  readonly trials?: number;
  /** By name, as accuracy, loss, rSquared, meanAbsoluteError. */
  readonly figures: Readonly<Record<string, number>>;
  /** By which `bp4 train --calibrate` divided the logits. */
  readonly temperature?: number;
  /** For a classification: the largest class, and the accuracy of always predicting it. */
  readonly baseline?: { readonly class: string; readonly accuracy: number };
  /** For a regression: the R² of predictions without a network, averaged over the targets. */
  readonly baselines?: Baselines;
}

export interface ModelFile {
  readonly net: Network;
  /** What the file holds about it. */
  readonly state: NetworkState;
  /** Undefined in files that `bp4 train` didn't write. */
  readonly about: About | undefined;
  /** Undefined if it was never trained. */
  readonly progress: TrainingProgress | undefined;
}

/** The progress of a training run. */
export interface TrainingProgress {
  /** Whole epochs. */
  readonly epochs: number;
  /** Whether early stopping ended it. */
  readonly isOver: boolean;
}

const KEY = 'about';

export const MODEL_EXTENSION = '.bp4';

/** iris.csv → iris.bp4, in the current folder. */
export function chooseModelPath(dataPath: string): string {
  if (dataPath === STDIN) return `model${MODEL_EXTENSION}`;
  const name = basename(dataPath).replace(/\.gz$/i, '');
  return `${name.replace(/(?<=.)\.[^.]*$/, '')}${MODEL_EXTENSION}`;
}

/**
 * Checks, before training, that the model file can be written.
 * @returns whether it replaces an older one
 * @throws UsageError, DataError if it may not
 */
export async function checkModelPath(option: string, path: string): Promise<boolean> {
  await checkFolder(path);
  if (!existsSync(path)) return false;
  if (await inFile(path, () => isModelFile(path))) return true;
  throw new UsageError(path, "it exists and isn't a bp4 model", `choose another --${option}`);
}

/** Encodes a network with the other content of its file. */
export const encodeModel = (state: NetworkState, about: About): Uint8Array<ArrayBuffer> =>
  encodeState(state, { [KEY]: JSON.stringify(about) });

/**
 * Writes a model file atomically.
 * @returns the number of bytes
 * @throws FileError if it cannot be written
 */
export async function writeModel(
  path: string,
  {
    state,
    members,
    about,
  }: {
    readonly state: NetworkState;
    readonly members?: readonly Member[] | undefined;
    readonly about: About;
  },
): Promise<number> {
  const bytes = members ? encodeEnsembleModel(members, about) : encodeModel(state, about);
  try {
    await writeWhole(path, bytes, true);
  } catch (error) {
    throw new FileError('could not be written', path, error);
  }
  return bytes.length;
}

/**
 * @throws FileError if it cannot be read
 * @throws DataError naming the file and the place, if it doesn't hold a network of bp4
 */
export async function readModel(path: string, options: EngineOptions = {}): Promise<ModelFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FileError('could not be read', path, error);
  });
  if (isEnsembleFile(bytes)) {
    const problem = 'it is an ensemble, and bp4 train continues one network';
    throw new DataError(path, problem, 'to continue a search, use bp4 search with a larger --trials');
  }
  return await parseModel(path, bytes, options);
}

/** @param path for error messages */
export async function parseModel(
  path: string,
  bytes: Uint8Array,
  options: EngineOptions = {},
): Promise<ModelFile> {
  return await inFile(path, async () => {
    checkComplete(path, bytes);
    const { state, metadata } = await withFormulas(() => decodeState(bytes));
    const text = metadata.get(KEY);
    return {
      net: await Network.fromState(state, options),
      state,
      about: text === undefined ? undefined : parseAbout(text),
      progress: state.run && { epochs: state.run.epoch - 1, isOver: state.run.isOver },
    };
  });
}

/** An ensemble in a file. */
export interface EnsembleFile {
  readonly net: Ensemble;
  readonly members: readonly Member[];
  /** The first member. */
  readonly state: NetworkState;
  readonly about: About | undefined;
}

/**
 * @param path for error messages
 * @returns undefined if the file isn't one of an ensemble
 * @throws DataError if it is damaged
 */
export async function parseEnsemble(
  path: string,
  bytes: Uint8Array,
  options: Pick<EngineOptions, 'engine'> = {},
): Promise<EnsembleFile | undefined> {
  if (!isEnsembleFile(bytes)) return undefined;
  return await inFile(path, async () => {
    const { members, metadata } = await withFormulas(() => decodeEnsemble(bytes));
    const text = metadata.get(KEY);
    return {
      net: await Ensemble.fromMembers(members, options),
      members,
      state: members[0]!.state,
      about: text === undefined ? undefined : parseAbout(text),
    };
  });
}

/** The members of an ensemble's file; none where there is no such file, or it can't be read. */
export async function readMembers(path: string): Promise<readonly Member[]> {
  try {
    const bytes = await readFile(path);
    return isEnsembleFile(bytes) ? (await withFormulas(() => decodeEnsemble(bytes))).members : [];
  } catch {
    return [];
  }
}

/** Whether the header of a safetensors file describes an ensemble. */
function isEnsembleFile(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + length));
  return header.includes(String.raw`"bp4":"{\"format\":\"bp4-ensemble\"`);
}

/** Encodes an ensemble with the other content of its file. */
export const encodeEnsembleModel = (members: readonly Member[], about?: About): Uint8Array<ArrayBuffer> =>
  encodeEnsemble(members, about && { [KEY]: JSON.stringify(about) });

/** @throws DataError if the file ends within its header, whose length its first eight bytes hold */
function checkComplete(path: string, bytes: Uint8Array): void {
  if (bytes.length < 8) return;
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const found = bytes.length - 8;
  if (expected <= found) return;
  const problem = `the file is damaged or incomplete: its header should have ${expected} bytes, but only ${found} follow`;
  throw new DataError(path, problem);
}

function parseAbout(text: string): About {
  const about = parseJSON(KEY, text) as About | null;
  // Its parts are checked where they are used: the options by `train`, the columns by the data readers.
  const isAbout =
    about?.version === 1 &&
    ['classification', 'regression'].includes(about.task) &&
    isObject(about.reading) &&
    isObject(about.training) &&
    isObject(about.training.options);
  if (!isAbout) throw new RangeFault({ place: KEY, problem: 'expected what bp4 train writes, version 1' });
  return about;
}

/**
 * Whether a file is a bp4 model, which may be overwritten. Reads only the header: the file may be large, and a pipe or a
 * device may have no end.
 */
async function isModelFile(path: string): Promise<boolean> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) return false; // for a folder, the error of reading it is clearer
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(8), position: 0 });
    const length = new DataView(buffer.buffer).getUint32(0, true);
    if (bytesRead < 8 || length > Math.min(size - 8, MOST_HEADER_BYTES)) return false;
    const header = await file.read({ buffer: new Uint8Array(length), position: 8 });
    return describesModel(new TextDecoder().decode(header.buffer), size - 8 - length);
  } finally {
    await file.close();
  }
}

/** @param bytes the number of bytes after the header */
function describesModel(header: string, bytes: number): boolean {
  try {
    const { __metadata__, ...tensors } = JSON.parse(header) as Record<string, Record<string, unknown>>;
    const ends = Object.values(tensors).map(({ data_offsets }) => (data_offsets as [number, number])[1]);
    return typeof __metadata__?.['bp4'] === 'string' && Math.max(0, ...ends) === bytes;
  } catch {
    return false;
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
