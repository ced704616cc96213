import { expect, it } from 'vitest';
import { precise } from '../../playground/src/format.js';
import { listExercises } from '../../playground/src/page/exercises.js';
import { takeTrial } from '../../playground/src/page/use-trial.js';
import { readLayer, sampleTargets, startView } from '../../playground/src/page/view.js';
import { lessons } from '../../playground/src/lessons/lessons.js';
import { tasks } from '../../playground/src/run/tasks.js';
import { passInDouble } from './double.js';
import { ofType, Page } from './support.js';

it('has a key with the numbers that double precision computes', async () => {
  const { run } = lessons.forward[0]!;
  const page = new Page();
  const [opened] = ofType(await page.ask({ type: 'open', ...run }), 'opened');
  const [{ walk } = {}] = ofType(await page.ask({ type: 'step' }), 'walk');
  const view = startView(walk!, opened!.problem, run.settings);
  const groups = listExercises(view);
  expect(groups.map(({ rows }) => rows.length)).toEqual([9, 1, 3, 4, 9, 9]);
  const key = new Map(
    groups.flatMap(({ rows }) => rows).map(({ text, value }) => [text.split(/ = | ← /)[0]!, value]),
  );

  const { layers } = passInDouble(takeTrial(view), run.settings.loss);
  const [sup, sub] = ['¹²', '₁₂₃'];
  const near = (name: string, exact: number): void =>
    expect([name, key.get(name)]).toEqual([name, expect.closeTo(exact, 5)]);
  layers.forEach(({ z, a, delta, weightGradients }, layer) => {
    const fanIn = weightGradients.length / z.length;
    z.forEach((_, unit) => {
      const at = sup[layer]! + sub[unit]!;
      near(`z${at}`, z[unit]!);
      near(`a${at}`, a[unit]!);
      near(`δ${at}`, delta[unit]!);
      near(`∂C/∂b${at}`, delta[unit]!);
      for (let from = 0; from < fanIn; from++) {
        const slope = weightGradients[unit * fanIn + from]!;
        near(`∂C/∂w${at}${sub[from]!}`, slope);
        near(`w${at}${sub[from]!}`, view.walk.before[layer]!.weights[unit * fanIn + from]! - slope);
      }
    });
  });
  near('C', 0.5 * layers[1]!.a[0]! ** 2);
  expect(groups[0]!.rows[0]!.text).toBe('z¹₁ = 2·0.602 + (−1)·(−0.699) + (−0.500)');
  expect(groups[2]!.rows[1]!.text).toBe('δ¹₂ = ((−2)·δ²₁)·σ′(z¹₂)');
});

it('asks for the factor 2 of a regression’s BP1', async () => {
  const settings = { ...tasks.plane.defaults, hidden: [2] };
  const page = new Page();
  const [opened] = ofType(await page.ask({ type: 'open', settings }), 'opened');
  const [{ walk } = {}] = ofType(await page.ask({ type: 'step' }), 'walk');
  const view = startView(walk!, opened!.problem, settings);
  const [{ text, value } = {}] = listExercises(view).find(({ title }) => title === 'BP1')!.rows;
  const [y] = sampleTargets(view);
  expect(text).toBe(`δ²₁ = 2·(a²₁ − ${precise(y!)})·σ′(z²₁)`);
  const { a } = readLayer(view, 1);
  expect(value).toBeCloseTo(2 * (a[0]! - y!), 5); // the output is linear
});

it('asks no update of a step that isn’t one sample’s plain gradient descent', async () => {
  const { run } = lessons.forward[0]!;
  for (const change of [{ miniBatchSize: 4 }, { optimizer: 'adam' }, { l2: 0.1 }] as const) {
    const page = new Page();
    const settings = { ...run.settings, ...change };
    const [opened] = ofType(await page.ask({ type: 'open', settings }), 'opened');
    const [{ walk } = {}] = ofType(await page.ask({ type: 'step' }), 'walk');
    expect(listExercises(startView(walk!, opened!.problem, settings)).map(({ title }) => title)).toEqual([
      ...['forward', 'BP1', 'BP2', 'BP3', 'BP4'],
    ]);
  }
});
