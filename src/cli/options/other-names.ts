import { findNearest } from './values.js';

// Names that people know from other programs. They aren't accepted, but the error suggests the right name.

const words = (text: string): readonly string[] => text.split(' ');

/**
 * For each option: its names in Keras, PyTorch, scikit-learn, pandas and other programs. If a name is listed for several
 * options, the first that the command has is suggested.
 */
const optionNames: Readonly<Record<string, readonly string[]>> = {
  'learning-rate': words('lr eta rate step-size base-lr initial-lr learn-rate learning-rate-init'),
  batch: words('batch-size mini-batch mini-batch-size minibatch minibatch-size bs b'),
  epochs: words(
    'iterations iteration iters iter max-iter max-iters max-iterations max-epochs num-epochs n-epochs steps n',
  ),
  hidden: words(
    'hidden-layers hidden-layer hidden-layer-sizes hidden-size hidden-sizes hidden-units units neurons nodes',
  ),
  layers: words('sizes layer-sizes architecture topology'),
  optimizer: words('optim solver opt algorithm'),
  loss: words('loss-function loss-fn lossfn criterion cost cost-function objective'),
  activation: words('activation-function act nonlinearity transfer-function'),
  'output-activation': words('last-activation final-activation'),
  initializer: words('init weight-init kernel-initializer'),
  dropout: words('dropout-rate drop-out'),
  seed: words('random-state random-seed rng'),
  threads: words('jobs n-jobs num-threads workers num-workers cpus cores'),
  workers: words('jobs n-jobs threads num-threads num-workers cpus cores'),
  trials: words('n-trials num-trials n-iter iterations budget'),
  folds: words('cv k-folds kfold n-splits n-folds'),
  engine: words('device gpu cpu backend'),
  out: words(
    'model model-file model-path output output-file outfile save save-model save-path save-to export destination',
  ),
  checkpoint: words('checkpoint-path checkpoint-file ckpt'),
  resume: words('resume-from continue load load-model init-from'),
  'validation-split': words(
    'val-split valid-split validation val validation-fraction val-fraction val-size eval-split',
  ),
  'test-split': words('test-size test-fraction test-ratio holdout hold-out'),
  test: words('test-file test-data test-set validation-data validation-file val-file'),
  patience: words('early-stopping early-stop early-stopping-rounds n-iter-no-change'),
  ensemble: words('members n-members models n-models bagging n-estimators'),
  'min-delta': words('tol tolerance min-improvement'),
  monitor: words('metric metrics'),
  l2: words('weight-decay wd l2-reg l2-regularization reg regularization lambda'),
  l1: words('l1-reg l1-regularization'),
  schedule: words('scheduler lr-schedule lr-scheduler learning-rate-schedule lr-decay decay'),
  'clip-norm': words(
    'clip clipnorm grad-clip clip-grad clip-gradient gradient-clip gradient-clipping max-grad-norm',
  ),
  'clip-value': words('clipvalue clip-grad-value'),
  'class-weights': words('class-weight weights balanced balance pos-weight scale-pos-weight'),
  label: words('class class-column label-column target-class y-column'),
  target: words('y response outcome dependent answer predict target-column output-column'),
  inputs: words('features feature-columns x x-columns columns usecols'),
  ignore: words('exclude drop drop-columns skip without inputs features columns usecols'),
  categorical: words('categories cat cat-features categorical-features categorical-columns one-hot onehot'),
  text: words('text-columns text-features notes bag-of-words tfidf'),
  hash: words('hash-columns hashing hashed'),
  'min-frequency': words('min-count rare rare-categories'),
  missing: words('na nan nas missing-values na-values fillna dropna impute imputation imputer'),
  delimiter: words('separator sep delim field-separator fs'),
  header: words('no-header names column-names has-header'),
  scale: words('normalize normalization normalise scaler scaling standardize standardise'),
  to: words('format type output-format target-format'),
  json: words('format output-format jsonl'),
  quiet: words('silent no-progress'),
  debug: words('verbose stacktrace traceback trace'),
  report: words('html plot plots chart charts'),
};

/** For each operand: options that people expect for it. */
const operandNames: Readonly<Record<string, readonly string[]>> = {
  model: words('model model-file model-path weights net network'),
  data: words('data data-file dataset file input input-file csv train-data training-data train-file'),
  out: words('out output output-file outfile'),
};

const commandNames: Readonly<Record<string, readonly string[]>> = {
  search: words('tune hpo optimize optimise automl sweep'),
  train: words('fit learn'),
  predict: words('infer inference apply classify run'),
  evaluate: words('eval test score validate'),
  export: words('convert save write'),
  inspect: words('info show summary describe view'),
  bench: words('benchmark speed'),
  status: words('state show list info count'),
  clear: words('empty flush purge remove delete'),
  init: words('create setup migrate'),
};

/** Finds the command that was meant by an unknown name. */
export const findMeantCommand = (typed: string, names: readonly string[]): string | undefined =>
  names.find((each) => commandNames[each]?.includes(typed.toLowerCase())) ?? findNearest(typed, names);

/** The names that a command knows. */
interface KnownNames {
  /** Without dashes. */
  readonly options: readonly string[];
  /** Those that are always files. */
  readonly operands: readonly string[];
}

/** learning_rate, learningRate → learning-rate. */
const toKebabCase = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/**
 * Finds the option that was meant by an unknown one.
 * @param typed with its dashes
 */
export function findMeant(
  typed: string,
  { options, operands }: KnownNames,
): { readonly option: string } | { readonly operand: string } | undefined {
  const name = toKebabCase(typed.replace(/^-+/, ''));
  const operand = operands.find((each) => operandNames[each]?.includes(name));
  if (operand !== undefined) return { operand };
  const same = options.find((each) => each === name);
  const other = Object.keys(optionNames).find(
    (each) => options.includes(each) && optionNames[each]!.includes(name),
  );
  const option = same ?? other ?? findNearest(name, options);
  return option === undefined ? undefined : { option };
}
