import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRequire } from 'node:module';
import { Network } from 'bp4';
import { saveTFJS } from 'bp4/node';
import { fromTFJS, toTFJS } from 'bp4/tfjs';
import { networks, rowsFor } from '../support/portable-networks.ts';

// LayersModels against @tensorflow/tfjs itself: what bp4 writes is opened there, and what is saved there is read here.

const tf = createRequire(import.meta.url)('@tensorflow/tfjs');

/** Single precision on both sides, in another order of rounding. */
const TOLERANCE = 1e-5;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The model as TensorFlow.js opens it without files. */
function opened({ model, weights }) {
  const { weights: weightSpecs } = model.weightsManifest[0];
  return tf.loadLayersModel(tf.io.fromMemory({ ...model, weightSpecs, weightData: weights.buffer }));
}

/** What `model.save` gives its handler. */
async function saved(model, options) {
  let artifacts;
  const handler = tf.io.withSaveHandler(async (given) => {
    artifacts = given;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
  });
  await model.save(handler, options);
  return artifacts;
}

const collectAnswers = (model, rows) => tf.tidy(() => model.predict(tf.tensor(rows)).dataSync());

/** The largest difference, in relation to numbers above 1. */
function distance(given, expected) {
  expect(given.length).toBe(expected.length);
  return Math.max(
    ...Array.from(given, (value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]))),
  );
}

const pickParameters = (net) => net.layers.map(({ weights, biases }) => ({ weights, biases }));

describe.each(Object.entries(networks))('%s', (_, spec) => {
  it('a network answers in TensorFlow.js as in bp4, and comes back with the same bits', async () => {
    const net = await Network.create(spec);
    const rows = rowsFor(spec);
    const model = await opened(toTFJS(net));
    expect(distance(collectAnswers(model, rows), net.predict(rows))).toBeLessThanOrEqual(TOLERANCE);
    const artifacts = await saved(model);
    // As model.json would have it.
    const { weightData, ...rest } = artifacts;
    const back = await fromTFJS(JSON.parse(JSON.stringify(rest)), weightData);
    expect(back.toJSON()).toEqual(net.toJSON());
    expect(pickParameters(back)).toEqual(pickParameters(net));
  });
});

it('TensorFlow.js opens the folder that saveTFJS writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bp4-tfjs-'));
  try {
    const net = await Network.create(networks.strings);
    await saveTFJS(net, folder);
    const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    const handler = {
      load: () =>
        tf.io.getModelArtifactsForJSON(json, async (manifest) => [
          manifest[0].weights,
          new Uint8Array(readFileSync(join(folder, manifest[0].paths[0]))).buffer,
        ]),
    };
    const model = await tf.loadLayersModel(handler);
    const rows = rowsFor(networks.strings);
    expect(distance(collectAnswers(model, rows), net.predict(rows))).toBeLessThanOrEqual(TOLERANCE);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a network that TensorFlow.js trains further comes back with its transforms', async () => {
  const spec = networks.targets;
  const net = await Network.create(spec);
  const model = await opened(toTFJS(net));
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const rows = rowsFor(spec);
  await model.fit(tf.tensor(rows), tf.tensor(rows.map((row) => [row[0], row[1]])), { epochs: 2, verbose: 0 });
  const artifacts = await saved(model);
  const back = await fromTFJS(artifacts, artifacts.weightData);
  expect(distance(back.predict(rows), collectAnswers(model, rows))).toBeLessThanOrEqual(TOLERANCE);
  expect(back.toJSON().transforms).toEqual(net.toJSON().transforms);
  expect(pickParameters(back)).not.toEqual(pickParameters(net));
});

const { layers } = tf;

/** What initializes a BatchNormalization with numbers that are not 0 and 1. */
const statistics = (seed) => {
  const normal = (more) => tf.initializers.randomNormal({ seed: seed + more });
  return {
    gammaInitializer: normal(10),
    betaInitializer: normal(20),
    movingMeanInitializer: normal(30),
    movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.1, maxval: 3, seed }),
  };
};

const theirs = {
  'a Sequential of all layers': () =>
    tf.sequential({
      layers: [
        layers.flatten({ inputShape: [2, 2] }),
        layers.dense({ units: 6, activation: 'elu' }),
        layers.dropout({ rate: 0.3 }),
        layers.dense({ units: 5, useBias: false }),
        layers.activation({ activation: 'softsign' }),
        layers.dense({ units: 5 }),
        layers.leakyReLU({ alpha: 0.2 }),
        layers.dense({ units: 5, biasInitializer: 'randomNormal' }),
        layers.leakyReLU(),
        layers.dense({ units: 5 }),
        layers.elu(),
        layers.dense({ units: 4 }),
        layers.reLU(),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 4, activation: 'gelu_new' }),
        layers.dense({ units: 3 }),
        layers.softmax(),
      ],
    }),
  ...Object.fromEntries(
    ['relu', 'tanh', 'elu', 'swish'].flatMap((activation) => [
      [
        `BatchNormalization before ${activation}`,
        () => {
          const body = [
            layers.batchNormalization({ ...statistics(1), inputShape: [4] }),
            layers.dense({ units: 6, useBias: false }),
            layers.batchNormalization({ ...statistics(2), scale: false }),
            layers.activation({ activation }),
            layers.dense({ units: 5, biasInitializer: 'randomNormal' }),
            layers.batchNormalization({ ...statistics(3), epsilon: 0.25, center: false }),
            layers.batchNormalization(statistics(4)),
          ];
          return tf.sequential({ layers: body });
        },
      ],
      [
        `BatchNormalization after ${activation}`,
        () => {
          const body = [
            layers.dense({ units: 6, activation, biasInitializer: 'randomNormal', inputShape: [4] }),
            layers.batchNormalization(statistics(5)),
            layers.dropout({ rate: 0.2 }),
            layers.dense({ units: 5, activation, biasInitializer: 'randomNormal' }),
            layers.batchNormalization({ ...statistics(6), momentum: 0.5 }),
            layers.dense({ units: 2, activation: 'softmax' }),
          ];
          return tf.sequential({ layers: body });
        },
      ],
    ]),
  ),
  'BatchNormalization of an image': () =>
    tf.sequential({
      layers: [
        layers.batchNormalization({ ...statistics(7), inputShape: [2, 1, 2] }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'tanh' }),
      ],
    }),
  ...Object.fromEntries(
    [
      'sigmoid',
      'tanh',
      'relu',
      'elu',
      'selu',
      'softplus',
      'swish',
      'mish',
      'gelu',
      'gelu_new',
      'softsign',
      'linear',
    ].map((activation) => [
      `a functional model of ${activation}`,
      () => {
        const input = tf.input({ shape: [4] });
        const hidden = layers.dense({ units: 5, activation, biasInitializer: 'randomNormal' }).apply(input);
        const dropped = layers.dropout({ rate: 0.2 }).apply(hidden);
        const outputs = layers.dense({ units: 2, activation: 'sigmoid', name: 'constructor' }).apply(dropped);
        return tf.model({ inputs: input, outputs });
      },
    ]),
  ),
};

describe.each(Object.entries(theirs))('%s, saved there', (_, make) => {
  it('a model of TensorFlow.js answers in bp4 as in TensorFlow.js', async () => {
    const model = make();
    const artifacts = await saved(model);
    const net = await fromTFJS(artifacts, artifacts.weightData);
    const rows = rowsFor(networks.sigmoid);
    const answers = tf.tidy(() =>
      model.predict(tf.tensor(rows).reshape([-1, ...model.inputs[0].shape.slice(1)])).dataSync(),
    );
    expect(distance(net.predict(rows), answers)).toBeLessThanOrEqual(TOLERANCE);
  });
});

it('reads the loss that a model was compiled with, and passes over what the optimizer keeps', async () => {
  const model = tf.sequential({
    layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [4] })],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  await model.fit(tf.randomNormal([8, 4]), tf.oneHot([0, 1, 0, 1, 1, 1, 0, 0], 2), {
    epochs: 1,
    verbose: 0,
  });
  const artifacts = await saved(model, { includeOptimizer: true });
  expect(artifacts.weightSpecs.length).toBeGreaterThan(2);
  const net = await fromTFJS(artifacts, artifacts.weightData);
  expect(net.loss).toBe('crossEntropy');
  const rows = rowsFor(networks.sigmoid);
  expect(distance(net.predict(rows), collectAnswers(model, rows))).toBeLessThanOrEqual(TOLERANCE);
});

/** A topology as a converter of Keras models writes it, and weights for it, in files of six bytes. */
function converted(inputs) {
  const dense = (name, units, activation, more) => ({
    class_name: 'Dense',
    config: { name, trainable: true, dtype: 'float32', units, activation, use_bias: true, ...more },
  });
  const manifest = [];
  const files = new Map();
  for (const [g, [name, fanIn, units]] of [
    ['hidden', 6, 5],
    ['answer', 5, 2],
  ].entries()) {
    const weights = [
      { name: `${name}/kernel`, shape: [fanIn, units], dtype: 'float32' },
      { name: `${name}/bias`, shape: [units], dtype: 'float32' },
    ];
    const values = Float32Array.from({ length: (fanIn + 1) * units }, (_, i) => Math.sin(3 * i + g));
    const bytes = new Uint8Array(values.buffer);
    const paths = [];
    for (let at = 0; at < bytes.length; at += 6) {
      paths.push(`group${g + 1}-shard${at / 6 + 1}.bin`);
      files.set(paths.at(-1), bytes.subarray(at, at + 6));
    }
    manifest.push({ paths, weights });
  }
  const model = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Sequential',
        config: {
          name: 'sequential',
          layers: [
            {
              class_name: 'InputLayer',
              config: { ...inputs, dtype: 'float32', sparse: false, name: 'input_1' },
            },
            {
              class_name: 'Flatten',
              config: { name: 'flatten', dtype: 'float32', data_format: 'channels_last' },
            },
            dense('hidden', 5, 'tanh', {
              kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
            }),
            { class_name: 'Dropout', config: { name: 'dropout', rate: 0.2, noise_shape: null, seed: null } },
            dense('answer', 2, 'linear'),
            { class_name: 'Activation', config: { name: 'activation', activation: 'softmax' } },
          ],
        },
      },
      training_config: { loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] },
    },
    weightsManifest: manifest,
  };
  return { model, files };
}

it('reads what converters of Keras models write as TensorFlow.js reads it', async () => {
  const shape = [null, 3, 2];
  const { model, files } = converted({ batch_input_shape: shape });
  const theirs = await tf.loadLayersModel({
    load: () =>
      tf.io.getModelArtifactsForJSON(model, async (manifest) => [
        manifest.flatMap(({ weights }) => weights),
        new Uint8Array(manifest.flatMap(({ paths }) => paths.flatMap((path) => [...files.get(path)]))).buffer,
      ]),
  });
  const rows = Array.from({ length: 5 }, (_, n) => Array.from({ length: 6 }, (_, k) => Math.sin(n + 2 * k)));
  const answers = theirs.predict(tf.tensor(rows).reshape([-1, 3, 2])).dataSync();
  const net = await fromTFJS(model, files);
  expect(net.loss).toBe('crossEntropy');
  expect(distance(net.predict(rows), answers)).toBeLessThanOrEqual(TOLERANCE);
  // Keras 3 calls it so, and TensorFlow.js 4.22 does not know it.
  const newer = converted({ batch_shape: shape });
  const same = await fromTFJS(newer.model, newer.files);
  expect(same.predict(rows)).toEqual(net.predict(rows));
});
