import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Option } from 'commander';
import { writeWhole } from '../../node/whole-file.js';
import type { CommandDefinition } from '../options/command.js';
import { modelGroup, signatureGroup, type ModelFlags, type SignatureFlags } from '../options/model.js';
import { nameIn, valueOption } from '../options/values.js';
import {
  exportFormats,
  exportFormatTable,
  findExportFormat,
  type ExportFormat,
} from '../model/export-formats.js';
import { checkExportPath, writeExport } from '../model/write-export.js';
import { inFile, UsageError } from '../errors.js';
import { describeCard } from '../model/card.js';
import { describeSignature } from '../model/signature.js';
import { checkApart, checkFolder } from '../data/output-paths.js';
import { openModel } from '../model/open-model.js';

interface ExportFlags extends SignatureFlags, ModelFlags {
  readonly to?: ExportFormat;
  readonly card?: string;
}

export const exportModel: CommandDefinition<ExportFlags> = {
  operands: ['<model>', '[out]'],
  description: [
    'Convert a model to another format. The extension of the output file sets the format: .onnx (onnxruntime and many others), .safetensors (PyTorch), .npz (NumPy), .json, .mjs or .js (a JavaScript module without dependencies, with its types) or .bp4. TensorFlow.js needs a folder and --to tfjs. Without [out], the file is named after the model and written to the current folder.',
    '<model> can be in any of these formats except JavaScript.',
  ],
  examples: [
    ['bp4 export iris.bp4 iris.onnx', 'For onnxruntime; the exported model scales its inputs.'],
    ['bp4 export iris.bp4 --to tfjs', 'For TensorFlow.js, in the folder iris-tfjs.'],
    ['bp4 export iris.bp4 iris.mjs', 'A module to import: import { predict } from "./iris.mjs".'],
    ['bp4 export mlp.onnx mlp.npz', 'Convert between the formats of other programs.'],
    ['bp4 export iris.bp4 --card iris.md', 'Describe the model for the people who use it.'],
  ],
  groups: [
    {
      heading: 'Format',
      options: [
        valueOption(
          '--to <format>',
          `Format: ${exportFormats.join(', ')} (default: by the extension of [out])`,
          nameIn(exportFormats),
        ),
        new Option(
          '--card <file>',
          'Write a model card in Markdown: inputs, data, scores compared with a baseline, training and limits. Without [out] and --to, write nothing else',
        ),
      ],
    },
    signatureGroup,
    modelGroup,
  ],
  run: async ({ operands, options, output }) => {
    const [path, given] = operands as [string, string?];
    const { to, card } = options;
    if (card !== undefined) {
      checkApart('--card', card, [path, given]);
      if (!/\.(md|markdown|txt)$/i.test(card))
        throw new UsageError('--card', 'it is written as Markdown', 'give the name of a .md file');
      await checkFolder(card);
    }
    const target =
      card !== undefined && given === undefined && to === undefined
        ? undefined
        : await chooseTarget(path, given, to);
    const model = await openModel(path, options);
    const signature = describeSignature(model, options);
    if (target) await writeExport(output, model, signature, target);
    if (card === undefined) return;
    await inFile(card, () =>
      writeWhole(card, new TextEncoder().encode(describeCard(model, signature)), true),
    );
    output.event('card', { path: card });
    output.say(`${output.bold(card)}  model card, Markdown`);
  },
};

/** @throws UsageError, DataError if it can't be written there */
async function chooseTarget(
  path: string,
  given: string | undefined,
  to: ExportFormat | undefined,
): Promise<{ readonly format: ExportFormat; readonly out: string }> {
  const format = to ?? chooseFormat(given);
  const out = given ?? basename(path).replace(/\.\w+$/, '') + exportFormatTable[format].extension;
  checkExportPath(out, format);
  // A TensorFlow.js model is given as its folder, or as the model.json in it.
  checkApart('OUT', out, [path, basename(path) === 'model.json' ? dirname(path) : undefined]);
  await checkFolder(out);
  return { format, out };
}

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
