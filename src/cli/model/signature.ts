import type { Transform } from '../../index.js';
import type { Categories, Task } from '../../data/index.js';
import { UsageError } from '../errors.js';
import { pickTextFormat, type TextFormat } from '../options/data.js';
import type { ColumnFlags } from '../options/model.js';
import type { Reading } from '../data/tables.js';
import type { NetworkSpec } from '../../model/spec.js';
import type { Predictor } from './evaluation.js';
import type { OpenedModel } from './open-model.js';

/** The meaning of the outputs of a network. */
export type Outputs =
  | { readonly task: 'classification'; readonly classes: readonly string[] }
  | { readonly task: 'regression'; readonly targets: readonly string[] };

/** The meaning of the inputs and outputs of a network. */
export interface ModelSignature {
  readonly outputs: Outputs;
  /** How to read a file with such samples. `inputs` is missing if the network doesn't know their names. */
  readonly reading: Reading;
  /** The format of its text, as far as it was set: the delimiter may differ from that of the training data. */
  readonly format: TextFormat;
  /** The number of values per sample, before transforms. */
  readonly width: number;
  /** The transform of each input; undefined if there are none. */
  readonly transforms: readonly Transform[] | undefined;
}

/**
 * Combines what the model file and the options say about a network.
 * @throws UsageError if they do not fit
 */
export function describeSignature({ net, state, about }: OpenedModel, flags: ColumnFlags): ModelSignature {
  const transforms = state.spec.transforms?.inputs;
  const names = pickNames(transforms);
  const width = transforms?.length ?? state.spec.inputs;
  const said = readFlags(flags);
  const inputs = said.inputs ?? about?.reading.inputs ?? names;
  if (inputs && inputs.length !== width) {
    throw new UsageError(
      '--inputs',
      `expected ${width} columns, as many as the network takes, got ${inputs.length}`,
    );
  }
  const reading: Reading = {
    ...pickCategories(inputs, transforms),
    ...about?.reading,
    ...said,
    ...(inputs && { inputs }),
  };
  const task = about?.task ?? chooseTask(state.spec, flags);
  const format = pickTextFormat({ ...reading, delimiter: flags.delimiter });
  return { outputs: nameOutputs(net, task, reading), reading, format, width, transforms };
}

/** Every name, if all have one. */
function pickNames(transforms: readonly Transform[] | undefined): readonly string[] | undefined {
  const names = transforms?.flatMap(({ name }) => name ?? []);
  return names?.length === transforms?.length ? names : undefined;
}

function readFlags(flags: ColumnFlags): Reading {
  const { inputs, target: targets, classes, label } = flags;
  return {
    ...pickTextFormat(flags),
    ...(inputs && { inputs }),
    ...(targets && { targets }),
    ...(classes && { classes }),
    ...(label !== undefined && { label }),
  };
}

function pickCategories(
  inputs: readonly string[] | undefined,
  transforms: readonly Transform[] = [],
): Reading {
  const entries = transforms.flatMap((transform, k): [string, Categories][] => {
    const name = inputs?.[k];
    return transform.kind === 'oneHot' && name !== undefined ? [[name, transform.categories]] : [];
  });
  return entries.length > 0 ? { categorical: Object.fromEntries(entries) } : {};
}

/** Inferred from the outputs, if the file doesn't say it. */
function chooseTask({ layers, loss }: NetworkSpec, flags: ColumnFlags): Task {
  if (flags.target) return 'regression';
  if (flags.label !== undefined || flags.classes) return 'classification';
  const { activation } = layers.at(-1)!;
  const areClasses = ['softmax', 'sigmoid'].includes(activation) || loss === 'hinge';
  return areClasses ? 'classification' : 'regression';
}

function nameOutputs({ outputs }: Predictor, task: Task, { classes, targets }: Reading): Outputs {
  if (task === 'regression') {
    const names =
      targets ?? Array.from({ length: outputs }, (_, j) => (outputs === 1 ? 'output' : `output ${j}`));
    if (names.length === outputs) return { task, targets: names };
    throw new UsageError('--target', `expected ${outputs} columns, one for each output, got ${names.length}`);
  }
  const count = Math.max(2, outputs);
  const names = classes?.map(String) ?? Array.from({ length: count }, (_, j) => String(j));
  if (names.length === count) return { task, classes: names };
  throw new UsageError(
    '--classes',
    `expected ${count} names, one for each class of the network, got ${names.length}`,
  );
}
