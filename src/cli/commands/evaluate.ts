import type { CommandDefinition } from '../options/command.js';
import { columnGroup, modelGroup, type ColumnFlags, type ModelFlags } from '../options/model.js';
import { checkReportPath } from '../data/output-paths.js';
import { reportGroup, type ReportFlags } from '../options/files.js';
import {
  evaluateNetwork,
  findPoorFigures,
  formatEvaluation,
  formatReliability,
  formatThreshold,
  type Evaluation,
} from '../model/evaluation.js';
import { findWarnings, type Dataset, type DataWarning } from '../../data/index.js';
import { inFile } from '../errors.js';
import type { Output } from '../terminal/output.js';
import { readMeasured } from '../model/labeled-data.js';
import { describeSignature } from '../model/signature.js';
import { formatCount, formatPrecise } from '../terminal/format.js';
import { assertNetwork, openModel } from '../model/open-model.js';
import { displayPath } from '../data/read-file.js';

export const evaluate: CommandDefinition<ColumnFlags & ModelFlags & ReportFlags> = {
  operands: ['<model>', '<data>'],
  description: [
    'Measure a model on labeled data. For classes, print loss, accuracy, balanced accuracy, ROC-AUC, log loss, calibration error, the precision, recall and F1 of each class, the confusion matrix, for two classes the threshold with the best F1, and a table of the probabilities beside how often they came true. For regression, print R² beside that of always predicting the mean, mean absolute error and root mean squared error; for quantiles, the pinball loss and the share of values at or below the prediction. bp4 reads the data file with the settings of the training data.',
  ],
  examples: [
    ['bp4 evaluate iris.bp4 other.csv', 'Print a table of the classes and the confusion matrix.'],
    ['bp4 evaluate iris.bp4 other.csv --report flowers.html', 'Also write an HTML report.'],
    ['bp4 evaluate digits.bp4 mnist', 'Use the 10,000 test images of MNIST.'],
    [
      'bp4 evaluate mlp.onnx flowers.csv --label species --classes a,b,c',
      'Open a model from another program.',
    ],
  ],
  groups: [reportGroup, columnGroup, modelGroup],
  run: async ({ operands, options, output }) => {
    const [modelPath, path] = operands as [string, string];
    const { report } = options;
    await checkReportPath(report, [modelPath, path]);
    const model = await openModel(modelPath, options);
    if (report !== undefined) assertNetwork(model, '--report draws');
    const signature = describeSignature(model, options);
    const data = await readMeasured(path, model, signature, output);
    const name = displayPath(path);
    const measured = await inFile(name, () => evaluateNetwork(model.net, data));
    const { outputs } = signature;
    const evaluation: Evaluation =
      outputs.task === 'classification' ? { ...measured, classes: outputs.classes } : measured;
    const { count, figures, confusion, scores, classes, baseline, reliability, thresholds, targets } =
      evaluation;
    output.event('evaluation', {
      ...{ path, count },
      ...figures,
      ...(confusion && { classes, confusion, scores, baseline }),
      ...(reliability && { reliability }),
      ...(thresholds && { thresholds }),
      ...(targets && {
        targets: targets.map(
          ({ name, quantile, baselines, rSquared, meanAbsoluteError, rootMeanSquaredError }) => ({
            name,
            ...(quantile ?? { rSquared, meanAbsoluteError, rootMeanSquaredError }),
            ...(baselines && { baselines }),
          }),
        ),
      }),
    });
    output.say(
      `${output.bold(name)}: ${formatCount(count, 'sample')}, loss ${formatPrecise(figures['loss']!)}`,
    );
    for (const line of formatEvaluation(evaluation)) output.say(line);
    if (thresholds) output.say(`\n${formatThreshold(thresholds)}`);
    if (reliability) for (const line of ['', ...formatReliability(reliability)]) output.say(line);
    warnOfEvaluation(output, data, evaluation);
    if (report === undefined) return;
    const { writeReport } = await import('../report/page.js');
    const { describeModel } = await import('../report/describe.js');
    assertNetwork(model, '--report draws');
    await writeReport(output, report, {
      ...describeModel(model, `${modelPath} on ${name}`),
      evaluation,
      evaluated: name,
    });
  },
};

/** The cures for warnings about data to evaluate. Constant columns and rare classes matter only in training. */
const dataCures: Readonly<Partial<Record<DataWarning['kind'], string>>> = {
  few: 'evaluate on more samples',
  imbalance: 'compare the F1 of each class',
  leak: "if you won't, train again without it",
};

function warnOfEvaluation(output: Output, data: Dataset, evaluation: Evaluation): void {
  for (const { kind, place, problem } of findWarnings(data)) {
    const cure = dataCures[kind];
    if (cure !== undefined) output.advise({ place, problem, cure });
  }
  const cure = 'check that columns and units are those of the training data';
  for (const warning of findPoorFigures(evaluation, cure)) output.advise(warning);
}
