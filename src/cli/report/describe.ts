import type { NetworkState } from '../../model/state.js';
import type { Network } from '../../network.js';
import { displayPath } from '../data/read-file.js';
import { countParts, type About } from '../model/model-file.js';
import type { OpenedNetwork } from '../model/open-model.js';
import {
  formatCount,
  formatDuration,
  groupDigits,
  joinNames,
  quoteOption,
  quotePath,
} from '../terminal/format.js';
import type { PreparedTraining } from '../train/prepare-training.js';
import { describeShape } from './network-drawing.js';
import type { Fact, Report } from './page.js';
import { hashWeights } from '../../search/hash-weights.js';

// The content of a report, about a model and its training.

/** The part of a report about a model, after any command. */
export function describeModel({ net, state, about, path }: OpenedNetwork, title: string): Report {
  const shape = describeShape(net);
  const sizes = [shape.inputs, ...shape.layers.map(({ units }) => units)].map(groupDigits).join(' → ');
  const trained = about ? `, trained on ${about.training.data}` : '';
  return {
    title,
    summary: `${path} is a network of ${sizes} units${trained}.`,
    shape,
    facts: listFacts(net, state, about),
  };
}

/**
 * The part of a report about a finished run.
 * @param bestEpoch of the run whose history it is
 * @param about with its results
 */
export function describeTrainingRun(
  { net, test, options, found }: PreparedTraining,
  bestEpoch: number | undefined,
  about: About,
  { history, ...measured }: Required<Pick<Report, 'history' | 'evaluation' | 'diagnosis'>>,
): Report {
  const shape = describeShape(net);
  const path = displayPath(about.training.data);
  const { earlyStopping } = options;
  const { isRefit = false } = about.training;
  const isRestored =
    earlyStopping && earlyStopping.restoreBest !== false && bestEpoch !== history.at(-1)?.epoch;
  return {
    title: path,
    summary: summarizeTraining(shape, about),
    ...{ shape, history, ...measured },
    isClassified: about.task === 'classification',
    bestEpoch: isRefit || isRestored ? bestEpoch : undefined,
    refitEpochs: isRefit ? options.epochs : undefined,
    evaluated: test ? `the ${formatCount(test.count, 'test sample')}` : 'the training data',
    facts: [...listFacts(net, net.state, about), ...listGuesses(found)],
  };
}

/** What nobody had said. */
export function listGuesses(found: PreparedTraining['found']): Fact[] {
  if (!found?.guess) return [];
  const { reason, leftOut } = found.guess;
  return [
    ...(reason === undefined ? [] : [{ name: 'inferred target', value: reason }]),
    ...(leftOut.length > 0
      ? [{ name: 'left out', value: leftOut.map(({ name, reason }) => `${name}: ${reason}`).join('; ') }]
      : []),
    ...(found.dropped > 0 ? [{ name: 'rows left out', value: `${found.dropped} with missing values` }] : []),
  ];
}

function summarizeTraining({ inputs, layers }: Report['shape'], { task, reading, training }: About): string {
  const sizes = [inputs, ...layers.map(({ units }) => units)].map(groupDigits).join(' → ');
  const { label, targets = [], classes } = reading;
  const aim =
    task === 'regression'
      ? `to predict ${targets.join(', ') || 'numbers'}`
      : `to predict ${label ?? 'the class'} (${formatCount(classes?.length ?? Math.max(2, layers.at(-1)!.units), 'class', 'classes')})`;
  return `A network of ${sizes} units learned from ${formatCount(training.samples - training.validationSamples, 'sample')} ${aim}.`;
}

/** What is known about a network, and from its file about its training. */
function listFacts(net: Network, state: NetworkState, about: About | undefined): Fact[] {
  const { seed } = state.spec;
  return [
    ...(about ? [...listDataFacts(about), ...listTrainingFacts(about)] : []),
    ...(seed === undefined ? [] : [{ name: 'seed', value: String(seed) }]),
    { name: 'engine', value: `${net.engine}, ${formatCount(net.threads, 'thread')}` },
    { name: 'weights and biases (SHA-256)', value: hashWeights(state), isCode: true },
    ...listRunFacts(),
  ];
}

/** Where and when the page was made. */
export const listRunFacts = (): Fact[] => [
  { name: 'Node', value: `${process.version}, ${process.platform} ${process.arch}` },
  { name: 'written', value: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC` },
];

/** The command line, without options that change nothing. */
export function commandFact(name: 'train' | 'search', { data, given }: About['training']): Fact {
  const options = Object.entries(given).flatMap(([option, values]) =>
    values.map((value) => quoteOption(option, value)),
  );
  return {
    name: 'command',
    value: [`npx bp4 ${name}`, quotePath(data), ...options].join(' '),
    isCode: true,
  };
}

export function listDataFacts({ reading, training }: About): Fact[] {
  const { inputs, label, targets, missing, categorical } = reading;
  const { data, testFile } = training;
  const facts: (Fact | undefined)[] = [
    { name: 'data', value: testFile === undefined ? data : `${data}; ${testFile} for testing` },
    { name: 'samples', value: countParts(training) },
    inputs && {
      name: 'inputs',
      value: joinNames(
        inputs.map((name) =>
          categorical && Object.hasOwn(categorical, name) ? `${name} (categories)` : name,
        ),
        20,
      ),
    },
    label === undefined ? undefined : { name: 'label', value: label },
    targets && { name: 'targets', value: targets.join(', ') },
    missing === undefined || missing === 'error'
      ? undefined
      : {
          name: 'missing values',
          value: missing === 'drop' ? 'rows with missing values were left out' : 'the mean of the column',
        },
  ];
  return facts.filter((fact) => fact !== undefined);
}

function listTrainingFacts({ training, results }: About): Fact[] {
  const options = Object.entries(training.options).map(([name, value]) => `${name} ${formatOption(value)}`);
  return [
    { name: 'options', value: options.join(', ') },
    ...(results?.epochs !== undefined && results.seconds !== undefined
      ? [
          {
            name: 'time',
            value: `${formatCount(results.epochs, 'epoch')} in ${formatDuration(results.seconds)}`,
          },
        ]
      : []),
    commandFact('train', training),
  ];
}

/** Without the punctuation of JSON. */
const formatOption = (value: unknown): string =>
  JSON.stringify(value).replace(/"/g, '').replace(/[,:]/g, '$& ');
