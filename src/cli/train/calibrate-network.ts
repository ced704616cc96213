import type { Dataset } from '../../data/index.js';
import { calibrate } from '../../metrics/index.js';
import { splitSamples } from '../../training/split.js';
import { isInputFault, UsageError } from '../errors.js';
import { evaluateNetwork } from '../model/evaluation.js';
import { formatCount, formatPercent, formatPrecise, formatSignificant } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { PreparedTraining } from './prepare-training.js';

/** Whether `--calibrate` was given, now or when the run began. */
export const isToCalibrate = ({ about }: Pick<PreparedTraining, 'about'>): boolean =>
  'calibrate' in about.training.given;

/** @throws UsageError if the outputs aren't probabilities, or no samples are set aside */
export function checkCalibration({ net, about, options, validation }: PreparedTraining): void {
  if (about.task === 'regression')
    throw new UsageError('--calibrate', 'the predictions are numbers, not probabilities', 'leave it out');
  const { activation } = net.layers.at(-1)!;
  if (activation !== 'softmax' && activation !== 'sigmoid')
    throw new UsageError('--calibrate', `the outputs are ${activation}, not probabilities`, 'leave it out');
  if (!validation && options.validationSplit === undefined)
    throw new UsageError(
      '--calibrate',
      'it needs validation samples, and there are none',
      'give --validation-split',
    );
}

/**
 * Divides the logits of a trained network by the temperature that fits the validation samples, and says what changes on them.
 * @returns the temperature; undefined if there is none
 */
export async function calibrateNetwork(
  output: Output,
  training: PreparedTraining,
): Promise<number | undefined> {
  const { net } = training;
  const held = readValidation(training);
  const measure = (): Record<'logLoss' | 'calibrationError', number> => {
    const { logLoss, calibrationError } = evaluateNetwork(net, held).figures;
    return { logLoss: logLoss!, calibrationError: calibrationError! };
  };
  const before = measure();
  try {
    const { temperature } = await calibrate(net, held);
    const after = measure();
    output.event('calibration', { temperature, samples: held.count, before, after });
    const change = (what: string, show: (value: number) => string, name: keyof typeof before): string =>
      `${what} ${show(before[name])} → ${show(after[name])}`;
    const figures = [
      change('log loss', (value) => formatPrecise(value, 3), 'logLoss'),
      change('calibration error', formatPercent, 'calibrationError'),
    ];
    output.sayWrapped(
      `Calibrated by a temperature of ${formatSignificant(temperature)}, on ${formatCount(held.count, 'validation sample')}: ${figures.join(', ')}`,
    );
    return temperature;
  } catch (error) {
    if (!isInputFault(error)) throw error;
    const { problem, cure } = error;
    output.advise({ place: '--calibrate', problem: `the network stays as it is: ${problem}`, cure });
    return undefined;
  }
}

/** The validation samples: those that `train` sets aside, if it does. */
function readValidation({ net, train, validation, options }: PreparedTraining): Dataset {
  if (validation) return validation;
  const data = train as Dataset;
  const samples = {
    count: data.count,
    answers: { labels: data.labels },
    choose: (rows: Uint32Array) => data.subset(rows),
  };
  return splitSamples(samples, options.validationSplit!, net.state.spec.seed!).validation;
}
