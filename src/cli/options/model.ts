import { Option } from 'commander';
import type { ActivationName, LossName } from '../../model/spec.js';
import type { OptionGroup } from './command.js';
import type { CSVDialect } from '../../data/index.js';
import { csvOptions } from './data.js';
import { engineName, list } from './values.js';

/** Of a model that another program wrote, and of how to compute. */
export interface ModelFlags {
  readonly activations?: readonly ActivationName[];
  readonly layers?: readonly string[];
  readonly loss?: LossName;
  readonly engine?: 'auto' | 'wasm' | 'reference';
}

/** What a command takes that opens a model. */
export const modelGroup: OptionGroup = {
  heading: 'Model',
  options: [
    new Option(
      '--activations <a,b,…>',
      'the activation of each layer, where the file holds weights alone (safetensors or npz of other programs)',
    ).argParser(list),
    new Option(
      '--layers <a,b,…>',
      'the layers of a safetensors file, in order, by what stands before .weight (default: by their numbers)',
    ).argParser(list),
    new Option(
      '--loss <name>',
      'the loss, where the file does not name it (default: crossEntropy after softmax, else quadratic)',
    ),
    new Option('--engine <name>', 'auto, wasm or reference (default: auto)').argParser(engineName),
  ],
};

/** Which columns a model of another program takes and predicts. */
export interface ColumnFlags extends CSVDialect {
  readonly inputs?: readonly string[];
  readonly label?: string;
  readonly target?: readonly string[];
  readonly classes?: readonly string[];
}

/** What a command takes that reads samples for a model. */
export const columnGroup: OptionGroup = {
  heading: 'Data (a model of bp4 train knows it)',
  options: [
    new Option('--inputs <a,b,…>', 'the columns that the network takes, in order').argParser(list),
    new Option('--label <name>', 'the column with the right class'),
    new Option('--target <a,b,…>', 'in place of a label: the columns with the right numbers').argParser(list),
    new Option('--classes <a,b,…>', 'the names of the classes, in the order of the outputs').argParser(list),
    ...csvOptions,
  ],
};
