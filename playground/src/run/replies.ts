import type { Points, Problem, Progress } from '../protocol.js';
import type { Samples } from './samples.js';
import type { Trainer } from './trainer.js';
import { computeMaps } from './unit-maps.js';
import { computeBoundary, countAnswers, hashLayers } from './inspect-network.js';

export function describeProblem(trainer: Trainer): Problem {
  const { data, net, stepsPerEpoch } = trainer;
  const { layers } = net;
  return {
    inputNames: data.inputNames,
    outputNames: data.outputNames,
    classNames: data.classNames,
    isRegression: data.isRegression,
    sizes: [data.inputs, ...layers.map(({ units }) => units)],
    activations: layers.map(({ activation }) => activation),
    trainingCount: data.train.count,
    testCount: data.test.count,
    ...(data.toInputs && { points: { ...listPoints(data.train), test: listPoints(data.test) } }),
    engine: net.engine,
    stepsPerEpoch,
  };
}

const listPoints = ({ points, labels, targets }: Samples): Points => ({
  inputs: points!,
  targets: Float32Array.from((labels ?? targets!) as Float32Array),
});

/**
 * The state of a run. Takes the trainer's reports, so that each is sent once.
 * @param isAtRest whether the trainer is between two requests: during an epoch it has no next mini-batch to show
 */
export function describeProgress(
  trainer: Trainer,
  now: Pick<Progress, 'isPlaying' | 'samplesPerSecond'>,
  isAtRest: boolean,
): Progress {
  const { net, data, epoch, step } = trainer;
  const { layers } = net;
  return {
    ...now,
    epoch,
    step,
    hash: hashLayers(layers),
    layers,
    ...(isAtRest && { next: trainer.preview() }),
    reports: trainer.takeReports(),
    ...(data.toInputs && { boundary: computeBoundary(net, data), maps: computeMaps(layers, data) }),
    ...(!data.isRegression && { confusion: countAnswers(net, data) }),
  };
}
