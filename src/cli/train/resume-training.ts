import type { Dataset } from '../../data/index.js';
import { answersOf, openData, readData, readSamples, type DataFile } from '../data/open-data.js';
import { splitStream } from '../data/split-stream.js';
import { DataError, inFile, UsageError } from '../errors.js';
import { readModel, type About } from '../model/model-file.js';
import { csvOptions, dataGroup, fileFormatGroup, pickTextFormat } from '../options/data.js';
import { networkGroup } from '../options/network.js';
import type { GivenOptions } from '../options/command.js';
import type { TrainFlags } from '../options/files.js';
import { findFlag } from '../flags.js';
import type { Fault } from '../../errors.js';
import { groupDigits, quoteOption, quotePath } from '../terminal/format.js';
import type { OnRead } from '../terminal/reading.js';
import { checkPlainOptions, pickEngine, type PreparedTraining } from './prepare-training.js';
import { findNewNames, isNothing, nothingNew, openOther, trainFurther } from './train-further.js';
import { hashParts, type TrainingParts } from './training-data.js';

/** What may differ in a resumed run: how long it trains, but nothing else that the weights depend on. */
const freeOptions = [
  ...[
    'epochs',
    'threads',
    'engine',
    'wide',
    'queue',
    'out',
    'checkpoint',
    'checkpoint-every',
    'tensorboard',
    'report',
    'resume',
  ],
  ...['json', 'quiet', 'debug'],
];

/** What other data has of its own: the format of its text, and its gaps. */
const ofData = [...csvOptions.map(({ long }) => long!.slice(2)), 'missing'];

/** What a model keeps when it trains on other data: the meaning of its columns, and its layers. */
const ofModel = [dataGroup, fileFormatGroup, networkGroup]
  .flatMap(({ options }) => options)
  .map((option) => option.long!.slice(2))
  .filter((name) => ![...ofData, 'seed', 'engine', 'threads', 'wide'].includes(name));

/**
 * Prepares a resumed run; or, if a finished model meets other data, a new run that begins with its weights.
 * @param modelPath the file that the run saved
 * @param dataPath undefined for the same data as before
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function resumeTraining(
  flags: TrainFlags,
  given: GivenOptions,
  modelPath: string,
  dataPath: string | undefined,
  onRead: OnRead,
): Promise<PreparedTraining> {
  const model = await readModel(modelPath, pickEngine(flags));
  const { net, about, progress } = model;
  if (!about) throw new DataError(modelPath, "it wasn't written by bp4 train and can't be resumed");
  const { training } = about;
  const path = dataPath ?? training.data;
  // Only a finished training can go on with other data: the rest of a run is defined for its own.
  const mayBeOther = dataPath !== undefined && about.results !== undefined && !training.shares;
  if (mayBeOther) checkGiven(given, about, (name) => ofModel.includes(name));
  const opened = mayBeOther ? await openOther(flags, path, about.reading, onRead) : undefined;
  const names = opened ? await findNewNames(opened, model.state) : nothingNew;
  const parts = isNothing(names)
    ? await restoreParts(path, about, onRead, opened?.isInSameFormat ? opened.file : undefined).catch(
        (error: unknown) => {
          // What can't be read in the format of the first data is other data.
          if (mayBeOther && error instanceof DataError) return undefined;
          throw error;
        },
      )
    : undefined;
  const difference = parts && findDifference(parts, about);
  if (opened && (!parts || difference !== undefined)) {
    const kept = Object.entries(training.given).filter(([name]) => ofModel.includes(name));
    const allGiven = { ...Object.fromEntries(kept), ...given };
    const further = await trainFurther(
      flags,
      allGiven,
      { ...model, about, path: modelPath },
      opened,
      names,
      onRead,
    );
    return { ...further, warnings: further.warnings.map((warning) => adviseNewModel(warning, path)) };
  }
  checkGiven(given, about, (name) => !freeOptions.includes(name));
  if (about.results?.temperature !== undefined)
    throw new DataError(
      modelPath,
      "it's calibrated, which ends a training",
      'train again, for more --epochs, or on other data',
    );
  if (!parts || difference !== undefined) throw new DataError(path, difference!, 'give the same data');
  const options = { ...training.options, epochs: flags.epochs ?? training.options.epochs! };
  await inFile(modelPath, () => checkPlainOptions(options, net.layers.length));
  return {
    net,
    ...parts,
    options,
    about: { ...about, training: { ...training, data: path, options } },
    found: undefined,
    warnings: [],
    from: { path: modelPath, ...(progress ?? { epochs: 0, isOver: false }) },
  };
}

/** A warning whose cure would change the columns, which are those of the model. */
function adviseNewModel({ option, ...fault }: Fault, path: string): Fault {
  const flag = findFlag(option);
  if (flag === undefined || !ofModel.includes(flag.slice(2))) return { ...fault, ...(option && { option }) };
  const { values = [] } = option!;
  const what = values.length > 1 ? 'them' : 'it';
  const command = `bp4 train ${quotePath(path)} ${quoteOption(flag.slice(2), values.join(','))}`;
  return { ...fault, cure: `to leave ${what} out, train a new model: ${command}` };
}

/**
 * Divides the data as at the start of the run.
 * @param opened the same file, if it's open
 */
async function restoreParts(
  path: string,
  about: About,
  onRead: OnRead,
  opened: DataFile | undefined,
): Promise<TrainingParts> {
  const { reading, training } = about;
  const { testPart, shares } = training;
  if (shares) {
    const file = await openData(path, { ...pickTextFormat(reading), isStream: true, onRead });
    if (file.kind !== 'table' || !file.stream)
      throw new DataError(path, 'the training streamed this file, which is no longer possible');
    const { learned, test, ...parts } = await splitStream(
      await file.stream(reading, () => undefined),
      shares,
    );
    return { train: learned, ...parts, test: test ?? (await readTest(file, about, onRead)) };
  }
  const file =
    opened ?? (await openData(path, { ...pickTextFormat(reading), answers: answersOf(reading), onRead }));
  const whole = await readSamples(file, reading);
  const split = testPart && (await inFile(path, () => whole.split(testPart)));
  const train = split?.train.withOwnCategories() ?? whole;
  return { train, some: train, test: split?.test ?? (await readTest(file, about, onRead)) };
}

/** Test data from a separate file, or those that come with the data. */
async function readTest(
  file: DataFile,
  { reading, training }: About,
  onRead: OnRead,
): Promise<Dataset | undefined> {
  const { testFile, testSamples } = training;
  if (testFile !== undefined) return await readData(testFile, reading, { onRead });
  return file.kind === 'samples' && testSamples > 0 ? file.test : undefined;
}

/** How the samples differ from those of the training; undefined if they are the same. */
function findDifference(parts: TrainingParts, { training }: About): string | undefined {
  const count = parts.train.count + (parts.validation?.count ?? 0);
  if (count !== training.samples)
    return `the training had ${groupDigits(training.samples)} samples, and now there are ${groupDigits(count)}`;
  const now = hashParts(parts);
  const names = { inputs: 'inputs', answers: 'labels or targets' } as const;
  const differing = (['inputs', 'answers'] as const).filter((name) => now[name] !== training.hashes[name]);
  if (differing.length === 0) return undefined;
  const what = differing.map((name) => names[name]).join(' and the ');
  return `the ${what} differ from those with which the training began`;
}

/** @throws UsageError if an option that isn't free differs from that of the training */
function checkGiven(
  now: GivenOptions,
  { training: { given } }: About,
  isFixed: (name: string) => boolean,
): void {
  for (const [name, values] of Object.entries(now)) {
    if (!isFixed(name)) continue;
    const before = given[name];
    if (JSON.stringify(before) === JSON.stringify(values)) continue;
    const was = before === undefined ? 'was not given' : `was ${before.join()}`;
    throw new UsageError(`--${name}`, `it ${was} when the training began`, 'leave it out to continue');
  }
}
