import {
  createCSVWriter,
  createJSONWriter,
  type Prediction,
  type PredictionWriter,
} from '../predict/writer.js';
import { Option } from 'commander';
import type { CommandDefinition } from '../options/command.js';
import { columnGroup, modelGroup, type ColumnFlags, type ModelFlags } from '../options/model.js';
import { DataError, isInputFault, UsageError } from '../errors.js';
import { STDIN } from '../data/file-formats.js';
import type { Output } from '../terminal/output.js';
import { showReading, type OnRead } from '../terminal/reading.js';
import { describeSignature, type ModelSignature } from '../model/signature.js';
import { formatCount, joinNames } from '../terminal/format.js';
import { warnOfUnknown } from '../model/labeled-data.js';
import { collectList, number, valueOption } from '../options/values.js';
import { openModel } from '../model/open-model.js';
import { checkApart, writeStoppable } from '../data/output-paths.js';
import type { WritePart } from '../../node/whole-file.js';
import type { SkippedRow } from '../../data/index.js';
import { describeSkipped } from '../data/skipped-rows.js';
import { displayPath } from '../data/read-file.js';
import { readSamples, type Sample } from '../predict/samples.js';
import type { Predictor } from '../model/evaluation.js';
import { expectedTargets } from '../../metrics/predictions.js';

interface PredictFlags extends ColumnFlags, ModelFlags {
  readonly out?: string;
  readonly keep?: readonly string[];
  readonly threshold?: number;
}

export const predict: CommandDefinition<PredictFlags> = {
  operands: ['<model>', '[data...]'],
  description: [
    'Read samples from files or stdin and print a prediction for each, in the same order: the most likely class with the probability of every class, or the predicted numbers. bp4 finds the columns by name, in any order, and ignores the label.',
    'bp4 reads CSV, TSV and JSON Lines row by row, using little memory. If the model was trained with --missing drop, a sample with missing values gets empty fields, or NA in a regression. --keep puts columns of the data before each prediction.',
  ],
  examples: [
    ['bp4 predict iris.bp4 new.csv', 'Print a line of CSV for each row of new.csv.'],
    ['bp4 predict iris.bp4 new.csv --out predictions.csv', 'Write the predictions to a file.'],
    ['bp4 predict iris.bp4 new.csv --keep id', 'Put the column id before each prediction.'],
    [
      'bp4 predict loans.bp4 new.csv --threshold 0.3',
      'Of two classes, predict the second from a probability of 0.3 on.',
    ],
    ['cat big.csv | bp4 predict iris.bp4 -', 'Read stdin, row by row.'],
    ['bp4 predict iris.bp4 new.jsonl --json', 'Read and print JSON Lines.'],
    ['bp4 predict mlp.onnx new.csv --inputs a,b,c --classes no,yes', 'Open a model from another program.'],
  ],
  groups: [
    {
      heading: 'Predictions',
      options: [
        new Option('-o, --out <file>', 'File to write (default: stdout)'),
        valueOption(
          '--keep <names>',
          'Columns of the data to print before each prediction, such as an id',
          collectList,
        ),
        valueOption(
          '--threshold <p>',
          'Of two classes, predict the second from this probability on (default: the most likely class)',
          number({ min: 0, max: 1 }),
        ),
      ],
    },
    columnGroup,
    modelGroup,
  ],
  run: async ({ operands, options, output }) => {
    const [path, ...given] = operands as [string, ...string[]];
    if (given.length === 0 && process.stdin.isTTY) {
      throw new UsageError('', 'no data', `give a data file after ${path}, or pipe samples to stdin`);
    }
    const model = await openModel(path, options);
    const signature = describeSignature(model, options);
    const keep = [...new Set(options.keep)];
    const createWriter = output.json ? createJSONWriter : createCSVWriter;
    const writer = createWriter(model.net, signature.outputs, { keep, threshold: options.threshold });
    const paths = given.length > 0 ? given : [STDIN];
    const task = { net: model.net, signature, keep, paths, writer, output };
    const { out } = options;
    if (out === undefined) {
      await predictAll(task, (text) => output.write(text));
    } else {
      checkApart('--out', out, [path, ...paths]);
      const count = await showReading(output, (onRead) =>
        writeStoppable(out, (write) => predictAll(task, write, onRead)),
      );
      output.say(`${formatCount(count, 'prediction')} written to ${out}`);
    }
  },
};

interface Predicting {
  readonly net: Predictor;
  readonly signature: ModelSignature;
  readonly keep: readonly string[];
  readonly paths: readonly string[];
  readonly writer: PredictionWriter;
  readonly output: Output;
}

/** @returns how many there were */
async function predictAll(
  { net, signature, keep, paths, writer, output }: Predicting,
  write: WritePart,
  onRead?: OnRead,
): Promise<number> {
  let count = 0;
  let empty = 0;
  let unknown = 0;
  let infinite = 0;
  const isUnknown = createTest(signature);
  for (const path of paths) {
    const onIgnored = (columns: readonly string[]): void =>
      output.warn(`${displayPath(path)}: not used: ${joinNames(columns)}`);
    const onSkipped = (rows: readonly SkippedRow[]): void =>
      output.warn(`${displayPath(path)}: skipped ${describeSkipped(rows)!}`);
    for await (const samples of readSamples(path, { signature, keep, onIgnored, onSkipped, onRead })) {
      if (samples.length === 0) continue;
      const predictions = predictSamples(net, signature, samples);
      const text = writer.writeLines(predictions);
      await write(count === 0 ? writer.head + text : text);
      count += samples.length;
      unknown += samples.filter(({ values }) => values && isUnknown(values)).length;
      infinite += predictions.filter(({ outputs }) => outputs && !outputs.every(Number.isFinite)).length;
      empty += samples.filter(({ values }) => values === undefined).length;
    }
  }
  warnOfUnknown(output, paths.map(displayPath).join(', '), unknown);
  if (empty > 0)
    output.warn(
      `${formatCount(empty, 'sample has', 'samples have')} missing values, so ${empty === 1 ? 'its line has' : 'their lines have'} no prediction`,
    );
  if (infinite > 0)
    output.warn(
      `${formatCount(infinite, 'prediction is', 'predictions are')} too large for a 32-bit float; the inputs lie far outside those of the training data`,
    );
  return count;
}

/** Tests whether a sample has a category that the network doesn't know. */
function createTest({ transforms = [] }: ModelSignature): (values: readonly (number | string)[]) => boolean {
  const known = transforms.map((one) =>
    one.kind === 'oneHot' ? new Set<number | string>(one.categories) : undefined,
  );
  return (values) => values.some((value, k) => known[k]?.has(value) === false);
}

/**
 * Predicts the samples that are complete.
 * @throws DataError naming the first sample that the network rejects
 */
function predictSamples(
  net: Predictor,
  { reading: { inputScale } }: ModelSignature,
  samples: readonly Sample[],
): Prediction[] {
  const complete = samples.flatMap(({ values }) => (values ? [values] : []));
  if (complete.length === 0) return samples.map(({ kept }) => ({ kept, outputs: undefined }));
  const predict = (rows: (number | string)[][]): Float32Array =>
    expectedTargets(net.predict(rows, inputScale === undefined ? {} : { inputScale }), net.loss);
  let outputs: Float32Array;
  try {
    outputs = predict(complete);
  } catch (error) {
    if (!isInputFault(error)) throw error;
    // predicting them one by one shows which sample it is
    for (const { place, values } of samples) {
      try {
        if (values) predict([values]);
      } catch (cause) {
        throw isInputFault(cause) ? new DataError(place, cause.problem, cause.cure, { cause }) : cause;
      }
    }
    throw error;
  }
  let at = 0;
  return samples.map(({ values, kept }) => ({
    kept,
    outputs: values && outputs.subarray(at, (at += net.outputs)),
  }));
}
