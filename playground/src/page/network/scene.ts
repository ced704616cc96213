import type { LayerState } from 'bp4';
import { finely, precise, short } from '../../format.js';
import {
  currentPhase,
  type Place,
  findSubject,
  isForward,
  sampleTargets,
  readLayer,
  type View,
} from '../view.js';
import { describePlace } from '../derive.js';
import type { PhaseName } from '../phases.js';
import { say } from '../../words/say.js';

// How the picture shows each unit and each edge in the current phase.

export interface UnitLook {
  /** The text inside the unit; '' draws a circle without a number. */
  readonly text: string;
  /** The texts below the unit, or beside an output. As many are shown as fit, the first ones first. */
  readonly notes: readonly string[];
  readonly tone: 'plain' | 'activation' | 'delta';
  /** The strength of the color, from 0 to 1. */
  readonly strength: number;
  readonly isDim: boolean;
}

export interface EdgesLook {
  /** The values that color and width show, [units][fanIn]. */
  readonly values: Float32Array;
  readonly flow: 'none' | 'forward' | 'backward';
  readonly isDim: boolean;
}

export interface Scene {
  /** One list for each column, inputs first. */
  readonly units: readonly (readonly UnitLook[])[];
  /** The edges into each layer. */
  readonly edges: readonly EdgesLook[];
  /** The quantity that the edges show. */
  readonly quantity: 'w' | '∂C/∂w';
  /** Explains the numbers of the picture. */
  readonly caption: string;
  readonly subject: Place | undefined;
  /** Which edges are labeled with their numbers: those of the subject, or all. */
  readonly labels: 'in' | 'out' | 'all' | 'none';
  /** The target y of each output, in BP1. */
  readonly targets: Float32Array | undefined;
}

/** The network while it plays. */
export function sceneAtRest(layers: readonly LayerState[], sizes: readonly number[]): Scene {
  return {
    units: sizes.map((units) => Array<UnitLook>(units).fill(rest)),
    edges: layers.map(({ weights }) => ({ values: weights, flow: 'none', isDim: false })),
    quantity: 'w',
    caption: '',
    subject: undefined,
    labels: 'none',
    targets: undefined,
  };
}

/** @param isBlank leaves out the numbers that the phase computes, for the user to find */
export function buildScene(view: View, isBlank = false): Scene {
  const columns = Array.from(view.problem.sizes.keys());
  const { name, layer } = currentPhase(view);
  const subject = findSubject(view);
  // the subject that the page finds itself has the largest |δ|, which would be an answer
  const isMarked = name !== 'rest' && !(isBlank && view.chosen === undefined);
  const showsGradients = name === 'BP4' || name === 'mean';
  const hidesEdges = isBlank && (showsGradients || name === 'update');
  return {
    units: columns.map((column) => {
      const units = buildUnits(view, column, subject);
      return isBlank && column - 1 === layer ? units.map((look) => blank(look, name)) : units;
    }),
    edges: columns
      .slice(1)
      .map((_, l) =>
        hidesEdges ? edges(readLayer(view, l).before.weights, 'none', true) : buildEdges(view, l),
      ),
    quantity: showsGradients && !isBlank ? '∂C/∂w' : 'w',
    caption: say(`network.${name}`),
    subject: isMarked ? subject : undefined,
    labels: hidesEdges ? 'none' : labels[name],
    targets: name === 'BP1' || name === 'rest' ? sampleTargets(view) : undefined,
  };
}

const labels = {
  rest: 'all',
  forward: 'in',
  BP1: 'none',
  BP2: 'out',
  BP3: 'none',
  BP4: 'in',
  mean: 'in',
  update: 'in',
} as const;

const rest: UnitLook = { text: '', notes: [], tone: 'plain', strength: 0, isDim: false };
const waiting: UnitLook = { ...rest, isDim: true };

/** In BP1, a stands beside its δ and is known already. */
function blank({ notes, ...look }: UnitLook, name: PhaseName): UnitLook {
  return { ...look, text: '?', strength: 0, notes: name === 'BP1' ? notes : [] };
}

function buildUnits(view: View, column: number, subject: Place): readonly UnitLook[] {
  const { name, layer } = currentPhase(view);
  const at = column - 1;
  const activations = (isDim: boolean): UnitLook[] =>
    looks(readActivations(view, column), 'activation', isDim);
  const deltas = (isDim: boolean): UnitLook[] => looks(readLayer(view, at).delta, 'delta', isDim);
  const waitingUnits = (): UnitLook[] => Array<UnitLook>(view.problem.sizes[column]!).fill(waiting);

  switch (name) {
    case 'rest':
      return at < 0 ? activations(false) : withAll(activations(false), view, at);
    case 'forward':
      if (at > layer!) return waitingUnits();
      if (at < layer!) return activations(at < layer! - 1);
      return noted(activations(false), 'z', readLayer(view, at).z);
    case 'BP1':
      return at === layer ? noted(deltas(false), 'a', readLayer(view, at).a) : activations(true);
    case 'BP2':
      return at < layer! ? activations(true) : deltas(at > layer! + 1);
    case 'BP3':
      return at < 0 ? activations(true) : deltas(false);
    case 'BP4':
      return at === subject.layer ? deltas(false) : activations(at !== subject.layer - 1);
    case 'mean':
      return at < 0 ? waitingUnits() : looks(readLayer(view, at).gradients.biasGradients, 'delta', false);
    case 'update':
      return Array<UnitLook>(view.problem.sizes[column]!).fill(rest);
  }
}

function readActivations(view: View, column: number): Float32Array {
  return column === 0 ? readLayer(view, 0).inputs : readLayer(view, column - 1).a;
}

function looks(values: Float32Array, tone: 'activation' | 'delta', isDim: boolean): UnitLook[] {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), tone === 'delta' ? 1e-12 : 1);
  return Array.from(values, (value) => ({
    text: short(value),
    notes: [],
    tone,
    strength: Math.abs(value) / scale,
    isDim,
  }));
}

function noted(units: UnitLook[], name: string, values: Float32Array): UnitLook[] {
  return units.map((unit, i) => ({ ...unit, notes: [`${name} ${short(values[i]!)}`] }));
}

function withAll(units: UnitLook[], view: View, layer: number): UnitLook[] {
  const { before, z, delta } = readLayer(view, layer);
  return units.map((unit, i) => ({
    ...unit,
    notes: [`δ ${short(delta[i]!)}`, `z ${short(z[i]!)}`, `b ${short(before.biases[i]!)}`],
  }));
}

function buildEdges(view: View, layer: number): EdgesLook {
  const phase = currentPhase(view);
  const { before, after, gradients, delta, inputs } = readLayer(view, layer);
  switch (phase.name) {
    case 'rest':
      return edges(before.weights, 'none', false);
    case 'forward':
      return edges(before.weights, layer === phase.layer ? 'forward' : 'none', layer !== phase.layer);
    case 'BP2': {
      const isSource = layer === phase.layer! + 1;
      return edges(before.weights, isSource ? 'backward' : 'none', !isSource);
    }
    case 'BP1':
    case 'BP3':
      return edges(before.weights, 'none', true);
    case 'BP4':
      return edges(multiplyOuter(delta, inputs), 'none', false);
    case 'mean':
      return edges(gradients.weightGradients, 'none', false);
    case 'update':
      return edges(after.weights, 'none', false);
  }
}

/** BP4 for one sample: δ·aᵀ, [units][fanIn]. */
function multiplyOuter(delta: Float32Array, inputs: Float32Array): Float32Array {
  return Float32Array.from({ length: delta.length * inputs.length }, (_, i) => {
    return delta[Math.floor(i / inputs.length)]! * inputs[i % inputs.length]!;
  });
}

function edges(values: Float32Array, flow: EdgesLook['flow'], isDim: boolean): EdgesLook {
  return { values, flow, isDim };
}

const symbols = { plain: '', activation: 'a ', delta: 'δ ' } as const;

/**
 * 'hidden 1, unit 3: a 0.39 z 0.42': the numbers as the picture shows them, so that users can name a unit by what they see.
 * @returns undefined if the unit shows no number
 */
export function labelUnit(view: View, place: Place, { text, notes, tone }: UnitLook): string | undefined {
  if (text === '') return undefined;
  const values = symbols[tone] + [text, ...notes].join(' ');
  return say('network.shown', { place: describePlace(view, place), values });
}

/** 'hidden 1, unit 3: bias −0.12, z 0.42, a 0.39, δ 0.01'. In a walk the bias is the one before the update, which z contains. */
export function readout(
  name: string,
  { layer, unit }: Place,
  layers: readonly LayerState[],
  view: View | undefined,
): string {
  const here = { layer: name, unit: unit + 1 };
  if (layer < 0) {
    const value = view === undefined ? '' : precise(readLayer(view, 0).inputs[unit]!);
    return say('network.input', { name: view?.problem.inputNames[unit] ?? unit + 1, value });
  }
  if (view === undefined)
    return say('network.bias', { ...here, bias: precise(layers[layer]!.biases[unit]!) });
  const { before, after, z, a, delta } = readLayer(view, layer);
  const [old, now] = [before.biases[unit]!, after.biases[unit]!];
  if (currentPhase(view).name === 'update')
    return say('network.bias', { ...here, bias: `${finely(old, now - old)} → ${finely(now, now - old)}` });
  const answer = say('network.answer', {
    ...here,
    bias: precise(old),
    z: precise(z[unit]!),
    a: precise(a[unit]!),
  });
  return isForward(view) ? answer : say('network.values', { answer, delta: precise(delta[unit]!) });
}
