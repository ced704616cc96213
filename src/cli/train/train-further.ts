import type { Categories, Dataset, TableProfile } from '../../data/index.js';
import type { NetworkState } from '../../model/state.js';
import type { Transform } from '../../model/transforms.js';
import type { Network } from '../../network.js';
import { DataError, inFile } from '../errors.js';
import { answersOf, openData, type DataFile } from '../data/open-data.js';
import { displayPath } from '../data/read-file.js';
import { namesOfCategorical, type Reading } from '../data/tables.js';
import { withoutCategories } from '../model/labeled-data.js';
import type { About, ModelFile } from '../model/model-file.js';
import type { GivenOptions } from '../options/command.js';
import { pickTextFormat } from '../options/data.js';
import { checkMonitor } from '../options/early-stopping.js';
import type { TrainFlags } from '../options/files.js';
import type { OnRead } from '../terminal/reading.js';
import { planTraining, type NewNames, type PreparedTraining } from './prepare-training.js';
import { splitSamples, warnOfData } from './training-data.js';

// A finished model and a second file: a new run, which begins with the weights of the model. Classes and categories that the model
// doesn't know get weights of their own.

export const nothingNew: NewNames = { classes: [], categories: {} };

export const isNothing = ({ classes, categories }: NewNames): boolean =>
  classes.length === 0 && Object.keys(categories).length === 0;

/** A second file, and how it's read. */
export interface OtherFile {
  readonly file: DataFile;
  readonly reading: Reading;
  /** Whether its text has the format of the first file. */
  readonly isInSameFormat: boolean;
}

/**
 * Finds the classes and categories of a file that the model doesn't know.
 * @throws DataError naming the file and the place in it
 */
export async function findNewNames({ file, reading }: OtherFile, { spec }: NetworkState): Promise<NewNames> {
  if (file.kind !== 'table') return nothingNew;
  const { path } = file;
  const { classes: known, ...others } = withoutCategories(reading);
  const { classes, categories } = await file.read(others);
  const findNew = (name: string, found: Categories = [], old: Categories): Categories => {
    const ofTexts = typeof old[0] === 'string';
    if (!ofTexts && typeof found[0] === 'string')
      throw new DataError(
        displayPath(path),
        `column '${name}' holds texts, such as '${found.find((one) => Number.isNaN(Number(one)))}', but numbers in the data of the model`,
        'write its values as there, or train a new model',
      );
    const names: readonly (string | number)[] = ofTexts ? found.map(String) : found;
    return names.filter((one) => !(old as typeof names).includes(one)) as unknown as Categories;
  };
  const columns = (spec.transforms?.inputs ?? []).flatMap((column): [string, Categories][] => {
    // A column with rare categories counts every other one as 'other'.
    if (column.kind !== 'oneHot' || column.unknown === 'other') return [];
    const added = findNew(column.name!, categories[column.name!], column.categories);
    return added.length > 0 ? [[column.name!, added]] : [];
  });
  return {
    classes: known ? findNew(reading.label!, classes, known) : [],
    categories: Object.fromEntries(columns),
  };
}

/**
 * Opens a second file, whose format and gaps are its own.
 * @throws DataError naming the file and the place in it
 */
export async function openOther(
  flags: TrainFlags,
  path: string,
  before: Reading,
  onRead: OnRead,
): Promise<OtherFile> {
  const format = { ...before, ...pickTextFormat(flags), delimiter: flags.delimiter };
  const file = await openData(path, {
    ...pickTextFormat(format),
    answers: answersOf(before),
    isStream: false,
    onRead,
  });
  if (file.kind === 'table' && before.label === undefined && before.targets === undefined)
    throw new DataError(path, 'it is a table, but the model was trained on images', 'give the same data');
  const dialect = file.kind === 'table' ? file.dialect : undefined;
  const reading = {
    ...before,
    ...pickTextFormat(flags),
    ...(dialect && { delimiter: dialect.delimiter, header: dialect.header }),
    ...(flags.missing && { missing: flags.missing }),
  };
  const isInSameFormat = JSON.stringify(pickTextFormat(reading)) === JSON.stringify(pickTextFormat(before));
  return { file, reading, isInSameFormat };
}

/**
 * Prepares a training of the model on a second file.
 * @param given the options that define the run: those of the model, and those that were typed
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function trainFurther(
  flags: TrainFlags,
  given: GivenOptions,
  model: ModelFile & { readonly about: About; readonly path: string },
  { file, reading: own }: OtherFile,
  names: NewNames,
  onRead: OnRead,
): Promise<PreparedTraining> {
  const { task } = model.about;
  const { path } = file;
  checkMonitor(flags, task);
  const asRead = withNames(own, model.state, names);
  const data: Dataset = file.kind === 'table' ? await file.read(asRead) : file.data;
  const reading = { ...asRead, ...(Object.keys(data.means).length > 0 && { means: data.means }) };
  const parts = await splitSamples(flags, { file, reading }, data, onRead);
  const net = await inFile(displayPath(path), () => grow(model.net, names));
  const plan = await planTraining(flags, given, path, { net, task, reading, parts });
  const warnings = warnOfData(flags, { data, sorted: [] }, parts);
  const further = {
    ...names,
    absent: findAbsent(data),
    unused: file.kind === 'table' ? findUnused(await file.profile(), reading) : [],
    ...{ path: model.path, state: net.state },
  };
  return { net, ...parts, ...plan, warnings, found: undefined, further };
}

/** The classes without a sample. */
function findAbsent({ classes = [], labels }: Dataset): Categories {
  const present = new Set<number>(labels);
  return (classes as readonly unknown[]).filter((_, j) => !present.has(j)) as unknown as Categories;
}

/** The columns that the model doesn't have. */
function findUnused({ columns }: TableProfile, { inputs = [], label, targets = [] }: Reading): string[] {
  const used = new Set([...inputs, label, ...targets]);
  return columns.map(({ name }) => name).filter((name) => !used.has(name));
}

/** How the second file is read: its new names come after those that the model knows. */
function withNames(reading: Reading, { spec }: NetworkState, names: NewNames): Reading {
  const known = new Map(
    (spec.transforms?.inputs ?? []).map((column) => [
      column.name,
      column.kind === 'oneHot' ? column.categories : undefined,
    ]),
  );
  const categorical = namesOfCategorical(reading);
  const lists = categorical.map((name) => [name, concat(known.get(name) ?? [], names.categories[name])]);
  return {
    ...reading,
    ...(reading.classes && { classes: concat(reading.classes, names.classes) }),
    ...(categorical.length > 0 && { categorical: Object.fromEntries(lists) as Record<string, Categories> }),
  };
}

const concat = (first: Categories, second: Categories = []): Categories =>
  [...first, ...second] as unknown as Categories;

/** The network with inputs and outputs for new names, in place of the old one; the same one if there are none. */
async function grow(net: Network, { classes, categories }: NewNames): Promise<Network> {
  const columns = Object.entries(categories).map(([name, list]): Transform => ({
    kind: 'oneHot',
    name,
    categories: list,
  }));
  const inPlace = async (larger: Promise<Network>, smaller: Network): Promise<Network> => {
    const grown = await larger;
    smaller.dispose();
    return grown;
  };
  const wider = columns.length > 0 ? await inPlace(net.withInputs(columns), net) : net;
  return classes.length > 0 ? await inPlace(wider.withClasses(classes), wider) : wider;
}
