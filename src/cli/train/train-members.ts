import { Ensemble } from '../../ensemble/ensemble.js';
import type { NetworkState } from '../../model/state.js';
import { Network } from '../../network.js';
import { StoppedError, UsageError } from '../errors.js';
import type { Predictor } from '../model/evaluation.js';
import type { TrainFlags } from '../options/files.js';
import { formatCount, formatDuration } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { calibrateNetwork, cool, isToCalibrate } from './calibrate-network.js';
import { describeEnd } from './describe-training.js';
import { saveTrained, type Destination } from './destination.js';
import { pickEngine, type PreparedTraining } from './prepare-training.js';
import { runTraining, type SavingOptions, type TrainingRun } from './run-training.js';

// From a prepared training to a network, or to several: each trains while its validation samples are watched, and then from the
// start on all samples.

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
  const again = await prepareRefit(flags, training, bestEpoch);
  if (!again) return { ...describeTrained(training, watched, watched), temperature };
  const { samples } = again.about.training;
  output.sayWrapped(
    `Training again from the start, on all ${formatCount(samples, 'sample')}, for ${formatCount(again.options.epochs!, 'epoch')}  ` +
      output.dim('(--no-refit leaves this out)'),
  );
  // TensorBoard would join the epochs of both runs in one curve.
  const run = await runOrDispose(output, again, { ...saving, resume: false, tensorboard: undefined });
  if (run.isStopped && !again.net.state.run?.step) {
    again.net.dispose();
    return describeTrained(training, { ...watched, isStopped: true }, watched);
  }
  training.net.dispose();
  if (!run.isStopped) {
    output.event('refitted', { epochs: run.epoch, seconds: run.seconds, samples });
    output.say(`${formatCount(run.epoch, 'epoch')} in ${formatDuration(run.seconds)}.`);
  }
  if (temperature !== undefined && !run.isStopped) cool(again.net, temperature);
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

/**
 * Prepares the training on all samples, for as many epochs as were best.
 * @returns undefined if there are no such epochs or no validation samples, or if the options exclude it
 */
async function prepareRefit(
  flags: TrainFlags,
  { net, options, about, ...parts }: PreparedTraining,
  bestEpoch: number | undefined,
): Promise<PreparedTraining | undefined> {
  const { validationSplit, earlyStopping } = options;
  const { training } = about;
  const isWatched = earlyStopping !== undefined && earlyStopping.restoreBest !== false;
  if (!flags.refit || !bestEpoch || !isWatched || validationSplit === undefined || training.sharding)
    return undefined;
  const watching = ['validationSplit', 'earlyStopping', 'diagnose'];
  const others = Object.entries(options).filter(([name]) => !watching.includes(name));
  const refit = { ...(Object.fromEntries(others) as typeof options), epochs: bestEpoch };
  return {
    ...parts,
    net: parts.further
      ? await Network.fromState(parts.further.state, pickEngine(flags))
      : await createLike(net, flags),
    options: refit,
    about: { ...about, training: { ...training, options: refit, validationSamples: 0, isRefit: true } },
  };
}

/** A network with the initial weights of another, or with those of another seed. */
async function createLike(net: Network, flags: TrainFlags, seed?: number): Promise<Network> {
  const { spec } = net.state;
  return await Network.create({ ...spec, ...(seed !== undefined && { seed }), ...pickEngine(flags) });
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
      const net = i === 0 ? first.net : await createLike(networks[0]!, flags, seed + i);
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
