import { hashWeights } from '../../search/hash-weights.js';
import type { Transform } from '../../model/transforms.js';
import {
  formatCount,
  formatPercent,
  formatPrecise,
  formatScore,
  groupDigits,
  joinNames,
  quoteOption,
  quotePath,
} from '../terminal/format.js';
import { toVisible } from '../terminal/control-characters.js';
import { countParts, type About } from './model-file.js';
import type { OpenedModel } from './open-model.js';
import type { ModelSignature } from './signature.js';

// A model card (Mitchell et al. 2019), in Markdown: what the model file says about the model, for the people who use it.

/** @returns Markdown */
export function describeCard(
  { path, net, state, members, about }: OpenedModel,
  signature: ModelSignature,
): string {
  const { outputs, reading, transforms } = signature;
  const sizes = [state.spec.inputs, ...state.spec.layers.map(({ units }) => units)]
    .map(groupDigits)
    .join(' → ');
  const what = members
    ? `An ensemble of ${formatCount(members.length, 'network')}, the first of ${sizes} units`
    : `A network of ${sizes} units`;
  const answers = outputs.task === 'classification' ? outputs.classes : outputs.targets;
  const aim =
    outputs.task === 'classification'
      ? `which class a row belongs to${reading.label === undefined ? '' : `, by the column ${code(reading.label)}`}`
      : 'numbers';
  return [
    `# ${plain(path)}`,
    '',
    `${what}. It predicts ${aim}: ${joinNames(answers.map(code), 20)}.`,
    ...section('Inputs', listInputs(signature.width, reading.inputs, transforms)),
    ...(about ? section('Data', listData(about)) : []),
    ...(about?.results ? section('Results', listResults(about)) : []),
    ...section('Training', [
      ...(about
        ? [`- Command: ${code(commandOf(about))}`, `- ${trainedFor(about)}`]
        : ['- The file does not say how it was trained.']),
      `- Loss: ${net.loss}`,
      ...(state.spec.seed === undefined ? [] : [`- Seed: ${state.spec.seed}`]),
      ...(members ?? [{ state }]).map(
        (one) => `- Weights and biases (SHA-256): \`${hashWeights(one.state)}\``,
      ),
    ]),
    ...section('Limits', listLimits(about, transforms)),
    '',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] => ['', `## ${title}`, '', ...lines];

/** Text that Markdown shows as it is, in a line. */
const plain = (text: string): string => oneLine(text).replace(/[\\`*_{}[\]<>()#|!~&-]/g, '\\$&');

/** Characters that change the direction of text are written out. */
const oneLine = (text: string): string => toVisible(text.replace(/\s+/g, ' '));

/** A name in a code span, whose backticks are longer than those in it. */
function code(text: string): string {
  const one = oneLine(text);
  const ticks = '`'.repeat(1 + Math.max(0, ...Array.from(one.matchAll(/`+/g), ([run]) => run.length)));
  return /^`|`$|^$/.test(one) ? `${ticks} ${one} ${ticks}` : `${ticks}${one}${ticks}`;
}

/** `code` in a table, where a bar would end the cell. */
const codeCell = (text: string): string => code(text).replaceAll('|', '\\|');

function listInputs(
  width: number,
  names: readonly string[] | undefined,
  transforms: readonly Transform[] | undefined,
): string[] {
  if (!names && !transforms) return [`${groupDigits(width)} numbers, as they are.`];
  const rows = Array.from({ length: width }, (_, k) => {
    const transform = transforms?.[k];
    const name = names?.[k] ?? transform?.name ?? String(k);
    return `| ${codeCell(name)} | ${transform ? plain(transformText(transform)) : 'as it is'} |`;
  });
  return ['| column | what the network gets |', '| --- | --- |', ...rows];
}

function listData({ reading, training }: About): string[] {
  const { missing } = reading;
  return [
    `- File: ${code(training.data)}${training.testFile === undefined ? '' : `; ${code(training.testFile)} for testing`}`,
    `- ${countParts(training)}`,
    ...(missing === undefined || missing === 'error' ? [] : [`- Missing values: ${missing}`]),
  ];
}

function listResults({ training, results }: About): string[] {
  const { figures, baseline, baselines } = results!;
  const { mean, linear } = baselines ?? {};
  const shown = Object.entries(figures).map(([name, value]) => {
    const isShare = /accuracy$|^coverage$/i.test(name);
    return `| ${cardNames[name] ?? figureNames[name] ?? name} | ${isShare ? formatPercent(value) : formatPrecise(value, 3)} |`;
  });
  const where =
    training.testSamples > 0
      ? `On ${formatCount(training.testSamples, 'test sample')}`
      : 'On the training data, because there is no test part';
  return [
    `${where}:`,
    '',
    '| figure | value |',
    '| --- | --- |',
    ...shown,
    ...(baseline
      ? [
          `| accuracy of always predicting ${codeCell(baseline.class)} | ${formatPercent(baseline.accuracy)} |`,
        ]
      : []),
    ...(mean === undefined ? [] : [`| R² of always predicting the mean | ${formatScore(mean)} |`]),
    ...(linear === undefined ? [] : [`| R² of a linear model | ${formatScore(linear)} |`]),
  ];
}

function trainedFor({ results }: About): string {
  if (!results) return 'The training had not ended when the file was written.';
  const { trials, epochs = 0 } = results;
  return trials === undefined
    ? `Trained for ${formatCount(epochs, 'epoch')}`
    : `The best of ${formatCount(trials, 'trial')}`;
}

function commandOf({ training: { data, given }, results }: About): string {
  const options = Object.entries(given).flatMap(([option, values]) =>
    values.map((value) => quoteOption(option, value)),
  );
  return [`npx bp4 ${results?.trials === undefined ? 'train' : 'search'}`, quotePath(data), ...options].join(
    ' ',
  );
}

function listLimits(about: About | undefined, transforms: readonly Transform[] = []): string[] {
  const strict = transforms.filter((one) => one.kind === 'oneHot' && (one.unknown ?? 'error') === 'error');
  const lenient = transforms.some(
    (one) => one.kind === 'oneHot' && one.unknown !== undefined && one.unknown !== 'error',
  );
  return [
    ...(about && about.training.testSamples === 0
      ? ['- The figures are for the samples that it was trained on, so new data will score worse.']
      : []),
    ...(about && about.training.testSamples > 0 && about.training.testFile === undefined
      ? [
          '- The test samples come from the same file as the training samples. Data from another time or place may score worse.',
        ]
      : []),
    ...(strict.length > 0 ? ['- A category that the training data does not have is an error.'] : []),
    ...(lenient
      ? ['- A category that the training data does not have is predicted from the other columns.']
      : []),
    '- Outside the range of the training data, its answers are guesses.',
    '- This card does not say what the model is for, nor how well it does for each group of people. Add both before others rely on it.',
  ];
}

const cardNames: Readonly<Record<string, string>> = {
  balancedAccuracy: 'balanced accuracy',
  rocAUC: 'ROC-AUC',
  logLoss: 'log loss',
  brierScore: 'Brier score',
  calibrationError: 'calibration error',
};

/** Names of figures in words. `bp4 evaluate` prints more. */
export const figureNames: Readonly<Record<string, string>> = {
  loss: 'loss',
  accuracy: 'accuracy',
  rSquared: 'R²',
  meanAbsoluteError: 'mean absolute error',
  rootMeanSquaredError: 'root mean squared error',
  pinballLoss: 'pinball loss',
};

/** More would fill a line. */
const MOST_CATEGORIES = 6;

/** What a transform makes of a column. */
export function transformText(transform: Transform): string {
  switch (transform.kind) {
    case 'identity':
      return 'as it is';
    case 'standardize':
      return `standardized: mean ${formatPrecise(transform.mean)}, deviation ${formatPrecise(transform.deviation)}`;
    case 'minMax':
      return `from ${formatPrecise(transform.min)} to ${formatPrecise(transform.max)}, scaled to 0 to 1`;
    case 'oneHot':
      return `one of ${joinNames(
        transform.categories.map((category) => (category === '' ? '(missing)' : String(category))),
        MOST_CATEGORIES,
      )}`;
    case 'log1p':
      return `logarithm of 1 + |x|, standardized: mean ${formatPrecise(transform.mean)}, deviation ${formatPrecise(transform.deviation)}`;
    case 'quantile':
      return `mapped to a normal distribution, by ${formatCount(transform.quantiles.length, 'quantile')}`;
    case 'robust':
      return `median ${formatPrecise(transform.median)}, ${formatPrecise(transform.range)} between the quartiles, outliers limited to ±3`;
    case 'piecewiseLinear':
      return `in ${formatCount(transform.edges.length - 1, 'bin')}`;
    case 'hash':
      return `one of ${formatCount(transform.buckets, 'bucket')}, by the hash of its text`;
    case 'bagOfWords':
      return `words, in ${formatCount(transform.weights.length, 'bucket')}`;
  }
}
