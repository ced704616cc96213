import { paren, precise, unitIndex, weightIndex } from '../format.js';
import { say } from '../words/say.js';
import { findOutputRule, readLayer, sampleTargets, type View } from './view.js';

// What a worksheet asks: one sample's way through the equations, in the numbers that are given and the names of those that the student has
// computed before.

export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
  /** 'pairs': two rows in one line, z and a; 'short': three. */
  readonly layout?: 'pairs' | 'short';
}

interface Row {
  /** Without the last '=' and the value. */
  readonly text: string;
  readonly value: number;
}

export function listExercises(view: View): readonly Group[] {
  const layers = Array.from(view.problem.activations.keys());
  const groups: Group[] = [
    {
      title: say('phase.forward'),
      rows: [...layers.flatMap((layer) => forward(view, layer)), cost(view)],
      layout: 'pairs',
    },
    { title: 'BP1', rows: outputErrors(view) },
    {
      title: 'BP2',
      rows: layers
        .slice(0, -1)
        .reverse()
        .flatMap((layer) => hiddenErrors(view, layer)),
    },
    { title: 'BP3', rows: layers.flatMap((layer) => biasGradients(view, layer)), layout: 'short' },
    { title: 'BP4', rows: layers.flatMap((layer) => weightGradients(view, layer)), layout: 'short' },
    {
      title: say('phase.update'),
      rows: isPlain(view) ? layers.flatMap((layer) => updates(view, layer)) : [],
      layout: 'short',
    },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

/** An activation of the layer below: a number if it's an input, and otherwise the name of what the student has computed. */
function below(view: View, layer: number, from: number): string {
  return layer === 0 ? paren(readLayer(view, 0).inputs[from]!) : `a${unitIndex(layer - 1, from)}`;
}

function forward(view: View, layer: number): Row[] {
  const { before, inputs, z, a, activation } = readLayer(view, layer);
  return Array.from(z).flatMap((value, unit): Row[] => {
    const terms = Array.from(inputs, (_, from) => {
      return `${paren(before.weights[unit * inputs.length + from]!)}·${below(view, layer, from)}`;
    });
    return [
      { text: `z${unitIndex(layer, unit)} = ${terms.join(' + ')} + ${paren(before.biases[unit]!)}`, value },
      {
        text: `a${unitIndex(layer, unit)} = ${activation === 'softmax' ? 'softmax' : 'σ'}(z${unitIndex(layer, unit)})`,
        value: a[unit]!,
      },
    ];
  });
}

function cost({ walk, sample }: View): Row {
  return { text: 'C', value: walk.costs.before[sample]! };
}

function outputErrors(view: View): Row[] {
  const last = view.problem.activations.length - 1;
  const y = sampleTargets(view);
  const { cancels, factor } = findOutputRule(view);
  return Array.from(readLayer(view, last).delta, (value, unit) => {
    const at = unitIndex(last, unit);
    const difference = `a${at} − ${precise(y[unit]!)}`;
    return { text: `δ${at} = ${cancels ? difference : `${factor}(${difference})·σ′(z${at})`}`, value };
  });
}

function hiddenErrors(view: View, layer: number): Row[] {
  const { delta } = readLayer(view, layer);
  const next = readLayer(view, layer + 1);
  return Array.from(delta, (value, unit) => {
    const terms = Array.from(next.delta, (_, k) => {
      return `${paren(next.before.weights[k * delta.length + unit]!)}·δ${unitIndex(layer + 1, k)}`;
    });
    return {
      text: `δ${unitIndex(layer, unit)} = (${terms.join(' + ')})·σ′(z${unitIndex(layer, unit)})`,
      value,
    };
  });
}

function biasGradients(view: View, layer: number): Row[] {
  return Array.from(readLayer(view, layer).delta, (value, unit) => ({
    text: `∂C/∂b${unitIndex(layer, unit)} = δ${unitIndex(layer, unit)}`,
    value,
  }));
}

function weightGradients(view: View, layer: number): Row[] {
  const { delta, inputs } = readLayer(view, layer);
  return Array.from(delta).flatMap((d, unit) =>
    Array.from(inputs, (a, from) => ({
      text: `∂C/∂w${weightIndex(layer, unit, from)} = δ${unitIndex(layer, unit)}·${below(view, layer, from)}`,
      value: Math.fround(d * a),
    })),
  );
}

function updates(view: View, layer: number): Row[] {
  const { before, after, inputs } = readLayer(view, layer);
  return Array.from(before.weights, (old, at) => {
    const name = `w${weightIndex(layer, Math.floor(at / inputs.length), at % inputs.length)}`;
    return {
      text: `${name} ← ${precise(old)} − ${view.walk.learningRate}·∂C/∂${name}`,
      value: after.weights[at]!,
    };
  });
}

/** Whether the update is a step of plain gradient descent on this sample alone. */
function isPlain({ walk, settings: { optimizer, l1, l2, dropout } }: View): boolean {
  return walk.isTrained && walk.count === 1 && optimizer === 'sgd' && l1 === 0 && l2 === 0 && dropout === 0;
}
