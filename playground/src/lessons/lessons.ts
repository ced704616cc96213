import type { LessonName, Region } from '../run/choices.js';
import type { Stop } from '../run/link.js';
import { tasks } from '../run/tasks.js';
import type { Opening } from '../page/use-opening.js';
import { readLayer, type View } from '../page/view.js';
import { readNumber } from './symbols.js';

// The lessons. words/lessons-en.ts has the texts: 'delta.2' for the second step of the lesson delta, 'delta.2.ask' for its
// question and 'delta.2.why' for what the right answer shows.

export interface Step {
  readonly run: Opening;
  /** What the page shows: a place in the walk, or the network at rest. */
  readonly phase: Required<Stop>['phase'];
  readonly layer?: number;
  /** The name of the unit or weight that the numbers are about; the page derives it once the question is answered. */
  readonly explain?: string;
  /** The names of the units and weights that the picture lights. */
  readonly light?: string;
  /** Leaves out the numbers of the phase, as every unanswered question does. */
  readonly isBlank?: boolean;
  readonly allow?: readonly Region[];
  readonly ask?: Question;
  /** A figure below the text, once the question is answered. */
  readonly figure?: 'layers' | 'runs';
}

export interface Question {
  /** Each is a word of 'option.…', or the name of a number. 'layers' offers the layers of the network. */
  readonly options: readonly string[] | 'layers';
  /** The index of the right answer, from the numbers of the network. */
  readonly right: (view: View) => number;
}

const signs = ['positive', 'negative'];
const askSign = (name: string): Question => ({
  options: signs,
  right: (view) => (readNumber(view, name) > 0 ? 0 : 1),
});

/** Asks which of these numbers is the largest or the smallest in magnitude. */
const askExtreme = (kind: 'largest' | 'smallest', names: readonly string[], options = names): Question => ({
  options,
  right: (view) => {
    const sizes = names.map((name) => Math.abs(readNumber(view, name)));
    return sizes.indexOf(kind === 'largest' ? Math.max(...sizes) : Math.min(...sizes));
  },
});

/** The root mean square of each layer's ∂C/∂w: how fast the layer learns. */
export function measureLayers(view: View): number[] {
  return view.problem.activations.map((_, layer) => {
    const { weightGradients } = readLayer(view, layer).gradients;
    return Math.hypot(...weightGradients) / Math.sqrt(weightGradients.length);
  });
}

/** The network of chapter 2, with weights to compute with by hand. Each seed has another first sample. */
const byHand = (
  seed: number,
  third: readonly [x1: number, x2: number, b: number] = [-1, -1, 0.1],
): Opening => ({
  settings: { ...tasks.first.defaults, seed },
  parameters: [2, -1, 1, 2, third[0], third[1], -0.5, 0.3, third[2], 1, -2, 1.5, -0.2],
});

/** Its first sample is (0.6, −0.7) of class 0, or (0.4, 0.2) of class 1. */
const outside = byHand(1290);
const inside = byHand(930);
/** Unit 3 hardly fires. */
const quiet = byHand(1290, [-3, 2, -0.8]);

/** The neuron of chapter 3, as far from its target as it starts there. */
export const neuron = (loss: 'quadratic' | 'binaryCrossEntropy'): Opening => ({
  settings: { ...tasks.neuron.defaults, loss },
  parameters: [2, 2],
});
const saturated = neuron('quadratic');
const cured = neuron('binaryCrossEntropy');

const deep = (activation: 'sigmoid' | 'relu'): Opening => ({
  settings: {
    ...tasks.xor.defaults,
    hidden: [4, 4, 4, 4],
    activation,
    initializer: activation === 'relu' ? 'heNormal' : 'glorotUniform',
    miniBatchSize: 1,
    seed: 3,
  },
});
const deepSigmoid = deep('sigmoid');
const deepRelu = deep('relu');

const digits: Opening = { settings: { ...tasks.digits.defaults, hidden: [32], dropout: 0 }, steps: 500 };

const slowest: Question = {
  options: 'layers',
  right: (view) => {
    const speeds = measureLayers(view);
    return speeds.indexOf(Math.min(...speeds));
  },
};

export const lessons: Readonly<Record<LessonName, readonly Step[]>> = {
  forward: [
    { run: outside, phase: 'forward', layer: 0, isBlank: true, light: 'a⁰ w¹ a¹ w² a²' },
    {
      run: outside,
      phase: 'forward',
      layer: 0,
      light: 'a⁰ w¹₁ a¹₁',
      explain: 'a¹₁',
      ask: askSign('z¹₁'),
      allow: ['numbers'],
    },
    {
      run: outside,
      phase: 'forward',
      layer: 0,
      light: 'a⁰ w¹₂ a¹₂',
      explain: 'a¹₂',
      ask: { options: ['above', 'below'], right: (view) => (readNumber(view, 'a¹₂') > 0.5 ? 0 : 1) },
      allow: ['numbers'],
    },
    {
      run: outside,
      phase: 'forward',
      layer: 1,
      light: 'a¹ w² a²',
      explain: 'a²₁',
      ask: { options: ['class0', 'class1'], right: (view) => (readNumber(view, 'a²₁') > 0.5 ? 1 : 0) },
      allow: ['numbers'],
    },
    { run: outside, phase: 'forward', layer: 1, light: 'a²', allow: ['numbers'] },
  ],
  delta: [
    { run: outside, phase: 'forward', layer: 1, light: 'a²' },
    { run: outside, phase: 'BP1', light: 'δ²', explain: 'δ²₁', ask: askSign('δ²₁'), allow: ['numbers'] },
    { run: inside, phase: 'BP1', light: 'δ²', explain: 'δ²₁', ask: askSign('δ²₁'), allow: ['numbers'] },
    { run: inside, phase: 'BP3', light: 'δ²', explain: 'b²₁', allow: ['numbers'] },
  ],
  backward: [
    { run: outside, phase: 'BP1', light: 'δ² w²' },
    {
      run: outside,
      phase: 'BP2',
      layer: 0,
      light: 'δ²₁ w²₁₂ δ¹₂',
      explain: 'δ¹₂',
      ask: askSign('δ¹₂'),
      allow: ['numbers'],
    },
    {
      run: outside,
      phase: 'BP2',
      layer: 0,
      light: 'δ² w² δ¹',
      ask: askExtreme('largest', ['δ¹₁', 'δ¹₂', 'δ¹₃']),
      allow: ['numbers'],
    },
    { run: outside, phase: 'BP2', layer: 0, light: 'δ² w² δ¹', allow: ['numbers'] },
  ],
  gradient: [
    { run: outside, phase: 'BP3', explain: 'b¹₂', light: 'δ¹ δ²', allow: ['numbers'] },
    {
      run: outside,
      phase: 'BP4',
      light: 'a⁰₂ w¹₁₂ δ¹₁',
      explain: 'w¹₁₂',
      ask: askSign('∂w¹₁₂'),
      allow: ['numbers'],
    },
    {
      run: outside,
      phase: 'update',
      light: 'w¹₁₂',
      explain: 'w¹₁₂',
      ask: { options: ['larger', 'smaller'], right: (view) => (readNumber(view, 'Δw¹₁₂') > 0 ? 0 : 1) },
      allow: ['numbers'],
    },
    { run: outside, phase: 'update', allow: ['numbers'] },
  ],
  'small-input': [
    { run: quiet, phase: 'forward', layer: 0, light: 'a¹₃' },
    {
      run: quiet,
      phase: 'BP4',
      light: 'a¹ w² δ²',
      ask: askExtreme('smallest', ['∂w²₁₁', '∂w²₁₂', '∂w²₁₃'], ['w²₁₁', 'w²₁₂', 'w²₁₃']),
      explain: 'w²₁₃',
      allow: ['numbers'],
    },
    { run: quiet, phase: 'rest', light: 'a¹₃ w²₁₃', explain: 'w²₁₃', allow: ['numbers', 'edit'] },
    { run: quiet, phase: 'rest', light: 'a⁰ w¹', allow: ['numbers', 'edit'] },
  ],
  saturation: [
    { run: saturated, phase: 'forward', layer: 0, allow: ['numbers'] },
    {
      run: saturated,
      phase: 'BP1',
      explain: 'δ¹₁',
      ask: { options: ['large', 'tiny'], right: (view) => (Math.abs(readNumber(view, 'δ¹₁')) > 0.1 ? 0 : 1) },
      allow: ['numbers'],
    },
    { run: cured, phase: 'BP1', explain: 'δ¹₁', ask: askSign('δ¹₁'), allow: ['numbers'] },
    {
      run: saturated,
      phase: 'BP1',
      ask: { options: ['hundred', 'twoHundred'], right: () => 1 },
      figure: 'runs',
    },
  ],
  vanishing: [
    { run: deepSigmoid, phase: 'forward', layer: 0 },
    { run: deepSigmoid, phase: 'BP1', ask: slowest, figure: 'layers' },
    { run: deepSigmoid, phase: 'BP2', layer: 0, figure: 'layers', allow: ['numbers'] },
    { run: deepRelu, phase: 'BP2', layer: 0, figure: 'layers', allow: ['numbers', 'training', 'details'] },
  ],
  digit: [
    { run: digits, phase: 'rest', allow: ['results'] },
    { run: digits, phase: 'forward', layer: 0, allow: ['numbers'] },
    { run: digits, phase: 'forward', layer: 1, allow: ['numbers'] },
    {
      run: digits,
      phase: 'BP1',
      ask: { options: signs, right: (view) => (readOwnDelta(view) > 0 ? 0 : 1) },
      allow: ['numbers'],
    },
    { run: digits, phase: 'BP2', layer: 0, allow: ['numbers'] },
    { run: digits, phase: 'BP4', allow: ['numbers'] },
  ],
};

/** δ of the output that stands for the sample's class. */
function readOwnDelta({ walk, sample, problem }: View): number {
  const width = problem.sizes.at(-1)!;
  const row = (values: Float32Array): Float32Array => values.subarray(sample * width, (sample + 1) * width);
  return row(walk.gradients.layers.at(-1)!.delta)[row(walk.gradients.targets).indexOf(1)]!;
}
