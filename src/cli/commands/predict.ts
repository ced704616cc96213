import { createWriteStream, existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { csvWriter, jsonWriter, type AnswerWriter } from '../data/prediction-writer.js';
import type { Command } from '../options/command.js';
import { dataFailure, exitCodes, inFile, usageFailure } from '../errors.js';
import { STDIN } from '../data/file-formats.js';
import type { IO } from '../terminal/output.js';
import { listed } from '../terminal/listed.js';
import { meaningOf, meaningOptions, type Meaning } from '../model/signature.js';
import { counted } from '../terminal/format-numbers.js';
import { modelOptions, openModel } from '../model/open-model.js';
import { checkApart, checkFolderOf } from '../data/output-paths.js';
import { nameOf } from '../data/read-file.js';
import { samplesOf, type Sample } from '../data/prediction-samples.js';
import type { Network } from '../../network.js';

export const predict: Command = {
  summary: 'answers new samples',
  usage: 'predict MODEL [DATA …] [options]',
  description: [
    'Reads samples from files or from standard input, and writes an answer for each to standard output, in the same order: the most likely class with the probability of each, or the numbers that are predicted. Columns are found by their names, in any order; a label may be there or not.',
    'Texts (CSV, TSV, JSON Lines) are read as they come, and may be longer than memory. A sample of which a value is missing gets an empty line where the model was trained to leave such rows out.',
  ],
  examples: [
    ['bp4 predict iris.bp4 new.csv', 'A line of CSV for each row of new.csv.'],
    ['bp4 predict iris.bp4 new.csv --out answers.csv', 'The same into a file.'],
    ['cat big.csv | bp4 predict iris.bp4 -', 'From standard input, row by row.'],
    ['bp4 predict iris.bp4 new.jsonl --json', 'JSON Lines in and out.'],
    ['bp4 predict mlp.onnx new.csv --inputs a,b,c --classes no,yes', 'A model of another program.'],
  ],
  options: [
    {
      title: 'Answers',
      options: {
        out: {
          type: 'string',
          short: 'o',
          value: 'FILE',
          description: 'Where they go. Default: standard output.',
        },
      },
    },
    meaningOptions,
    modelOptions,
  ],
  positionals: [1, Infinity],
  run: async (args, io) => {
    const [path, ...given] = args.positionals as [string, ...string[]];
    if (given.length === 0 && process.stdin.isTTY) {
      throw usageFailure(`expected a data file after ${path}, or '-' and samples on standard input`);
    }
    const model = await openModel(path, args);
    const meaning = meaningOf(model, args);
    const writer = (io.json ? jsonWriter : csvWriter)(model.net, meaning.outputs);
    const paths = given.length > 0 ? given : [STDIN];
    const out = args.string('out');
    if (out === undefined) {
      await predictAll(model.net, meaning, paths, writer, io, (text) => io.write(text));
    } else {
      checkApart('--out', out, [path, ...paths]);
      const count = await intoFile(out, (write) => predictAll(model.net, meaning, paths, writer, io, write));
      io.say(`${counted(count, 'answer')} written to ${out}`);
    }
  },
};

type Write = (text: string) => Promise<void>;

/** @returns how many there were */
async function predictAll(
  net: Network,
  meaning: Meaning,
  paths: readonly string[],
  writer: AnswerWriter,
  io: IO,
  write: Write,
): Promise<number> {
  let count = 0;
  let empty = 0;
  for (const path of paths) {
    const onIgnored = (columns: readonly string[]): void =>
      io.warn(`${nameOf(path)}: not used: ${listed(columns)}`);
    for await (const samples of samplesOf(path, meaning, onIgnored)) {
      if (samples.length === 0) continue;
      const text = answersOf(net, meaning, samples, writer);
      await write(count === 0 ? writer.head + text : text);
      count += samples.length;
      empty += samples.filter(({ values }) => values === undefined).length;
    }
  }
  if (empty > 0) io.warn(`${counted(empty, 'sample')} with missing values: their lines are empty`);
  return count;
}

function answersOf(net: Network, meaning: Meaning, samples: readonly Sample[], writer: AnswerWriter): string {
  const whole = samples.flatMap(({ values }) => (values ? [values] : []));
  const { inputScale } = meaning.reading;
  const outputs =
    whole.length > 0
      ? outputsOf(net, whole, samples, inputScale === undefined ? {} : { inputScale })
      : new Float32Array();
  let at = 0;
  const lines = samples.map(({ values }) => {
    const answers = values && outputs.subarray(at, (at += net.outputs));
    return writer.line(answers);
  });
  return lines.join('');
}

function outputsOf(
  net: Network,
  rows: (number | string)[][],
  samples: readonly Sample[],
  options: { readonly inputScale?: number },
): Float32Array {
  try {
    return net.predict(rows, options);
  } catch (error) {
    const [whole, n] = /^inputs\[(\d+)\]/.exec((error as Error).message) ?? [];
    if (whole === undefined) throw error;
    const { place } = samples.filter(({ values }) => values)[Number(n)]!;
    throw dataFailure(`${place}${(error as Error).message.slice(whole.length)}`, error);
  }
}

/** A file that has its name only once it is whole; what is no file, as a pipe or a device, is written to as it is. */
async function intoFile<Result>(path: string, produce: (write: Write) => Promise<Result>): Promise<Result> {
  await checkFolderOf(path);
  const target = existsSync(path) ? realpathSync(path) : path; // what a link leads to, not the link
  const isFile = !existsSync(target) || statSync(target).isFile();
  const temporary = isFile ? `${target}.${process.pid}.tmp` : target;
  // Half a file is of no use to who stopped it.
  const onSignal = (): void => {
    if (isFile) rmSync(temporary, { force: true });
    process.exit(exitCodes.stopped);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  return await inFile(path, async () => {
    const stream = createWriteStream(temporary);
    const end = finished(stream);
    end.catch(() => undefined); // told by what waits for it
    try {
      const result = await produce(async (text) => {
        if (!stream.write(text))
          await Promise.race([end, new Promise((resolve) => stream.once('drain', () => resolve(undefined)))]);
      });
      stream.end();
      await end;
      if (isFile) await rename(temporary, target);
      return result;
    } catch (error) {
      stream.destroy();
      if (isFile) await rm(temporary, { force: true });
      throw error;
    }
  });
}
