import type { Model } from '../model/model.js';
import type { Random } from '../model/random.js';
import { batchLoss, clearTally, evaluate, metricsOf, readTally } from './metrics.js';
import type { CheckedTrainOptions, EpochReport } from './options.js';
import { Order } from './order.js';
import { Samples, type Data } from './samples.js';
import { Window } from './window.js';
import type { Work } from './work.js';

/** Multiplications that an engine does in some tenths of a millisecond: so many lie between two looks at the clock. */
const WORK_AT_A_TIME = { wasm: 5e6, reference: 2e5 };

/** What a step costs beside its own multiplications. */
const WORK_OF_A_STEP = 2000;

/**
 * Stochastic gradient descent. Yields after a whole step, and after each call of the user's functions.
 * @throws TypeError, RangeError naming what is wrong in the data, before anything changes
 */
export function* train(
  model: Model,
  random: Random,
  data: Data,
  options: CheckedTrainOptions,
): Work<EpochReport[]> {
  const samples = yield* Samples.of(data, model);
  const validation =
    options.validation !== undefined && (yield* Samples.of(options.validation, model, 'validation.'));
  model.reserve(Math.min(options.miniBatchSize, samples.count));
  const window = yield* Window.load(model, samples, options.shuffle);
  try {
    return yield* descend(model, random, samples, validation, window, options);
  } finally {
    window?.close();
  }
}

/** The epochs, once the samples are where they are learnt from. */
function* descend(
  model: Model,
  random: Random,
  samples: Samples,
  validation: Samples | false,
  window: Window | undefined,
  { epochs, miniBatchSize, learningRate, shuffle, onEpoch, onBatch }: CheckedTrainOptions,
): Work<EpochReport[]> {
  const { count } = samples;
  const { kernels } = model;
  const size = Math.min(miniBatchSize, count);
  const batches = Math.ceil(count / size);
  const order = shuffle ? new Order(random, count, window) : undefined;

  // How many samples one call of the kernels learns from.
  const workOfASample = model.layout.parameterCount + WORK_OF_A_STEP / size;
  const workAtATime = WORK_AT_A_TIME[kernels.engine];
  const samplesAtATime = window && !onBatch ? size * Math.ceil(workAtATime / (workOfASample * size)) : size;
  let work = 0;

  yield kernels.team?.prepare(model.layout.parameterCount * size);
  const history: EpochReport[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    clearTally(model, model.layout.tally);
    for (let n = order?.begin(0) ?? count; n < count; n = order!.begin(n)) yield;
    for (let first = 0; first < count; first += samplesAtATime) {
      const taken = Math.min(samplesAtATime, count - first);
      order?.draw(first, taken);
      let done = 0;
      try {
        if (!window) samples.gather(model, first, taken, order?.numbers);
        while (done < taken) {
          const from = window?.pointer ?? 0;
          done += kernels.descend(model.layout.net, from, first + done, taken - done, size, learningRate);
          if (kernels.team?.isLate) yield kernels.team.recover();
        }
      } finally {
        // However it ends, the generator stays as after the last whole step.
        if (done < taken) order?.settle(first, done);
      }
      work += taken * workOfASample;
      if (onBatch) {
        yield onBatch({ epoch, batch: 1 + first / size, batches, loss: batchLoss(model) / taken });
      } else if (work >= workAtATime) {
        work = 0;
        yield;
      }
    }
    const { loss, accuracy } = metricsOf(readTally(model, model.layout.tally), count);
    const report: EpochReport = validation
      ? { epoch, loss, accuracy, validation: yield* evaluate(model, validation) }
      : { epoch, loss, accuracy };
    history.push(report);
    if (onEpoch) yield onEpoch(report);
  }
  return history;
}
