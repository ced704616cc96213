import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Arguments } from '../options/arguments.js';
import type { Command } from '../options/command.js';
import { doors, exportFormats, leftBehind, type ExportFormat } from '../model/export-formats.js';
import { inFile, usageFailure } from '../errors.js';
import { meaningOf, meaningOptions } from '../model/signature.js';
import { bytes } from '../terminal/format-numbers.js';
import { checkApart, checkFolderOf } from '../data/output-paths.js';
import { modelOptions, openModel } from '../model/open-model.js';

export const exportModel: Command = {
  summary: 'writes a network for other programs',
  usage: 'export MODEL [OUT] [--to FORMAT]',
  description: [
    'OUT tells the format by its extension: .onnx (onnxruntime and many others), .safetensors (PyTorch), .npz (NumPy), .json, .mjs or .js (a module of JavaScript that needs nothing else, with its types), .bp4; for TensorFlow.js it is a folder, and --to tfjs is given. Without OUT a file with the name of the model is written into this folder.',
    'MODEL may be of any of these formats too, so that bp4 translates between them.',
  ],
  examples: [
    ['bp4 export iris.bp4 iris.onnx', 'For onnxruntime; the scaling of the inputs is part of it.'],
    ['bp4 export iris.bp4 --to tfjs', 'The folder iris-tfjs, for TensorFlow.js.'],
    ['bp4 export iris.bp4 iris.mjs', 'import { predict } from "./iris.mjs", and nothing else.'],
    ['bp4 export mlp.onnx mlp.npz', 'From one program to another.'],
  ],
  options: [
    {
      title: 'Format',
      options: {
        to: {
          type: 'string',
          value: 'FORMAT',
          description: `${exportFormats.join(', ')}. Default: by the extension of OUT.`,
        },
      },
    },
    meaningOptions,
    modelOptions,
  ],
  positionals: [1, 2],
  run: async (args, io) => {
    const [path, given] = args.positionals as [string, string?];
    const format = formatOf(args, given);
    const door = doors[format];
    const out = given ?? basename(path).replace(/\.\w+$/, '') + door.extension;
    checkOut(out, format);
    // A model of TensorFlow.js is its folder, or the model.json in it.
    checkApart('OUT', out, [path, basename(path) === 'model.json' ? dirname(path) : undefined]);
    await checkFolderOf(out);
    const model = await openModel(path, args);
    const meaning = meaningOf(model, args);
    const files = await inFile(out, () => door.write(model, meaning, out));
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const isTrained = model.about !== undefined;
    const missing = leftBehind(door, meaning, isTrained);
    io.event('exported', { format, files, bytes: sizes, missing });
    for (const [i, file] of files.entries()) {
      io.say(`${io.bold(file)}  ${door.name}, ${bytes(sizes[i]!)}`);
    }
    for (const words of missing) io.say(`  note: ${words}`);
    io.say(`  open: ${door.opening(out)}`);
  },
};

/** By --to, or by the extension. */
function formatOf(args: Arguments, out: string | undefined): ExportFormat {
  const to = args.choice('to', exportFormats);
  if (to) return to;
  if (out === undefined) throw usageFailure(`give a file, or --to with one of ${exportFormats.join(', ')}`);
  if (out.endsWith('.js')) return 'code';
  if (out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory())) return 'tfjs';
  const format = exportFormats.find((name) => out.toLowerCase().endsWith(doors[name].extension));
  if (format) return format;
  throw usageFailure(
    `${out}: its extension tells no format; expected .onnx, .safetensors, .npz, .json, .mjs, .js or .bp4, or --to tfjs for a folder`,
  );
}

/** So that nothing is written where it would not be found. */
function checkOut(out: string, format: ExportFormat): void {
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  if (format === 'tfjs' && existsSync(out) && !isFolder) {
    throw usageFailure(`${out}: TensorFlow.js has a folder with two files, and there is a file of that name`);
  }
  if (format !== 'tfjs' && isFolder) throw usageFailure(`${out}: it is a folder; give the name of a file`);
}
