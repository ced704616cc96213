import { expect, it } from 'vitest';
import { derive, type Line } from '../../playground/src/page/derive.js';
import { precise } from '../../playground/src/format.js';
import { buildScene, readout } from '../../playground/src/page/network/scene.js';
import { findSymbol, lightPath, lightSymbol } from '../../playground/src/page/network/spotlight.js';
import { listPhases } from '../../playground/src/page/phases.js';
import { readParameter, restView, startView, type View } from '../../playground/src/page/view.js';
import { takeTrial } from '../../playground/src/page/use-trial.js';
import type { Parameter, Settings } from '../../playground/src/protocol.js';
import { passInDouble } from './double.js';
import { ofType, Page, settingsFor } from './support.js';

const runs: readonly Settings[] = [
  settingsFor('first'),
  settingsFor('first', { hidden: [9, 2], activation: 'tanh', loss: 'binaryCrossEntropy' }),
  settingsFor('xor', { hidden: [4, 3] }),
];

async function rest(settings: Settings): Promise<View> {
  const page = new Page();
  const [opened] = ofType(await page.open(settings, { steps: 40 }), 'opened');
  return restView(page.progress.next!, opened!.problem, settings);
}

const write = (line: Line): string => line.map(({ text }) => text).join('');
const last = (line: Line): number => line.at(-1)!.value!;

it('derives the numbers of chapter 2’s network', async () => {
  const view = await rest(settingsFor('first'));
  const { delta, activations, preActivations } = view.walk.gradients.layers[1]!;
  const [d, a, z] = [delta[0]!, activations[0]!, preActivations[0]!];
  const below = view.walk.gradients.layers[0]!.activations[2]!;
  expect(derive(view, { layer: 1, unit: 0, from: 2 }).map(write)).toEqual([
    `w²₁₃ = ${precise(view.walk.before[1]!.weights[2]!)}`,
    expect.stringMatching(/^∂C\/∂w²₁₃ = δ²₁·a¹₃ = .*·.* = .*$/),
    expect.stringMatching(/^δ²₁ = \(a − y\)·σ′\(z\) = \(.* − [01]\)·.* = .*$/),
    `a¹₃ = sigmoid(${precise(view.walk.gradients.layers[0]!.preActivations[2]!)}) = ${precise(below)}`,
  ]);
  expect(derive(view, { layer: 1, unit: 0 }).map(write)).toEqual([
    expect.stringMatching(/^z²₁ = Σ w·a \+ b = .*·.* \+ .*·.* \+ .*·.* \+ .* = .*$/),
    `a²₁ = sigmoid(${precise(z)}) = ${precise(a)}`,
    expect.stringMatching(/^δ²₁ = /),
    `∂C/∂b²₁ = δ²₁ = ${precise(d)}`,
  ]);
  expect(write(derive(view, { layer: 0, unit: 1, from: 0 })[3]!)).toMatch(/^a⁰₁ = x₁ = /);
});

it('shows the update of a weight and of a bias, and the mean gradient of a mini-batch', async () => {
  const derived = async (task: 'first' | 'xor', phase: string, at: Parameter): Promise<string[]> => {
    const page = new Page();
    const [opened] = ofType(await page.open(settingsFor(task), { steps: 40 }), 'opened');
    const [walk] = ofType(await page.ask({ type: 'step' }), 'walk');
    const view = startView(walk!.walk, opened!.problem, settingsFor(task));
    const index = view.phases.findIndex(({ name }) => name === phase);
    return derive({ ...view, index }, at).map(write);
  };
  const weight = { layer: 1, unit: 0, from: 2 };
  const [update, gradient] = await derived('first', 'update', weight);
  const [, old, rate, mean, now] = /^w²₁₃ ← (.*) − (.*)·\(?(.*?)\)? = (.*)$/
    .exec(update!)!
    .map((text) => Number(text.replaceAll('−', '-')));
  expect(old! - rate! * mean!).toBeCloseTo(now!, 3);
  expect(gradient).toMatch(/^∂C\/∂w²₁₃ = δ²₁·a¹₃ = /);

  const ofBatch = await derived('xor', 'update', weight);
  expect(ofBatch[0]).toMatch(/^w²₁₃ ← /);
  expect(ofBatch[1]).toMatch(/^∂C\/∂w²₁₃ = \(.* \+ … 8 more\)\/10 = /);
  expect(ofBatch[2]).toMatch(/^sample 1: δ²₁·a¹₃ = /);
  expect((await derived('xor', 'mean', weight))[0]).toBe(ofBatch[1]);
  const ofBias = await derived('xor', 'update', { layer: 1, unit: 0 });
  expect(ofBias.slice(3)).toEqual([
    expect.stringMatching(/^sample 1: δ²₁ = /),
    expect.stringMatching(/^b²₁ ← /),
    expect.stringMatching(/^∂C\/∂b²₁ = \(.*\)\/10 = /),
  ]);
});

it.each(runs)(
  'shows for every unit and weight what double precision gives: $hidden $loss',
  async (settings) => {
    const view = await rest(settings);
    const { layers } = passInDouble(takeTrial(view), settings.loss);
    const near = (shown: number, exact: number): void =>
      // single precision, through at most three layers
      expect(Math.abs(shown - exact)).toBeLessThan(1e-5 * Math.max(1, Math.abs(exact)));
    layers.forEach(({ z, a, delta, weightGradients }, layer) => {
      const fanIn = weightGradients.length / delta.length;
      delta.forEach((d, unit) => {
        const lines = derive(view, { layer, unit });
        [z[unit]!, a[unit]!, d, d].forEach((exact, i) => near(last(lines[i]!), exact));
        for (let from = 0; from < fanIn; from++) {
          const of = derive(view, { layer, unit, from });
          near(last(of[0]!), view.walk.before[layer]!.weights[unit * fanIn + from]!);
          near(last(of[1]!), weightGradients[unit * fanIn + from]!);
          near(last(of[2]!), d);
          near(last(of[3]!), layer > 0 ? layers[layer - 1]!.a[from]! : view.walk.gradients.inputs[from]!);
        }
        // the written sums add up to what is shown
        expect(sumOf(lines[0]!) + readParameter(view, { layer, unit })).toBeCloseTo(z[unit]!, 4);
      });
    });
  },
);

/** The sum of the products and remainders that a line writes out, before its bias. */
function sumOf(line: Line): number {
  const numbers = line.filter(({ value }) => value !== undefined).slice(0, -2);
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) {
    const isProduct = numbers[i]!.of !== undefined;
    sum += isProduct ? numbers[i]!.value! * numbers[++i]!.value! : numbers[i]!.value!;
  }
  return sum;
}

it('tells the error of a unit only after the forward pass', async () => {
  const { walk, problem, settings } = await rest(settingsFor('first'));
  const view = startView(walk, problem, settings);
  const lines = (index: number): string[] => derive({ ...view, index }, { layer: 1, unit: 0 }).map(write);
  const known = lines(view.phases.findIndex(({ name }) => name === 'BP1'));
  expect(known).toHaveLength(4);
  expect(lines(0)).toEqual(known.slice(0, 2));
  const told = (index: number): string =>
    readout('outputs', { layer: 1, unit: 0 }, walk.before, { ...view, index });
  expect(told(0)).not.toContain('δ');
  expect(told(2)).toContain('δ');
});

it('writes the terms of a sum in their order; of many, the largest ones first and the others together', async () => {
  const few = derive(await rest(settingsFor('first')), { layer: 1, unit: 0 })[0]!;
  expect(few.flatMap(({ of }) => of?.from ?? [])).toEqual([0, 1, 2]);
  const view = await rest(settingsFor('first', { hidden: [9] }));
  const line = derive(view, { layer: 1, unit: 0 })[0]!;
  expect(write(line)).toContain(' + 5 more: ');
  const weights = line.filter(({ of }) => of !== undefined);
  const products = weights.map((part) => Math.abs(part.value! * line[line.indexOf(part) + 2]!.value!));
  expect(products).toHaveLength(4);
  expect(products).toEqual([...products].sort((one, other) => other - one));
});

it('shows every number of the first network at rest', async () => {
  const view = await rest(settingsFor('first'));
  const { units, edges, labels, targets } = buildScene(view);
  expect(labels).toBe('all');
  expect(targets).toHaveLength(1);
  expect(edges.map(({ values }) => values)).toEqual(view.walk.before.map(({ weights }) => weights));
  for (const column of units.slice(1))
    for (const { text, notes } of column) {
      expect(text).toMatch(/\d/);
      expect(notes.map((note) => note.charAt(0))).toEqual(['δ', 'z', 'b']);
    }
});

it('lights the path from a weight to the cost', () => {
  const { hasEdge, hasUnit } = lightPath({ layer: 1, unit: 2, from: 0 });
  expect(hasEdge(1, 2, 0)).toBe(true);
  expect(hasEdge(1, 2, 1)).toBe(false);
  expect(hasEdge(2, 5, 2)).toBe(true);
  expect(hasEdge(2, 5, 1)).toBe(false);
  expect(hasEdge(3, 0, 7)).toBe(true);
  expect(hasEdge(0, 0, 0)).toBe(false);
  expect([hasUnit(1, 0), hasUnit(1, 1), hasUnit(2, 2), hasUnit(2, 0), hasUnit(3, 9)]).toEqual([
    ...[true, false, true, false, true],
  ]);
});

it('links each symbol of an equation with the units or weights that it stands for, both ways', () => {
  for (const phase of listPhases(3)) {
    for (let layer = 0; layer < 3; layer++) {
      for (const from of [undefined, 0]) {
        const at = { layer, unit: 0, from };
        const symbol = findSymbol(phase, { layer: 1, unit: 0 }, at);
        if (symbol === undefined) continue;
        const { hasEdge, hasUnit } = lightSymbol(symbol, phase, { layer: 1, unit: 0 });
        expect(from === undefined ? hasUnit(layer + 1, 0) : hasEdge(layer, 0, 0)).toBe(true);
      }
    }
  }
  const [, , , bp1, bp2] = listPhases(3);
  expect(findSymbol(bp1!, undefined, { layer: 2, unit: 0 })).toBe('delta');
  expect(findSymbol(bp2!, undefined, { layer: 2, unit: 0 })).toBe('nextDelta');
  expect(findSymbol(bp2!, undefined, { layer: 2, unit: 0, from: 1 })).toBe('nextW');
  expect(lightSymbol('nextDelta', bp2!, undefined).hasUnit(2, 0)).toBe(false);
});
