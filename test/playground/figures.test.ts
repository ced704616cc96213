import { Network } from 'bp4';
import { expect, it } from 'vitest';
import { findSmallest, listFactors } from '../../playground/src/page/figures/list-factors.js';
import { placeColumns } from '../../playground/src/page/network/geometry.js';
import { squash } from '../../playground/src/run/activations.js';
import { readLayer, restView } from '../../playground/src/page/view.js';
import type { Settings } from '../../playground/src/protocol.js';
import { activationNames } from '../../playground/src/run/choices.js';
import { ofType, Page, settingsFor } from './support.js';

it.each(activationNames)('draws the curve of %s as the library computes it', async (activation) => {
  const net = await Network.create({
    inputs: 1,
    layers: [{ units: 1, activation }],
    loss: 'meanSquaredError',
  });
  net.setParameters([1, 0]);
  for (const z of [-6, -1.5, -0.3, 0, 0.2, 2, 7])
    expect(squash(activation, z)).toBeCloseTo(net.predict(Float32Array.of(z))[0]!, 5);
  net.dispose();
});

const runs: readonly Settings[] = [
  settingsFor('first', { hidden: [3, 2] }),
  settingsFor('circle'),
  settingsFor('xor', { loss: 'binaryCrossEntropy' }),
  settingsFor('plane'),
];

it.each(runs)('splits the gradient of each weight of $task with $loss into its factors', async (settings) => {
  const page = new Page();
  const { problem, progress } = ofType(await page.open(settings, { steps: 25 }), 'opened')[0]!;
  const view = restView(progress.next!, problem, settings);
  for (const layer of problem.activations.keys()) {
    const { delta, inputs } = readLayer(view, layer);
    for (const [unit, d] of delta.entries()) {
      for (const [from, a] of inputs.entries()) {
        const factors = listFactors(view, layer, unit, from);
        const product = factors.reduce((all, { value }) => all * value, 1);
        expect(Math.abs(product - d * a)).toBeLessThan(1e-6 + 1e-4 * Math.abs(d * a));
        const least = Math.min(...factors.map(({ value }) => Math.abs(value)));
        expect(Math.abs(findSmallest(factors).value)).toBe(least);
      }
    }
  }
});

it('leaves out the notes of outputs that stand closer than a line of text', () => {
  const notes = ['δ 0.1', 'z 1'];
  const shown = [190, 400, 900].map((height) => {
    const outputs = placeColumns([784, 32, 10], { width: 500, height }, true).at(-1)!;
    return notes.slice(0, outputs.beside).length;
  });
  expect(shown).toEqual([0, 1, 2]);
});
