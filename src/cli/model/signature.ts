import type { Transform } from '../../index.js';
import type { Categories } from '../../data/index.js';
import { exportNetwork } from '../../formats/portable.js';
import type { Arguments } from '../options/arguments.js';
import type { OptionGroup } from '../options/command.js';
import { csvOptions, dialectOptions } from '../options/data.js';
import { usageFailure } from '../errors.js';
import type { Reading, Task } from './model-file.js';
import type { OpenedModel } from './open-model.js';

/** What the outputs of a network stand for. */
export type Outputs =
  | { readonly task: 'classification'; readonly classes: readonly string[] }
  | { readonly task: 'regression'; readonly targets: readonly string[] };

/** What the numbers of a network stand for: which columns go in, and what comes out. */
export interface Meaning {
  readonly outputs: Outputs;
  /** How a file with such samples is read. Its `inputs` are missing where the network does not know their names. */
  readonly reading: Reading;
  /** Between the fields of CSV, where it was said: files to be predicted may be written otherwise than that of the training. */
  readonly delimiter: string | undefined;
  /** How many values a sample has, before transforms. */
  readonly width: number;
  /** What becomes of each; none where they are taken as they are. */
  readonly transforms: readonly Transform[] | undefined;
}

/** What a command takes that reads samples for a network, for models that `bp4 train` has not made. */
export const meaningOptions: OptionGroup = {
  title: 'Data (what bp4 train knew is known to its model)',
  options: {
    inputs: { type: 'string', value: 'A,B,…', description: 'The columns that the network sees, in order.' },
    label: { type: 'string', value: 'NAME', description: 'The column with the right class.' },
    target: {
      type: 'string',
      value: 'A,B,…',
      description: 'In place of a label: the columns with the right numbers.',
    },
    classes: {
      type: 'string',
      value: 'A,B,…',
      description: 'The names of the classes, in the order of the outputs.',
    },
    ...csvOptions,
  },
};

/**
 * What is known of a network by its file, and what is said besides.
 * @throws Failure where it was said wrongly
 */
export function meaningOf({ net, about }: OpenedModel, args: Arguments): Meaning {
  const transforms = exportNetwork(net).spec.transforms?.inputs;
  const names = namesOf(transforms);
  const width = transforms?.length ?? net.inputs;
  const said = saidOf(args);
  const inputs = said.inputs ?? about?.reading.inputs ?? names;
  if (inputs && inputs.length !== width) {
    throw usageFailure(`--inputs: the network sees ${width} columns, got ${inputs.length}`);
  }
  const reading: Reading = {
    ...categoriesOf(inputs, transforms),
    ...about?.reading,
    ...said,
    ...(inputs && { inputs }),
  };
  const task = about?.task ?? taskOf(net, args);
  return { outputs: outputsOf(net, task, reading), reading, delimiter: said.delimiter, width, transforms };
}

/** Every name, if all have one. */
function namesOf(transforms: readonly Transform[] | undefined): readonly string[] | undefined {
  const names = transforms?.flatMap(({ name }) => name ?? []);
  return names?.length === transforms?.length ? names : undefined;
}

function saidOf(args: Arguments): Reading {
  const [inputs, targets, classes] = ['inputs', 'target', 'classes'].map((name) => args.list(name));
  const label = args.string('label');
  return {
    ...dialectOptions(args),
    ...(inputs && { inputs }),
    ...(targets && { targets }),
    ...(classes && { classes }),
    ...(label !== undefined && { label }),
  };
}

function categoriesOf(inputs: readonly string[] | undefined, transforms: readonly Transform[] = []): Reading {
  const entries = transforms.flatMap((transform, k): [string, Categories][] => {
    const name = inputs?.[k];
    return transform.kind === 'oneHot' && name !== undefined ? [[name, transform.categories]] : [];
  });
  return entries.length > 0 ? { categorical: Object.fromEntries(entries) } : {};
}

/** By what the outputs are made for, where the file does not say it. */
function taskOf({ layers, loss }: OpenedModel['net'], args: Arguments): Task {
  if (args.has('target')) return 'regression';
  if (args.has('label') || args.has('classes')) return 'classification';
  const { activation } = layers.at(-1)!;
  const areClasses = ['softmax', 'sigmoid'].includes(activation) || /rossEntropy|hinge/.test(loss);
  return areClasses ? 'classification' : 'regression';
}

function outputsOf({ outputs }: OpenedModel['net'], task: Task, { classes, targets }: Reading): Outputs {
  if (task === 'regression') {
    const names =
      targets ?? Array.from({ length: outputs }, (_, j) => (outputs === 1 ? 'output' : `output ${j}`));
    if (names.length === outputs) return { task, targets: names };
    throw usageFailure(`--target: the network has ${outputs} outputs, got ${names.length} columns`);
  }
  const count = Math.max(2, outputs);
  const names = classes?.map(String) ?? Array.from({ length: count }, (_, j) => String(j));
  if (names.length === count) return { task, classes: names };
  throw usageFailure(`--classes: the network tells ${count} classes apart, got ${names.length}`);
}
