import { namesOfCategorical } from '../data/tables.js';
import type {
  Categories,
  ColumnNote,
  ColumnProfile,
  ColumnSuggestion,
  DetectedDialect,
} from '../../data/index.js';
import type { FaultOption } from '../../errors.js';
import { cureWithFlags, findFlag } from '../flags.js';
import type { TrainingRun } from './run-training.js';
import type { Output } from '../terminal/output.js';
import {
  formatCount,
  formatDuration,
  formatSignificant,
  joinNames,
  quoteOption,
  quotePath,
} from '../terminal/format.js';
import type { Further, PreparedTraining } from './prepare-training.js';
import { describeSkipped } from '../data/skipped-rows.js';
import { displayPath } from '../data/read-file.js';
import { checkAveraging } from '../../training/options.js';
import { countParts, type About } from '../model/model-file.js';

// What `bp4 train` prints before it begins: what was found, what was inferred, and the option that changes it.

const marks: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'single spaces',
  spaces: 'spaces',
};

/** Prints it as text or as events. */
export function describeTraining(output: Output, prepared: PreparedTraining): void {
  const { found, about, train } = prepared;
  const { training } = about;
  eventOfData(output, prepared);
  if (found) describeData(output, prepared);
  else if (prepared.further) describeFurther(output, prepared.further, training.data);
  else {
    const { path, epochs } = prepared.from!;
    output.sayWrapped(
      `${output.bold(displayPath(training.data))}: resumed from ${path}, after ${formatCount(epochs, 'epoch')}`,
    );
  }
  describeParts(output, prepared);
  describeNetwork(output, prepared);
  if (train.classes && train.classes.length < 2)
    output.advise({ place: '', problem: 'only one class in the data', cure: 'add samples of another class' });
  for (const warning of prepared.warnings) output.advise(warning);
}

/** What happens to classes and categories that the model doesn't know. */
function describeFurther(
  output: Output,
  { path, classes, categories, absent, unused }: Further,
  data: string,
): void {
  output.event('further', { from: path, newClasses: classes, newCategories: categories, absent, unused });
  output.sayWrapped(
    `${output.bold(displayPath(data))}: a new run, which begins with the weights of ${path} and keeps its columns and scales`,
  );
  const say = (what: string, list: Categories, unit: string): void => {
    const each = list.length === 1 ? '' : ' each';
    const names = list.map((one) => (one === '' ? '(missing)' : String(one)));
    row(output, 'new', `${what} ${joinNames(names, 6)}: ${unit}${each}, with weights drawn from the seed`);
  };
  if (classes.length > 0) say(classes.length === 1 ? 'class' : 'classes', classes, 'an output');
  for (const [name, list] of Object.entries(categories))
    say(`${list.length === 1 ? 'category' : 'categories'} of ${nameText(name)},`, list, 'an input');
  if (absent.length > 0) {
    const which = `${absent.length === 1 ? 'class' : 'classes'} ${joinNames(absent.map(String), 6)}`;
    row(output, 'absent', `${which}: without samples, so the network may forget what it learned`);
  }
  if (unused.length > 0)
    row(output, 'not used', `${joinNames(unused.map(nameText), 6)}: not among the columns of the model`);
}

/** Only the part about the data. */
export type DescribedData = Pick<PreparedTraining, 'found' | 'train'> & {
  readonly about: Pick<About, 'task' | 'reading'> & { readonly training: Omit<About['training'], 'options'> };
};

export function eventOfData(output: Output, { found, about }: DescribedData): void {
  const { task, reading, training } = about;
  output.event('data', {
    path: training.data,
    task,
    samples: training.samples,
    validationSamples: training.validationSamples,
    testSamples: training.testSamples,
    ...reading,
    nextBest: found?.guess && findRunnerUp(found.guess),
    leftOut: found?.guess?.leftOut ?? [],
    dropped: found?.dropped ?? 0,
    skipped: found?.profile?.skipped ?? [],
  });
}

/** @param option that changes it */
export function row(output: Output, name: string, text: string, option = ''): void {
  output.sayWrapped(
    `  ${output.bold(name.padEnd(9))} ${text}${option === '' ? '' : `  ${output.dim(`(${option})`)}`}`,
    12,
  );
}

export function describeData(output: Output, { found, about, train }: DescribedData): void {
  const { file, guess, profile, dropped, missing } = found!;
  const { reading, task, training } = about;
  if (file.kind === 'samples') {
    const { samples, testSamples, testPart } = training;
    output.sayWrapped(
      `${output.bold(displayPath(file.path))}: ${formatCount(samples + (testPart ? testSamples : 0), 'sample')} of ${train.width} numbers`,
    );
    const classes = train.classes?.map(String);
    const name = reading.label ?? reading.targets?.[0];
    const of = name === undefined ? '' : `${nameText(name)}: `;
    if (classes)
      row(
        output,
        'label',
        `${of}${formatCount(classes.length, 'class', 'classes')}, ${joinNames(classes, 6)}`,
      );
    else row(output, 'target', `${of}numbers, a regression`);
    return;
  }
  const { count, columns } = profile!;
  output.sayWrapped(
    `${output.bold(displayPath(file.path))}: ${formatCount(count, 'row')}, ${columnsText(columns.length, file.dialect)}`,
  );
  const skipped = describeSkipped(profile!.skipped ?? []);
  if (skipped !== undefined) row(output, 'skipped', skipped, '--skip and --comment change it');
  const why = guess?.reason === undefined ? '' : `${guess.reason}; ${describeDoubt(guess)}`;
  if (task === 'classification') {
    const classes = train.classes!.map(String);
    const option = why && `${why}change it with --label or --target NAME`;
    row(
      output,
      'label',
      `${nameText(reading.label!)}: ${formatCount(classes.length, 'class', 'classes')}, ${joinNames(classes, 6)}`,
      option,
    );
  } else {
    const names = (reading.targets ?? []).map(nameText).join(', ');
    row(
      output,
      'target',
      `${names}: numbers, a regression`,
      why && `${why}--label NAME trains a classifier instead`,
    );
  }
  row(
    output,
    'inputs',
    inputsText(reading.inputs ?? [], namesOfCategorical(reading), columns),
    '--ignore NAME leaves one out',
  );
  describeNotes(output, guess?.notes ?? []);
  for (const { name, reason, option } of guess?.leftOut ?? []) {
    const isOfTexts = /^(?:text|identifiers)/.test(reason);
    const keep = isOfTexts ? '--categorical NAME keeps its most frequent values' : '';
    row(output, 'left out', `${nameText(name)}: ${reason}`, option ? describeCure(option) : keep);
  }
  if (dropped > 0)
    row(
      output,
      'gaps',
      `${formatCount(dropped, 'row')} with missing values dropped`,
      '--missing mean fills them in',
    );
  if (missing === 'category')
    row(
      output,
      'gaps',
      'a missing text is a category, a missing number the mean of the column',
      '--missing drop leaves such rows out',
    );
  const { maxCategories } = reading;
  if (maxCategories !== undefined)
    row(
      output,
      'joined',
      `only the ${maxCategories} most frequent categories of a column are kept, the others are 'other'`,
      '--categories N',
    );
  if (missing === 'mean')
    row(output, 'gaps', 'filled in with the mean of the column', '--missing drop leaves such rows out');
}

/** The next best column to predict, if the guess is in doubt. */
const findRunnerUp = ({ isInDoubt, alternatives }: ColumnSuggestion): string | undefined =>
  isInDoubt ? alternatives[0]?.name : undefined;

function describeDoubt(guess: ColumnSuggestion): string {
  const runnerUp = findRunnerUp(guess);
  return runnerUp === undefined ? '' : `in doubt, the next best is ${nameText(runnerUp)}; `;
}

const noteRows = {
  format: 'numbers',
  gap: 'gaps',
  words: 'gaps',
  category: 'texts',
  suspect: 'gaps',
} as const;

/** One line for all columns with the same note. */
function describeNotes(output: Output, notes: readonly ColumnNote[]): void {
  const groups = new Map<string, ColumnNote[]>();
  for (const note of notes) {
    const key = JSON.stringify([note.kind, note.note, note.option]);
    groups.set(key, [...(groups.get(key) ?? []), note]);
  }
  for (const group of groups.values()) {
    const [{ kind, note, option }] = group as [ColumnNote];
    const names = joinNames(group.map(({ name }) => nameText(name)));
    const [first] = group.map(({ name }) => name) as [string];
    const name = group.length > 1 ? 'NAME' : first;
    const cures: Readonly<Record<string, string>> = {
      categorical: `${quoteOption('categorical', name)} keeps the ${kind === 'format' ? 'text' : 'texts'}`,
      ignore: `${quoteOption('ignore', name)} leaves it out`,
      gaps: `${quoteOption('gaps', (option.values ?? []).join(','))} treats it as missing`,
    };
    row(output, noteRows[kind], `${names}: ${note}`, cures[option.name] ?? describeCure(option));
  }
}

const describeCure = (option: FaultOption): string =>
  cureWithFlags({ place: '', problem: '', option }, [findFlag(option)!])!;

function columnsText(count: number, dialect: DetectedDialect | undefined): string {
  if (!dialect) return formatCount(count, 'column');
  const { delimiter, header, trim } = dialect;
  const separator = marks[delimiter] ?? `'${delimiter}'`;
  const names =
    header === true
      ? 'the first row is a header'
      : header === false
        ? 'no header: the columns are 0, 1, …'
        : 'names as given';
  return `${formatCount(count, 'column')} separated by ${separator}${trim ? ', without the spaces around them' : ''}; ${names}`;
}

function inputsText(
  inputs: readonly string[],
  categorical: readonly string[],
  columns: readonly ColumnProfile[],
): string {
  const areCategories = new Set(categorical);
  const looks = new Map(columns.map(({ name, looksLike }) => [name, looksLike]));
  const names = inputs.map((name) => {
    if (!areCategories.has(name)) return nameText(name);
    const looksLike = looks.get(name);
    return `${nameText(name)} (categories${looksLike === undefined ? '' : `; looks like ${looksLike}`})`;
  });
  return joinNames(names);
}

const nameText = (name: string): string => (name === '' ? "''" : name);

function describeParts(output: Output, { about: { training }, from }: PreparedTraining): void {
  if (training.shares)
    row(
      output,
      'reading',
      'streamed: read in batches, shuffled within them',
      from ? '' : 'larger than 256 MiB, or --stream',
    );
  row(output, 'split', countParts(training), from ? '' : '--validation-split, --test-split');
}

function describeNetwork(
  output: Output,
  { net, options, from, further, about, search }: PreparedTraining,
): void {
  const { sharding } = about.training;
  const { layers, inputs, loss, engine, threads } = net;
  const parameters = layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  const shape = layers.map(({ units, activation }) => ({ units, activation }));
  output.event('network', { inputs, layers: shape, loss, parameters, engine, threads, options, ...sharding });
  const arrows = [String(inputs), ...layers.map(({ units, activation }) => `${units} ${activation}`)].join(
    ' → ',
  );
  row(
    output,
    'network',
    `${arrows}: ${formatCount(parameters, 'parameter')}; ${loss}`,
    (from ?? further) ? '' : '--hidden, --activation, --loss',
  );
  if (search) {
    output.event('rate', { ...search });
    const { curve, learningRate } = search;
    const [low, high] = [curve[0]!, curve.at(-1)!].map((point) => formatSignificant(point.learningRate));
    row(output, 'rate', `${formatSignificant(learningRate)}, found from ${low} to ${high}`, '--find-rate');
  }
  const { epochs, miniBatchSize, earlyStopping, ema, swa } = options;
  const most = earlyStopping ? `at most ${formatCount(epochs!, 'epoch')}` : formatCount(epochs!, 'epoch');
  const how = [optimizerText(options), `mini-batches of ${miniBatchSize}`, most];
  const flags = ['--optimizer', '--learning-rate', '--batch', '--epochs'];
  if (ema) {
    how.push(threads > 1 ? 'averaged weights, on one thread' : 'averaged weights');
    flags.push('--ema');
  }
  if (swa) {
    how.push(`averaged weights from epoch ${checkAveraging(swa, epochs!, 0)}`);
    flags.push('--swa');
  }
  row(output, 'training', how.join(', '), from ? '--epochs' : flags.join(', '));
  if (sharding) {
    const { shards, rounds = epochs } = sharding;
    const text = `${formatCount(shards, 'part')} of the samples, averaged ${rounds === 1 ? 'once' : `after each of ${rounds} rounds`}`;
    row(output, 'shards', text, from ? '' : '--shards, --rounds');
  }
}

function optimizerText({ optimizer, learningRate }: PreparedTraining['options']): string {
  const name = typeof optimizer === 'object' ? optimizer.name : optimizer;
  if (learningRate === undefined) return String(name);
  if (typeof learningRate === 'object')
    return `${name} at ${formatSignificant(learningRate.rate)}, ${learningRate.schedule}`;
  return `${name} at ${formatSignificant(learningRate as number)}`;
}

/** How training ended. */
export function describeEnd(
  { history, epoch, seconds, bestEpoch }: TrainingRun,
  { options, from }: PreparedTraining,
): string {
  const { epochs, earlyStopping } = options;
  const patience = earlyStopping?.patience ?? 0;
  const isOver = epoch < epochs!;
  if (history.length === 0) {
    return isOver || from?.isOver
      ? `Already finished after ${formatCount(epoch, 'epoch')}: stopped early, no improvement in ${formatCount(patience, 'epoch')}. To train longer, start again with a larger --patience.`
      : `Already finished: all ${formatCount(epoch, 'epoch')} are done. To train further: npx bp4 train --resume ${quotePath(from!.path)} --epochs ${2 * epoch}`;
  }
  const begin = `${formatCount(epoch, 'epoch')} in ${formatDuration(seconds)}`;
  const restores = earlyStopping?.restoreBest !== false;
  const noneBetter = `no epoch improved on the initial weights${restores ? ', which were restored' : ''}`;
  if (!isOver) return bestEpoch === 0 ? `${begin}; ${noneBetter}.` : `${begin}.`;
  const best = restores ? `restored the weights of epoch ${bestEpoch}` : `epoch ${bestEpoch} was best`;
  return `${begin}, stopped early: no improvement in ${formatCount(patience, 'epoch')}; ${bestEpoch === 0 ? noneBetter : best}.`;
}
