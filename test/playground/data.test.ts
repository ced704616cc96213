import { gunzipSync } from 'node:zlib';
import { Random } from 'bp4';
import { describe, expect, it } from 'vitest';
import { digitsFile } from '../../playground/digits-file.mjs';
import { digitsLesson } from '../../playground/src/run/digits.js';
import { computeFeatures, featureNames } from '../../playground/src/run/features.js';
import { toyData, type ToyName } from '../../playground/src/run/toys.js';
import { hashLayers } from '../../playground/src/run/inspect-network.js';
import { ofType, Page, settingsFor } from './support.js';

const toys: readonly ToyName[] = ['circle', 'spiral', 'xor', 'gaussian'];

describe.each(toys)('toy data: %s', (task) => {
  it.each([0, 0.1, 0.5])(
    'draws 200 points for training and 200 others for the test, half of each class, with noise %f',
    (noise) => {
      const { train, test } = toyData(task, settingsFor(task, { noise, seed: 1 }));
      const seen = new Set<string>();
      for (const { count, inputs, labels } of [train, test]) {
        expect([count, inputs.length, labels!.length]).toEqual([200, 400, 200]);
        expect(labels!.filter((label) => label === 1)).toHaveLength(100);
        expect(inputs.every((x) => x >= -1 && x <= 1)).toBe(true);
        for (let n = 0; n < count; n++) seen.add(inputs.subarray(2 * n, 2 * n + 2).join());
      }
      expect(seen.size).toBeGreaterThan(390); // few in the same corner
    },
  );

  it('draws the same points from the same seed, and others from another seed', () => {
    const of = (seed: number): unknown => toyData(task, settingsFor(task, { noise: 0.1, seed }));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).not.toEqual(of(1 + 2 ** 32));
  });
});

it('draws circle, xor and spiral in the shapes that they are named for', () => {
  const each = (task: ToyName, isRight: (x: number, y: number, label: number) => boolean): void => {
    const { inputs, labels } = toyData(task, settingsFor(task, { noise: 0, seed: 1 })).train;
    for (const [n, label] of labels!.entries())
      expect(isRight(inputs[2 * n]!, inputs[2 * n + 1]!, label)).toBe(true);
  };
  each('circle', (x, y, label) => (label ? Math.hypot(x, y) < 0.5 : Math.hypot(x, y) > 0.6));
  each('xor', (x, y, label) => x * y > 0 === (label === 0));
  each('spiral', (x, y, label) => {
    // t is proportional to the radius, and the angle is 1.6 turns times t, plus half a turn for the second arm
    const t = Math.hypot(x, y) / 0.95;
    const turns = Math.atan2(y, x) / (2 * Math.PI) - 1.6 * t - label / 2;
    return Math.abs(turns - Math.round(turns)) < 1e-6;
  });
});

it('draws points whose bits match a pinned hash', () => {
  const layer = (task: ToyName) => {
    const { inputs, labels } = toyData(task, settingsFor(task, { noise: 0.1, seed: 1 })).test;
    return {
      units: 1,
      activation: 'linear',
      weights: inputs as Float32Array,
      biases: Float32Array.from(labels!),
    } as const;
  };
  expect(hashLayers(toys.map(layer))).toBe('6f935afc796c17ed');
});

it.each(['plane', 'hills'] as const)(
  'draws the targets of %s, without noise from a known surface',
  (task) => {
    const { train, test } = toyData(
      task,
      settingsFor(task, { noise: 0, pointCount: 100, trainingShare: 0.8 }),
    );
    expect([train.count, test.count]).toEqual([80, 20]);
    for (const [n, target] of train.targets!.entries()) {
      const [x, y] = train.points!.subarray(2 * n, 2 * n + 2) as unknown as [number, number];
      const hill = (cx: number, cy: number): number =>
        Math.max(0, 1 - ((x - cx) ** 2 + (y - cy) ** 2) / 0.6 ** 2) ** 2;
      const expected =
        task === 'plane'
          ? (x + y) / 2
          : hill(0.45, 0.45) + hill(-0.45, -0.45) - hill(-0.45, 0.45) - hill(0.45, -0.45);
      expect(Math.abs(target - expected)).toBeLessThan(1e-6); // points rounded to single precision
    }
  },
);

it('computes the features of points', () => {
  const inputs = computeFeatures(Float32Array.of(0.3, -0.6, 1, 1), featureNames);
  const expected = [0.3, -0.6].concat(
    [1, 1].map((_, k) => [0.3, -0.6][k]! ** 2),
    0.3 * -0.6,
    Math.sin(2 * Math.PI * 0.3),
    Math.sin(2 * Math.PI * -0.6),
  );
  // single precision of numbers of about 1
  expected.forEach((value, k) => expect(Math.abs(inputs[k]! - value)).toBeLessThan(2e-7));
  expect(Math.abs(inputs.at(-1)!)).toBeLessThan(2e-7);
});

it('learns a regression over the plane from chosen features, and marks its points in a walk', async () => {
  const page = new Page();
  const settings = settingsFor('hills', { features: ['x1x2', 'sinx1'], pointCount: 60, trainingShare: 0.7 });
  const [opened] = ofType(await page.open(settings), 'opened');
  const { problem, progress } = opened!;
  expect(problem).toMatchObject({
    inputNames: ['x₁x₂', 'sin 2πx₁'],
    isRegression: true,
    trainingCount: 42,
    testCount: 18,
  });
  expect(problem.points!.targets).toHaveLength(42);
  expect(progress.boundary!.every((value) => value >= 0 && value <= 1)).toBe(true);
  const [walk] = ofType(await page.ask({ type: 'step' }), 'walk');
  const { points, gradients } = walk!.walk;
  expect(computeFeatures(points!, settings.features)).toEqual(gradients.inputs);
  for (let n = 0; n < 30; n++) await page.ask({ type: 'epoch' });
  expect(page.reports.at(-1)!.testLoss).toBeLessThan(page.reports[0]!.testLoss / 2);
});

it('hashes layers by FNV-1a in 64 bits', () => {
  const random = Random.fromSeed(5);
  const weights = Float32Array.from({ length: 100 }, () => random.uniform(-1, 1));
  const layer = { units: 1, activation: 'linear', weights, biases: Float32Array.of(1, -0) } as const;
  let expected = 0xcbf29ce484222325n;
  for (const byte of [...new Uint8Array(weights.buffer), ...new Uint8Array(layer.biases.buffer)])
    expected = BigInt.asUintN(64, (expected ^ BigInt(byte)) * 0x100000001b3n);
  expect(hashLayers([layer])).toBe(expected.toString(16).padStart(16, '0'));
});

describe('digits', () => {
  const packed = digitsFile(60, 20);

  it.each([
    ['compressed', packed],
    ['already decompressed by the server', new Uint8Array(gunzipSync(packed))],
  ])('reads a file of digits that arrives %s', async (_, file) => {
    const { train, test, outputNames, inputs } = await digitsLesson(file);
    expect([train.count, test.count, inputs, outputNames.length]).toEqual([60, 20, 784, 10]);
    expect(train.labels![0]).toBe(5); // the first of MNIST, of 60,000
    expect(test.labels![0]).toBe(7); // the first of its test
    expect(test.inputs.some((pixel) => pixel > 200)).toBe(true);
  });

  it('rejects a truncated file of digits', async () => {
    await expect(digitsLesson(new Uint8Array(gunzipSync(packed)).slice(0, -1))).rejects.toMatchObject({
      key: 'digits.incomplete',
    });
  });

  it('requests the digits only when their task opens, learns them, and shows examples of each confusion', async () => {
    let asked = 0;
    const page = new Page('wasm', () => {
      asked++;
      return Promise.resolve(digitsFile(1000, 200));
    });
    await page.open(settingsFor('xor'));
    expect(asked).toBe(0);
    const settings = settingsFor('digits', { hidden: [20] });
    const [opened] = ofType(await page.open(settings, { steps: 300 }), 'opened');
    expect(asked).toBe(1);
    expect(opened!.problem.inputNames).toEqual([]);
    expect(opened!.problem.points).toBeUndefined();
    const { confusion, boundary } = opened!.progress;
    expect(boundary).toBeUndefined();
    const right = confusion!.counts.reduce((sum, row, j) => sum + row[j]!, 0);
    expect(right / 200).toBe(page.reports.at(-1)!.testAccuracy);
    expect(right / 200).toBeGreaterThan(0.75);
    const [walk] = ofType(await page.ask({ type: 'step' }), 'walk');
    const { before, gradients } = walk!.walk;
    const { inputs } = gradients;
    expect(Math.max(...inputs)).toBe(1); // scaled, as the network received them
    const first = before[0]!;
    const z = inputs.subarray(0, 784).reduce((sum, x, k) => sum + x * first.weights[k]!, first.biases[0]!);
    expect(gradients.layers[0]!.preActivations[0]).toBeCloseTo(z, 4);
    await page.open(settings, { steps: 300 });
    for (const [label, row] of confusion!.examples.entries()) {
      for (const [answer, images] of row.entries()) {
        expect(images).toHaveLength(Math.min(confusion!.counts[label]![answer]!, 4));
        for (const image of images) {
          const [told] = ofType(
            await page.ask({ type: 'ask', inputs: Float32Array.from(image, (pixel) => pixel / 255) }),
            'answer',
          );
          expect(told!.outputs.indexOf(Math.max(...told!.outputs))).toBe(answer);
        }
      }
    }
  });
});
