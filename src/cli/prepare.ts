import type { Arguments } from './arguments.js';
import { architectureOf } from './architecture.js';
import { dialectOptions } from './data-options.js';
import { dataFailure, inFile, usageFailure, withOptions } from './failure.js';
import { guessOf, type Guess } from './guess.js';
import {
  readModel,
  type About,
  type PlainTrainOptions,
  type Reading,
  type Task,
  type TestPart,
  type TrainingProgress,
} from './model-file.js';
import { openData, readData, type DataFile, type TableFile } from './open-data.js';
import { grouped } from './numbers.js';
import { nameOf } from './read-bytes.js';
import { trainOptionsOf } from './train-options.js';
import { transformedWidth, type Dataset, type FitKind } from '../data/index.js';
import { Network, type EngineOptions } from '../network.js';
import type { Transforms } from '../model/transforms.js';

/** All that a training needs. */
export interface Session {
  readonly net: Network;
  readonly train: Dataset;
  readonly test: Dataset | undefined;
  readonly options: PlainTrainOptions;
  /** What goes into the model file; results come later. */
  readonly about: About;
  /** What was found in the data; undefined where a training goes on. */
  readonly found: Found | undefined;
  /** From where a training goes on. */
  readonly from?: TrainingProgress & { readonly path: string };
}

/** What is said of the data. */
export interface Found {
  readonly file: DataFile;
  readonly guess: Guess | undefined;
  /** Rows that were left out because something is missing in them. */
  readonly dropped: number;
  readonly missing: Reading['missing'];
}

/** Fewer samples than this are all learnt from. */
const FEWEST_TO_TEST = 20;

/**
 * Of a new training.
 * @throws Failure naming the option, or the file and place
 */
export async function prepare(args: Arguments, path: string): Promise<Session> {
  const file = await openData(path, dialectOptions(args));
  const { data, reading, ...found } =
    file.kind === 'table' ? await readTable(args, file) : samplesOf(args, file);
  const task: Task = data.labels ? 'classification' : 'regression';
  const { train, test, testPart } = await partsOf(args, file, data, reading);
  const transforms = transformsOf(args, train, task);
  const outputs = task === 'classification' ? train.classes!.length : (train.targetColumns?.length ?? 1);
  const inputs = transforms ? transformedWidth(transforms) : train.width;
  const spec = architectureOf(args, task, inputs, outputs);
  const options = trainOptionsOf(args, {
    count: train.count,
    isStream: false,
    classes: train.classes,
    labels: train.labels,
  });
  const net = await withOptions(() =>
    Network.create({ ...spec, ...(transforms && { transforms }), ...engineOf(args) }),
  );
  const testFile = args.string('test');
  const about: About = {
    version: 1,
    task,
    reading,
    training: {
      data: path,
      ...(testFile !== undefined && { testFile }),
      ...(testPart && { testPart }),
      options,
      given: args.given,
      samples: train.count,
      testSamples: test?.count ?? 0,
    },
  };
  return { net, train, test, options, about, found: { file, ...found } };
}

interface Read {
  readonly data: Dataset;
  readonly reading: Reading;
  readonly guess: Guess | undefined;
  readonly dropped: number;
  readonly missing: Reading['missing'];
}

/** Chooses the columns of a table, and reads them. */
async function readTable(args: Arguments, file: TableFile): Promise<Read> {
  const guess = guessOf(nameOf(file.path), file.profiles, {
    label: args.string('label'),
    targets: args.list('target'),
    ignore: args.list('ignore'),
    categorical: args.list('categorical'),
  });
  const { categorical, ...columns } = guess.reading;
  const rows = file.profiles[0]!.count;
  const used = [...columns.inputs!, ...(columns.targets ?? [columns.label!])];
  const gaps = file.profiles.filter(({ name, missing }) => used.includes(name) && missing > 0);
  const given = args.choice('missing', ['error', 'drop', 'mean']);
  let missing = given ?? (gaps.length > 0 ? 'drop' : 'error');
  const read = async (): Promise<Dataset> =>
    file.read({ ...columns, missing, ...(categorical.length > 0 && { categorical: categorical as never }) });
  let data = await read();
  const canFill = gaps.every(({ name, isNumeric }) => isNumeric && columns.inputs!.includes(name));
  if (given === undefined && rows - data.count > rows / 10 && canFill) {
    missing = 'mean';
    data = await read();
  }
  const { classes, categories } = data;
  const reading = {
    ...file.dialect,
    ...columns,
    missing,
    ...(classes && { classes }),
    ...(categorical.length > 0 && { categorical: categories }),
  };
  return { data, reading, guess, dropped: rows - data.count, missing };
}

/** Samples whose columns are not to be chosen. */
function samplesOf(args: Arguments, { path, data }: Extract<DataFile, { kind: 'samples' }>): Read {
  const vain = ['label', 'target', 'ignore', 'categorical', 'missing', 'delimiter', 'header'].find((name) =>
    args.has(name),
  );
  if (vain !== undefined) throw usageFailure(`--${vain}: ${path} has no columns to choose from`);
  if (!data.labels && !data.targets) throw dataFailure(`${path}: there are no labels or targets to learn`);
  const { inputScale, classes } = data;
  const reading = { ...(inputScale !== undefined && { inputScale }), ...(classes && { classes }) };
  return { data, reading, guess: undefined, dropped: 0, missing: undefined };
}

async function partsOf(
  args: Arguments,
  file: DataFile,
  data: Dataset,
  reading: Reading,
): Promise<{ train: Dataset; test: Dataset | undefined; testPart: TestPart | undefined }> {
  const path = args.string('test');
  const share = args.number('test-split', 0, 0.9);
  if (path !== undefined) {
    if (share !== undefined) throw usageFailure('--test-split: give either it or --test');
    return { train: data, test: await readData(path, reading), testPart: undefined };
  }
  const given = file.kind === 'samples' ? file.test : undefined;
  if (given && share === undefined) return { train: data, test: given, testPart: undefined };
  const test = share ?? (data.count < FEWEST_TO_TEST ? 0 : 0.2);
  if (test === 0) return { train: data, test: undefined, testPart: undefined };
  const testPart = { test, seed: args.integer('seed') ?? 0 };
  return { ...(await inFile(nameOf(file.path), () => data.split(testPart))), testPart };
}

function transformsOf(args: Arguments, data: Dataset, task: Task): Transforms | undefined {
  const given = args.choice('scale', ['standardise', 'minMax', 'identity']);
  const isImage = data.inputScale !== undefined;
  if (isImage && given === undefined) return undefined; // their bytes become 0 to 1
  const kind: FitKind = given ?? 'standardise';
  return data.fitTransforms({ inputs: kind, ...(task === 'regression' && { targets: kind }) });
}

function engineOf(args: Arguments): EngineOptions {
  const engine = args.choice('engine', ['auto', 'wasm', 'reference']);
  const threads = args.string('threads') === 'auto' ? 'auto' : args.integer('threads', 1, 16);
  return { threads: threads ?? 'auto', ...(engine && { engine }) };
}

/** What may differ when a training goes on: nothing that the weights depend on, but how long it goes on. */
const free = [
  ...['epochs', 'threads', 'engine', 'out', 'checkpoint', 'checkpoint-every', 'report', 'resume'],
  ...['json', 'quiet', 'debug'],
];

/**
 * Of a training that goes on.
 * @param modelPath what it had saved
 * @param dataPath undefined for the data that it had
 * @throws Failure naming the option, or the file and place
 */
export async function prepareResumed(
  args: Arguments,
  modelPath: string,
  dataPath: string | undefined,
): Promise<Session> {
  const { net, about, progress } = await readModel(modelPath, engineOf(args));
  if (!about) throw dataFailure(`${modelPath}: it was not written by bp4 train, which cannot go on from it`);
  checkGiven(args, about);
  const { reading, training } = about;
  const path = dataPath ?? training.data;
  const { testPart } = training;
  const whole = await readData(path, reading);
  const split = testPart && (await inFile(path, () => whole.split(testPart)));
  const train = split?.train ?? whole;
  if (train.count !== training.samples) {
    throw dataFailure(
      `${path}: the training had ${grouped(training.samples)} samples, and now there are ${grouped(train.count)}; give the same data`,
    );
  }
  const options = { ...training.options, epochs: args.integer('epochs', 1) ?? training.options.epochs! };
  return {
    net,
    train,
    test: split?.test ?? (await testOf(path, about)),
    options,
    about: { ...about, training: { ...training, data: path, options } },
    found: undefined,
    from: { path: modelPath, ...(progress ?? { epochs: 0, isOver: false }) },
  };
}

/** A test that is no part of the data. */
async function testOf(path: string, { reading, training }: About): Promise<Dataset | undefined> {
  const { testFile, testSamples } = training;
  if (testFile !== undefined) return await readData(testFile, reading);
  if (testSamples === 0) return undefined;
  const file = await openData(path);
  return file.kind === 'samples' ? file.test : undefined;
}

function checkGiven(args: Arguments, { training: { given } }: About): void {
  for (const [name, values] of Object.entries(args.given)) {
    if (free.includes(name)) continue;
    const before = given[name];
    if (before?.join() === values.join()) continue;
    const was = before === undefined ? 'was not given' : `was ${before.join()}`;
    throw usageFailure(`--${name} ${was} when the training began; leave it out to go on with it`);
  }
}
