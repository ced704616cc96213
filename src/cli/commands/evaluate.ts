import type { Command } from '../options/command.js';
import { evaluationLines, evaluationOf, type Evaluation } from '../model/evaluation.js';
import { inFile } from '../errors.js';
import { labelledData, warnOfTrainingData } from '../data/labelled-data.js';
import { meaningOf, meaningOptions } from '../model/signature.js';
import { counted, precise } from '../terminal/format-numbers.js';
import { modelOptions, openModel } from '../model/open-model.js';
import { nameOf } from '../data/read-file.js';
import { reportOption, reportPath } from '../options/report.js';

export const evaluate: Command = {
  summary: 'measures a network on samples whose answers are known',
  usage: 'evaluate MODEL DATA [options]',
  description: [
    'Of classes: loss, accuracy, precision, recall and F1 of each class, and the confusion matrix. Of numbers: loss, R², mean absolute error and root mean squared error. The data are read as those of the training were.',
  ],
  examples: [
    ['bp4 evaluate iris.bp4 other-flowers.csv', 'A table for each class, and what was taken for what.'],
    ['bp4 evaluate iris.bp4 other-flowers.csv --report flowers.html', 'The same as a page.'],
    ['bp4 evaluate digits.bp4 mnist', 'The 10,000 test images of MNIST.'],
    ['bp4 evaluate mlp.onnx flowers.csv --label species --classes a,b,c', 'A model of another program.'],
  ],
  options: [reportOption, meaningOptions, modelOptions],
  positionals: [2, 2],
  run: async (args, io) => {
    const [modelPath, path] = args.positionals as [string, string];
    const report = await reportPath(args, [modelPath, path]);
    const model = await openModel(modelPath, args);
    const meaning = meaningOf(model, args);
    const data = await labelledData(path, meaning);
    warnOfTrainingData(io, path, model);
    const name = nameOf(path);
    const measured = await inFile(name, () => evaluationOf(model.net, data));
    const { outputs } = meaning;
    const evaluation: Evaluation =
      outputs.task === 'classification' ? { ...measured, classes: outputs.classes } : measured;
    const { count, figures, confusion, scores, classes, targets } = evaluation;
    io.event('evaluation', {
      ...{ path, count },
      ...figures,
      ...(confusion && { classes, confusion, scores }),
      ...(targets && {
        targets: targets.map(({ name, rSquared, meanAbsoluteError, rootMeanSquaredError }) => ({
          name,
          rSquared,
          meanAbsoluteError,
          rootMeanSquaredError,
        })),
      }),
    });
    io.say(`${io.bold(name)}: ${counted(count, 'sample')}, loss ${precise(figures['loss']!)}`);
    for (const line of evaluationLines(evaluation)) io.say(line);
    if (report === undefined) return;
    const { writeReport } = await import('../report/write.js');
    const { reportOf } = await import('../report/describe-model.js');
    await writeReport(io, report, {
      ...reportOf(model, `${modelPath} on ${name}`),
      evaluation,
      evaluated: name,
    });
  },
};
