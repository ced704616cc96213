import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
// The build is tested, because a thread starts from a file.
import { Dataset } from 'bp4/data';
import {
  Network,
  type EpochReport,
  type NetworkOptions,
  type NetworkState,
  type Parameters,
  type TrainOptions,
} from 'bp4';
import { threads } from 'bp4/node';
import { inline, trainInShards, type Executor, type ShardedTrainOptions } from 'bp4/search';

const COUNT = 53;
const random = Random.fromSeed(7);
const inputs = Array.from({ length: COUNT }, () => [random.normal(), random.normal(), random.normal()]);
const labels = inputs.map(([a, b, c]) => (a! + b! > 0 ? (c! > 0 ? 2 : 1) : 0));
const data = Dataset.fromArrays({ inputs, labels });
const validation = Dataset.fromArrays({
  inputs: inputs.map((row) => row.map((x) => x + 0.1)),
  labels,
});

const create = async (options: Partial<NetworkOptions> = {}): Promise<Network> =>
  await Network.create({
    inputs: 3,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ],
    seed: 3,
    ...options,
  });

interface Trained {
  readonly reports: readonly EpochReport[];
  readonly bytes: string;
}

const bytesOf = (net: Network): string => Buffer.from(net.save()).toString('base64');

/** The reports, and the network with its moments, its generator and its progress. */
async function train(
  options: ShardedTrainOptions,
  executor: Executor = inline(),
  samples = data,
  net?: Network,
): Promise<Trained> {
  const own = net ?? (await create());
  const reports = await trainInShards(own, samples, { ...options, executor });
  const bytes = bytesOf(own);
  own.dispose();
  return { reports, bytes };
}

/** Σ n_k·x_k / n in doubles, as shared by no code of the package. */
function mean(all: readonly Parameters[][], rows: readonly number[]): Parameters[] {
  const combine = (arrays: readonly Float32Array[]): Float32Array => {
    const result = new Float32Array(arrays[0]!.length);
    for (let i = 0; i < result.length; i++) {
      let sum = 0;
      for (let k = 0; k < arrays.length; k++) sum += rows[k]! * arrays[k]![i]!;
      result[i] = sum / COUNT;
    }
    return result;
  };
  return all[0]!.map((_, l) => ({
    weights: combine(all.map((one) => one[l]!.weights)),
    biases: combine(all.map((one) => one[l]!.biases)),
  }));
}

/** Local SGD by plain trainings: each round is one of `epochs` epochs for every shard. */
async function average(
  shards: number,
  rounds: number,
  epochs: number,
  options: ShardedTrainOptions,
): Promise<NetworkState> {
  const net = await create();
  let { state } = net;
  net.dispose();
  const order = [...Random.fromSeed(3).permutation(COUNT)];
  for (let round = 0; round < rounds; round++) {
    const generator = new Random(state.generator);
    const word = generator.bits();
    const states: NetworkState[] = [];
    const rows: number[] = [];
    for (let k = 0; k < shards; k++) {
      const part = data.subset(order.filter((_, i) => i % shards === k));
      const own = Random.fromSeed(k * 2 ** 32 + word);
      own.bits();
      own.bits();
      const shard = await Network.fromState({ ...state, generator: own.state });
      await shard.train(part, { ...options, epochs });
      states.push(shard.state);
      rows.push(part.count);
      shard.dispose();
    }
    const { run } = states[0]!;
    state = {
      ...states[0]!,
      generator: generator.state,
      parameters: mean(
        states.map(({ parameters }) => [...parameters]),
        rows,
      ),
      run: {
        ...run!,
        slots: run!.slots.map((_, s) =>
          mean(
            states.map((one) => [...one.run!.slots[s]!]),
            rows,
          ),
        ),
      },
    };
  }
  return state;
}

describe('sharded training', () => {
  it.each([
    [2, 3, 1, 'sgd'],
    [3, 2, 2, 'momentum'],
    [8, 2, 2, 'adam'],
    [COUNT, 2, 1, 'adamw'],
    [5, 3, 1, { name: 'nesterov', momentum: 0.8 }],
    [4, 2, 3, 'adagrad'],
    [7, 2, 1, 'rmsprop'],
  ] as const)(
    'with %i shards, %i rounds of %i epochs and %o is the mean of plain trainings after each round',
    async (shards, rounds, epochs, optimizer) => {
      const options = { optimizer, miniBatchSize: 4, l2: 0.01 };
      const expected = await average(shards, rounds, epochs, options);
      const net = await create();
      await trainInShards(net, data, { ...options, shards, rounds, epochs: rounds * epochs });
      const { parameters, generator, run } = net.state;
      expect({ parameters, generator, slots: run!.slots }).toEqual({
        parameters: expected.parameters,
        generator: expected.generator,
        slots: expected.run!.slots,
      });
      const { step, stepsBefore } = expected.run!;
      expect(run!.step, 'steps of the first shard').toBe(step + stepsBefore);
      net.dispose();
    },
  );

  it('with ema is the mean of the averages, and of the weights that learn', async () => {
    const options = { optimizer: 'adam', miniBatchSize: 4, ema: 0.9 } as const;
    const expected = await average(3, 1, 2, options);
    const net = await create();
    await trainInShards(net, data, { ...options, shards: 3, rounds: 1, epochs: 2 });
    expect(net.state.parameters).toEqual(expected.parameters);
    expect(net.state.run!.slots).toEqual(expected.run!.slots);
    const stopping = await create();
    const earlyStopping = { patience: 9 };
    await trainInShards(stopping, data, { ...options, shards: 3, rounds: 1, epochs: 2, earlyStopping });
    const slots = [...stopping.state.run!.slots];
    expect(slots.splice(2, 1), 'the best parameters').toEqual([expected.parameters]);
    expect(slots).toEqual(expected.run!.slots);
  });

  const weighted = Dataset.fromArrays({ inputs, labels, sampleWeights: inputs.map((_, n) => (n % 5) / 2) });
  it.each<[string, ShardedTrainOptions, Dataset?]>([
    ['no options', {}],
    ['3 shards, and fewer rounds than epochs', { shards: 3, rounds: 2, epochs: 5 }],
    ['adam, on a cosine', { optimizer: 'adam', learningRate: { schedule: 'cosine', rate: 0.05, warmUp: 1 } }],
    [
      'a plateau',
      { shards: 2, epochs: 6, learningRate: { schedule: 'plateau', rate: 0.5, patience: 0, minDelta: 0.5 } },
    ],
    ['class weights', { shards: 4, classWeights: [1, 2, 0.5] }],
    ['sample weights', { shards: 4, epochs: 3 }, weighted],
    ['validation', { shards: 3, validation, metrics: { count: (outputs) => outputs.length } }],
    ['a part held out', { shards: 3, validationSplit: 0.3, diagnose: true, earlyStopping: { patience: 2 } }],
    ['ema, and early stopping', { shards: 3, ema: 0.9, validation, earlyStopping: { patience: 2 } }],
    ['momentum, a frozen layer and no shuffling', { optimizer: 'momentum', frozen: [0], shuffle: false }],
  ])('leads to the same bits in 1, 2 and 3 threads: %s', async (_, options, samples = data) => {
    const expected = await train(options, inline(), samples);
    for (const count of [1, 2, 3])
      expect(await train(options, threads(count), samples), `${count} threads`).toEqual(expected);
  });

  it('gives each shard masks of its own', async () => {
    const layers = [
      { units: 5, activation: 'tanh', dropout: 0.5 },
      { units: 3, activation: 'softmax' },
    ] as const;
    const options = { shards: 3, epochs: 4 };
    const expected = await train(options, inline(), data, await create({ layers }));
    expect(await train(options, threads(2), data, await create({ layers }))).toEqual(expected);
  });

  it('heeds the weights of samples and classes', async () => {
    const plain = await train({ shards: 4, epochs: 3 });
    const bySample = await train({ shards: 4, epochs: 3 }, inline(), weighted);
    const byClass = await train({ shards: 4, epochs: 3, classWeights: [1, 2, 3] });
    const balanced = [0, 1, 2].map(
      (label) => labels.length / (3 * labels.filter((one) => one === label).length),
    );
    expect(await train({ shards: 4, epochs: 3, classWeights: 'balanced' })).toEqual(
      await train({ shards: 4, epochs: 3, classWeights: balanced }),
    );
    expect(new Set([plain, bySample, byClass].map(({ bytes }) => bytes)).size).toBe(3);
    const same = Dataset.fromArrays({ inputs, labels, sampleWeights: labels.map((label) => label + 1) });
    expect(await train({ shards: 4, epochs: 3 }, inline(), same)).toEqual(byClass);
  });

  it('with one shard is plain training, with the same samples in the same order', async () => {
    const options: TrainOptions & ShardedTrainOptions = {
      ...{ epochs: 6, validationSplit: 0.2, miniBatchSize: 5 },
      optimizer: 'adam',
      earlyStopping: { patience: 3 },
    };
    const net = await create();
    const reports = await net.train(data, options);
    const expected = { reports, bytes: bytesOf(net) };
    net.dispose();
    expect(await train({ ...options, shards: 1 })).toEqual(expected);
    expect(await train({ ...options, shards: 1, rounds: 2 })).toEqual(expected);
  });

  it('reports the last epoch of each round, with what a plain training reports of an epoch', async () => {
    const { reports } = await train({
      ...{ shards: 3, rounds: 4, epochs: 10, validation, optimizer: 'adam' },
      learningRate: { schedule: 'exponential', rate: 0.01, factor: 0.5 },
    });
    expect(reports.map(({ epoch }) => epoch)).toEqual([3, 5, 8, 10]);
    expect(reports.map(({ learningRate }) => learningRate)).toEqual(
      [3, 5, 8, 10].map((epoch) => Math.fround(0.01 * 2 ** -(epoch - 1))),
    );
    for (const { loss, accuracy, validation } of reports) {
      expect(loss).toBeGreaterThan(0);
      expect(accuracy * COUNT).toBeCloseTo(Math.round(accuracy * COUNT), 10);
      expect(validation!.loss).toBeGreaterThan(0);
    }
  });

  it('reduces the rate of a plateau after rounds without an improvement, the same for all shards', async () => {
    const { reports } = await train({
      ...{ shards: 3, epochs: 8, rounds: 4 },
      learningRate: { schedule: 'plateau', rate: 0.5, factor: 0.5, patience: 0, minDelta: 0.9 },
    });
    expect(reports.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.25, 0.125]);
  });

  it('measures the mean of the weights on the validation data', async () => {
    const net = await create();
    const reports = await trainInShards(net, data, { shards: 3, epochs: 2, validation });
    expect(reports.at(-1)!.validation).toEqual(net.evaluate(validation));
    net.dispose();
  });

  it('stops early after rounds without a new best, and returns to the best', async () => {
    const net = await create();
    const reports = await trainInShards(net, data, {
      ...{ shards: 3, epochs: 60, rounds: 30, validation, learningRate: 3 },
      earlyStopping: { patience: 3 },
    });
    const losses = reports.map((report) => report.validation!.loss);
    const best = losses.indexOf(Math.min(...losses));
    expect(reports).toHaveLength(best + 4);
    expect(net.evaluate(validation).loss).toBe(losses[best]);
    expect(net.state.run).toMatchObject({ bestEpoch: reports[best]!.epoch, waited: 3, isOver: true });
    net.dispose();
  });

  it('goes on from a checkpoint to the bits of a training that was never stopped', async () => {
    const options: ShardedTrainOptions = {
      ...{ shards: 3, epochs: 7, rounds: 5, optimizer: 'adam', validationSplit: 0.2 },
      earlyStopping: { patience: 6 },
      learningRate: { schedule: 'plateau', rate: 0.05, patience: 0, minDelta: 0.2 },
    };
    const saved: Uint8Array[] = [];
    const whole = await train({
      ...options,
      checkpoint: { everyEpochs: 2, write: (bytes) => saved.push(bytes) },
    });
    expect(whole.reports.map(({ epoch }) => epoch)).toEqual([2, 3, 5, 6, 7]);
    expect(saved).toHaveLength(3);
    for (const [i, bytes] of saved.entries()) {
      const rest = await train({ ...options, resume: true }, threads(2), data, await Network.load(bytes));
      expect(rest.bytes).toBe(whole.bytes);
      expect(rest.reports).toEqual(whole.reports.slice([1, 3, 4][i]));
    }
  });

  it('keeps the last whole round when it is aborted, and goes on from there', async () => {
    const options: ShardedTrainOptions = { shards: 3, epochs: 5, optimizer: 'momentum' };
    const whole = await train(options);
    for (const executor of [inline(), threads(2)]) {
      const net = await create();
      const controller = new AbortController();
      let kept = '';
      const onEpoch = ({ epoch }: EpochReport): void => {
        if (epoch !== 2) return;
        kept = bytesOf(net);
        setTimeout(() => controller.abort(new Error('enough')), 1);
      };
      // The third round is longer than a millisecond.
      const slow: Executor = {
        ...executor,
        run: async (task, more) => {
          if (kept !== '') await new Promise((go) => setTimeout(go, 5));
          return await executor.run(task, more);
        },
      };
      const running = trainInShards(net, data, {
        ...{ ...options, onEpoch, executor: slow },
        signal: controller.signal,
      });
      await expect(running).rejects.toThrow('enough');
      expect(bytesOf(net)).toBe(kept);
      expect((await train({ ...options, resume: true }, inline(), data, net)).bytes).toBe(whole.bytes);
    }
  });

  it.each([inline, () => threads(2)])(
    'that diverges names the shard and the round, and keeps the last whole round',
    async (createExecutor) => {
      const net = await create({ layers: [{ units: 3, activation: 'linear' }], loss: 'quadratic' });
      let kept = bytesOf(net);
      const running = trainInShards(net, data, {
        ...{ shards: 2, epochs: 40, learningRate: 1e5, executor: createExecutor() },
        onEpoch: () => (kept = bytesOf(net)),
      });
      await expect(running).rejects.toMatchObject({
        name: 'DivergenceError',
        place: expect.stringMatching(/^shard 0, round \d+$/) as string,
        epoch: expect.any(Number) as number,
        option: { name: 'learningRate' },
      });
      expect(net.state.parameters).toEqual(
        (await Network.load(Buffer.from(kept, 'base64'))).state.parameters,
      );
      net.dispose();
    },
  );

  it('that diverges in the last step of a round says so', async () => {
    const net = await create({ layers: [{ units: 3, activation: 'linear' }], loss: 'quadratic' });
    const options = { shards: 2, epochs: 4, miniBatchSize: 100, learningRate: 3e38 };
    await expect(trainInShards(net, data, options)).rejects.toMatchObject({
      name: 'DivergenceError',
      place: 'shard 1, round 1',
    });
    net.dispose();
  });

  it.each<[string, object, RegExp]>([
    ['too many shards', { shards: 54 }, /^shards: there are 53 samples, too few for 54/],
    ['no shards', { shards: 0 }, /^shards: expected a whole number from 1 to 4096, got 0/],
    ['more rounds than epochs', { epochs: 3, rounds: 4 }, /^rounds: expected a whole number from 1 to 3/],
    ['a rate that is a function', { learningRate: () => 1 }, /^learningRate: expected a value that JSON can/],
    ['a function for each step', { onBatch: () => 1 }, /^onBatch: shards train elsewhere, and report no/],
    [
      'a checkpoint of steps',
      { checkpoint: { everySteps: 1, write: () => 1 } },
      /^checkpoint.everySteps: shards train/,
    ],
    ['an unknown option', { workers: 3 }, /^options: unknown 'workers'/],
    ['no executor', { executor: {} }, /^executor: expected an object with the methods open, run, close/],
    ['nothing to resume', { resume: true }, /^resume: this network was never trained/],
    ['a part that leaves too few', { shards: 50, validationSplit: 0.2 }, /^shards: there are 42 samples/],
  ])('refuses %s before anything changes', async (_, options, message) => {
    const net = await create();
    const before = bytesOf(net);
    await expect(trainInShards(net, data, options)).rejects.toThrow(message);
    expect(bytesOf(net)).toBe(before);
    net.dispose();
  });

  it('refuses a stream, an array, and a training that stopped within an epoch', async () => {
    const net = await create();
    await expect(trainInShards(net, { batches: () => [] } as never)).rejects.toThrow(
      /^data: expected a Dataset of bp4\/data, got an object/,
    );
    await expect(trainInShards({} as never, data)).rejects.toThrow(/^net: expected a Network/);
    const onBatch = (): void => controller.abort(new Error('stopped'));
    const controller = new AbortController();
    await expect(net.train(data, { onBatch, signal: controller.signal })).rejects.toThrow('stopped');
    await expect(trainInShards(net, data, { resume: true })).rejects.toThrow(
      /^resume: the training stopped within an epoch/,
    );
    net.dispose();
  });

  it('can only be one training of a network at a time, and ends when the network is disposed', async () => {
    const net = await create();
    const closed: string[] = [];
    const executor = { ...inline(), close: () => Promise.resolve(void closed.push('closed')) };
    const running = trainInShards(net, data, { epochs: 1000, executor });
    await expect(net.train(data)).rejects.toThrow(/is being trained/);
    setTimeout(() => net.dispose(), 20);
    await expect(running).rejects.toMatchObject({ name: 'StateError' });
    expect(closed).toEqual(['closed']);
  });
});
