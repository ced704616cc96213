import { expect, it } from 'vitest';
import { Network } from '../../src/index.js';
import { Random } from '../../src/model/random.js';
const r = Random.fromSeed(3);
const inputs = new Float32Array(40 * 6).map(() => r.uniform(-1, 1));
const labels = new Uint8Array(40).map(() => r.below(3));
const opts: any[] = [
  { optimizer: 'adam' },
  { optimizer: 'adamw', learningRate: { schedule: 'cosine', rate: 0.01, warmUp: 1 } },
  { optimizer: 'momentum', l2: 0.01, l1: 0.001, clip: { norm: 0.5, value: 0.1 }, maxNorm: 1 },
  { optimizer: 'nesterov', frozen: [0] },
  { optimizer: 'rmsprop', classWeights: [1, 2, 3] },
  { optimizer: 'adagrad', frozen: [1] },
  {
    validationSplit: 0.25,
    earlyStopping: { patience: 2 },
    learningRate: { schedule: 'plateau', rate: 0.5, patience: 1 },
  },
];
for (const [i, o] of opts.entries())
  it('same bits ' + i, async () => {
    const run = async (engine: any, threads = 1) => {
      const net = await Network.create({
        inputs: 6,
        layers: [
          { units: 8, activation: 'tanh', dropout: 0.3 },
          { units: 5, activation: 'relu' },
          { units: 3, activation: 'softmax' },
        ],
        seed: 2,
        engine,
        threads,
      });
      const h = await net.train({ inputs, labels }, { epochs: 5, miniBatchSize: 7, ...o });
      const w = net.layers.map((l) => [l.weights, l.biases]);
      net.dispose();
      return { h, w };
    };
    const a = await run('wasm');
    expect(await run('reference')).toEqual(a);
    expect(await run('wasm', 2)).toEqual(a);
    console.log(i, a.h.at(-1));
  });
it('resumes', async () => {
  for (const [i, o] of opts.entries())
    for (const stop of [1, 4, 6, 7, 13]) {
      const mk = () =>
        Network.create({
          inputs: 6,
          layers: [
            { units: 8, activation: 'tanh', dropout: 0.3 },
            { units: 5, activation: 'relu' },
            { units: 3, activation: 'softmax' },
          ],
          seed: 2,
        });
      const whole = await mk(),
        part = await mk();
      const h1 = await whole.train({ inputs, labels }, { epochs: 5, miniBatchSize: 7, ...o });
      let n = 0;
      const c = new AbortController();
      await expect(
        part.train(
          { inputs, labels },
          {
            epochs: 5,
            miniBatchSize: 7,
            ...o,
            signal: c.signal,
            onBatch: () => {
              if (++n === stop) c.abort();
            },
          },
        ),
      ).rejects.toThrow();
      const h2 = await part.train({ inputs, labels }, { epochs: 5, miniBatchSize: 7, ...o, resume: true });
      expect({ i, stop, l: part.layers }).toEqual({ i, stop, l: whole.layers });
      expect(h2).toEqual(h1.slice(-h2.length));
    }
});
it('diverges', async () => {
  for (const engine of ['wasm', 'reference'] as const) {
    const net = await Network.create({
      inputs: 6,
      layers: [
        { units: 8, activation: 'linear' },
        { units: 3, activation: 'linear' },
      ],
      seed: 2,
      engine,
    });
    const e = await net
      .train({ inputs, labels }, { epochs: 500, miniBatchSize: 7, learningRate: 30 })
      .catch((e) => e);
    console.log(String(e), e);
    for (const l of net.layers) expect(l.weights.every(Number.isFinite)).toBe(true);
  }
});
