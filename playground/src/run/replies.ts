import type { Points, Problem, Progress } from '../protocol.js';
import type { LessonSamples } from './samples.js';
import type { Trainer } from './trainer.js';
import { computeMaps } from './unit-maps.js';
import { computeBoundary, countAnswers, hashLayers } from './inspect-network.js';

export function describeProblem(trainer: Trainer): Problem {
  const { lesson, net, stepsPerEpoch } = trainer;
  const { layers } = net;
  return {
    inputNames: lesson.inputNames,
    outputNames: lesson.outputNames,
    classNames: lesson.classNames,
    isRegression: lesson.isRegression,
    sizes: [lesson.inputs, ...layers.map(({ units }) => units)],
    activations: layers.map(({ activation }) => activation),
    trainingCount: lesson.train.count,
    testCount: lesson.test.count,
    ...(lesson.toInputs && { points: { ...listPoints(lesson.train), test: listPoints(lesson.test) } }),
    engine: net.engine,
    stepsPerEpoch,
  };
}

const listPoints = ({ points, labels, targets }: LessonSamples): Points => ({
  inputs: points!,
  targets: Float32Array.from((labels ?? targets!) as Float32Array),
});

/** The state of a run. Takes the trainer's reports, so that each is sent once. */
export function describeProgress(
  trainer: Trainer,
  now: Pick<Progress, 'isPlaying' | 'samplesPerSecond'>,
): Progress {
  const { net, lesson, epoch, step } = trainer;
  const { layers } = net;
  return {
    ...now,
    epoch,
    step,
    hash: hashLayers(layers),
    layers,
    ...(now.samplesPerSecond === 0 && !now.isPlaying && { next: trainer.preview() }),
    reports: trainer.takeReports(),
    ...(lesson.toInputs && { boundary: computeBoundary(net, lesson) }),
    ...(lesson.toInputs && { maps: computeMaps(layers, lesson) }),
    ...(!lesson.isRegression && { confusion: countAnswers(net, lesson) }),
  };
}
