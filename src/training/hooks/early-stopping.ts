import { checkInteger, checkKeys, checkName, checkNumber, checkOptional } from '../../base/check.js';
import type { Work } from '../../base/work.js';
import type { Model } from '../../model/model.js';
import type { Metrics } from '../evaluate.js';
import type { Hook } from '../hook.js';
import type { EpochReport } from '../reports.js';
import type { Run } from '../../model/state.js';
import type { NamedMetrics } from './metrics.js';

/** Ends training when it stops improving. */
export interface EarlyStopping {
  /** Epochs in a row without a new best after which training ends. Default 10. */
  readonly patience?: number;
  /** The smallest improvement that counts as a new best. Default 0. */
  readonly minDelta?: number;
  /**
   * The metric to watch, on the validation data: 'loss', 'accuracy' for classes, or the name of one of `metrics`. Without
   * validation data, it's measured on all training data after each epoch, for which a stream is read once more. Default
   * 'loss'.
   */
  readonly monitor?: 'loss' | 'accuracy' | (string & {});
  /** Which values are better. Required if `monitor` is one of `metrics`; 'loss' is always minimized, and 'accuracy' maximized. */
  readonly direction?: 'minimize' | 'maximize';
  /**
   * Whether the network ends with the weights of the best epoch, or with the initial weights if no epoch is better.
   * Default true.
   */
  readonly restoreBest?: boolean;
}

type Direction = NonNullable<EarlyStopping['direction']>;

const directions: Readonly<Record<string, Direction>> = { loss: 'minimize', accuracy: 'maximize' };

/**
 * @param metrics the option of `train`, checked
 * @throws TypeError, RangeError that name the problem
 */
export function checkEarlyStopping(
  option: EarlyStopping | undefined,
  metrics: NamedMetrics = {},
): Required<EarlyStopping> | undefined {
  if (option === undefined) return undefined;
  checkKeys('earlyStopping', option, ['patience', 'minDelta', 'monitor', 'direction', 'restoreBest']);
  const { patience = 10, minDelta = 0, monitor = 'loss', restoreBest = true } = option;
  return {
    patience: checkInteger('earlyStopping.patience', patience, 0),
    minDelta: checkNumber('earlyStopping.minDelta', minDelta, 0),
    monitor: checkName('earlyStopping.monitor', monitor, Object.keys({ ...directions, ...metrics })),
    direction: checkName(
      'earlyStopping.direction',
      option.direction ?? directions[monitor],
      monitor in metrics ? ['minimize', 'maximize'] : [directions[monitor]!],
    ),
    restoreBest: checkOptional('earlyStopping.restoreBest', restoreBest, 'boolean'),
  };
}

/** The figure to watch. One of the user's metrics takes precedence over one of the same name. */
export const pickFigure = (
  { metrics, ...own }: NonNullable<EpochReport['validation']>,
  monitor: string,
): number => metrics?.[monitor] ?? own[monitor as keyof Metrics];

/**
 * Ends training when it stops improving. The network never ends worse than it began: the weights of the start are kept
 * until an epoch beats them.
 * @param measure returns the figure to watch at the present weights
 * @param slot the slot for the best parameters, if they are to be restored
 */
export function* watchBest(
  model: Model,
  run: Run,
  measure: () => Work<number>,
  options: Required<EarlyStopping> | undefined,
  slot: number,
): Work<Hook | undefined> {
  if (!options) return undefined;
  const { patience, minDelta, monitor, direction, restoreBest } = options;
  // Views are valid until the memory grows, so each use derives a new one.
  const parameters = (): Float32Array | Float64Array => model.parametersAt(model.layout.parameters);
  const best = (): Float32Array | Float64Array => model.parametersAt(model.slot(slot));
  const sign = direction === 'minimize' ? 1 : -1;
  if (run.step === 0) {
    const start = yield* measure();
    if (start - start === 0) run.start = start;
    if (restoreBest) best().set(parameters());
  }
  return {
    affectsTraining: true,
    *afterEpoch({ epoch, validation }) {
      const value = validation ? pickFigure(validation, monitor) : yield* measure();
      const isBetter = sign * value < sign * run.best - minDelta;
      run.waited = isBetter ? 0 : run.waited + 1;
      if (isBetter) run.best = value;
      if (isBetter && sign * value <= sign * run.start) {
        run.bestEpoch = epoch;
        if (restoreBest) best().set(parameters());
      }
      run.isOver = run.waited > 0 && run.waited >= patience;
    },
    afterTraining() {
      if (restoreBest) parameters().set(best());
    },
  };
}
