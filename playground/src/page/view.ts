import type { ActivationName, LayerGradients, LayerState } from 'bp4';
import type { Parameter, Problem, Settings, Walk } from '../protocol.js';
import { type Phase, listPhases } from './phases.js';
import type { Stop } from '../run/link.js';
import { say } from '../words/say.js';

// The walk of one mini-batch: the phase and the sample that the page shows.

/** A unit of a layer, both counted from 0. Layer 0 is the first after the inputs. */
export interface Place {
  readonly layer: number;
  readonly unit: number;
}

export interface View {
  readonly walk: Walk;
  readonly phases: readonly Phase[];
  /** The index of the current phase. */
  readonly index: number;
  /** The index of the sample in the mini-batch. */
  readonly sample: number;
  /** The unit that the user selected. */
  readonly chosen: Place | undefined;
  readonly problem: Problem;
  readonly settings: Settings;
}

export function currentPhase(view: View): Phase {
  return view.phases[view.index]!;
}

/** Whether the errors δ are yet to come: the page tells no number before its phase. */
export function isForward(view: View): boolean {
  return currentPhase(view).name === 'forward';
}

export function startView(walk: Walk, problem: Problem, settings: Settings): View {
  const phases = listPhases(problem.sizes.length - 1, walk.isTrained);
  return { walk, phases, index: 0, sample: 0, chosen: undefined, problem, settings };
}

/** The view at a stop; a phase or sample that the walk lacks leaves it as it is. */
export function findStop(view: View, { phase, layer, sample, at }: Stop): View {
  const index = view.phases.findIndex(
    ({ name, layer: of }) => name === phase && (layer === undefined || of === layer),
  );
  const isThere = sample !== undefined && sample < view.walk.count;
  const chosen = at === undefined || at.layer < 0 ? undefined : { layer: at.layer, unit: at.unit };
  return { ...view, chosen, ...(index >= 0 && { index }), ...(isThere && { sample }) };
}

export function takeStop({ phases, index, sample, chosen }: View): Stop {
  const { name, layer } = phases[index]!;
  return { phase: name, layer, sample, at: chosen };
}

/** The network between two steps, and the first sample of the next one. */
export function restView(next: Walk, problem: Problem, settings: Settings): View {
  return { ...startView(next, problem, settings), phases: [{ name: 'rest', layer: undefined }] };
}

/** Selects a unit. If the phase computes another layer, it goes to the phase that computes this one. */
export function showPlace(view: View, chosen: Place): View {
  const { name, layer } = currentPhase(view);
  if (layer === undefined || layer === chosen.layer) return { ...view, chosen };
  const isForward = name === 'forward';
  const index = view.phases.findIndex(
    (phase) => phase.layer === chosen.layer && (phase.name === 'forward') === isForward,
  );
  return { ...view, chosen, index };
}

/** The parameters of a layer, and the values of its units for the current sample. */
export interface LayerValues {
  readonly before: LayerState;
  readonly after: LayerState;
  readonly gradients: LayerGradients;
  readonly activation: ActivationName;
  /** The activations of the previous layer. */
  readonly inputs: Float32Array;
  readonly z: Float32Array;
  readonly a: Float32Array;
  readonly delta: Float32Array;
}

export function readLayer(view: View, layer: number): LayerValues {
  const { walk, problem, sample } = view;
  const row = (values: Float32Array, width: number): Float32Array =>
    values.subarray(sample * width, (sample + 1) * width);
  const gradients = walk.gradients.layers[layer]!;
  const width = problem.sizes[layer + 1]!;
  const below =
    layer === 0
      ? row(walk.gradients.inputs, problem.sizes[0]!)
      : row(walk.gradients.layers[layer - 1]!.activations, problem.sizes[layer]!);
  return {
    before: walk.before[layer]!,
    after: walk.after[layer]!,
    gradients,
    activation: problem.activations[layer]!,
    inputs: below,
    z: row(gradients.preActivations, width),
    a: row(gradients.activations, width),
    delta: row(gradients.delta, width),
  };
}

/** A weight or bias before or after the update; an input of the sample if the layer is −1. */
export function readParameter(
  view: View,
  { layer, unit, from }: Parameter,
  when: 'before' | 'after' = 'before',
): number {
  if (layer < 0) return readLayer(view, 0).inputs[unit]!;
  const { [when]: state, inputs } = readLayer(view, layer);
  return from === undefined ? state.biases[unit]! : state.weights[unit * inputs.length + from]!;
}

/** The targets of the current sample. */
export function sampleTargets({ walk, problem, sample }: View): Float32Array {
  const width = problem.sizes.at(-1)!;
  return walk.gradients.targets.subarray(sample * width, (sample + 1) * width);
}

/** BP1 is scale·(a − y)·σ′(z), without σ′ where it cancels. */
export interface OutputRule {
  readonly cancels: boolean;
  readonly scale: number;
  /** The scale in an equation: '' or '2·'. */
  readonly factor: string;
}

export function findOutputRule({ problem: { isRegression, sizes }, settings }: View): OutputRule {
  if (!isRegression) return { cancels: settings.loss !== 'quadratic', scale: 1, factor: '' };
  const outputs = sizes.at(-1)!;
  return { cancels: false, scale: 2 / outputs, factor: outputs === 1 ? '2·' : `2/${outputs}·` };
}

/** Whether the inputs are the pixels of an image. Pixels have no names. */
export function takesImages({ inputNames }: Problem): boolean {
  return inputNames.length === 0;
}

/** The name of each class. Those of a toy, 'class 0' and 'class 1', are named in the page's language. */
export function nameClasses({ classNames }: Problem): readonly string[] {
  return classNames.map((name) => name.replace(/^class ([01])$/, (_, n: string) => say('class', { n })));
}

/** The name of each output, as the page shows it. A single output stands for the last class. */
export function nameOutputs(problem: Problem): readonly string[] {
  const { outputNames, isRegression } = problem;
  return isRegression ? outputNames : nameClasses(problem).slice(-outputNames.length);
}

/** The number of units that the picture draws: at most eight, or ten in the output layer. Column 0 holds the inputs. */
export function shownUnits(sizes: readonly number[], column: number): number {
  const units = sizes[column]!;
  return column === sizes.length - 1 && units <= 10 ? units : Math.min(units, 8);
}

/** The unit that the explanation describes: the selected one, or the drawn unit with the largest |δ| in the layer. */
export function findSubject(view: View): Place {
  const { layer } = currentPhase(view);
  if (view.chosen !== undefined && (layer === undefined || view.chosen.layer === layer)) return view.chosen;
  const place = layer ?? view.problem.activations.length - 1;
  const delta = readLayer(view, place).delta;
  const shown = delta.subarray(0, shownUnits(view.problem.sizes, place + 1));
  return { layer: place, unit: largest(shown) };
}

/** The index of the value with the largest magnitude. */
export function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]!) ? i : best), 0);
}
