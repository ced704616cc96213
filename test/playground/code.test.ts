import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Network, type ActivationName, type LayerSpec, type LossSpec, type Transforms } from 'bp4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activationNames } from '../../playground/src/run/choices.js';
import { codeOf } from '../../playground/src/run/code.js';
import { ofType, Page, settingsFor } from './support.js';

interface Code {
  readonly outputs: readonly string[];
  readonly predict: (inputs: ArrayLike<number | string>) => number[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp4-code-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program gets that imports the text. */
async function imported(text: string): Promise<Code> {
  const path = join(folder, `${Math.floor(performance.now() * 1e6)}.mjs`);
  writeFileSync(path, text);
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Code;
}

const inputs = Float32Array.from({ length: 40 }, (_, i) => ((i * 37) % 41) / 10 - 2);

async function compare(
  layers: readonly LayerSpec[],
  more: { loss?: LossSpec; transforms?: Transforms } = {},
  rows: Float32Array = inputs,
): Promise<void> {
  const width = rows.length / 10;
  const { transforms } = more;
  const seen = transforms?.inputs
    ? transforms.inputs.reduce((sum, t) => sum + (t.kind === 'oneHot' ? t.categories.length : 1), 0)
    : width;
  const net = await Network.create({ inputs: seen, layers, seed: 3, ...more });
  const names = Array.from({ length: net.outputs }, (_, j) => `answer ${j}`);
  const { predict, outputs } = await imported(codeOf(net.toJSON(), names));
  const expected = net.predict(rows);
  expect(outputs).toEqual(names);
  for (let n = 0; n < 10; n++) {
    const answer = predict(rows.subarray(n * width, (n + 1) * width));
    expect(answer).toHaveLength(net.outputs);
    for (const [j, a] of answer.entries()) {
      const right = expected[n * net.outputs + j]!;
      // single precision against double: relative where answers are in units of a thousand
      expect(Math.abs(a - right) / Math.max(1, Math.abs(right))).toBeLessThan(1e-6);
    }
  }
}

describe('the exported code answers as the network does', () => {
  it.each<ActivationName>([...activationNames, 'softmax'])('%s', async (activation) => {
    await compare([
      { units: 5, activation: activation === 'softmax' ? 'tanh' : activation, initializer: 'standardNormal' },
      { units: 3, activation },
    ]);
  });

  it('one layer, one output; a slope of its own', async () => {
    await compare([{ units: 1, activation: 'sigmoid' }]);
    await compare([{ units: 4, activation: 'leakyRelu', alpha: 0.3 }]);
    await compare([
      { units: 4, activation: 'elu', alpha: 0.7 },
      { units: 2, activation: 'elu', alpha: 1.3 },
    ]);
  });

  it('softmax of what would overflow', async () => {
    await compare(
      [{ units: 3, activation: 'softmax' }],
      {},
      inputs.map((x) => x * 1000),
    );
  });

  it('with every transform', async () => {
    const transforms: Transforms = {
      inputs: [
        { kind: 'standardise', mean: -0.3, deviation: 1.7, name: 'size' },
        { kind: 'oneHot', categories: ['red', 'green'], name: 'colour' },
        { kind: 'minMax', least: -2, most: 2 },
        { kind: 'oneHot', categories: [2, 4, 8] },
        { kind: 'identity', name: 'a\n} // \u2028 "name"' },
        { kind: 'standardise', mean: 5, deviation: 0 },
        { kind: 'minMax', least: 1, most: 1 },
      ],
      targets: [
        { kind: 'standardise', mean: -1000, deviation: 300 },
        { kind: 'minMax', least: -3, most: 4 },
        { kind: 'identity' },
      ],
    };
    const rows = Float32Array.from({ length: 70 }, (_, i) => {
      const n = Math.floor(i / 7);
      return [n / 3, n % 2, n / 5 - 1, [2, 4, 8][n % 3]!, -n, 5, 1][i % 7]!;
    });
    await compare(
      [
        { units: 4, activation: 'tanh' },
        { units: 3, activation: 'linear' },
      ],
      { transforms },
      rows,
    );
  });
});

it('takes words where the table had words, and refuses others', async () => {
  const net = await Network.create({
    inputs: 2,
    layers: [{ units: 1, activation: 'linear' }],
    transforms: { inputs: [{ kind: 'oneHot', categories: ['red', 'green'] }] },
  });
  const { predict } = await imported(codeOf(net.toJSON(), ['y']));
  expect(predict(['green'])).toEqual(predict([1]));
  expect(predict(['red'])).not.toEqual(predict(['green']));
  expect(() => predict(['blue'])).toThrow('blue is none of red, green');
});

it('is as long as its weights, and shows the equation', async () => {
  const lengthOf = async (units: number): Promise<number> => {
    const net = await Network.create({ inputs: 100, layers: [{ units, activation: 'tanh' }] });
    const text = codeOf(net.toJSON(), ['y']);
    expect(text).toContain('z = W·a + b');
    return text.length;
  };
  const [some, more] = [await lengthOf(10), await lengthOf(40)];
  expect(more / some).toBeLessThan(4);
});

it('what a session exports is what it has learnt', async () => {
  const page = new Page();
  await page.open(settingsFor('spiral'), { steps: 400 });
  const [code, json] = ofType(
    await page.ask({ type: 'export', format: 'code' }, { type: 'export', format: 'json' }),
    'exported',
  );
  expect([code!.fileName, json!.fileName]).toEqual(['bp4-spiral.mjs', 'bp4-spiral.json']);
  const point = Float32Array.of(0.3, -0.4);
  const [answer] = ofType(await page.ask({ type: 'ask', inputs: point }), 'answer');
  const net = await Network.fromJSON(JSON.parse(json!.text) as Parameters<typeof Network.fromJSON>[0]);
  expect(net.predict(point)).toEqual(answer!.outputs);
  const { predict } = await imported(code!.text);
  for (const [j, a] of predict(point).entries()) expect(Math.abs(a - answer!.outputs[j]!)).toBeLessThan(1e-6);
});
