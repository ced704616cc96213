import { specToJSON } from '../../model/json.js';
import { shortest } from '../../base/shortest.js';
import type { Transform } from '../../index.js';
import type { Run, RunState } from '../../model/state.js';
import type { CommandDefinition } from '../options/command.js';
import { modelGroup, signatureGroup, type ModelFlags, type SignatureFlags } from '../options/model.js';
import { describeSignature, type ModelSignature } from '../model/signature.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatPrecise,
  groupDigits,
  joinNames,
} from '../terminal/format.js';
import { openModel, type OpenedEnsemble, type OpenedNetwork } from '../model/open-model.js';
import type { Output } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';
import { figureNames, transformText } from '../model/card.js';
import { countParts } from '../model/model-file.js';
import { hashWeights } from '../../search/hash-weights.js';

export const inspect: CommandDefinition<SignatureFlags & ModelFlags> = {
  operands: ['<model>'],
  description: [
    'Print what a model file contains: inputs and outputs, layers and parameters, how the network was trained and whether training can be resumed, the range, mean and norm of the weights of each layer, and a hash of all weights. For an ensemble, print its networks and how much each counts. <model> can be in any format that bp4 reads: .bp4, .json, .onnx, .safetensors, .npz, or a TensorFlow.js folder.',
  ],
  examples: [
    ['bp4 inspect iris.bp4', 'Print a summary and a table of the layers.'],
    ['bp4 inspect mlp.onnx --json', 'Print JSON.'],
    ['bp4 inspect mlp.safetensors --activations relu,relu,softmax', 'Open a file that holds only weights.'],
  ],
  groups: [signatureGroup, modelGroup],
  run: async ({ operands, options, output }) => {
    const model = await openModel(operands[0]!, options);
    if (model.members) {
      printEnsemble(output, model, describeSignature(model, options));
      return;
    }
    const found = summarize(model, describeSignature(model, options));
    output.event('model', { ...found });
    const { about } = model;
    const { layers, parameters, training, transforms } = found;
    const row = (name: string, text: string): void =>
      output.sayWrapped(`  ${output.bold(name.padEnd(10))} ${text}`, 13);
    output.say(`${output.bold(model.path)}: ${formatNames[model.format]}, ${formatBytes(model.bytes)}`);
    row('task', taskText(found, about?.reading.label));
    row('inputs', inputsText(found));
    if (transforms)
      for (const text of transformTexts(transforms)) output.sayWrapped(`${' '.repeat(13)}${text}`, 15);
    row('loss', typeof found.loss === 'string' ? found.loss : JSON.stringify(found.loss));
    row('parameters', `${groupDigits(parameters)} in ${formatCount(layers.length, 'layer')}`);
    if (about) row('trained', trainedText(about));
    row(
      'training',
      training
        ? trainingText(training)
        : 'no training state: you can train it further, but not resume where it stopped',
    );
    row('seed', String(found.seed ?? 'unknown'));
    row('weights', `${found.hash}  ${output.dim('(SHA-256 of all weights and biases)')}`);
    output.say();
    output.say(layersTable(found.layers));
  },
};

const formatNames = {
  bp4: 'bp4 model',
  json: 'JSON',
  onnx: 'ONNX',
  tfjs: 'TensorFlow.js',
  safetensors: 'safetensors',
  npz: 'NumPy',
} as const;

/** Of a layer. */
interface LayerFindings {
  readonly units: number;
  readonly activation: string;
  readonly dropout?: number;
  readonly parameters: number;
  readonly weights: Statistics;
  readonly biases: Statistics;
}

/** `norm` is the root of the sum of squares. */
interface Statistics {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  readonly norm: number;
}

interface Findings {
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  readonly task: string;
  readonly outputs: readonly string[];
  readonly inputs: number;
  readonly columns: readonly string[] | undefined;
  readonly transforms: readonly Transform[] | undefined;
  readonly loss: unknown;
  readonly seed: number | undefined;
  readonly parameters: number;
  readonly hash: string;
  readonly layers: readonly LayerFindings[];
  readonly training: (Run & { readonly slots: number }) | undefined;
  readonly about: OpenedNetwork['about'];
}

/** Prints the members of an ensemble, one per line. */
function printEnsemble(output: Output, model: OpenedEnsemble, signature: ModelSignature): void {
  const { path, format, bytes, net, about } = model;
  const { outputs, reading, width } = signature;
  const members = model.members.map(({ state, weight }) => ({
    weight: shortest(weight),
    layers: state.spec.layers.map(({ units, activation }) => ({ units, activation })),
    loss: state.spec.loss,
    seed: state.spec.seed,
    parameters: state.parameters.reduce(
      (sum, { weights, biases }) => sum + weights.length + biases.length,
      0,
    ),
    hash: hashWeights(state),
  }));
  const names = outputs.task === 'classification' ? outputs.classes : outputs.targets;
  output.event('ensemble', {
    ...{ path, format, bytes, task: outputs.task, outputs: names, inputs: width, columns: reading.inputs },
    ...{ loss: net.loss, members, about },
  });
  const row = (name: string, text: string): void =>
    output.sayWrapped(`  ${output.bold(name.padEnd(10))} ${text}`, 13);
  output.say(
    `${output.bold(path)}: an ensemble of ${formatCount(members.length, 'network')}, ${formatBytes(bytes)}`,
  );
  row('task', `${outputs.task}${ofLabel(about?.reading.label)}: ${joinNames(names, 12)}`);
  row('inputs', reading.inputs ? `${width}: ${joinNames(reading.inputs)}` : groupDigits(width));
  row('loss', net.loss);
  if (about) row('trained', trainedText(about));
  output.say();
  const head = ['member', 'weight', 'parameters', 'seed', 'weights (SHA-256)'];
  const lines = members.map(({ weight, layers, parameters, seed, hash }, i) => [
    `members[${i}]  ${layers.map(({ units, activation }) => `${units} ${activation}`).join(', ')}`,
    ...[String(weight), groupDigits(parameters), String(seed), hash],
  ]);
  output.say(textTable(head, lines));
}

function summarize(
  { path, format, bytes, state, about }: OpenedNetwork,
  signature: ModelSignature,
): Findings {
  const { parameters } = state;
  const spec = specToJSON(state);
  const { outputs, reading } = signature;
  const layers = parameters.map(({ weights, biases }, l): LayerFindings => {
    const { units, activation, dropout } = spec.layers[l]!;
    return {
      ...{ units, activation, parameters: weights.length + biases.length },
      ...(dropout !== undefined && { dropout }),
      weights: computeStatistics(weights),
      biases: computeStatistics(biases),
    };
  });
  return {
    ...{ path, format, bytes },
    task: outputs.task,
    outputs: outputs.task === 'classification' ? outputs.classes : outputs.targets,
    inputs: spec.inputs,
    columns: reading.inputs,
    transforms: signature.transforms,
    loss: spec.loss,
    seed: spec.seed,
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    hash: hashWeights(state),
    ...{ layers, about },
    training: state.run && describeRun(state.run),
  };
}

/** Without the state of the optimizer. */
function describeRun({ slots, ...run }: RunState): Findings['training'] {
  return { ...run, slots: slots.length };
}

function computeStatistics(values: Float32Array): Statistics {
  let [least, most, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
    squares += value * value;
  }
  return { least, mean: sum / values.length, most, norm: Math.sqrt(squares) };
}

function taskText({ task, outputs }: Findings, label: string | undefined): string {
  return `${task}${ofLabel(label)}: ${joinNames(outputs, 12)}`;
}

const ofLabel = (label: string | undefined): string => (label === undefined ? '' : ` of ${label}`);

function inputsText({ inputs, columns, transforms }: Findings): string {
  if (!transforms) return columns ? `${inputs}: ${joinNames(columns)}` : groupDigits(inputs);
  const width = transforms.length;
  return width === inputs
    ? `${formatCount(width, 'column')}, transformed`
    : `${formatCount(width, 'column')}, transformed into ${inputs} inputs`;
}

/** More would fill a page. */
const MOST_TRANSFORMS = 20;

function transformTexts(transforms: readonly Transform[]): string[] {
  const shown = transforms.slice(0, MOST_TRANSFORMS);
  const names = shown.map(({ name }, k) => name ?? `column ${k + 1}`);
  const width = Math.max(...names.map(({ length }) => length));
  const lines = shown.map((transform, k) => `${names[k]!.padEnd(width)}  ${transformText(transform)}`);
  const others = transforms.length - shown.length;
  return others > 0 ? [...lines, `… and ${formatCount(others, 'other')}; --json lists them`] : lines;
}

function effortText({
  trials,
  epochs = 0,
  seconds = 0,
}: NonNullable<NonNullable<OpenedNetwork['about']>['results']>): string {
  if (trials !== undefined) return `the best of ${formatCount(trials, 'trial')}`;
  return `${formatCount(epochs, 'epoch')} in ${formatDuration(seconds)}`;
}

function trainedText({ training, results }: NonNullable<OpenedNetwork['about']>): string {
  const from = `on ${training.data}: ${countParts(training)}`;
  if (!results) return from;
  const figures = Object.entries(results.figures).flatMap(([name, value]) =>
    figureNames[name] === undefined
      ? []
      : [`${figureNames[name]} ${name === 'accuracy' ? formatPercent(value) : formatPrecise(value)}`],
  );
  const measured = training.testSamples > 0 ? 'test samples' : 'training samples';
  return `${from}; ${effortText(results)}; on the ${measured}: ${figures.join(', ')}`;
}

function trainingText({ epoch, done, step, optimizer, miniBatchSize, isOver }: Run): string {
  const at = done > 0 ? `within epoch ${epoch}` : `after ${formatCount(epoch - 1, 'epoch')}`;
  const state = isOver ? 'ended' : 'can be resumed';
  return `${optimizer}, mini-batches of ${miniBatchSize}, ${formatCount(step, 'step')}; ${state} ${at}`;
}

function layersTable(layers: readonly LayerFindings[]): string {
  const head = ['layer', 'parameters', 'min w', 'mean w', 'max w', '‖W‖', 'min b', 'max b'];
  const rows = layers.map(({ units, activation, dropout, parameters, weights, biases }, l) => [
    `layers[${l}]  ${units} ${activation}${dropout === undefined ? '' : `, dropout ${dropout}`}`,
    groupDigits(parameters),
    ...[weights.least, weights.mean, weights.most, weights.norm, biases.least, biases.most].map((x) =>
      formatPrecise(x, 3),
    ),
  ]);
  return textTable(head, rows);
}
