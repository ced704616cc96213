import type { Categories, Dataset } from '../../data/index.js';
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

/**
 * Finds the classes and categories of a file that the model doesn't know.
 * @throws DataError naming the file and the place in it
 */
export async function findNewNames(
  path: string,
  { reading }: About,
  { spec }: NetworkState,
  onRead: OnRead,
): Promise<NewNames> {
  const file = await open(path, reading, onRead);
  if (file.kind !== 'table') return nothingNew;
  const { classes: known, ...others } = withoutCategories(reading);
  const { classes, categories } = await file.read(others);
  const columns = (spec.transforms?.inputs ?? []).flatMap((column): [string, Categories][] => {
    // A column with rare categories counts every other one as 'other'.
    if (column.kind !== 'oneHot' || column.unknown === 'other') return [];
    const added = subtract(categories[column.name!], column.categories);
    return added.length > 0 ? [[column.name!, added]] : [];
  });
  return { classes: known ? subtract(classes, known) : [], categories: Object.fromEntries(columns) };
}

const subtract = (found: Categories = [], known: Categories): Categories =>
  (found as readonly unknown[]).filter(
    (one) => !(known as readonly unknown[]).includes(one),
  ) as unknown as Categories;

async function open(path: string, reading: Reading, onRead: OnRead): Promise<DataFile> {
  const file = await openData(path, {
    ...pickTextFormat(reading),
    answers: answersOf(reading),
    isStream: false,
    onRead,
  });
  if (file.kind === 'table' && reading.label === undefined && reading.targets === undefined)
    throw new DataError(path, 'it is a table, but the model was trained on images', 'give the same data');
  return file;
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
  path: string,
  names: NewNames,
  onRead: OnRead,
): Promise<PreparedTraining> {
  const { task } = model.about;
  checkMonitor(flags, task);
  const reading = withNames(model.about.reading, model.state, names);
  const file = await open(path, reading, onRead);
  const data: Dataset = file.kind === 'table' ? await file.read(reading) : file.data;
  const parts = await splitSamples(flags, { file, reading }, data, onRead);
  const net = await inFile(displayPath(path), () => grow(model.net, names));
  const plan = await planTraining(flags, given, path, { net, task, reading, parts });
  const warnings = warnOfData(flags, { data, sorted: [] }, parts);
  const further = { ...names, path: model.path, state: net.state };
  return { net, ...parts, ...plan, warnings, found: undefined, further };
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
