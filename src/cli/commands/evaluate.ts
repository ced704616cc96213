import type { Command } from '../command.js';
import { evaluationLines, evaluationOf, type Evaluation } from '../evaluation.js';
import { inFile } from '../failure.js';
import { labelledData, warnOfTrainingData } from '../labelled.js';
import { meaningOf, meaningOptions } from '../meaning.js';
import { counted, precise } from '../numbers.js';
import { modelOptions, openModel } from '../open-model.js';
import { nameOf } from '../read-bytes.js';
import { reportOption, reportPath } from '../report/option.js';

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
    const { reportOf } = await import('../report/of-model.js');
    await writeReport(io, report, {
      ...reportOf(model, `${modelPath} on ${name}`),
      evaluation,
      evaluated: name,
    });
  },
};
