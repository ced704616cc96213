import * as bp4 from '/dist/index.js';

const { Network } = bp4;

const spec = {
  inputs: 3,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 2, activation: 'softmax' },
  ],
  loss: 'crossEntropy',
  seed: 1,
};
const data = {
  inputs: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
  labels: [0, 1, 1],
};
const options = { epochs: 4, miniBatchSize: 2, optimizer: 'adam' };

/** More epochs than anybody waits for. */
const endless = { ...options, epochs: 1e8 };

/** What users are promised, each promise under its name; what does not hold is thrown. */
const promises = {
  async 'bad data is refused with its place and the cure, and changes nothing'() {
    const net = await Network.create(spec);
    const before = bitsOf(net);
    const wrong = { ...data, inputs: [1, 2, 3, 4] };
    await expectError(
      () => net.train(wrong, options),
      RangeError,
      /inputs: expected a multiple of 3 values, got 4/,
    );
    await expectError(() => net.predict([[1, NaN, 3]]), RangeError, /inputs\[0\]\[1\] is NaN/);
    await expectError(() => net.train(data, { epochs: '3' }), TypeError, /epochs: expected a whole number/);
    await expectError(() => Network.create({ ...spec, inputs: 0 }), RangeError, /inputs: /);
    same(bitsOf(net), before);
  },

  async 'errors have types of their own'() {
    const net = await Network.create(spec);
    await expectError(() => Network.load(new Uint8Array(100)), bp4.FormatError, /./);
    const wild = { epochs: 1000, learningRate: 1e38, optimizer: 'sgd', miniBatchSize: 1 };
    const linear = await Network.create({ inputs: 3, layers: [{ units: 1, activation: 'linear' }], seed: 1 });
    const targets = { inputs: data.inputs, targets: [1, 2, 3] };
    const error = await expectError(() => linear.train(targets, wild), bp4.DivergenceError, /./);
    same([error.name, error.epoch >= 1, error.layer], ['DivergenceError', true, 0]);
    const training = net.train(data, options);
    await expectError(() => net.train(data, options), bp4.StateError, /./);
    await training;
  },

  async 'the event loop has its turns while it trains, and a signal ends it after a whole step'() {
    const net = await Network.create(spec);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const error = await expectError(
      () => net.train(data, { ...endless, signal: stop.signal }),
      DOMException,
      /./,
    );
    same([error.name, error === stop.signal.reason], ['AbortError', true]);
    await net.train(data, options);
    if (!bitsOf(net).every(Number.isFinite)) throw new Error('a weight is not finite');
  },

  async 'JSON has every bit'() {
    const net = await Network.create(spec);
    await net.train(data, options);
    const again = await Network.fromJSON(JSON.parse(JSON.stringify(net.toJSON())));
    same(bitsOf(again), bitsOf(net));
  },

  async 'what was saved and loaded trains on to the same bits'() {
    const net = await Network.create(spec);
    await net.train(data, options);
    const again = await Network.load(net.save());
    for (const each of [net, again]) await each.train(data, { ...options, epochs: 9, resume: true });
    same(bitsOf(again), bitsOf(net));
  },

  async 'the four equations agree with central differences'() {
    const net = await Network.create(spec);
    const { ok, worst } = await net.checkGradients(data);
    if (!ok) throw new Error(JSON.stringify(worst));
  },

  async 'nothing can be asked of a network that is disposed of'() {
    const net = await Network.create(spec);
    net.dispose();
    await expectError(() => net.predict(data.inputs), bp4.StateError, /dispose/);
  },
};

const bitsOf = (net) => net.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);

function same(found, expected) {
  if (found.length === expected.length && found.every((value, i) => Object.is(value, expected[i]))) return;
  throw new Error(`expected ${expected}, got ${found}`);
}

async function expectError(call, Class, message) {
  let error;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`expected ${Class.name} ${message}, but the call succeeded`);
  if (error instanceof Class && message.test(error.message)) return error;
  throw new Error(`expected ${Class.name} ${message}, got ${error}`);
}

/** @returns the promises that hold, and what is wrong with each that does not */
export default async function contract() {
  const kept = [];
  const broken = [];
  for (const [name, check] of Object.entries(promises)) {
    await check().then(
      () => kept.push(name),
      (error) => broken.push(`${name}: ${error.message}`),
    );
  }
  return { kept, broken };
}
