import type { Fit } from './run-training.js';
import { listed } from '../terminal/listed.js';
import type { IO } from '../terminal/output.js';
import { counted, duration, grouped, significant } from '../terminal/format-numbers.js';
import type { Session } from './prepare-training.js';
import { nameOf } from '../data/read-file.js';

// What `bp4 train` says before it begins: what was found, what was guessed, and which option overrules it.

const marks: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

/** Says it, in text or in events. */
export function describe(io: IO, session: Session): void {
  const { found, about, train } = session;
  const { task, reading, training } = about;
  io.event('data', {
    path: training.data,
    task,
    samples: training.samples,
    testSamples: training.testSamples,
    ...reading,
    leftOut: found?.guess?.leftOut ?? [],
    dropped: found?.dropped ?? 0,
  });
  if (found) describeData(io, session);
  else {
    const { path, epochs } = session.from!;
    io.say(`${io.bold(nameOf(training.data))}: goes on from ${path}, after ${counted(epochs, 'epoch')}`);
  }
  describeParts(io, session);
  describeNetwork(io, session);
  if (train.classes && train.classes.length < 2) io.warn('there is a single class');
}

/** @param option which overrules it */
function row(io: IO, name: string, text: string, option = ''): void {
  io.say(`  ${io.bold(name.padEnd(9))} ${text}${option === '' ? '' : `  ${io.dim(`(${option})`)}`}`);
}

function describeData(io: IO, { found, about, train }: Session): void {
  const { file, guess, profile, dropped, missing } = found!;
  const { reading, task } = about;
  if (file.kind === 'samples') {
    io.say(`${io.bold(nameOf(file.path))}: ${counted(train.count, 'sample')} of ${train.width} numbers`);
    if (train.classes) row(io, 'label', counted(train.classes.length, 'class', 'classes'));
    return;
  }
  const { count, columns } = profile!;
  io.say(
    `${io.bold(nameOf(file.path))}: ${counted(count, 'row')}, ${counted(columns.length, 'column')}${dialectText(file.dialect)}`,
  );
  const why = guess?.reason === undefined ? '' : `${guess.reason}; `;
  if (task === 'classification') {
    const classes = train.classes!.map(String);
    const option = why && `${why}--label or --target NAME takes another`;
    row(
      io,
      'label',
      `${nameText(reading.label!)}: ${counted(classes.length, 'class', 'classes')}, ${listed(classes, 6)}`,
      option,
    );
  } else {
    const names = (reading.targets ?? []).map(nameText).join(', ');
    row(io, 'target', `${names}: numbers, a regression`, why && `${why}--label NAME makes it classes`);
  }
  row(
    io,
    'inputs',
    inputsText(reading.inputs ?? [], reading.categorical ?? {}),
    '--ignore NAME leaves one out',
  );
  for (const { name, reason } of guess?.leftOut ?? []) row(io, 'left out', `${nameText(name)}: ${reason}`);
  if (dropped > 0)
    row(
      io,
      'gaps',
      `${counted(dropped, 'row')} with something missing left out`,
      '--missing mean fills them in',
    );
  if (missing === 'mean')
    row(io, 'gaps', 'filled in with the mean of the column', '--missing drop leaves such rows out');
}

function dialectText(dialect: { delimiter: string; header: unknown } | undefined): string {
  if (!dialect) return '';
  const { delimiter, header } = dialect;
  const names =
    header === true ? 'the first row names the columns' : 'no row of names, so that columns are 0, 1, …';
  return ` between ${marks[delimiter] ?? `'${delimiter}'`}s; ${header === true || header === false ? names : 'names as given'}`;
}

function inputsText(inputs: readonly string[], categorical: Readonly<Record<string, unknown>>): string {
  const names = inputs.map((name) =>
    Object.hasOwn(categorical, name) ? `${nameText(name)} (categories)` : nameText(name),
  );
  return listed(names);
}

const nameText = (name: string): string => (name === '' ? "''" : name);

function describeParts(io: IO, { about: { training }, options, validation, test, from }: Session): void {
  const validating = validation?.count ?? Math.round(training.samples * (options.validationSplit ?? 0));
  const parts = [
    `${grouped(training.samples - validating)} samples to learn from`,
    ...(validating > 0 ? [`${grouped(validating)} to watch it by`] : []),
    ...(test ? [`${grouped(test.count)} to test with`] : ['none to test with']),
  ];
  if (training.shares)
    row(
      io,
      'reading',
      'anew in each epoch, in parts; shuffled within them',
      from ? '' : 'larger than 256 MiB, or --stream',
    );
  row(io, 'parts', parts.join(', '), from ? '' : '--validation-split, --test-split');
}

function describeNetwork(io: IO, { net, options, from }: Session): void {
  const { layers, inputs, loss, engine, threads } = net;
  const parameters = layers.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  const shape = layers.map(({ units, activation }) => ({ units, activation }));
  io.event('network', { inputs, layers: shape, loss, parameters, engine, threads, options });
  const arrows = [String(inputs), ...layers.map(({ units, activation }) => `${units} ${activation}`)].join(
    ' → ',
  );
  row(
    io,
    'network',
    `${arrows}: ${counted(parameters, 'parameter')}; ${loss}`,
    from ? '' : '--hidden, --activation, --loss',
  );
  const { epochs, miniBatchSize, earlyStopping } = options;
  const most = earlyStopping ? `at most ${counted(epochs!, 'epoch')}` : counted(epochs!, 'epoch');
  const how = [optimizerText(options), `mini-batches of ${miniBatchSize}`, most];
  row(io, 'training', how.join(', '), from ? '--epochs' : '--optimizer, --learning-rate, --batch, --epochs');
}

function optimizerText({ optimizer, learningRate }: Session['options']): string {
  const name = typeof optimizer === 'object' ? optimizer.name : optimizer;
  if (learningRate === undefined) return String(name);
  if (typeof learningRate === 'object')
    return `${name} at ${significant(learningRate.rate)}, ${learningRate.schedule}`;
  return `${name} at ${significant(learningRate as number)}`;
}

/** How a training has ended. */
export function endText({ history, epoch, seconds }: Fit, { options, from }: Session): string {
  const { epochs, earlyStopping } = options;
  const patience = earlyStopping?.patience ?? 0;
  const isOver = epoch < epochs!;
  if (history.length === 0) {
    return isOver || from?.isOver
      ? `It had ended after ${counted(epoch, 'epoch')}, for it was no better for ${patience}.`
      : `It had ended after its ${counted(epoch, 'epoch')}; more --epochs would go on.`;
  }
  const begin = `${counted(epoch, 'epoch')} in ${duration(seconds)}`;
  if (!isOver) return `${begin}.`;
  const kept = earlyStopping?.restoreBest === false ? '' : ', whose weights it has again';
  return `${begin}: no better for ${patience} than epoch ${epoch - patience}${kept}.`;
}
