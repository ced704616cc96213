import { Option } from 'commander';
import type { ActivationName, LossName } from '../../model/spec.js';
import type { OptionGroup } from './command.js';
import { csvOptions, type TextFormat } from './data.js';
import { engineName, list, valueOption } from './values.js';

/** Options for models of other programs, and the engine. */
export interface ModelFlags {
  readonly activations?: readonly ActivationName[];
  readonly layers?: readonly string[];
  readonly output?: string;
  readonly loss?: LossName;
  readonly engine?: 'auto' | 'wasm' | 'reference';
}

/** The options of commands that open a model. */
export const modelGroup: OptionGroup = {
  heading: 'Model',
  options: [
    valueOption(
      '--activations <a,b,…>',
      'Activation of each layer, for files that hold only weights (safetensors or npz from other programs)',
      list,
    ),
    valueOption(
      '--layers <a,b,…>',
      'Layers of a safetensors file, in order, by the part of their names before .weight (default: by the numbers in ' +
        'their names)',
      list,
    ),
    new Option(
      '--output <name>',
      'Output of an ONNX model to read, if it has several, such as label and probabilities',
    ),
    new Option(
      '--loss <name>',
      "Loss, if the file doesn't name one (default: crossEntropy after softmax, otherwise quadratic)",
    ),
    valueOption('--engine <name>', 'Engine: auto, wasm or reference (default: auto)', engineName),
  ],
};

/** Names of the inputs and outputs of a model of another program. */
export interface SignatureFlags {
  readonly inputs?: readonly string[];
  readonly target?: readonly string[];
  readonly classes?: readonly string[];
}

const inputsOption = valueOption('--inputs <a,b,…>', 'Input columns, in the order of the network', list);
const classesOption = valueOption(
  '--classes <a,b,…>',
  'Names of the classes, in the order of the outputs',
  list,
);

/** The options of commands that open a model but read no samples. */
export const signatureGroup: OptionGroup = {
  heading: 'Names (not needed for models made by bp4 train)',
  options: [
    inputsOption,
    valueOption('--target <a,b,…>', 'Names of the outputs, for regression', list),
    classesOption,
  ],
};

/** Options for the columns of a model of another program. */
export interface ColumnFlags extends SignatureFlags, TextFormat {
  readonly label?: string;
}

/** The options of commands that read samples for a model. */
export const columnGroup: OptionGroup = {
  heading: 'Data (not needed for models made by bp4 train)',
  options: [
    inputsOption,
    new Option('--label <name>', 'Column with the correct class'),
    valueOption('--target <a,b,…>', 'Columns with the correct numbers, for regression', list),
    classesOption,
    ...csvOptions,
  ],
};
