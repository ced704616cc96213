import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { toModule } from '../../dist/formats/code/index.js';
import { toONNX } from '../../dist/formats/onnx/index.js';
import { Network, type LayerState } from '../../dist/index.js';
import { mnist } from '../../examples/idx.mjs';
import type { Caller, CallCase } from './caller.js';

// Predictions: one row a call, and many. onnxruntime-web has one thread, as bp4 has.

/** The parts of the peers that this benchmark uses. */
interface Brain {
  NeuralNetwork: new (options: object) => {
    train(data: readonly object[], options: object): void;
    run(input: Float32Array): Float32Array;
  };
}

interface Onnx {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (kind: 'float32', values: Float32Array, sizes: readonly number[]) => object;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

interface Session {
  readonly inputNames: readonly [string];
  readonly outputNames: readonly [string];
  run(inputs: Record<string, object>): Promise<Record<string, { readonly data: Float32Array }>>;
}

interface Tensor {
  dataSync(): Float32Array;
}

interface Tensors {
  setBackend(name: string): Promise<boolean>;
  tidy<Result>(use: () => Result): Result;
  tensor1d(values: Float32Array): Tensor;
  tensor2d(values: Float32Array, sizes: readonly [number, number]): Tensor;
  transpose(a: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sigmoid(a: Tensor): Tensor;
  relu(a: Tensor): Tensor;
  softmax(a: Tensor): Tensor;
}

type Activation = 'sigmoid' | 'relu' | 'softmax';

const require = createRequire(new URL('../peers/package.json', import.meta.url));

export const inferenceCalls: readonly CallCase[] = [
  oneRow([4, 16, 3]),
  oneRow([49, 24, 4]),
  oneRow([784, 30, 10]),
  manyRows([784, 30, 10], 10_000, 'floats'),
  manyRows([784, 30, 10], 10_000, 'bytes'),
  manyRows([784, 30, 10], 10_000, 'dense'),
  manyRows([4, 16, 3], 10_000, 'dense'),
  manyRows([784, 512, 512, 10], 1000, 'floats'),
  manyRows([784, 512, 512, 10], 1000, 'bytes'),
  moduleRows([784, 30, 10], 10_000),
];

/** `predict` of one row without a zero. */
function oneRow(sizes: readonly number[]): CallCase {
  return {
    name: `predict(1) [${sizes.join(',')}]`,
    async callers() {
      const net = await createNetwork(sizes);
      const row = numbers(sizes[0]!);
      const outputs = new Float32Array(net.outputs);
      const brain = new (require('brain.js-2') as Brain).NeuralNetwork({ hiddenLayers: sizes.slice(1, -1) });
      brain.train([{ input: row, output: outputs }], { iterations: 1 });
      const { layers } = net;
      return [
        { name: 'bp4', call: () => net.predict(row)[0]! },
        { name: 'predictInto', call: () => net.predictInto(row, outputs)[0]! },
        { name: 'brain.js 2', call: () => brain.run(row)[0]! },
        { name: 'plain', call: () => predictPlainly(layers, row)[0]! },
      ];
    },
  };
}

/** `predict` of many rows: MNIST as floats or as bytes, or rows without a zero. */
function manyRows(sizes: readonly number[], count: number, form: 'floats' | 'bytes' | 'dense'): CallCase {
  const width = sizes[0]!;
  return {
    name: `predict(${count}) [${sizes.join(',')}] ${form}`,
    async callers() {
      const { bytes, floats } = rows(sizes, count, form);
      const net = await createNetwork(sizes);
      /** The peers take no bytes. */
      const given = form === 'bytes' ? () => Float32Array.from(bytes, (byte) => byte / 255) : () => floats;
      return [
        {
          name: 'bp4',
          call: () =>
            form === 'bytes' ? net.predict(bytes, { inputScale: 1 / 255 })[0]! : net.predict(floats)[0]!,
        },
        await onnx(net, given, [count, width]),
        await tensorflow(net, given, [count, width]),
      ];
    },
  };
}

/** A module of bp4/code, row by row, beside a plain loop. */
function moduleRows(sizes: readonly number[], count: number): CallCase {
  const width = sizes[0]!;
  return {
    name: `bp4/code(${count}) [${sizes.join(',')}]`,
    async callers() {
      const net = await createNetwork(sizes);
      const { floats } = rows(sizes, count, 'floats');
      const source = `data:text/javascript,${encodeURIComponent(toModule(net))}`;
      const { predict } = (await import(source)) as { predict: (row: Float32Array) => Float32Array };
      const { layers } = net;
      const each = (answer: (row: Float32Array) => Float32Array) => (): number => {
        let sum = 0;
        for (let n = 0; n < count; n++) sum += answer(floats.subarray(n * width, (n + 1) * width))[0]!;
        return sum;
      };
      return [
        { name: 'bp4/code', call: each(predict) },
        { name: 'plain', call: each((row) => predictPlainly(layers, row)) },
      ];
    },
  };
}

async function onnx(net: Network, given: () => Float32Array, size: readonly number[]): Promise<Caller> {
  const { env, Tensor, InferenceSession } = require('onnxruntime-web') as Onnx;
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(toONNX(net), { executionProviders: ['wasm'] });
  const { inputNames, outputNames } = session;
  return {
    name: 'onnx web',
    async call() {
      const answers = await session.run({ [inputNames[0]]: new Tensor('float32', given(), size) });
      return answers[outputNames[0]]!.data[0]!;
    },
  };
}

async function tensorflow(
  { layers }: Network,
  given: () => Float32Array,
  size: readonly [number, number],
): Promise<Caller> {
  const tf = require('@tensorflow/tfjs') as Tensors;
  const backend = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(path: string): void };
  backend.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js: no WebAssembly backend');
  const prepared = layers.map(({ weights, biases, units, activation }) => ({
    weights: tf.transpose(tf.tensor2d(weights, [units, weights.length / units])),
    biases: tf.tensor1d(biases),
    activate: tf[activation as Activation].bind(tf),
  }));
  return {
    name: 'tfjs',
    call: () =>
      tf.tidy(() => {
        let a = tf.tensor2d(given(), size);
        for (const { weights, biases, activate } of prepared)
          a = activate(tf.add(tf.matMul(a, weights), biases));
        return a.dataSync()[0]!;
      }),
  };
}

function createNetwork([inputs, ...units]: readonly number[]): Promise<Network> {
  const isDeep = units.length > 2;
  const layers = units.map((units, l) => ({
    units,
    activation: isDeep ? (l < 2 ? ('relu' as const) : ('softmax' as const)) : ('sigmoid' as const),
  }));
  return Network.create({ inputs: inputs!, layers, loss: isDeep ? 'crossEntropy' : 'quadratic', seed: 1 });
}

/** Images of MNIST, or rows without a zero. */
function rows(
  [inputs]: readonly number[],
  count: number,
  form: 'floats' | 'bytes' | 'dense',
): { bytes: Uint8Array; floats: Float32Array } {
  if (form === 'dense') return { bytes: new Uint8Array(), floats: numbers(count * inputs!) };
  const bytes = mnist('t10k').inputs.subarray(0, count * inputs!);
  return { bytes, floats: Float32Array.from(bytes, (byte) => byte / 255) };
}

const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1) / 2);

/** Sigmoid layers in the loop that a program without a library would write, in double precision. */
function predictPlainly(layers: readonly LayerState[], row: Float32Array): Float32Array {
  let a = row;
  for (const { weights, biases, units } of layers) {
    const fanIn = a.length;
    const next = new Float32Array(units);
    for (let j = 0; j < units; j++) {
      let z = biases[j]!;
      for (let k = 0; k < fanIn; k++) z += weights[j * fanIn + k]! * a[k]!;
      next[j] = 1 / (1 + Math.exp(-z));
    }
    a = next;
  }
  return a;
}
