import {
  confusionMatrix,
  formatConfusionMatrix,
  macroF1,
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
  scoresByClass,
  type ClassScores,
} from '../metrics/index.js';
import type { Network } from '../network.js';
import type { Data } from '../training/samples.js';
import { counted, percent, precise } from './numbers.js';
import { textTable } from './text-table.js';

/** How good the answers to labelled data are. */
export type Evaluation = ClassEvaluation | NumberEvaluation;

export interface ClassEvaluation {
  readonly task: 'classification';
  /** Samples. */
  readonly count: number;
  /** The mean cost of a sample. */
  readonly loss: number;
  readonly accuracy: number;
  /** The mean over the classes. */
  readonly macroF1: number;
  readonly classes: readonly string[];
  /** [actual][predicted] */
  readonly matrix: readonly (readonly number[])[];
  /** By class. */
  readonly scores: readonly ClassScores[];
}

export interface NumberEvaluation {
  readonly task: 'regression';
  readonly count: number;
  /** The mean cost of a sample: that of transformed targets, where there are transforms. */
  readonly loss: number;
  readonly targets: readonly TargetEvaluation[];
}

/** One number that is predicted, in its own units. */
export interface TargetEvaluation {
  readonly name: string;
  /** NaN of a single sample. */
  readonly rSquared: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  /** By sample. */
  readonly predicted: Float32Array;
  readonly actual: Float32Array;
}

/** What the outputs of a network stand for. */
export type Outputs =
  | { readonly task: 'classification'; readonly classes: readonly string[] }
  | { readonly task: 'regression'; readonly targets: readonly string[] };

/**
 * Measures a network by labelled data.
 * @throws TypeError, RangeError naming the row and column of what is wrong
 */
export function evaluationOf(net: Network, data: Data, outputs: Outputs): Evaluation {
  const { loss, accuracy } = net.evaluate(data);
  const scale = data.inputScale === undefined ? {} : { inputScale: data.inputScale };
  const answers = net.predict(data.inputs, scale);
  const count = answers.length / net.outputs;
  if (outputs.task === 'classification') {
    // hinge has its border at 0, where the metrics have it at ½
    const decided = net.loss === 'hinge' && net.outputs === 1 ? answers.map((a) => a + 0.5) : answers;
    const truth = { labels: data.labels, targets: data.targets, outputs: net.outputs };
    const matrix = confusionMatrix(decided, truth);
    return {
      task: 'classification',
      ...{ count, loss, accuracy, matrix },
      macroF1: macroF1(decided, truth),
      classes: outputs.classes,
      scores: scoresByClass(matrix),
    };
  }
  const targets = outputs.targets.map((name, j) =>
    evaluateTarget(name, columnOf(answers, j, net.outputs), columnOf(targetsOf(data), j, net.outputs)),
  );
  return { task: 'regression', count, loss, targets };
}

function evaluateTarget(name: string, predicted: Float32Array, actual: Float32Array): TargetEvaluation {
  const truth = { targets: actual, outputs: 1 };
  return {
    name,
    rSquared: actual.length > 1 ? rSquared(predicted, truth) : NaN,
    meanAbsoluteError: meanAbsoluteError(predicted, truth),
    rootMeanSquaredError: rootMeanSquaredError(predicted, truth),
    ...{ predicted, actual },
  };
}

/** Row after row, in single precision, as the network takes them. */
function targetsOf({ targets, labels = [] }: Data): ArrayLike<number> {
  const rows = (targets ?? labels) as ArrayLike<number | ArrayLike<number>>;
  return typeof rows[0] === 'object'
    ? Array.from(rows as ArrayLike<ArrayLike<number>>, (row) => Array.from(row)).flat()
    : (rows as ArrayLike<number>);
}

const columnOf = (rows: ArrayLike<number>, column: number, width: number): Float32Array =>
  Float32Array.from({ length: rows.length / width }, (_, n) => rows[n * width + column]!);

/** An evaluation as lines to read. @param of what was measured, as 'iris.csv' */
export function evaluationText(evaluation: Evaluation, of: string): string {
  const { count, loss } = evaluation;
  const head = `${of}: ${counted(count, 'sample')}, loss ${precise(loss)}`;
  if (evaluation.task === 'regression') {
    const rows = evaluation.targets.map(({ name, rSquared, meanAbsoluteError, rootMeanSquaredError }) => [
      name,
      precise(rSquared),
      precise(meanAbsoluteError),
      precise(rootMeanSquaredError),
    ]);
    const columns = ['target', 'R²', 'mean absolute error', 'root mean squared error'];
    return [head, '', textTable(columns, rows)].join('\n');
  }
  const { accuracy, macroF1, classes, matrix, scores } = evaluation;
  const right = matrix.reduce((sum, row, k) => sum + row[k]!, 0);
  const rows = scores.map(({ precision, recall, f1, support }, k) => [
    classes[k]!,
    ...[precision, recall, f1].map((share) => percent(share)),
    String(support),
  ]);
  return [
    `${head}, accuracy ${percent(accuracy)} (${right} of ${count} right), mean F1 ${percent(macroF1)}`,
    '',
    textTable(['class', 'precision', 'recall', 'F1', 'samples'], rows),
    '',
    formatConfusionMatrix(matrix, classes),
  ].join('\n');
}
