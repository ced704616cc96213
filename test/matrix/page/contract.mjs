import * as bp4 from '/dist/index.js';
import { trainInWorker } from '/dist/worker/index.js';

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

/** Options that make a training diverge. */
const wildSpec = { inputs: 3, layers: [{ units: 1, activation: 'linear' }], seed: 1 };
const wildData = { inputs: data.inputs, targets: [1, 2, 3] };
const wild = { epochs: 1000, learningRate: 1e38, miniBatchSize: 1 };

/** Too many epochs to wait for. */
const endless = { ...options, epochs: 1e8 };

/** The promises to users by name. Each throws if it doesn't hold. */
const promises = {
  async 'bad data is refused with its place and the cure, and changes nothing'() {
    const net = await Network.create(spec);
    const before = readParameters(net);
    const wrong = { ...data, inputs: [1, 2, 3, 4] };
    await expectError(
      () => net.train(wrong, options),
      RangeError,
      /inputs: expected a multiple of 3 values, got 4/,
    );
    await expectError(() => net.predict([[1, NaN, 3]]), RangeError, /inputs\[0\]\[1\] is NaN/);
    await expectError(() => net.train(data, { epochs: '3' }), TypeError, /epochs: expected a whole number/);
    await expectError(() => Network.create({ ...spec, inputs: 0 }), RangeError, /inputs: /);
    same(readParameters(net), before);
  },

  async 'errors have types of their own'() {
    const net = await Network.create(spec);
    await expectError(() => Network.load(new Uint8Array(100)), bp4.FormatError, /./);
    const linear = await Network.create(wildSpec);
    const error = await expectError(() => linear.train(wildData, wild), bp4.DivergenceError, /./);
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
    if (!readParameters(net).every(Number.isFinite)) throw new Error('a weight is not finite');
  },

  async 'JSON has every bit'() {
    const net = await Network.create(spec);
    await net.train(data, options);
    const again = await Network.fromJSON(JSON.parse(JSON.stringify(net.toJSON())));
    same(readParameters(again), readParameters(net));
  },

  async 'what was saved and loaded trains on to the same bits'() {
    const net = await Network.create(spec);
    await net.train(data, options);
    const again = await Network.load(net.save());
    for (const each of [net, again]) await each.train(data, { ...options, epochs: 9, resume: true });
    same(readParameters(again), readParameters(net));
  },

  async 'the four equations agree with central differences'() {
    const net = await Network.create(spec);
    const { ok, worst } = await net.checkGradients(data);
    if (!ok) throw new Error(JSON.stringify(worst));
  },

  async 'a worker gives the same history and the same bits, and its reports come meanwhile'() {
    const here = await Network.create(spec);
    const there = await Network.create(spec);
    const reports = [];
    const onEpoch = ({ epoch, loss }) => void reports.push(`${epoch} ${loss} ${there.layers[0].weights[0]}`);
    const history = await trainInWorker(there, data, { ...options, onEpoch });
    const seen = [];
    const look = ({ epoch, loss }) => void seen.push(`${epoch} ${loss} ${here.layers[0].weights[0]}`);
    same([JSON.stringify(history)], [JSON.stringify(await here.train(data, { ...options, onEpoch: look }))]);
    same(reports, seen);
    same(readParameters(there), readParameters(here));
  },

  async 'errors come out of a worker with type and message'() {
    const net = await Network.create(spec);
    const before = readParameters(net);
    const wrong = { ...data, inputs: [1, 2, 3, 4] };
    const message = /inputs: expected a multiple of 3 values, got 4/;
    await expectError(() => trainInWorker(net, wrong, options), RangeError, message);
    await expectError(
      () => trainInWorker(net, data, { epochs: '3' }),
      TypeError,
      /epochs: expected a whole number/,
    );
    same(readParameters(net), before);
    const mine = new SyntaxError('of the caller');
    const onEpoch = () => {
      throw mine;
    };
    same(
      [await expectError(() => trainInWorker(net, data, { ...options, onEpoch }), SyntaxError, /caller/)],
      [mine],
    );
    const linear = await Network.create(wildSpec);
    const error = await expectError(() => trainInWorker(linear, wildData, wild), bp4.DivergenceError, /./);
    same([error.name, error.epoch >= 1, error.layer], ['DivergenceError', true, 0]);
  },

  async 'a signal ends it in a worker, and the network trains on'() {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const onEpoch = ({ epoch }) => epoch === 3 && stop.abort(new TypeError('enough'));
    const training = trainInWorker(net, data, { ...endless, onEpoch, signal: stop.signal });
    same([await expectError(() => training, TypeError, /enough/)], [stop.signal.reason]);
    await trainInWorker(net, data, options);
    if (!readParameters(net).every(Number.isFinite)) throw new Error('a weight is not finite');
  },

  async 'nothing can be asked of a network that is disposed of'() {
    const net = await Network.create(spec);
    net.dispose();
    await expectError(() => net.predict(data.inputs), bp4.StateError, /dispose/);
  },
};

const readParameters = (net) => net.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);

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

/** @returns the promises that hold, and the errors of those that don't */
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
