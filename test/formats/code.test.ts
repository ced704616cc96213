import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Ensemble } from '../../src/ensemble/index.js';
import { toLiteral } from '../../src/formats/code/content.js';
import { toModule, toModuleTypes, type ModuleOptions } from '../../src/formats/code/index.js';
import {
  Network,
  type ActivationName,
  type LayerSpec,
  type NetworkOptions,
  type RawRows,
  type Transform,
  type Transforms,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { activationCodes } from '../../src/model/spec.js';

interface Module {
  readonly outputs?: readonly string[];
  readonly predict: (inputs: unknown) => Float32Array;
}

/** What a program gets that imports the text. */
const imported = (text: string): Promise<Module> =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`) as Promise<Module>;

/** Numbers of all sizes that are finite in single precision; the extremes among them. */
const extremes = [
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -126),
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1e-30,
];
function someNumber(random: Random): number {
  if (random.below(8) === 0) return extremes[random.below(extremes.length)]!;
  return random.normal() * 10 ** random.uniform(-3, random.below(4) === 0 ? 30 : 2);
}

const toBits = (floats: Float32Array): string[] =>
  Array.from(
    new Uint32Array(floats.slice().buffer),
    (bits, j) => (Number.isNaN(floats[j]) ? 'NaN' : bits.toString(16)), // NaN is NaN whatever its payload
  );

/** Compares the answers to rows, by their bits. */
function compare(
  net: Pick<Network, 'predict' | 'outputs'>,
  module: Module,
  rows: readonly (readonly (number | string)[])[],
): void {
  const expected = net.predict(rows);
  for (const [n, row] of rows.entries()) {
    const answer = module.predict(row);
    const right = expected.subarray(n * net.outputs, (n + 1) * net.outputs);
    expect(answer).toHaveLength(net.outputs);
    expect(toBits(answer), `[${row.join()}]`).toEqual(toBits(right));
  }
}

async function createNetwork(
  inputs: number,
  layers: readonly LayerSpec[],
  more: Partial<NetworkOptions> = {},
) {
  const net = await Network.create({ inputs, layers, seed: inputs, ...more });
  // biases are no zeros, and weights are of all sizes
  const random = Random.fromSeed(inputs + layers.length);
  const json = net.toJSON();
  net.dispose();
  return await Network.fromJSON({
    ...json,
    layers: json.layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map((row) =>
        row.map((w) => (random.below(20) === 0 ? someNumber(random) / 1e20 : w)),
      ),
      biases: layer.biases.map(() => random.normal()),
    })),
  });
}

async function compareRandom(inputs: number, layers: readonly LayerSpec[]): Promise<void> {
  const net = await createNetwork(inputs, layers);
  const random = Random.fromSeed(7);
  const rows = Array.from({ length: 60 }, () => Array.from({ length: inputs }, () => someNumber(random)));
  compare(net, await imported(toModule(net)), rows);
  net.dispose();
}

describe('the module', () => {
  it.each(Object.keys(activationCodes) as ActivationName[])(
    'the module answers as predict does, to the bit, with %s',
    async (activation) => {
      await compareRandom(4, [
        {
          units: 7,
          activation: activation === 'softmax' ? 'tanh' : activation,
          initializer: 'standardNormal',
        },
        { units: 3, activation },
      ]);
    },
  );

  it.each([[[1, 1]], [[3, 2]], [[5, 7, 3]], [[31, 33, 17, 5, 2]], [[784, 30, 10]]])(
    'the module answers as predict does, to the bit, with sizes %j',
    async (sizes) => {
      const [inputs, ...units] = sizes;
      await compareRandom(
        inputs!,
        units.map((units) => ({ units, activation: 'sigmoid' })),
      );
    },
  );

  it('the module keeps an alpha other than the default', async () => {
    await compareRandom(3, [
      { units: 5, activation: 'leakyRelu', alpha: 0.3 },
      { units: 4, activation: 'elu', alpha: 0.7 },
      { units: 4, activation: 'elu', alpha: 1e-40 },
    ]);
  });

  it('the module answers as predict does after a training with dropout', async () => {
    const net = await Network.create({
      inputs: 3,
      layers: [
        { units: 8, activation: 'gelu', dropout: 0.5 },
        { units: 3, activation: 'softmax' },
      ],
    });
    const random = Random.fromSeed(3);
    const rows = Array.from({ length: 50 }, () => Array.from({ length: 3 }, () => random.normal()));
    await net.train({ inputs: rows, labels: rows.map((_, n) => n % 3) }, { epochs: 5 });
    compare(net, await imported(toModule(net)), rows);
  });
});

const transforms: Transforms = {
  inputs: [
    { kind: 'standardize', mean: -0.3, deviation: 1.7, name: 'size' },
    { kind: 'oneHot', categories: ['red', 'green', '</script><script>'], name: 'color' },
    { kind: 'minMax', min: -2, max: 2, name: '__proto__' },
    { kind: 'oneHot', categories: [2, 4, -8], name: 'number' },
    { kind: 'identity', name: 'a\n} // \u2028 "name" */ \ud800' },
    { kind: 'standardize', mean: 5, deviation: 0, name: 'constructor' },
    { kind: 'minMax', min: -0, max: 1 / 3, name: '<!--' },
  ],
  targets: [
    { kind: 'standardize', mean: -1000, deviation: 300, name: 'price' },
    { kind: 'minMax', min: -3, max: 4, name: '</script>' },
    { kind: 'identity', name: 'z' },
  ],
};

const transformed = (): Promise<Network> =>
  createNetwork(
    11,
    [
      { units: 4, activation: 'tanh' },
      { units: 3, activation: 'linear' },
    ],
    { transforms },
  );

const words = ['red', 'green', '</script><script>', 0, 1, 2];
function rawRow(random: Random): (number | string)[] {
  const some = (): number => random.normal() * 10 ** random.below(30);
  return [some(), words[random.below(6)]!, some(), [2, 4, -8][random.below(3)]!, some(), some(), some()];
}

/** Only in an array a number stands for a text. */
const toRecord = (row: readonly (number | string)[]): Record<string, number | string> =>
  Object.fromEntries(transforms.inputs!.map(({ name }, k) => [name!, k === 1 ? 'green' : row[k]!]));

describe('transforms', () => {
  const random = Random.fromSeed(5);
  const rows = Array.from({ length: 100 }, () => rawRow(random));

  it('the module applies transforms of every kind as predict does', async () => {
    const net = await transformed();
    const module = await imported(toModule(net));
    compare(net, module, rows);
    const record = toRecord(rows[0]!);
    expect(module.predict(record)).toEqual(net.predict([record]));
    for (const predict of [module.predict, (one: object) => net.predict([one] as never)])
      expect(() => predict({ ...record, color: 1 })).toThrow(/'color'\]: '1' is not a category/);
  });

  it('the module computes the formulas that load on demand, as predict does', async () => {
    const quantile = { kind: 'quantile', quantiles: [-3, 1, 100], scores: [-1, 0, 2] } as const;
    const log1p = { kind: 'log1p', mean: 2, deviation: 3 } as const;
    const net = await createNetwork(
      16,
      [
        { units: 4, activation: 'tanh' },
        { units: 3, activation: 'linear' },
      ],
      {
        transforms: {
          inputs: [
            { kind: 'robust', median: 1, range: 4, name: 'robust' },
            { ...log1p, name: 'log' },
            { ...quantile, name: 'quantile' },
            { kind: 'piecewiseLinear', edges: [-2, 0, 0.5, 1e3], name: 'bins' },
            { kind: 'hash', buckets: 3, name: 'city' },
            { kind: 'bagOfWords', weights: [1, 2, 1.5, 3, 1, 1, 0.25], name: 'note' },
          ],
          targets: [log1p, quantile, { kind: 'identity' }],
        },
      },
    );
    const module = await imported(toModule(net));
    const texts = ['', 'Two words, two', 'Größe 大小', 'a\ud800'];
    compare(
      net,
      module,
      rows.map(([a, , b, , c, d], n) => [a!, b!, c!, d!, texts[n % 4]!, texts[(n >> 2) % 4]!]),
    );
    const record = { robust: 1, log: 2, quantile: 3, bins: 4, city: 12345, note: 'two' };
    expect(module.predict(record)).toEqual(net.predict([record]));
    expect(() => module.predict([1, 2, 3, 4, 'a', 7])).toThrow("inputs['note']: expected a text, got 7");
  });

  it.each(['zeros', 'other'] as const)(
    'the module of a network or an ensemble has the policy for unknown categories: %s',
    async (unknown) => {
      const oneHot = {
        kind: 'oneHot',
        categories: ['blue', 'other', 'red'],
        unknown,
        name: 'color',
      } as const;
      const net = await Network.create({
        ...{ inputs: 3, seed: 4, layers: [{ units: 2, activation: 'tanh' }] },
        transforms: { inputs: [oneHot] },
      });
      for (const model of [net, await Ensemble.fromNetworks([{ network: net }])]) {
        const { predict } = await imported(toModule(model));
        for (const color of ['blue', 'other', 'red', 'green']) {
          expect([...predict({ color })]).toEqual([...model.predict([{ color }])]);
        }
      }
    },
  );

  it('the module applies transforms of the targets alone as predict does', async () => {
    const net = await createNetwork(2, [{ units: 3, activation: 'tanh' }], {
      transforms: { targets: transforms.targets! },
    });
    const module = await imported(toModule(net));
    compare(net, module, [[1, 2]]);
    expect(module.outputs).toEqual(['price', '</script>', 'z']);
  });
});

describe('the module of an ensemble', () => {
  const layers = (units: number): readonly LayerSpec[] => [
    { units, activation: 'gelu' },
    { units: 3, activation: 'linear' },
  ];
  const some = Random.fromSeed(8);

  it('the module of an ensemble answers as its predict does, with the transforms of each network', async () => {
    const other = { ...transforms, inputs: transforms.inputs!.map(shifted) };
    const ensemble = await Ensemble.fromNetworks([
      { network: await transformed(), weight: 0.1 },
      { network: await createNetwork(11, layers(5), { transforms: other }), weight: 3 },
    ]);
    const module = await imported(toModule(ensemble));
    const rows = Array.from({ length: 50 }, () => rawRow(some));
    compare(ensemble, module, rows);
    const record = toRecord(rows[0]!);
    expect(module.predict(record)).toEqual(ensemble.predict([record]));
    expect(module.outputs).toEqual(['price', '</script>', 'z']);
    expect(toModuleTypes(ensemble)).toContain('readonly "size": number;');
  });

  const shifted = (transform: Transform): Transform =>
    transform.kind === 'standardize' ? { ...transform, mean: transform.mean + 1 } : transform;

  it('the module of an ensemble takes networks with transforms and without', async () => {
    const standard = { kind: 'standardize', mean: 2, deviation: 3 } as const;
    const ensemble = await Ensemble.fromNetworks([
      { network: await createNetwork(2, layers(4)) },
      { network: await createNetwork(2, layers(2), { transforms: { inputs: [standard, standard] } }) },
    ]);
    const module = await imported(toModule(ensemble));
    compare(ensemble, module, [
      [1, 2],
      [0.1, -3e5],
    ]);
    expect(() => module.predict([1])).toThrow('inputs: expected 2 values, got 1');
    expect(() => module.predict([1, NaN])).toThrow('inputs[1] is NaN');
  });
});

it('the module accepts typed arrays and bytes as predict does', async () => {
  const net = await createNetwork(3, [{ units: 2, activation: 'swish' }]);
  const { predict } = await imported(toModule(net));
  for (const row of [
    Uint8Array.of(1, 2, 255),
    Float64Array.of(0.1, 0.2, -0.3),
    Int32Array.of(1, 2 ** 30, -3),
  ])
    expect(toBits(predict(row))).toEqual(toBits(net.predict(row)));
});

describe('predict of the module', () => {
  /** What predict says, but for the number of the row: there is one. */
  function refusal(predict: (inputs: never) => unknown, inputs: unknown): string {
    try {
      predict(inputs as never);
    } catch (error) {
      return String(error).replace('inputs[0]', 'inputs');
    }
    throw new Error('it was taken');
  }

  it.each([
    [[1, 2, NaN]],
    [[1, Infinity, 3]],
    [[1, 2, 1e39]],
    [[1, '2', 3]],
    [[1, undefined, 3]],
    [[1, 2]],
    [[1, 2, 3, 4]],
    [[]],
  ])('the module rejects the row %j in the words of predict', async (row) => {
    const net = await createNetwork(3, [{ units: 2, activation: 'relu' }]);
    const { predict } = await imported(toModule(net));
    expect(refusal(predict, row)).toBe(refusal((rows: never) => net.predict(rows), [row]));
  });

  it.each([[undefined], [null], [3], ['abc'], [{ 0: 1, 1: 2, 2: 3, length: 3 }]])(
    'the module rejects the inputs %j in the words of predict',
    async (inputs) => {
      const { predict } = await imported(
        toModule(await createNetwork(3, [{ units: 2, activation: 'relu' }])),
      );
      expect(() => predict(inputs)).toThrow(TypeError);
    },
  );

  it('the module rejects unknown categories and missing names', async () => {
    const net = await transformed();
    const { predict } = await imported(toModule(net));
    const good = [1, 'red', 1, 2, 1, 1, 1];
    for (const [k, value] of [
      [1, 'blue'],
      [1, 3],
      [3, 0],
      [0, 'red'],
      [2, NaN],
      [0, 1e300],
    ] as const) {
      const row = good.map((one, i) => (i === k ? value : one));
      expect(refusal(predict, row)).toBe(refusal((rows: never) => net.predict(rows), [row]));
    }
    expect(refusal(predict, { size: 1 })).toBe(refusal((rows: never) => net.predict(rows), [{ size: 1 }]));
  });
});

describe('its code', () => {
  it('the module needs the language alone, and evaluates no text', async () => {
    const net = await transformed();
    const text = toModule(net);
    expect(text).not.toMatch(/\bimport\b|<\/script|<!--|[\u2028\u2029]/);
    // neither console nor TextDecoder, no WebAssembly compiled, no eval and no new Function
    const context: object = createContext({}, { codeGeneration: { strings: false, wasm: false } });
    new Script(`'use strict'; ${text.replace(/^export /gm, '')}; globalThis.predict = predict;`).runInContext(
      context,
    );
    const row = rawRow(Random.fromSeed(9));
    const answer = (context as unknown as Module).predict(row);
    expect(toBits(Float32Array.from(answer))).toEqual(toBits(net.predict([row] as RawRows)));
  });
});

describe('the text', () => {
  it('the code grows with the weights, and shows the equation', async () => {
    const measureLength = async (units: number): Promise<number> => {
      const net = await Network.create({ inputs: 100, layers: [{ units, activation: 'tanh' }] });
      const text = toModule(net);
      expect(text).toContain('z = W·a + b');
      expect(text).not.toContain('sigmoid'); // only what the network needs
      return text.length;
    };
    const [some, more] = [await measureLength(10), await measureLength(1000)];
    expect(more / 100_000).toBeLessThan(14);
    expect(more / some).toBeLessThan(100);
  });

  it('the code names the answers where names are given', async () => {
    const net = await createNetwork(2, [{ units: 2, activation: 'sigmoid' }]);
    expect((await imported(toModule(net))).outputs).toBeUndefined();
    const outputs = ['"\\\u2028', '</script>'];
    expect((await imported(toModule(net, { outputs }))).outputs).toEqual(outputs);
    for (const wrong of [['one'], 'ab', [1, 2], null])
      expect(() => toModule(net, { outputs: wrong } as unknown as ModuleOptions)).toThrow(TypeError);
  });

  it('toModule rejects anything but a network', async () => {
    const net = await createNetwork(2, [{ units: 2, activation: 'sigmoid' }]);
    expect(() => toModule(net.toJSON() as unknown as Network)).toThrow(TypeError);
    expect(() => toModuleTypes(undefined as unknown as Network)).toThrow(TypeError);
    net.dispose();
    expect(() => toModule(net)).toThrow('disposed');
  });
});

/** The lines, from 0, of a program beside the module with which the compiler does not agree. */
function refusedLines(types: string, lines: readonly string[]): number[] {
  const files = new Map([
    ['/net.d.mts', types],
    ['/program.mts', lines.join('\n')],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (name) => files.has(name) || onDisk.fileExists(name);
  host.readFile = (name) => files.get(name) ?? onDisk.readFile(name);
  host.getSourceFile = (name, version) => {
    const text = files.get(name);
    return text === undefined
      ? onDisk.getSourceFile(name, version)
      : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram(['/program.mts'], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    if (file?.fileName !== '/program.mts') throw new Error(JSON.stringify(messageText));
    return file.getLineAndCharacterOfPosition(start!).line;
  });
}

describe('its types', () => {
  it('the types accept what predict accepts, and nothing else', async () => {
    const types = toModuleTypes(await transformed());
    const names = transforms.inputs!.map(({ name }) => toLiteral(name!));
    const record = (color: string): string =>
      `{ ${names.map((name) => `${name}: ${name === '"color"' ? color : 1}`).join()} }`;
    const right = [
      `import { outputs, predict } from './net.mjs';`,
      `const a: Float32Array = predict([1, 'red', 1, 2, 1, 1, 1]);`,
      `const names: readonly ['price', '</script>', 'z'] = outputs;`,
      `predict(${record("'red'")});`,
    ];
    const wrong = [
      `predict(${record("'blue'")});`,
      `predict(${record('1')});`,
      `predict({ size: 1 });`,
      `predict(1);`,
    ];
    expect(refusedLines(types, [...right, ...wrong])).toEqual([4, 5, 6, 7]);
  });

  it('the types accept rows of numbers alone when there are no names', async () => {
    const types = toModuleTypes(await createNetwork(2, [{ units: 2, activation: 'sigmoid' }]));
    const lines = [
      `import { predict } from './net.mjs';`,
      `predict(new Uint8Array(2));`,
      `predict(['1', 2]);`,
      `import { outputs } from './net.mjs';`,
    ];
    expect(refusedLines(types, lines)).toEqual([2, 3]);
  });

  it('the types accept rows of numbers alone when a name occurs twice', async () => {
    const twice = [
      { kind: 'identity', name: 'x' },
      { kind: 'identity', name: 'x' },
    ] as const;
    const net = await createNetwork(2, [{ units: 1, activation: 'sigmoid' }], {
      transforms: { inputs: twice },
    });
    const lines = [`import { predict } from './net.mjs';`, `predict({ x: 1 });`];
    expect(refusedLines(toModuleTypes(net), lines)).toEqual([]);
  });
});

it('a module of more than 10,000 parameters holds them in base64, to the same bits', async () => {
  const layers: LayerSpec[] = [
    { units: 111, activation: 'tanh' },
    { units: 5, activation: 'softmax' },
  ];
  // 10,001 − 562 = 111·85 + 4: 84 inputs stay readable, and 85 don't.
  for (const [inputs, isReadable] of [
    [84, true],
    [85, false],
  ] as const) {
    const net = await createNetwork(inputs, layers);
    const text = toModule(net);
    expect(/new Float32Array\(\[/.test(text)).toBe(isReadable);
    expect(text.includes('atob')).toBe(!isReadable);
    const random = Random.fromSeed(inputs);
    const rows = Array.from({ length: 5 }, () => Array.from({ length: inputs }, () => random.normal()));
    compare(net, await imported(text), rows);
    const ensemble = await Ensemble.fromNetworks([{ network: net }, { network: net }]);
    compare(ensemble, await imported(toModule(ensemble)), rows);
  }
});
