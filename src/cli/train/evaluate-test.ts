import type { Dataset } from '../../data/index.js';
import type { NetworkState } from '../../model/state.js';
import {
  evaluateNetwork,
  findPoorFigures,
  formatEvaluation,
  type Evaluation,
  type Predictor,
} from '../model/evaluation.js';
import { findUnknown, warnOfUnknown } from '../model/labeled-data.js';
import type { About } from '../model/model-file.js';
import { measureBaselines } from './baselines.js';
import { quotePath } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import type { TrainingParts } from './training-data.js';

/** The samples that the network can predict: with --unknown error, those without unknown categories. */
function knownTo(
  output: Output,
  { spec }: Pick<NetworkState, 'spec'>,
  test: Dataset | undefined,
): Dataset | undefined {
  if (!test) return undefined;
  const transforms = spec.transforms?.inputs ?? [];
  const isUnknown = findUnknown(test, transforms);
  warnOfUnknown(output, 'test', isUnknown.filter(Boolean).length);
  if (transforms.some((one) => one.kind === 'oneHot' && one.unknown)) return test;
  const known = Array.from(isUnknown.keys()).filter((n) => !isUnknown[n]);
  return known.length > 0 ? test.subset(known) : undefined;
}

/**
 * Evaluates on the test part, or without one on the training data.
 * @param state of the network, or of the first one of an ensemble
 */
export async function evaluateTest(
  output: Output,
  net: Predictor,
  state: Pick<NetworkState, 'spec'>,
  { test: whole, some }: Pick<TrainingParts, 'test' | 'some'>,
): Promise<Evaluation> {
  const test = knownTo(output, state, whole);
  const evaluation = await withBaselines(evaluateNetwork(net, test ?? some), state, some, test ?? some);
  const { count, figures, confusion, classes, baseline, targets } = evaluation;
  output.event(test ? 'test' : 'evaluation', {
    count,
    ...figures,
    ...(confusion && { confusion, classes, baseline }),
    ...(targets && targets.length > 1 ? { targets } : targets?.[0] && { baselines: targets[0].baselines }),
  });
  const [summary, ...lines] = formatEvaluation(evaluation);
  output.say(output.bold(test ? `Test  ${summary!}` : `On the training data (no test set)  ${summary!}`));
  for (const line of lines) output.say(line);
  output.say();
  const cure =
    (evaluation.baseline?.accuracy ?? 0) >= 0.9
      ? 'try --class-weights balanced'
      : 'look for outliers and for columns that say more about the answer, or try another --learning-rate or more --epochs';
  for (const warning of findPoorFigures(evaluation, cure)) output.advise(warning);
  return evaluation;
}

/** Adds the scores of predictions without a network, if they're R². */
async function withBaselines(
  evaluation: Evaluation,
  state: Pick<NetworkState, 'spec'>,
  train: Dataset,
  test: Dataset,
): Promise<Evaluation> {
  const { targets } = evaluation;
  if (!targets || 'pinballLoss' in evaluation.figures || test.count < 2) return evaluation;
  const baselines = await measureBaselines(state, train, test);
  return { ...evaluation, targets: targets.map((target, j) => ({ ...target, baselines: baselines[j]! })) };
}

/** Prints what to do with the model next. */
export function sayNext(output: Output, path: string, { training: { data } }: About): void {
  const extension = /\.[^./]+$/.exec(data.replace(/\.gz$/i, ''))?.[0] ?? '.csv';
  const commands = [
    [`predict ${quotePath(path)} new${extension}`, 'predict new rows'],
    [`evaluate ${quotePath(path)} other${extension}`, 'score it on new labeled data'],
    [`export ${quotePath(path)} model.onnx`, 'convert it for other programs'],
  ] as const;
  const width = Math.max(...commands.map(([line]) => line.length));
  output.say();
  output.say('Next');
  for (const [line, what] of commands) output.say(`  npx bp4 ${line.padEnd(width)}  ${output.dim(what)}`);
}
