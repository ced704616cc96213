import { Ensemble } from '../../ensemble/ensemble.js';
import { DivergenceError } from '../../errors.js';
import { cool } from '../../metrics/calibrate.js';
import type { InitializerName } from '../../model/initializers.js';
import type { NetworkState } from '../../model/state.js';
import { Network } from '../../network.js';
import { StoppedError, UsageError } from '../errors.js';
import type { Predictor } from '../model/evaluation.js';
import type { TrainFlags } from '../options/files.js';
import { omit } from '../options/command.js';
import { formatCount, formatDuration } from '../terminal/format.js';
import { Output } from '../terminal/output.js';
import { calibrateNetwork, isToCalibrate } from './calibrate-network.js';
import { describeEnd } from './describe-training.js';
import { saveTrained, type Destination } from './destination.js';
import { pickEngine, type PreparedTraining } from './prepare-training.js';
import { runTraining, type SavingOptions, type TrainingRun } from './run-training.js';

// From a prepared training to a network, or to several: each trains while its validation samples are watched, and then from the
// start on all samples.

/**
 * With fewer samples, chance decides which epoch is best on the validation samples, and training is quick. Measured on the tables
 * of bench/tables: accuracy +0.25 points on average, R² +0.005.
 */
const FEWEST_TO_WATCH_ONCE = 2000;
/** The runs whose best epochs are averaged. */
const WATCHED_RUNS = 5;

/** A trained network, or several. */
export interface Trained {
  /** Dispose of it. */
  readonly net: Predictor;
  /** Of the network, or of the first one. */
  readonly state: NetworkState;
  /** The training that gave the weights, or that of the first network as it was prepared. */
  readonly training: PreparedTraining;
  readonly run: TrainingRun;
  /** Of the calibration, if there was one. */
  readonly temperature?: number | undefined;
  /** The run whose validation samples were watched: the same one, or the one before. */
  readonly watched: TrainingRun;
}

/**
 * Trains a network, and again on all samples if early stopping has found the best number of epochs.
 * @throws UsageError, DataError, DivergenceError
 */
export async function trainNetwork(
  output: Output,
  flags: TrainFlags,
  training: PreparedTraining,
  saving: SavingOptions,
): Promise<Trained> {
  const watched = await runOrDispose(output, training, saving);
  if (watched.isStopped) return describeTrained(training, watched, watched);
  const { epoch: epochs, seconds, bestEpoch } = watched;
  output.event('trained', { epochs, seconds, bestEpoch });
  output.sayWrapped(describeEnd(watched, training));
  const temperature = isToCalibrate(training) ? await calibrateNetwork(output, training) : undefined;
  if (!bestEpoch || !isToRefit(flags, training))
    return { ...describeTrained(training, watched, watched), temperature };
  const refitEpochs = await chooseRefitEpochs(output, flags, training, saving, bestEpoch);
  if (refitEpochs === undefined) return describeTrained(training, { ...watched, isStopped: true }, watched);
  const again = await prepareRefit(flags, training, refitEpochs);
  const { samples } = again.about.training;
  output.sayWrapped(
    `Training again from the start, on all ${formatCount(samples, 'sample')}, for ${formatCount(refitEpochs, 'epoch')}  ` +
      output.dim('(--no-refit leaves this out)'),
  );
  // TensorBoard would join the epochs of both runs in one curve.
  let run: TrainingRun;
  try {
    run = await runOrDispose(output, again, { ...saving, resume: false, tensorboard: undefined });
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    const problem = 'training on all samples diverged, so the network of the first training run is kept';
    output.advise({ place: '', problem, cure: 'lower --learning-rate' });
    return { ...describeTrained(training, watched, watched), temperature };
  }
  if (run.isStopped && !again.net.state.run?.step) {
    again.net.dispose();
    return describeTrained(training, { ...watched, isStopped: true }, watched);
  }
  training.net.dispose();
  if (!run.isStopped) {
    output.event('refitted', { epochs: run.epoch, seconds: run.seconds, samples });
    output.say(`${formatCount(run.epoch, 'epoch')} in ${formatDuration(run.seconds)}.`);
  }
  if (temperature !== undefined && !run.isStopped) cool(again.net, 1 / temperature);
  return { ...describeTrained(again, run, watched), temperature };
}

const describeTrained = (training: PreparedTraining, run: TrainingRun, watched: TrainingRun): Trained => ({
  net: training.net,
  state: training.net.state,
  ...{ training, run, watched },
});

async function runOrDispose(
  output: Output,
  training: PreparedTraining,
  saving: SavingOptions,
): Promise<TrainingRun> {
  try {
    return await runTraining(output, training, saving);
  } catch (error) {
    training.net.dispose();
    throw error;
  }
}

/** Whether to train again on all samples: not if there are no validation samples, or if the options exclude it. */
function isToRefit({ refit }: TrainFlags, { options, about }: PreparedTraining): boolean {
  const { validationSplit, earlyStopping } = options;
  const isWatched = earlyStopping !== undefined && earlyStopping.restoreBest !== false;
  return refit && isWatched && validationSplit !== undefined && !about.training.sharding;
}

/**
 * The number of epochs of the training on all samples: the best one; for few samples, the mean of the best epochs from several
 * seeds, each with its own validation samples.
 * @returns undefined after a stop
 */
async function chooseRefitEpochs(
  output: Output,
  flags: TrainFlags,
  training: PreparedTraining,
  saving: SavingOptions,
  bestEpoch: number,
): Promise<number | undefined> {
  // The members of an ensemble average the luck out: on 18 tables, the mean made three members no better.
  const { ensemble = 1 } = flags;
  if (training.about.training.samples >= FEWEST_TO_WATCH_ONCE || ensemble > 1) return bestEpoch;
  const { seed = 0 } = training.net.state.spec;
  const options = omit(training.options, ['diagnose']);
  const silent = new Output({ json: false, quiet: true });
  const unsaved = { ...saving, resume: false, checkpoint: undefined, tensorboard: undefined };
  const best = [bestEpoch];
  for (let i = 1; i < WATCHED_RUNS; i++) {
    output.draw(`Looking for the best epoch with other validation samples, ${i} of ${WATCHED_RUNS - 1}…`);
    const other = Number.isSafeInteger(seed + i) ? seed + i : seed - i;
    const net = await createAgain(training, flags, other);
    try {
      const { isStopped, epoch, seconds, bestEpoch } = await runTraining(
        silent,
        { ...training, net, options },
        unsaved,
      );
      if (isStopped) return undefined;
      best.push(bestEpoch!);
      output.event('watched', { seed: other, epochs: epoch, seconds, bestEpoch });
    } catch (error) {
      // The first seed has trained, so the rate isn't hopeless; a run that diverged has no best epoch.
      if (!(error instanceof DivergenceError)) throw error;
    } finally {
      net.dispose();
    }
  }
  if (best.length === 1) return bestEpoch;
  const mean = Math.max(1, Math.round(best.reduce((sum, epoch) => sum + epoch, 0) / best.length));
  const others = best
    .slice(1)
    .join(', ')
    .replace(/, (\d+)$/, ' and $1');
  const diverged = WATCHED_RUNS - best.length;
  output.sayWrapped(
    `With other seeds and validation samples, the best epochs were ${others}${diverged > 0 ? `; ${formatCount(diverged, 'run')} diverged` : ''}. ` +
      `The mean of all ${best.length} is ${mean}.`,
  );
  return mean;
}

/** Prepares the training on all samples. */
async function prepareRefit(
  flags: TrainFlags,
  training: PreparedTraining,
  epochs: number,
): Promise<PreparedTraining> {
  const { options, about } = training;
  const refit = { ...omit(options, ['validationSplit', 'earlyStopping', 'diagnose']), epochs };
  return {
    ...training,
    net: await createAgain(training, flags),
    options: refit,
    about: {
      ...about,
      training: { ...about.training, options: refit, validationSamples: 0, isRefit: true },
    },
  };
}

/** A network as it was before the training, or as it would be with another seed. */
async function createAgain(training: PreparedTraining, flags: TrainFlags, seed?: number): Promise<Network> {
  if (!training.further) return await createLike(training, flags, seed);
  const { state } = training.further;
  const spec = seed === undefined ? state.spec : { ...state.spec, seed };
  return await Network.fromState({ ...state, spec }, pickEngine(flags));
}

/** A network with the initial weights of another, or with those of another seed. */
async function createLike(
  { net, about }: Pick<PreparedTraining, 'net' | 'about'>,
  flags: TrainFlags,
  seed?: number,
): Promise<Network> {
  const { spec } = net.state;
  // A state has no initializers, and the flags of a resumed run aren't those that began it. Of several values, the last one counts.
  const initializer = about.training.given['initializer']?.at(-1) as InitializerName | undefined;
  const layers = initializer ? spec.layers.map((layer) => ({ ...layer, initializer })) : spec.layers;
  return await Network.create({ ...spec, layers, ...(seed !== undefined && { seed }), ...pickEngine(flags) });
}

/**
 * Whether to train several networks.
 * @throws UsageError naming an option that doesn't go with them
 */
export function isOfSeveral(flags: TrainFlags): boolean {
  const { ensemble = 1 } = flags;
  if (ensemble === 1) return false;
  const names = [
    'resume',
    'checkpoint',
    'tensorboard',
    'report',
    'diagnose',
    'calibrate',
    'shards',
    'queue',
  ] as const;
  const other = names.find((name) => flags[name] !== undefined);
  if (other !== undefined)
    throw new UsageError('--ensemble', `can't be combined with --${other}, which is for one network`);
  return true;
}

/**
 * Trains the networks of an ensemble, the first of which is prepared.
 * @throws StoppedError after a stop: the networks that are finished are saved
 * @throws UsageError, DataError, DivergenceError
 */
export async function trainMembers(
  output: Output,
  flags: TrainFlags,
  first: PreparedTraining,
  saving: SavingOptions,
  destination: Destination,
): Promise<Trained> {
  const { ensemble: count = 1, seed = 0 } = flags;
  const networks: Network[] = [];
  try {
    for (let i = 0; ; i++) {
      output.event('member', { member: i, members: count, seed: seed + i });
      output.say(output.bold(`Network ${i + 1} of ${count}`));
      const net = i === 0 ? first.net : await createLike({ ...first, net: networks[0]! }, flags, seed + i);
      const { training, run, watched } = await trainNetwork(output, flags, { ...first, net }, saving);
      output.say();
      if (run.isStopped) training.net.dispose();
      else networks.push(training.net);
      if (!run.isStopped && networks.length < count) continue;
      const ensemble =
        networks.length === 0
          ? undefined
          : await Ensemble.fromNetworks(networks.map((network) => ({ network })));
      if (ensemble && !run.isStopped)
        return { net: ensemble, state: networks[0]!.state, training: first, run, watched };
      if (ensemble) await saveTrained(output, { net: ensemble, about: first.about }, destination);
      ensemble?.dispose();
      const done = ensemble
        ? `saved the ${formatCount(networks.length, 'finished network')}`
        : 'nothing is saved';
      output.event('stopped', { member: i, ...(ensemble && { path: destination.path }) });
      throw new StoppedError({
        place: '',
        problem: `stopped in network ${i + 1} of ${count}; ${done}`,
        cure: 'to train all of them, start again',
      });
    }
  } finally {
    for (const network of networks) network.dispose();
  }
}
