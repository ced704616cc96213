import { describe, expect, it } from 'vitest';
import { Network, FormatError, StateError, type EngineChoice, type OptimizerName } from '../../src/index.js';
import { shortestOf } from '../../src/base/shortest.js';
import { decodeState, encodeState } from '../../src/model/file.js';
import type { NetworkState } from '../../src/model/state.js';
import { fingerprint } from '../support/fingerprint.js';
import { afterGoodTraining, expectError, goodData, spec } from '../support/patient.js';
import { makeFile, pickParts, listTensors } from '../support/safetensors.js';
import { floatsByBits, floatsOfAllSizes } from '../support/floats.js';

// A network in one binary: the same network to the bit, and a file that others can read.

const trained = async (engine: EngineChoice = 'auto', optimizer: OptimizerName = 'sgd'): Promise<Network> => {
  const net = await Network.create({ ...spec, engine });
  await net.train(goodData, { epochs: 3, miniBatchSize: 2, optimizer });
  return net;
};

const net = await trained();
const saved = net.save();

describe('load', () => {
  it.each([
    ['wasm', 'wasm'],
    ['wasm', 'reference'],
    ['reference', 'wasm'],
  ] as const)('load restores what %s saved, to the bit, in %s', async (before, after) => {
    const first = await trained(before);
    const second = await Network.load(first.save(), { engine: after });
    expect(second.engine).toBe(after);
    expect(second.toJSON()).toEqual(first.toJSON());
    expect(fingerprint(second)).toBe(fingerprint(first));
    expect(await afterGoodTraining(second)).toBe(await afterGoodTraining(first));
  });

  it.each([
    ['a Buffer', Buffer.from(saved)],
    ['an ArrayBuffer', saved.buffer],
    ['a part of something larger, at an odd place', new Uint8Array([7, ...saved, 7]).subarray(1, -1)],
  ])('load accepts a file as %s', async (_, bytes) => {
    expect((await Network.load(bytes)).save()).toEqual(saved);
  });

  it('load reads at once: bytes that change afterwards change nothing', async () => {
    const bytes = saved.slice();
    const loading = Network.load(bytes);
    bytes.fill(0);
    expect((await loading).save()).toEqual(saved);
  });

  it('load restores the seed and every bit of a float', async () => {
    const json = net.toJSON();
    const floats = [-0, 2 ** -149, -(2 ** -126), 3.4028234663852886e38, 0.1];
    const odd = await Network.fromJSON({
      ...json,
      seed: -(2 ** 40),
      inputs: 5,
      layers: [{ ...json.layers[1]!, weights: [floats, floats], biases: [-0, 1] }],
    });
    const copy = await Network.load(odd.save());
    expect(copy.toJSON()).toEqual(odd.toJSON());
    expect(copy.layers[0]!.weights).toEqual(Float32Array.from([...floats, ...floats]));
  });
});

describe('the file', () => {
  const parts = pickParts(saved);

  it('save aligns the end of the header and the start of the data to 8 bytes', () => {
    expect((saved.length - parts.data.length) % 8).toBe(0);
  });

  it('save names tensors as PyTorch does, one after the other to the end', () => {
    const { __metadata__, ...entries } = parts.header;
    expect(entries).toEqual({
      '0.weight': { dtype: 'F32', shape: [4, 3], data_offsets: [0, 48] },
      '0.bias': { dtype: 'F32', shape: [4], data_offsets: [48, 64] },
      '1.weight': { dtype: 'F32', shape: [2, 4], data_offsets: [64, 96] },
      '1.bias': { dtype: 'F32', shape: [2], data_offsets: [96, 104] },
    });
    expect(parts.data.length).toBe(104);
    expect(Object.keys(__metadata__)).toEqual(['bp4']);
  });

  it('save stores weights as [units][fanIn], little-endian', () => {
    const [first, second] = net.layers;
    expect(listTensors(parts)).toEqual({
      '0.weight': Array.from(first!.weights),
      '0.bias': Array.from(first!.biases),
      '1.weight': Array.from(second!.weights),
      '1.bias': Array.from(second!.biases),
    });
  });

  it('save stores the rest as toJSON returns it', () => {
    const json = net.toJSON();
    const layers = json.layers.map(({ units, activation }) => ({ units, activation }));
    const { training, ...rest } = JSON.parse(parts.header.__metadata__['bp4']!) as { training: object };
    expect(rest).toEqual({ ...json, layers });
    expect(training).toMatchObject({ optimizer: 'sgd', done: 0 });
  });
});

describe('save', () => {
  const { state } = net;
  const stateWith = (bias: number): NetworkState => ({
    ...state,
    parameters: [
      { weights: new Float32Array(12), biases: new Float32Array(4) },
      { weights: new Float32Array(8), biases: Float32Array.of(0, bias) },
    ],
  });

  it.each([NaN, Infinity, -Infinity])('save rejects a bias of %d', async (value) => {
    await expectError(
      () => encodeState(stateWith(value)),
      [RangeError, `1.bias[1] is ${value}; expected a finite number`],
    );
  });

  it('save rejects metadata that load would reject', async () => {
    const many = Array.from({ length: 530_000 }, () => []);
    for (const json of [{ many }, { text: 'x'.repeat(2 ** 24) }]) {
      const metadata = { beside: JSON.stringify(json) };
      await expectError(() => encodeState(state, metadata), [RangeError, /^save: /]);
    }
  });

  it('save keeps the state of a training, and other metadata, beside the network', async () => {
    const adam = await trained('auto', 'adam');
    const bytes = encodeState(adam.state, { about: 'irises' });
    expect(adam.state.run).toMatchObject({ optimizer: 'adam', epoch: 4 });
    expect(adam.state.run!.slots.flat().some(({ weights }) => weights.some((w) => w !== 0))).toBe(true);
    expect(decodeState(bytes)).toEqual({ state: adam.state, metadata: new Map([['about', 'irises']]) });

    const { header, data } = pickParts(bytes);
    const bp4 = header.__metadata__['bp4']!.replace('"slots":2', '"slots":1');
    expect(() => decodeState(makeFile({ ...header, __metadata__: { bp4 } }, data))).toThrow(FormatError);
  });

  it('save throws after dispose', async () => {
    const gone = await trained();
    gone.dispose();
    await expectError(() => gone.save(), [StateError, 'disposed']);
  });
});

describe('a weight in JSON', () => {
  /** From the definition: the first of 6 to 9 digits that reads back as the same float. */
  const byText = (float: number): number =>
    [6, 7, 8, 9]
      .map((digits) => Number(float.toPrecision(digits)))
      .find((short) => Object.is(Math.fround(short), float)) ?? float;

  /** Where the first tries decide: neighbors of powers of ten, and halves of their last digit. */
  const nearTies = Array.from({ length: 60 }, (_, i) => Number(`1e${i - 30}`)).flatMap((power) =>
    [1, 5, 1.0000005, 9.9999995, 1.5, 123456.5].flatMap((x) => {
      const [bits] = new Uint32Array(Float32Array.of(x * power).buffer);
      return [...floatsByBits(bits! - 20, 1, 40)];
    }),
  );

  it.each([
    ['of any size', floatsOfAllSizes(40_009)],
    ['near a tie', Float32Array.from(nearTies)],
    ['of few binary digits', Float32Array.from({ length: 20_000 }, (_, i) => (2 * i + 1) / 2 ** (i % 24))],
  ])('has the fewest digits that read back as the same float: %s', (_, floats) => {
    expect(shortestOf(floats)).toEqual(Array.from(floats, byText));
  });
});
