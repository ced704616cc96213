import { describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../playground/src/protocol.js';
import { parseLink } from '../../playground/src/run/link.js';
import { ofType, Page, settingsFor, withoutDiagnosis } from './support.js';

const play = { type: 'play' } as const;
const pause = { type: 'pause' } as const;
const step = { type: 'step' } as const;
const epoch = { type: 'epoch' } as const;

/** Each carries state from step to step, or ends an epoch with a shorter mini-batch: 200 = 6 × 32 + 8. */
const runs: readonly Settings[] = [
  settingsFor('spiral', { hidden: [5, 4], dropout: 0.25, miniBatchSize: 32 }),
  settingsFor('xor', { hidden: [3], optimizer: 'momentum', loss: 'quadratic', l2: 0.001 }),
  settingsFor('circle', { hidden: [], loss: 'binaryCrossEntropy', l1: 0.001, miniBatchSize: 200 }),
];

describe.each(runs)('$task with $optimizer', (settings) => {
  it.each(['wasm', 'reference'] as const)(
    'gives the same bits and reports played and stepped in %s as replayed in wasm',
    async (engine) => {
      const played = new Page(engine);
      await played.open(settings);
      await played.ask(play);
      await played.until((reply) => reply.type === 'progress' && reply.progress.step > 15);
      await played.ask(pause, step, step, play, pause, epoch, step);
      const { step: steps, hash } = played.progress;

      const replayed = new Page('wasm');
      await replayed.open(settings, { steps });
      expect(replayed.progress).toMatchObject({ step: steps, hash, epoch: played.progress.epoch });
      expect(withoutDiagnosis(replayed.reports)).toEqual(withoutDiagnosis(played.reports));
    },
  );

  it('gives the same bits one mini-batch at a time as replayed in one go', async () => {
    const stepped = new Page();
    await stepped.open(settings);
    for (let n = 1; n <= 23; n++) {
      await stepped.ask(step);
      expect(stepped.progress.step).toBe(n);
    }
    const replayed = new Page();
    await replayed.open(settings, { steps: 23 });
    expect(replayed.progress.hash).toBe(stepped.progress.hash);
    expect(replayed.reports.length).toBe(stepped.reports.length);
  });
});

it('gives other bits for every other seed and after every step', async () => {
  const hashes = new Set<string>();
  for (const seed of [1, 2, 2 ** 32 - 1]) {
    for (const steps of [0, 1, 2]) {
      const page = new Page();
      await page.open(settingsFor('xor', { seed }), { steps });
      hashes.add(page.progress.hash);
    }
  }
  expect(hashes.size).toBe(9);
});

it.each<Partial<Settings>>([
  { noise: 0.2 },
  { hidden: [4, 4] },
  { activation: 'sigmoid' },
  { loss: 'quadratic' },
  { optimizer: 'momentum' },
  { learningRate: 0.2 },
  { miniBatchSize: 20 },
  { l1: 0.01 },
  { l2: 0.01 },
  { dropout: 0.5 },
  { initializer: 'heNormal' },
  { seed: 2 },
])('trains to other weights when a setting changes: %o', async (change) => {
  const hashLayers = async (changes: Partial<Settings>): Promise<string> => {
    const page = new Page();
    await page.open(settingsFor('xor', changes), { steps: 30 });
    return page.progress.hash;
  };
  expect(await hashLayers(change)).not.toBe(await hashLayers({}));
});

it('counts epochs and steps, and reports each epoch once', async () => {
  const page = new Page();
  const [opened] = ofType(await page.open(settingsFor('gaussian', { miniBatchSize: 30 })), 'opened');
  expect(opened!.problem).toMatchObject({
    inputNames: ['x₁', 'x₂'],
    sizes: [2, 2, 2],
    activations: ['tanh', 'softmax'],
    trainingCount: 200,
    testCount: 200,
    stepsPerEpoch: 7,
    engine: 'wasm',
  });
  expect(page.progress).toMatchObject({ epoch: 0, step: 0, isPlaying: false, reports: [] });
  await page.ask(step, epoch);
  expect(page.progress).toMatchObject({ epoch: 1, step: 7 });
  await page.ask(epoch, ...Array.from({ length: 7 }, () => step));
  expect(page.progress).toMatchObject({ epoch: 3, step: 21, samplesPerSecond: 0 });
  expect(page.reports.map((report) => report.epoch)).toEqual([1, 2, 3]);
  expect(page.progress.boundary).toHaveLength(64 * 64);
  const counted = page.progress.confusion!.counts.flat();
  expect(counted.reduce((sum, n) => sum + n)).toBe(200);
  expect((counted[0]! + counted[3]!) / 200).toBe(page.reports.at(-1)!.testAccuracy);
});

it('reports its progress and how fast the layers learn while it plays', async () => {
  const page = new Page();
  await page.open(settingsFor('spiral'));
  await page.ask(play);
  await page.until((reply) => reply.type === 'progress' && reply.progress.samplesPerSecond > 0);
  await page.until((reply) => reply.type === 'progress' && reply.progress.reports.some((r) => r.diagnosis));
  expect(page.progress.isPlaying).toBe(true);
  await page.ask(pause);
  expect(page.progress.isPlaying).toBe(false);
  const { diagnosis } = page.reports.find((report) => report.diagnosis)!;
  expect(diagnosis!.layers).toHaveLength(3);
});

it('trains epochs of one step while the clock stands still, as it does for a millisecond in Firefox', async () => {
  const page = new Page();
  vi.spyOn(performance, 'now').mockReturnValue(1);
  try {
    await page.open(settingsFor('neuron'));
    const replies = await page.askAtOnce(epoch, epoch, epoch);
    const shown = ofType(replies, 'progress').filter(({ progress }) => progress.next);
    expect(ofType(replies, 'failed')).toEqual([]);
    expect(shown.map(({ progress }) => progress.epoch)).toEqual([1, 2, 3]);
  } finally {
    vi.restoreAllMocks();
  }
});

it('shows in a walk the step that was taken: with sgd, W after = W before − η·∂C/∂W', async () => {
  const page = new Page();
  const settings = settingsFor('xor', { optimizer: 'sgd', learningRate: 0.25, miniBatchSize: 30 });
  await page.open(settings, { steps: 5 });
  const [sixth, seventh, eighth] = ofType(await page.ask(step, step, step), 'walk').map(({ walk }) => walk);
  expect([sixth!.count, seventh!.count, eighth!.count]).toEqual([30, 20, 30]); // 200 = 6 × 30 + 20
  expect(sixth).toMatchObject({ step: 6, learningRate: 0.25 });
  expect(seventh!.before).toEqual(sixth!.after);
  for (const { before, after, gradients, count } of [sixth!, seventh!, eighth!]) {
    const { inputs, targets } = gradients;
    expect([inputs.length, targets.length]).toEqual([2 * count, 2 * count]);
    for (const [l, { weights, biases }] of before.entries()) {
      const { weightGradients, biasGradients } = gradients.layers[l]!;
      const largest = Math.max(...weightGradients.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      // a step sums the gradients and divides by m in the update, backprop gives the mean: they differ by some roundings of 2⁻²⁴
      const tolerance = 2 ** -21;
      for (const [i, w] of weights.entries())
        expect(Math.abs(after[l]!.weights[i]! - (w - 0.25 * weightGradients[i]!))).toBeLessThan(tolerance);
      for (const [j, b] of biases.entries())
        expect(Math.abs(after[l]!.biases[j]! - (b - 0.25 * biasGradients[j]!))).toBeLessThan(tolerance);
    }
    // the walk shows what was learned: δ of softmax with crossEntropy is a − y
    const { activations, delta } = gradients.layers.at(-1)!;
    for (const [i, y] of targets.entries()) expect(delta[i]).toBeCloseTo(activations[i]! - y, 5);
    const first = before[0]!;
    const z = inputs[0]! * first.weights[0]! + inputs[1]! * first.weights[1]! + first.biases[0]!;
    expect(gradients.layers[0]!.preActivations[0]).toBeCloseTo(z, 5);
  }
});

it('learns every sample once per epoch, in a new order each epoch', async () => {
  const page = new Page();
  const [opened] = ofType(await page.open(settingsFor('circle', { miniBatchSize: 100 })), 'opened');
  const walks = ofType(await page.ask(step, step, step, step), 'walk').map(({ walk }) => walk);
  const listPoints = (inputs: Float32Array): string[] =>
    Array.from({ length: inputs.length / 2 }, (_, n) => inputs.subarray(2 * n, 2 * n + 2).join());
  const epochs = [0, 2].map((i) => [
    ...listPoints(walks[i]!.gradients.inputs),
    ...listPoints(walks[i + 1]!.gradients.inputs),
  ]);
  const given = listPoints(opened!.problem.points!.inputs).sort();
  expect(epochs[0]).not.toEqual(epochs[1]);
  for (const points of epochs) expect(points.sort()).toEqual(given);
});

it('opens with 2-3-1 sigmoid units and one target of 0 or 1, and tells the two classes apart after 60 epochs', async () => {
  const page = new Page();
  const [opened] = ofType(await page.open(parseLink('').settings, { steps: 60 * 200 }), 'opened');
  expect(opened!.problem).toMatchObject({
    sizes: [2, 3, 1],
    activations: ['sigmoid', 'sigmoid'],
    outputNames: ['class 1'],
    classNames: ['class 0', 'class 1'],
    stepsPerEpoch: 200,
  });
  const [step1] = ofType(await page.ask(step), 'walk');
  const { count, gradients } = step1!.walk;
  expect(count).toBe(1);
  expect([0, 1]).toContain(gradients.targets[0]);
  const { confusion, boundary, reports } = page.progress;
  const [[right0], [, right1]] = confusion!.counts as [[number, number], [number, number]];
  expect((right0 + right1) / 200).toBeGreaterThan(0.95);
  expect(reports).toEqual([]);
  expect((right0 + right1) / 200).toBe(page.reports.at(-1)!.testAccuracy);
  // the middle of the plane is class 1
  expect(boundary![64 * 32 + 32]).toBeGreaterThan(0.5);
  expect(boundary![0]).toBeLessThan(0.5);
});

it('refuses softmax for one output', async () => {
  const page = new Page();
  const replies = await page.open(settingsFor('first', { loss: 'crossEntropy' }));
  expect(ofType(replies, 'failed')[0]).toMatchObject({ key: 'failure.oneOutput' });
});

describe('concurrent requests', () => {
  it('stops playing for a step or an epoch, and completes it', async () => {
    const page = new Page();
    await page.open(settingsFor('spiral'));
    await page.askAtOnce(play, step);
    expect(page.progress.isPlaying).toBe(false);
    expect(ofType(page.replies, 'walk').at(-1)!.walk.step).toBe(page.progress.step);
    await page.askAtOnce(play, epoch);
    expect(page.progress).toMatchObject({ isPlaying: false, step: page.progress.epoch * 20 });
  });

  it('opens only the last of several requested networks, and abandons the others part way', async () => {
    const page = new Page();
    const open = (seed: number, steps: number) =>
      ({ type: 'open', settings: settingsFor('spiral', { seed }), steps }) as const;
    const first = page.ask(open(1, 1e9));
    await new Promise((resolve) => setTimeout(resolve, 20)); // the first is under way
    const replies = await page.askAtOnce(open(2, 1e9), open(3, 5));
    await first;
    expect(ofType(replies, 'opened')).toHaveLength(1);
    const alone = new Page();
    await alone.open(settingsFor('spiral', { seed: 3 }), { steps: 5 });
    expect(page.progress.hash).toBe(alone.progress.hash);
  });

  it('ignores a pause when there is no network', async () => {
    expect(await new Page().ask(pause)).toEqual([]);
  });

  it('stops a long epoch at a pause, after a whole step', async () => {
    const page = new Page('reference');
    const slow = settingsFor('xor', { hidden: [128, 128, 128, 128, 128, 128], miniBatchSize: 1 });
    await page.open(slow);
    const asked = page.ask(epoch);
    await page.until((reply) => reply.type === 'progress' && reply.progress.step > 0);
    await page.ask(pause);
    await asked;
    const { step: steps, hash } = page.progress;
    expect(page.progress.epoch).toBe(0);
    expect(steps).toBeLessThan(200);
    const replayed = new Page();
    await replayed.open(slow, { steps });
    expect(replayed.progress.hash).toBe(hash);
  });

  it('answers a query while it plays', async () => {
    const page = new Page();
    await page.open(settingsFor('xor'));
    const [answer] = ofType(
      await page.ask(play, { type: 'ask', inputs: Float32Array.of(0.5, 0.5) }),
      'answer',
    );
    expect(answer!.outputs[0]! + answer!.outputs[1]!).toBeCloseTo(1, 5);
    await page.ask(pause);
  });
});

describe('failures', () => {
  it.each<[string, Partial<Settings>]>([
    ['a loss of NaN', { hidden: [8, 8], activation: 'linear', learningRate: 10, l2: 1 }],
    ['an infinite weight, which shows one step later', { hidden: [], learningRate: 10, l2: 1 }],
  ])('reports a divergence and keeps the network after its last finite step: %s', async (_, changes) => {
    const page = new Page();
    const wild = settingsFor('xor', changes);
    await page.open(wild);
    await page.ask(play);
    await page.until((reply) => reply.type === 'failed');
    expect(ofType(page.replies, 'failed')[0]).toMatchObject({ key: 'failure.diverged' });
    await page.ask(pause);
    expect(page.progress.isPlaying).toBe(false);
    for (const { weights } of page.progress.layers) expect(weights.every(Number.isFinite)).toBe(true);
    const replayed = new Page();
    await replayed.open(wild, { steps: page.progress.step });
    expect(replayed.progress.hash).toBe(page.progress.hash);
  });

  it('reports each request that is invalid, and opens a network afterwards', async () => {
    const page = new Page();
    const failures = ofType(
      await page.ask(
        { type: 'step' },
        { type: 'export', format: 'json' },
        { type: 'open', settings: settingsFor('csv') },
        { type: 'open', settings: settingsFor('digits') },
        { type: 'open', settings: settingsFor('xor', { learningRate: -1 }) },
        { type: 'step' },
        { type: 'open', settings: settingsFor('xor', { loss: 'hinge' }) },
        { type: 'play' },
      ),
      'failed',
    );
    expect(failures.map(({ key, message }) => (key === 'failure.library' ? message : key))).toEqual([
      'failure.noNetwork',
      'failure.noNetwork',
      'walk.chooseTable',
      'offline',
      expect.stringContaining('learningRate'),
      'failure.loss',
      'failure.noNetwork',
    ]);
    await page.open(settingsFor('xor'));
    await page.ask(step, { type: 'ask', inputs: Float32Array.of(1) });
    expect(page.progress.step).toBe(1);
    expect(ofType(page.replies, 'failed').at(-1)!.message).toContain('inputs');
  });
});
