import { describe, expect, it } from 'vitest';
import {
  fromSafetensors,
  toSafetensors,
  type SafetensorsOptions,
} from '../../src/formats/safetensors/index.js';
import { FormatError, Network } from '../../src/index.js';
import { toBits, combinations, extreme, trained } from '../support/combinations.js';
import { expectError, type Expected } from '../support/patient.js';
import { networks } from '../support/portable-networks.js';
import { makeFile, pickParts, listTensors } from '../support/safetensors.js';

// safetensors with the names of PyTorch. What PyTorch itself makes of them is in test/clients/safetensors.test.mjs.

async function expectSame(net: Network): Promise<void> {
  const back = await fromSafetensors(toSafetensors(net), { engine: 'reference' });
  expect(back.toJSON()).toEqual(net.toJSON());
  expect(toBits(back)).toEqual(toBits(net));
  back.dispose();
}

describe('a network', () => {
  it.each(Object.entries(networks))(
    'fromSafetensors restores a network with the same bits: %s',
    async (_, spec) => {
      await expectSame(await Network.create(spec));
    },
  );

  it('fromSafetensors restores a network with the same bits for every activation and every loss', async () => {
    for (const spec of combinations) {
      const net = await Network.create(spec);
      await expectSame(net);
      net.dispose();
    }
  });

  it('fromSafetensors restores a network with the same bits at the limits of single precision', async () => {
    await expectSame(await extreme());
  });

  it('fromSafetensors restores a network without the state of its training', async () => {
    const net = await trained();
    await expectSame(net);
    expect(pickParts(toSafetensors(net)).header.__metadata__['bp4']).not.toMatch('training');
  });
});

it('toSafetensors counts modules of activations and dropout in the names, but none for linear', async () => {
  const net = await Network.create({
    inputs: 2,
    layers: [
      { units: 3, activation: 'leakyRelu', alpha: 0.2, dropout: 0.5 },
      { units: 4, activation: 'linear', dropout: 0.25 },
      { units: 5, activation: 'linear' },
      { units: 6, activation: 'gelu' },
      { units: 2, activation: 'softmax' },
    ],
  });
  const parts = pickParts(toSafetensors(net));
  expect(parts.header.__metadata__).toMatchObject({
    format: 'pt',
    pytorch:
      'nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(3, 4), nn.Dropout(0.25), ' +
      "nn.Linear(4, 5), nn.Linear(5, 6), nn.GELU(approximate='tanh'), nn.Linear(6, 2), nn.Softmax(dim=1))",
  });
  const tensors = listTensors(parts);
  const names = [0, 3, 5, 6, 8].flatMap((place) => [`${place}.weight`, `${place}.bias`]);
  expect(Object.keys(tensors).sort()).toEqual(names.sort());
  expect(tensors['3.weight']).toEqual([...net.layers[1]!.weights]);
  expect(parts.header['3.weight']).toMatchObject({ dtype: 'F32', shape: [4, 3] });
});

it('fromSafetensors reads a file of net.save that holds no training', async () => {
  const net = await Network.create(networks['strings']!);
  expect((await fromSafetensors(net.save())).toJSON()).toEqual(net.toJSON());
});

/** A file whose tensors hold 1, 2, 3, … */
function file(shapes: Readonly<Record<string, readonly number[]>>, metadata?: object): Uint8Array {
  const values: number[] = [];
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const begin = 4 * values.length;
    const count = shape.reduce((product, size) => product * size, 1);
    for (let i = 0; i < count; i++) values.push(values.length + 1);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, 4 * values.length] }] as const;
  });
  const header = { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) };
  return makeFile(header, new Uint8Array(Float32Array.from(values).buffer));
}

const two = { activations: ['tanh', 'linear'] } as const;

describe('tensors of other programs', () => {
  it.each([
    ['0', '2'],
    ['fc1', 'fc2'],
    ['fc2', 'fc10'],
    ['net.9', 'net.10'],
    ['model.layers.2', 'model.layers.11'],
    ['block1.lin9', 'block2.lin1'],
    ['l.0.__proto__', 'l.1.__proto__'],
  ])('fromSafetensors sorts the tensor %s before %s', async (first, second) => {
    const shapes: Record<string, number[]> = {
      [`${second}.bias`]: [1],
      [`${second}.weight`]: [1, 2],
      [`${first}.weight`]: [2, 3],
    };
    const { inputs, layers, loss } = (await fromSafetensors(file(shapes), two)).toJSON();
    expect({ inputs, loss }).toEqual({ inputs: 3, loss: 'quadratic' });
    expect(layers).toEqual([
      {
        units: 2,
        activation: 'tanh',
        weights: [
          [4, 5, 6],
          [7, 8, 9],
        ],
        biases: [0, 0],
      },
      { units: 1, activation: 'linear', weights: [[2, 3]], biases: [1] },
    ]);
  });

  it('fromSafetensors orders tensors by the names that are given', async () => {
    const shapes = { 'hidden.weight': [2, 3], 'answer.weight': [1, 2] };
    const net = await fromSafetensors(file(shapes), { ...two, layers: ['hidden', 'answer'] });
    expect(net.layers.map(({ units }) => units)).toEqual([2, 1]);
  });

  it.each([
    ['_orig_mod.', '_orig_mod.'],
    ['module.', 'module.'],
    ['_orig_mod.module.', ''],
  ])('fromSafetensors leaves out the prefix %s of a wrapper', async (prefix, other) => {
    const shapes = { [`${prefix}hidden.weight`]: [2, 3], [`${other}out.weight`]: [1, 2] };
    for (const layers of [
      ['hidden', 'out'],
      ['module.hidden', 'module.out'],
    ]) {
      const net = await fromSafetensors(file(shapes), { ...two, layers });
      expect(net.layers.map(({ weights }) => [...weights])).toEqual([
        [1, 2, 3, 4, 5, 6],
        [7, 8],
      ]);
    }
  });

  it('fromSafetensors leaves out the count of an AveragedModel', async () => {
    const header = {
      n_averaged: { dtype: 'I64', shape: [], data_offsets: [0, 8] },
      'module.0.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [8, 12] },
    };
    const bytes = makeFile(header, new Uint8Array(12));
    expect((await fromSafetensors(bytes, { activations: ['linear'] })).inputs).toBe(1);
  });

  it('fromSafetensors reads the tensors of a single Linear', async () => {
    const options: SafetensorsOptions = {
      activations: [{ activation: 'elu', alpha: 2 }],
      loss: { name: 'huber', delta: 3 },
    };
    const { layers, loss } = (await fromSafetensors(file({ weight: [1, 1], bias: [1] }), options)).toJSON();
    expect(layers).toEqual([{ units: 1, activation: 'elu', alpha: 2, weights: [[1]], biases: [2] }]);
    expect(loss).toEqual({ name: 'huber', delta: 3 });
  });

  it('fromSafetensors rounds tensors to single precision', async () => {
    const doubles = Float64Array.of(1 / 3, 1e-50);
    const header = {
      '0.weight': { dtype: 'F64', shape: [1, 2], data_offsets: [0, 16] },
      '1.weight': { dtype: 'F16', shape: [1, 1], data_offsets: [16, 18] },
      '2.weight': { dtype: 'BF16', shape: [1, 1], data_offsets: [18, 20] },
    };
    const bytes = makeFile(
      header,
      Buffer.concat([new Uint8Array(doubles.buffer), Uint8Array.of(1, 0x80, 0x80, 0xbf)]),
    );
    const net = await fromSafetensors(bytes, { activations: ['tanh', 'tanh', 'tanh'] });
    expect(net.layers.map(({ weights }) => [...weights])).toEqual([
      [Math.fround(1 / 3), 0],
      [-(2 ** -24)],
      [-1],
    ]);
  });
});

describe('is refused:', async () => {
  const good = { '0.weight': [2, 3], '1.weight': [1, 2] };
  const own = await Network.create(networks['elu']!);
  const { header, data } = pickParts(toSafetensors(own));
  const withMetadata = (bp4: string): Uint8Array => makeFile({ ...header, __metadata__: { bp4 } }, data);
  const json = header.__metadata__['bp4']!;

  const cases: Record<string, [bytes: Uint8Array, message: RegExp, options?: SafetensorsOptions]> = {
    'no activations': [
      file(good),
      /^bytes: the file holds no activations; set options.activations, one for each of its 2/,
      {},
    ],
    'no file': [new Uint8Array(3), /^bytes: expected a safetensors file: expected at least 8 bytes, got 3/],
    'no tensors': [file({}), /at least one Linear/],
    'a tensor that is of no Linear': [file({ ...good, mean: [2] }), /'mean': expected tensors of Linear/],
    integers: [
      makeFile({ '0.weight': { dtype: 'I64', shape: [1, 1], data_offsets: [0, 8] } }, new Uint8Array(8)),
      /'0.weight'.dtype: expected one of 'F32'.*'I64'/,
    ],
    'names without an order': [
      file({ 'hidden.weight': [2, 3], 'out.weight': [1, 2] }),
      /'hidden' and of 'out': their names have no numbers.*options.layers/,
    ],
    'a weight of one dimension': [
      file({ '0.weight': [2, 3], '1.weight': [2] }),
      /'1.weight' is part of a norm or a PReLU.*torch\.onnx\.export/,
    ],
    'a weight of nothing': [
      file({ '0.weight': [2, 0], '1.weight': [1, 2] }),
      /'0.weight': expected \[units,inputs\], got \[2,0\]/,
    ],
    'layers that do not fit': [
      file({ '0.weight': [2, 3], '1.weight': [1, 4] }),
      /'1.weight': expected \[units,2\], got \[1,4\]/,
    ],
    'a bias alone': [
      file({ '0.weight': [2, 3], '1.bias': [1] }),
      /'1.weight': expected \[units,2\], got no such tensor/,
    ],
    'a norm among the layers': [
      file({ 'fc1.weight': [2, 3], 'ln1.weight': [2], 'ln1.bias': [2], 'fc2.weight': [1, 2] }),
      /'ln1.weight' is part of a norm/,
    ],
    'a BatchNorm, by what it counts': [
      makeFile(
        { '1.num_batches_tracked': { dtype: 'I64', shape: [], data_offsets: [0, 8] } },
        new Uint8Array(8),
      ),
      /'1.num_batches_tracked' is part of a BatchNorm.*fromONNX folds/,
    ],
    'a convolution': [file({ '0.weight': [2, 1, 3, 3] }), /'0.weight' is part of a convolution/],
    'a recurrent layer': [
      file({ 'lstm.weight_ih_l0': [4, 3] }),
      /is part of a convolution or a recurrent layer/,
    ],
    'a factor of weight_norm': [
      file({ '0.weight_g': [2, 1], '0.weight_v': [2, 3] }),
      /'0.weight_g' is one of the two factors/,
    ],
    'an adapter': [
      file({ ...good, '0.lora_A.weight': [1, 3] }),
      /'0.lora_A.weight' is part of a LoRA adapter/,
    ],
    'kernels of Keras': [file({ 'dense/kernel': [3, 2] }), /'dense\/kernel' is named as in Keras or Flax/],
    'weights of 8 bits': [
      makeFile({ '0.weight': { dtype: 'F8_E4M3', shape: [1, 2], data_offsets: [0, 2] } }, new Uint8Array(2)),
      /'0.weight' is quantized to 8 bits or fewer.*before it is quantized/,
    ],
    'weights of 4 bits in integers': [
      makeFile({ '0.qweight': { dtype: 'I32', shape: [1, 1], data_offsets: [0, 4] } }, new Uint8Array(4)),
      /'0.qweight' is quantized to 8 bits or fewer/,
    ],
    'weights that are transposed': [
      file({ '0.weight': [3, 2], '0.bias': [2] }),
      /'0.bias': expected \[3\], got \[2\]; transpose the weights/,
    ],
    'the same name with and without a prefix': [
      file({ ...good, 'module.0.weight': [2, 3] }),
      /'module.0.weight': the file also has '0.weight'/,
    ],
    'NULs and spaces after the header': [
      makeFile('{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}} \0 \0', new Uint8Array(4)),
      /padded with NULs/,
    ],
    'a header that begins with a byte order mark': [
      makeFile('\uFEFF{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}', new Uint8Array(4)),
      /begins with a space or a byte order mark/,
    ],
    // its first bytes, 78 01, are those of zlib
    'a header of 376 bytes': [
      makeFile('{"mean":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(376), new Uint8Array(4)),
      /^bytes: expected a safetensors file: 'mean': expected tensors of Linear/,
    ],
    'a bias of another layer': [file({ ...good, '0.bias': [3] }), /'0.bias': expected \[2\], got \[3\]/],
    'a layer that options do not name': [
      file(good),
      /tensors of '0': are not among options.layers/,
      { ...two, layers: ['1'] },
    ],
    'a layer that is not there': [
      file(good),
      /'2.weight': expected \[units,1\], got no such/,
      { ...two, layers: ['0', '1', '2'] },
    ],
    'a number that is not finite': [
      makeFile(
        { '0.weight': { dtype: 'BF16', shape: [1, 2], data_offsets: [0, 4] } },
        Uint8Array.of(0, 0, 0x80, 0x7f),
      ),
      /0.weight\[1\] is Infinity/,
    ],
    'a number too large': [
      makeFile(
        { '0.weight': { dtype: 'F64', shape: [1, 1], data_offsets: [0, 8] } },
        new Uint8Array(Float64Array.of(1e39).buffer),
      ),
      /0.weight\[0\] is 1e\+39, too large/,
    ],
    'metadata of another network': [
      withMetadata(json.replace('"units":5', '"units":6')),
      /'bp4' in its metadata is of \[4,6,4,3\], but its tensors are of \[4,5,4,3\]/,
      {},
    ],
    'metadata of no network': [withMetadata('{"format":"bp5"}'), /expected format 'bp4'/, {}],
    'metadata that are no JSON': [withMetadata('{'), /expected a safetensors file: /, {}],
    'a checkpoint': [
      makeFile({ ...header, __metadata__: { bp4: json.replace('{', '{"training":{},') } }, data),
      /Network.load/,
      {},
    ],
    'a loss for another last layer': [
      file(good),
      /^bytes: .*needs a last layer of 'softmax'/,
      { ...two, loss: 'crossEntropy' },
    ],
    'softmax in between': [
      file(good),
      /layers\[0\].activation: 'softmax' is only for the last layer/,
      { activations: ['softmax', 'linear'] },
    ],
  };

  it.each(Object.entries(cases))(
    'fromSafetensors rejects a file: %s',
    async (_, [bytes, message, options = two]) => {
      await expectError(() => fromSafetensors(bytes, options), [FormatError, message]);
    },
  );

  const wrongCalls: Record<string, [args: unknown[], Expected]> = {
    'no bytes': [['file'], [TypeError, /^bytes: expected the bytes of a safetensors file, got 'file'/]],
    'an unknown option': [
      [file(good), { activation: 'tanh' }],
      [TypeError, /unknown 'activation'/],
    ],
    'activations that are no list': [
      [file(good), { activations: 'tanh' }],
      [TypeError, /^activations: expected an array/],
    ],
    'too few activations': [
      [file(good), { activations: ['tanh'] }],
      [FormatError, /^bytes: the file has 2 layers, but the options have 1 activations/],
    ],
    'an activation that is none': [
      [file(good), { activations: ['tanh', 'gelo'] }],
      [RangeError, /^activations\[1\]: expected one of/],
    ],
    'nothing for an activation': [
      [file(good), { activations: ['tanh', null] }],
      [TypeError, /^activations\[1\]: expected an object/],
    ],
    'activations that the file holds': [
      [toSafetensors(own), { activations: ['tanh'] }],
      [FormatError, /^bytes: the file already holds activations/],
    ],
    'layers that are no names': [
      [file(good), { ...two, layers: [0, 1] }],
      [TypeError, /^layers: expected an array of names/],
    ],
    'a layer twice': [
      [file(good), { ...two, layers: ['0', '0'] }],
      [TypeError, /^layers: .*each once/],
    ],
  };

  it.each(Object.entries(wrongCalls))('fromSafetensors rejects the call: %s', async (_, [args, expected]) => {
    await expectError(() => fromSafetensors(...(args as Parameters<typeof fromSafetensors>)), expected);
  });
});
