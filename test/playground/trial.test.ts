import type { LossName } from 'bp4';
import { expect, it } from 'vitest';
import { drawsSame } from '../../playground/src/page/use-opening.js';
import type { Settings, Walk } from '../../playground/src/protocol.js';
import { parseLink } from '../../playground/src/run/link.js';
import { passInDouble } from './double.js';
import { ofType, Page, settingsFor } from './support.js';

const first = parseLink('').settings;

/** Each has another loss or another activation; the last learns a regression on transformed columns. */
const runs: [name: string, Settings, text?: string][] = [
  ['quadratic with one output', first],
  [
    'binaryCrossEntropy',
    settingsFor('first', { loss: 'binaryCrossEntropy', activation: 'tanh', hidden: [3, 2] }),
  ],
  ['crossEntropy', settingsFor('xor', { hidden: [4, 3] })],
  ['a table', settingsFor('csv', { hidden: [3] }), table()],
];

function table(): string {
  const rows = Array.from({ length: 40 }, (_, n) => `${n},${(n * 7) % 11},${3 * n + ((n * 7) % 11)}.5`);
  return ['width,height,price', ...rows].join('\n');
}

async function opened(settings: Settings, text?: string): Promise<{ page: Page; next: Walk }> {
  const page = new Page();
  await page.open(settings, { steps: 30, ...(text !== undefined && { csv: { text } }) });
  return { page, next: page.progress.next! };
}

it.each(runs)(
  'previews the next step, which then takes place as previewed: %s',
  async (_, settings, text) => {
    const { page, next } = await opened(settings, text);
    const { hash } = page.progress;
    const { walk } = ofType(await page.ask({ type: 'step' }), 'walk')[0]!;
    expect(next).toMatchObject({
      step: 31,
      count: walk.count,
      before: walk.before,
      gradients: walk.gradients,
    });
    expect(next.costs.before).toEqual(walk.costs.before);
    expect(next.after).toEqual(next.before);
    expect(page.progress.hash).not.toBe(hash);
  },
);

it.each(runs)(
  'tries a sample with other weights as an independent computation does: %s',
  async (_, settings, text) => {
    const { page, next } = await opened(settings, text);
    const { hash, step } = page.progress;
    const layers = next.before.map((layer) => ({ ...layer, weights: layer.weights.map((w) => w + 0.25) }));
    const width = next.gradients.inputs.length / next.count;
    const outputs = next.gradients.targets.length / next.count;
    const trial = {
      layers,
      inputs: next.gradients.inputs.slice(0, width).map((x) => x - 0.125),
      targets: next.gradients.targets.slice(0, outputs),
    };
    const { walk } = ofType(await page.ask({ type: 'try', id: 1, trial }), 'tried')[0]!;
    const loss: LossName = settings.task === 'csv' ? 'meanSquaredError' : settings.loss;
    const double = passInDouble(trial, loss);
    // single precision, through at most three layers of a few units
    expect(Math.abs(walk.costs.before[0]! - double.cost)).toBeLessThan(1e-5);
    for (const [l, layer] of double.layers.entries()) {
      const { preActivations, activations, delta, weightGradients } = walk.gradients.layers[l]!;
      layer.z.forEach((z, j) => expect(Math.abs(preActivations[j]! - z)).toBeLessThan(1e-5));
      layer.a.forEach((a, j) => expect(Math.abs(activations[j]! - a)).toBeLessThan(1e-5));
      layer.delta.forEach((d, j) => expect(Math.abs(delta[j]! - d)).toBeLessThan(1e-5));
      layer.weightGradients.forEach((g, i) => expect(Math.abs(weightGradients[i]! - g)).toBeLessThan(1e-5));
    }
    // the slope of the cost at every weight and bias is the gradient
    for (const [layer, { delta, weightGradients }] of double.layers.entries()) {
      const fanIn = weightGradients.length / delta.length;
      for (let unit = 0; unit < delta.length; unit++) {
        for (const from of [undefined, 0, fanIn - 1]) {
          const replies = await page.ask({ type: 'check', id: 2, trial, at: { layer, unit, from } });
          const { check } = ofType(replies, 'checked')[0]!;
          const gradient = from === undefined ? delta[unit]! : weightGradients[unit * fanIn + from]!;
          // step² of the third derivative, and the rounding of two costs
          expect(Math.abs(check.slope - gradient)).toBeLessThan(2e-4 * Math.max(1, Math.abs(gradient)));
        }
      }
    }
    await page.ask({ type: 'pause' });
    expect(page.progress).toMatchObject({ hash, step });
  },
);

it('opens with the weights and biases of a link, and trains on from them', async () => {
  const parameters = Array.from({ length: 13 }, (_, i) => (i - 6) / 8);
  const page = new Page();
  await page.ask({ type: 'open', settings: first, parameters });
  const { layers } = page.progress;
  expect(layers.flatMap(({ weights, biases }) => [...weights, ...biases])).toEqual(parameters);
  const failures = ofType(await page.ask({ type: 'open', settings: first, parameters: [1, 2] }), 'failed');
  expect(failures[0]!.message).toContain('parameters');
});

it('keeps the weights of a link after a change of the training, not of the network or its inputs', () => {
  expect(drawsSame({ ...first, learningRate: 0.5, loss: 'binaryCrossEntropy' }, first)).toBe(true);
  expect(drawsSame({ ...first, features: ['x1', 'x2', 'x1x2'] }, first)).toBe(false);
  expect(drawsSame({ ...first, hidden: [5] }, first)).toBe(false);
});
