import { mnist, type LabelledBytes } from '../examples/idx.mjs';
import { Network } from '../src/index.js';
import { measure, type Contender } from './measure.js';
import { PlainNetwork, type PlainOptions } from '../src/cli/bench/plain-network.js';
import { trainingCases, type TrainingCase } from './shapes.js';
import { Table, type Result } from './table.js';

const ROUNDS = 5;

/**
 * Samples and epochs per round for each contender. The reference learns the same bits as wasm, but slowly, so it gets fewer
 * samples in cases in which it would hold up the others.
 */
const portions: Record<string, { samples: number; reference: number; epochs: number }> = {
  '[2, 3, 1] b1': { samples: 4, reference: 4, epochs: 20_000 },
  '[2, 3, 1] b4': { samples: 4, reference: 4, epochs: 20_000 },
  '[784, 30, 10] b10': { samples: 60_000, reference: 3000, epochs: 1 },
  '[784, 128, 10] b32': { samples: 1600, reference: 320, epochs: 1 },
  '[784, 512, 512, 10] b128': { samples: 768, reference: 128, epochs: 1 },
};

const xor: LabelledBytes = {
  inputs: new Uint8Array([0, 0, 0, 1, 1, 0, 1, 1]),
  inputScale: 1,
  labels: new Uint8Array([0, 1, 1, 0]),
};

/** A contender that learns, and the quality of its answers. */
interface Learner {
  readonly contender: Contender;
  readonly accuracy: () => number;
}

/** Whole trainings through the public API, against plain JavaScript from the same weights over the same data. */
export async function benchTraining(): Promise<Result[]> {
  const table = new Table('training, by the mini-batch', 'samples/s', 1, 'plain');
  const digits = mnist('train');
  const test = head(mnist('t10k'), 2000);
  for (const job of trainingCases) {
    const [data, questions] = job.inputs === 2 ? [xor, xor] : [digits, test];
    const { samples, reference } = portions[job.name]!;
    const learners = [
      await networkLearner('wasm', job, head(data, samples), questions),
      await networkLearner('reference', job, head(data, reference), questions),
      await plainLearner(job, head(data, samples), questions),
    ];
    const contenders = learners.map(({ contender }) => contender);
    await measure(contenders, 1); // until they are compiled
    const timings = await measure(contenders, ROUNDS);
    table.add(
      job.name,
      job.miniBatchSize,
      learners.map(({ contender, accuracy }, i) => {
        const hasLearnedLess = contender.name === 'reference' && reference < samples;
        const checksum = accuracy();
        return { contender, timing: timings[i]!, checksum, accuracy: hasLearnedLess ? undefined : checksum };
      }),
    );
  }
  return table.results;
}

async function networkLearner(
  engine: 'wasm' | 'reference',
  job: TrainingCase,
  data: LabelledBytes,
  questions: LabelledBytes,
): Promise<Learner> {
  const net = await createNetwork(job, engine);
  return {
    contender: createContender(engine, job, data, (options) => net.train(data, options)),
    accuracy: () => net.evaluate(questions).accuracy,
  };
}

async function plainLearner(
  job: TrainingCase,
  data: LabelledBytes,
  questions: LabelledBytes,
): Promise<Learner> {
  const net = new PlainNetwork(await createNetwork(job, 'wasm'));
  return {
    contender: createContender('plain', job, data, (options) => net.train(data, options)),
    accuracy: () => net.accuracy(questions),
  };
}

const createNetwork = (
  { inputs, layers, loss }: TrainingCase,
  engine: 'wasm' | 'reference',
): Promise<Network> => Network.create({ inputs, layers, loss, seed: 1, engine });

function createContender(
  name: string,
  job: TrainingCase,
  { labels }: LabelledBytes,
  train: (options: PlainOptions) => unknown,
): Contender {
  const { epochs } = portions[job.name]!;
  const { miniBatchSize, learningRate } = job;
  return {
    name,
    run: () => train({ epochs, miniBatchSize, learningRate }),
    repeats: (epochs * labels.length) / miniBatchSize,
  };
}

/** The first `count` samples. */
function head({ inputs, inputScale, labels }: LabelledBytes, count: number): LabelledBytes {
  const width = inputs.length / labels.length;
  return { inputs: inputs.subarray(0, count * width), inputScale, labels: labels.subarray(0, count) };
}
