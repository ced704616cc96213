import { expect, it } from 'vitest';
import { findCure } from '../../playground/src/page/slow/cures.js';
import { describeFinding } from '../../playground/src/page/slow/describe-finding.js';
import type { Comparison, Settings } from '../../playground/src/protocol.js';
import { ofType, Page, settingsFor } from './support.js';

/** A network with a fault, its steps before the diagnosis, and the cure that the page suggests. */
interface Fault {
  readonly settings: Settings;
  readonly parameters?: readonly number[];
  readonly csv?: { readonly text: string };
  readonly steps?: number;
  readonly cure?: Partial<Settings>;
  readonly drawsWeights?: boolean;
}

const zeros = Array.from({ length: 60 }, (_, n) => `0,0,${n % 2 === 0 ? 'yes' : 'no'}`);
// 2-8-2 units: the weights and biases of the first layer, then those of the second
const negativeBiases = [
  ...Array.from({ length: 16 }, (_, i) => ((i * 7) % 5) / 5 - 0.4),
  ...Array<number>(8).fill(-3),
  ...Array.from({ length: 18 }, (_, i) => ((i * 3) % 7) / 7 - 0.4),
];
const sureOutput = [...[-1.9, -2.5, -0.3, -0.7, 2.3, -0.3], -1.7, -0.2, -0.6, ...[1, 1, 1], 5];

const faults: Readonly<Record<string, Fault>> = {
  saturatedOutputs: {
    settings: settingsFor('first'),
    parameters: sureOutput,
    cure: { loss: 'binaryCrossEntropy' },
  },
  vanishing: {
    settings: settingsFor('circle', { hidden: [8, 8, 8, 8, 8, 8], activation: 'sigmoid' }),
    cure: { activation: 'relu', initializer: 'heNormal' },
  },
  deadUnits: {
    settings: settingsFor('circle', { hidden: [8], activation: 'relu' }),
    parameters: negativeBiases,
    cure: { activation: 'leakyRelu', initializer: 'heNormal' },
    drawsWeights: true,
  },
  constantInputs: {
    settings: settingsFor('csv'),
    csv: { text: ['width,height,label', ...zeros].join('\n') },
  },
  rateTooLarge: {
    settings: settingsFor('circle', { learningRate: 10 }),
    steps: 20,
    cure: { learningRate: 1 },
  },
  equalUnits: {
    settings: settingsFor('circle'),
    parameters: Array<number>(22).fill(0),
    cure: {},
    drawsWeights: true,
  },
};

it.each(Object.entries(faults))(
  'names %s as the cause, and its cure learns more in a run side by side',
  async (code, { settings, parameters, csv, steps, cure, drawsWeights = false }) => {
    const page = new Page();
    const start = { settings, ...(parameters && { parameters }) };
    await page.ask({ type: 'open', ...start, ...(csv && { csv }), ...(steps && { steps }) });
    const { hash } = page.progress;
    const { diagnosis, units } = ofType(await page.ask({ type: 'diagnose', id: 1 }), 'diagnosed')[0]!;
    const [finding] = diagnosis.findings;
    expect(finding?.code).toBe(code);
    expect(describeFinding(finding!)).not.toContain('undefined');
    expect(units.map((layer) => layer.filter(({ isDead }) => isDead).length)).toEqual(
      diagnosis.layers.map(({ dead }) => dead),
    );

    const cured = findCure(finding!, start);
    if (cure === undefined) {
      expect(cured).toBeUndefined();
      return;
    }
    expect(cured).toMatchObject({ settings: { ...settings, ...cure }, drawsWeights });
    await page.ask({ type: 'compare', id: 2, cured: cured! });
    const isWhole = ({ steps, end }: Comparison): boolean => steps.at(-1) === end;
    await page.until((reply) => reply.type === 'compared' && isWhole(reply.comparison));
    const { comparison } = ofType(page.replies, 'compared').at(-1)!;
    expect(comparison.cured.at(-1)).toBeLessThan(comparison.asIs.at(-1)! / 2);
    expect(page.progress.hash).toBe(hash);
  },
);

it('calls saturated the units with σ′ below a tenth of its largest value, as the diagnosis of the layer does', async () => {
  const page = new Page();
  await page.open(settingsFor('first'), { steps: 4000 });
  const { diagnosis, units } = ofType(await page.ask({ type: 'diagnose', id: 1 }), 'diagnosed')[0]!;
  expect(diagnosis.layers[0]!.saturated).toBeGreaterThan(0.1);
  for (const [l, layer] of units.entries()) {
    const mean = layer.reduce((sum, { saturated }) => sum + saturated, 0) / layer.length;
    expect(mean).toBeCloseTo(diagnosis.layers[l]!.saturated, 2);
  }
});

it('stops a comparison at the next request that trains, and its run plays on as if there had been none', async () => {
  const page = new Page();
  const settings = settingsFor('spiral');
  await page.open(settings);
  await page.ask({ type: 'compare', id: 1, cured: { settings: { ...settings, learningRate: 0.01 } } });
  await page.until((reply) => reply.type === 'compared');
  await page.ask({ type: 'step' });
  const { length } = ofType(page.replies, 'compared');
  await page.ask({ type: 'step' }, { type: 'step' });
  expect(ofType(page.replies, 'compared')).toHaveLength(length);
  const alone = new Page();
  await alone.open(settings, { steps: 3 });
  expect(page.progress.hash).toBe(alone.progress.hash);
});
