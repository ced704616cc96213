import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { stat } from 'node:fs/promises';
import type { CommandDefinition } from '../options/command.js';
import { modelGroup, signatureGroup, type ModelFlags, type SignatureFlags } from '../options/model.js';
import { nameIn, valueOption } from '../options/values.js';
import {
  describeFile,
  describeLosses,
  exportFormats,
  exportFormatTable,
  findExportFormat,
  type ExportFormat,
} from '../model/export-formats.js';
import { inFile, UsageError } from '../errors.js';
import { describeSignature } from '../model/signature.js';
import { formatBytes } from '../terminal/format.js';
import { checkApart, checkFolder } from '../data/output-paths.js';
import { openModel } from '../model/open-model.js';

interface ExportFlags extends SignatureFlags, ModelFlags {
  readonly to?: ExportFormat;
}

export const exportModel: CommandDefinition<ExportFlags> = {
  operands: ['<model>', '[out]'],
  description: [
    'The extension of OUT sets the format: .onnx (onnxruntime and many others), .safetensors (PyTorch), .npz (NumPy), .json, .mjs or .js (a JavaScript module without dependencies, with its types) or .bp4. TensorFlow.js needs a folder and --to tfjs. Without OUT, the file is named after the model and written to the current folder.',
    'MODEL can be in any of these formats, too.',
  ],
  examples: [
    ['bp4 export iris.bp4 iris.onnx', 'For onnxruntime; scales the inputs itself.'],
    ['bp4 export iris.bp4 --to tfjs', 'For TensorFlow.js, in the folder iris-tfjs.'],
    ['bp4 export iris.bp4 iris.mjs', 'A module to import: import { predict } from "./iris.mjs".'],
    ['bp4 export mlp.onnx mlp.npz', 'Convert between other programs.'],
  ],
  groups: [
    {
      heading: 'Format',
      options: [
        valueOption(
          '--to <format>',
          `Format: ${exportFormats.join(', ')} (default: by the extension of OUT)`,
          nameIn(exportFormats),
        ),
      ],
    },
    signatureGroup,
    modelGroup,
  ],
  run: async ({ operands, options, output }) => {
    const [path, given] = operands as [string, string?];
    const format = options.to ?? chooseFormat(given);
    const target = exportFormatTable[format];
    const out = given ?? basename(path).replace(/\.\w+$/, '') + target.extension;
    checkOut(out, format);
    // A model of TensorFlow.js is its folder, or the model.json in it.
    checkApart('OUT', out, [path, basename(path) === 'model.json' ? dirname(path) : undefined]);
    await checkFolder(out);
    const model = await openModel(path, options);
    const signature = describeSignature(model, options);
    const files = await inFile(out, () => target.write(model, signature, out));
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const isTrained = model.about !== undefined;
    const missing = describeLosses(target, signature, isTrained);
    output.event('exported', { format, files, bytes: sizes, missing });
    for (const [i, file] of files.entries()) {
      output.say(`${output.bold(file)}  ${describeFile(target, file)}, ${formatBytes(sizes[i]!)}`);
    }
    for (const words of missing) output.say(`  note: ${words}`);
    output.say(`  open: ${target.usage(out)}`);
  },
};

/** By the extension. */
function chooseFormat(out: string | undefined): ExportFormat {
  if (out === undefined)
    throw new UsageError('', `give a file, or --to with one of ${exportFormats.join(', ')}`);
  if (out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory())) return 'tfjs';
  const format = findExportFormat(out);
  if (format) return format;
  throw new UsageError(
    out,
    'unknown extension',
    'use .onnx, .safetensors, .npz, .json, .mjs, .js or .bp4, or --to tfjs for a folder',
  );
}

/** So that nothing is written where it would not be found. */
function checkOut(out: string, format: ExportFormat): void {
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  if (format === 'tfjs' && existsSync(out) && !isFolder) {
    throw new UsageError(out, 'TensorFlow.js needs a folder, and this is a file');
  }
  if (format !== 'tfjs' && isFolder) throw new UsageError(out, 'it is a folder', 'give the name of a file');
}
