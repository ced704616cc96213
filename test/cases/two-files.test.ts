import { describe, expect, it } from 'vitest';
import { Dataset, DataStream, transformedWidth, type ColumnOptions } from '../../src/data/index.js';
import { Network, type LayerSpec, type Transforms } from '../../src/index.js';
import { expectError } from '../support/patient.js';

// A network is trained on one file and meets another: its columns, categories and classes may be others, or in another order.

const pets = 'kind,legs,coat,price\ndog,4,red,3\nbird,2,green,1\nfish,0,blue,2\ndog,4,blue,5\n';
const byPrice: ColumnOptions = { targets: 'price', inputs: ['coat', 'legs'], categorical: ['coat'] };
const byKind: ColumnOptions = { label: 'kind', inputs: ['legs', 'coat'], categorical: ['coat'] };

/** A network that doesn't learn: its figures depend on the order of the columns alone. */
async function create(
  transforms: Transforms,
  outputs = transforms.outputs?.length ?? 1,
  rest: Partial<Parameters<typeof Network.create>[0]> = {},
): Promise<Network> {
  const layers: readonly LayerSpec[] = [{ units: outputs, activation: 'linear' }];
  return await Network.create({
    inputs: transformedWidth(transforms),
    layers,
    transforms,
    seed: 3,
    ...rest,
  });
}

const regression = Dataset.fromCSV(pets, byPrice);
const classification = Dataset.fromCSV(pets, byKind);

describe('a second file of a regression', () => {
  const expected = [
    ['with a category fewer', 'kind,legs,coat,price\ndog,4,red,3\nfish,0,blue,2\n', {}],
    [
      'with its columns in another order',
      'price,coat,legs\n3,red,4\n2,blue,0\n',
      { inputs: ['legs', 'coat'] },
    ],
    ['with a column more', 'age,price,coat,legs\n1,3,red,4\n9,2,blue,0\n', { inputs: undefined }],
    [
      'with categories in a given order',
      'price,coat,legs\n3,red,4\n2,blue,0\n',
      { categorical: { coat: ['red', 'blue'] } },
    ],
  ] as const;
  it.each(expected)('%s is taken by the names', async (_, text, others) => {
    const net = await create(regression.fitTransforms());
    const { inputs = byPrice.inputs, ...options } = { ...byPrice, ...others };
    const second = Dataset.fromCSV(text, {
      ...options,
      ...('inputs' in others && others.inputs === undefined ? {} : { inputs }),
    });
    const same = regression.subset([0, 2]);
    expect(net.evaluate(second)).toEqual(net.evaluate(same));
    expect(net.predict(second)).toEqual(net.predict(same.inputs));
    const rows = [
      { coat: 'red', legs: 4 },
      { coat: 'blue', legs: 0 },
    ];
    expect(net.predict(second)).toEqual(net.predict(rows));
    expect(net.backprop(second).inputs).toEqual(net.backprop(same).inputs);
    net.dispose();
  });

  it('with its targets in another order or one more is taken by the names', async () => {
    const text = 'x,a,b,c\n1,2,3,4\n5,6,7,8\n';
    const first = Dataset.fromCSV(text, { inputs: ['x'], targets: ['a', 'b'] });
    for (const options of [{}, { targets: 'minMax' }] as const) {
      const net = await create(first.fitTransforms(options), 2);
      for (const targets of [
        ['b', 'a'],
        ['c', 'b', 'a'],
      ]) {
        const second = Dataset.fromCSV(text, { inputs: ['x'], targets });
        expect(net.evaluate(second)).toEqual(net.evaluate(first));
      }
      await expectError(
        () => net.evaluate(Dataset.fromCSV(text, { inputs: ['x'], targets: ['a', 'c'] })),
        [
          RangeError,
          "targets: there is no column 'b', which the network was trained with; the columns are 'a', 'c'",
        ],
      );
      net.dispose();
    }
  });

  it('is refused if it lacks a column, and the cure names the columns', async () => {
    const net = await create(regression.fitTransforms());
    const second = Dataset.fromCSV('coat,feet,price\nred,4,3\n', { targets: 'price', categorical: ['coat'] });
    await expectError(
      () => net.evaluate(second),
      [
        RangeError,
        "inputs: there is no column 'legs', which the network was trained with; the columns are 'coat', 'feet'; choose the columns by their names: { inputs: ['coat', 'legs'] }",
      ],
    );
    net.dispose();
  });

  it('without names is taken in order, if it has as many columns', async () => {
    const net = await create(regression.fitTransforms());
    const second = Dataset.fromArrays({ inputs: [['red', 4]], targets: [3] });
    expect(net.evaluate(second)).toEqual(net.evaluate(regression.subset([0])));
    const wide = Dataset.fromArrays({ inputs: [['red', 4, 1]], targets: [3] });
    await expectError(
      () => net.predict(wide),
      [RangeError, 'inputs: expected 2 columns, as many as the network has, got 3'],
    );
    net.dispose();
  });

  it('whose categories are numbers here and texts there is taken by what is written', async () => {
    const options = { targets: 'y', categorical: ['zip'] };
    const first = Dataset.fromCSV('zip,y\n7,1\n12,2\nnone yet,3\n', options);
    const net = await create(first.fitTransforms());
    const second = Dataset.fromCSV('zip,y\n7,1\n12,2\n', options);
    const plain = Dataset.fromCSV('zip,y\n7,1\n12,2\n', { targets: 'y' });
    for (const data of [second, plain])
      expect(net.evaluate(data)).toEqual(net.evaluate(first.subset([0, 1])));
    net.dispose();
  });
});

describe('a second file of a classification', () => {
  const files = {
    'lacks a class': Dataset.fromCSV('kind,legs,coat\nfish,0,blue\ndog,4,red\n', byKind),
    'names its classes in another order': Dataset.fromCSV('kind,legs,coat\nfish,0,blue\ndog,4,red\n', {
      ...byKind,
      classes: ['fish', 'dog', 'bird'],
    }),
    'is an array of objects': Dataset.fromObjects(
      [
        { kind: 'fish', legs: 0, coat: 'blue' },
        { kind: 'dog', legs: 4, coat: 'red' },
      ],
      { label: 'kind' },
    ),
    'is JSON': Dataset.fromJSON('{"coat":["blue","red"],"kind":["fish","dog"],"legs":[0,4]}', {
      label: 'kind',
    }),
  };
  it.each(Object.entries(files))('that %s is taken by the names', async (_, second) => {
    const net = await create(classification.fitTransforms());
    const same = classification.subset([2, 0]);
    expect(net.evaluate(second)).toEqual(net.evaluate(same));
    expect(net.predict(second)).toEqual(net.predict(same));
    const restored = await Network.load(net.save());
    expect(restored.evaluate(second)).toEqual(net.evaluate(same));
    const trained = await create(classification.fitTransforms());
    const reports = await net.train(classification, { epochs: 2, validation: same });
    expect(await trained.train(classification, { epochs: 2, validation: second })).toEqual(reports);
    for (const one of [net, restored, trained]) one.dispose();
  });

  it('with a class that the network does not know is refused, and one that only its list has is not', async () => {
    const net = await create(classification.fitTransforms());
    const text = 'kind,legs,coat\nfish,0,blue\ncat,4,red\n';
    const second = Dataset.fromCSV(text, byKind);
    await expectError(
      () => net.evaluate(second),
      [
        RangeError,
        "labels: 'cat' is not one of the classes that the network knows: 'bird', 'dog', 'fish'; leave these rows out",
      ],
    );
    expect(net.evaluate(second.subset([0]))).toEqual(net.evaluate(classification.subset([2])));
    net.dispose();
  });

  it('whose classes are numbers is taken by the numbers', async () => {
    const first = Dataset.fromCSV('x,y\n1,0\n2,1\n3,2\n', { label: 'y' });
    const net = await create(first.fitTransforms());
    const second = Dataset.fromCSV('x,y\n2,1\n3,2\n', { label: 'y' });
    expect([...second.labels!]).toEqual([0, 1]);
    expect(net.evaluate(second)).toEqual(net.evaluate(first.subset([1, 2])));
    net.dispose();
  });

  it('with indices in place of names is taken in order', async () => {
    const first = Dataset.fromArrays({ inputs: [[1], [2]], labels: ['no', 'yes'] });
    const net = await create(first.fitTransforms());
    const second = Dataset.fromArrays({ inputs: [[2]], labels: [1] });
    expect(net.evaluate(second)).toEqual(net.evaluate(first.subset([1])));
    net.dispose();
  });

  it('is taken by the names of the training if the network has no transforms', async () => {
    const first = Dataset.fromArrays({ inputs: [[0], [1], [2]], labels: ['p', 'q', 'r'] });
    const second = Dataset.fromArrays({ inputs: [[1], [2]], labels: ['q', 'r'] });
    const plain = { inputs: [[1], [2]], labels: [1, 2] };
    const train = async (validation: object): Promise<unknown> => {
      const net = await create({}, 3, { inputs: 1, transforms: {} });
      const reports = await net.train(first, { epochs: 1, validation: validation as Dataset });
      expect(net.evaluate(second)).toEqual(net.evaluate(plain));
      net.dispose();
      return reports;
    };
    expect(await train(second)).toEqual(await train(plain));
  });
});

describe('a stream as the second file', () => {
  const open = (): string[] => ['legs,kind,coat\n0,fish,blue\n', '4,dog,red\n'];

  it('is taken by the names', async () => {
    const same = classification.subset([2, 0]);
    const stream = await DataStream.fromCSV(open, byKind);
    const nets = [await create(classification.fitTransforms()), await create(classification.fitTransforms())];
    const options = { epochs: 2, shuffle: false };
    const reports = await nets[0]!.train(same, options);
    expect(await nets[1]!.train(stream, options)).toEqual(reports);
    for (const net of nets) net.dispose();
  });

  it('keeps its names for validation data if the network has no transforms', async () => {
    const text = (): string[] => ['x,y\n0,p\n1,q\n2,r\n'];
    const stream = await DataStream.fromCSV(text, { label: 'y' });
    const second = Dataset.fromCSV('x,y\n1,q\n2,r\n', { label: 'y' });
    const net = await create({}, 3, { inputs: 1, transforms: {} });
    await net.train(stream, { epochs: 1, validation: second });
    expect(net.evaluate(second)).toEqual(net.evaluate({ inputs: [[1], [2]], labels: [1, 2] }));
    net.dispose();
  });
});

describe('a category that the network does not know', () => {
  const second = Dataset.fromCSV('kind,legs,coat,price\ncat,4,violet,3\n', byPrice);
  const row = [{ coat: 'violet', legs: 4 }];

  it('is refused with the cure', async () => {
    const net = await create(regression.fitTransforms());
    await expectError(
      () => net.evaluate(second),
      [
        RangeError,
        "column 'coat': 'violet' is not one of the categories that the network knows: 'blue', 'green', 'red'; leave these rows out, or fit the network with fitTransforms({ unknown: 'zeros' })",
      ],
    );
    await expectError(() => net.predict(row), [RangeError, "inputs[0]['coat']: 'violet' is not a category"]);
    net.dispose();
  });

  it('is refused as a number in an object, whose categories are texts', async () => {
    const net = await create(regression.fitTransforms());
    await expectError(
      () => net.predict([{ coat: 1, legs: 4 }]),
      [RangeError, "inputs[0]['coat']: '1' is not a category"],
    );
    net.dispose();
  });

  it.each(['zeros', 'other'] as const)('has no column of its own under %s', async (unknown) => {
    const net = await create(regression.fitTransforms({ unknown }));
    expect([...net.backprop(second).inputs.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(net.predict(row)).toEqual(net.predict(second));
    const restored = await Network.load(net.save());
    expect(restored.predict(row)).toEqual(net.predict(row));
    for (const one of [net, restored]) one.dispose();
  });

  it("is the category 'other' under other, where there is one", async () => {
    const first = Dataset.fromCSV('coat,price\nred,1\nother,2\n', {
      targets: 'price',
      categorical: ['coat'],
    });
    const net = await create(first.fitTransforms({ unknown: 'other' }));
    expect(net.predict([{ coat: 'violet' }])).toEqual(net.predict([{ coat: 'other' }]));
    expect(net.predict(Dataset.fromObjects([{ coat: 'violet' }]))).toEqual(net.predict([{ coat: 'other' }]));
    net.dispose();
  });

  it('of numbers follows the same policy', async () => {
    const options = { targets: 'y', categorical: ['zip'] };
    const first = Dataset.fromCSV('zip,y\n7,1\n12,2\n', options);
    const second = Dataset.fromCSV('zip,y\n13,1\n', options);
    const strict = await create(first.fitTransforms());
    await expectError(
      () => strict.evaluate(second),
      [RangeError, "column 'zip': 13 is not one of the categories"],
    );
    const lenient = await create(first.fitTransforms({ unknown: 'zeros' }));
    expect([...lenient.backprop(second).inputs]).toEqual([0, 0]);
    expect(lenient.predict([{ zip: 13 }])).toEqual(lenient.predict(second));
    for (const net of [strict, lenient]) net.dispose();
  });

  it('fitTransforms refuses another policy', async () => {
    const fit = (): unknown => regression.fitTransforms({ unknown: 'ignore' as 'zeros' });
    await expectError(fit, [RangeError, "unknown: expected one of 'error', 'zeros', 'other', got 'ignore'"]);
  });
});
