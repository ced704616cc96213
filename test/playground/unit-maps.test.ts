import { expect, it } from 'vitest';
import { GRID, MAP, REACH } from '../../playground/src/protocol.js';
import { Trainer } from '../../playground/src/run/trainer.js';
import { prepareTaskData } from '../../playground/src/run/task-data.js';
import { activationNames } from '../../playground/src/run/choices.js';
import { computeMaps } from '../../playground/src/run/unit-maps.js';
import { Page, settingsFor } from './support.js';

const center = (pixel: number): number => REACH * ((2 * pixel + 1) / MAP - 1);

it.each(activationNames)('maps the answers of units of %s as backprop computes them', async (activation) => {
  const settings = settingsFor('xor', { hidden: [5, 3], activation, features: ['x1', 'x2', 'x1x2'] });
  const data = await prepareTaskData(settings, undefined, () => Promise.reject(new Error('none')));
  const { net } = await Trainer.create(settings, data);
  const points = Float32Array.from({ length: MAP * MAP * 2 }, (_, i) => {
    const pixel = i >> 1;
    return i % 2 ? center(MAP - 1 - Math.floor(pixel / MAP)) : center(pixel % MAP);
  });
  const labels = new Uint8Array(MAP * MAP);
  const { layers } = net.backprop({ inputs: data.toInputs!(points), labels });
  const maps = computeMaps(net.layers, data);
  for (const [l, { units, activation: name }] of net.layers.entries()) {
    for (let unit = 0; unit < units; unit++) {
      const answers = points.filter((_, i) => i % 2).map((_, n) => layers[l]!.activations[n * units + unit]!);
      const most = answers.reduce((largest, a) => Math.max(largest, Math.abs(a)), 0);
      const isShare = name === 'sigmoid' || name === 'softmax';
      const map = maps[l]!.subarray(unit * MAP * MAP, (unit + 1) * MAP * MAP);
      for (const [n, a] of answers.entries()) {
        const expected = isShare ? 255 * a : 127.5 * (1 + a / (most || 1));
        expect(Math.abs(map[n]! - expected)).toBeLessThan(1.01); // rounded down
      }
    }
  }
  net.dispose();
});

it('maps the output as the plane shows it', async () => {
  const page = new Page();
  await page.open(settingsFor('first'), { steps: 2000 });
  const { maps, boundary } = page.progress;
  for (let row = 0; row < MAP; row++) {
    for (let column = 0; column < MAP; column++) {
      const at = (pixel: number): number => Math.round(((center(pixel) / REACH + 1) / 2) * (GRID - 1));
      const p = boundary![at(MAP - 1 - row) * GRID + at(column)]!;
      expect(Math.abs(maps!.at(-1)![row * MAP + column]! / 255 - p)).toBeLessThan(0.12); // the nearest point of a finer grid
    }
  }
});
