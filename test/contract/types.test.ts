import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  Network,
  type ActivationName,
  type LastActivation,
  type LayerSpec,
  type LossFor,
  type LossName,
  type LossSpec,
  type NetworkOptions,
} from '../../src/index.js';
import { lossNames } from '../../src/model/spec.js';

// `npm run check:types` compiles this file. It fails where the compiler rejects a call, and where it accepts one that follows
// `@ts-expect-error`. Each call is also made, because at run time the same rules hold.

describe('invalid options', () => {
  const softmax = { units: 2, activation: 'softmax' } as const;
  const sigmoid = { units: 2, activation: 'sigmoid' } as const;

  it('create with crossEntropy after sigmoid does not compile, and rejects', async () => {
    const create = (): Promise<Network> =>
      Network.create({
        inputs: 2,
        layers: [
          { units: 3, activation: 'tanh' },
          { units: 1, activation: 'sigmoid' },
        ],
        // @ts-expect-error -- it goes with softmax
        loss: 'crossEntropy',
      });
    await expect(create()).rejects.toThrow(RangeError);
  });

  it('create with quadratic after softmax in a constant does not compile, and rejects', async () => {
    // @ts-expect-error -- it goes with the others
    await expect(Network.create({ inputs: 2, layers: [softmax], loss: 'quadratic' })).rejects.toThrow(
      RangeError,
    );
  });

  it('create with hinge after sigmoid does not compile, and rejects', async () => {
    // @ts-expect-error -- it goes with tanh and linear
    await expect(Network.create({ inputs: 2, layers: [sigmoid], loss: 'hinge' })).rejects.toThrow(RangeError);
  });

  it('create with smoothed binary targets after softmax does not compile, and rejects', async () => {
    const loss = { name: 'binaryCrossEntropy', labelSmoothing: 0.1 } as const;
    // @ts-expect-error -- it goes with sigmoid
    await expect(Network.create({ inputs: 2, layers: [softmax], loss })).rejects.toThrow(RangeError);
  });

  it('create with a parameter that the loss lacks does not compile, and rejects', async () => {
    const create = (): Promise<Network> =>
      Network.create({
        inputs: 2,
        layers: [sigmoid],
        // @ts-expect-error -- huber has delta
        loss: { name: 'huber', labelSmoothing: 0.1 },
      });
    await expect(create()).rejects.toThrow(TypeError);
  });
});

describe('valid options', () => {
  it('create with a loss that goes with the last activation compiles, and resolves', async () => {
    const layers = [
      { units: 3, activation: 'leakyRelu', alpha: 0.2 },
      { units: 2, activation: 'softmax' },
    ] as const;
    expectTypeOf<LastActivation<typeof layers>>().toEqualTypeOf<'softmax'>();
    const loss = { name: 'crossEntropy', labelSmoothing: 0.1 } as const;
    expectTypeOf<typeof loss>().toExtend<LossSpec>();
    const net = await Network.create({ inputs: 2, layers, loss });
    expect(net.loss).toBe('crossEntropy');
  });

  it('create with layers and a loss that are known only at run time compiles, and resolves', async () => {
    expectTypeOf<LastActivation<readonly LayerSpec[]>>().toEqualTypeOf<ActivationName>();
    const activation = (['sigmoid', 'softmax'] as ActivationName[])[0]!;
    const layers: LayerSpec[] = [2, 3].map((units) => ({ units, activation }));
    const loss = (['binaryCrossEntropy', 'crossEntropy'] as LossName[])[0]!;
    const options: NetworkOptions = { inputs: 2, layers, loss };
    expect((await Network.create({ inputs: 2, layers, loss })).loss).toBe(loss);
    expect((await Network.create(options)).loss).toBe(loss);
  });
});

describe('LossFor', () => {
  const losses = {
    softmax: ['crossEntropy', 'focal'],
    tanh: [
      ...(['quadratic', 'meanSquaredError', 'meanAbsoluteError', 'huber', 'hinge'] as const),
      ...(['logCosh', 'quantile'] as const),
    ],
  } as const satisfies { [Name in ActivationName]?: readonly LossFor<Name>[] };

  it.each(Object.entries(losses))(
    'LossFor<%s> compiles to the losses that create accepts',
    async (name, valid) => {
      expectTypeOf<LossFor<ActivationName>>().toEqualTypeOf<LossName>();
      expectTypeOf<LossFor<'softmax'>>().toEqualTypeOf<(typeof losses.softmax)[number]>();
      expectTypeOf<LossFor<'tanh'>>().toEqualTypeOf<(typeof losses.tanh)[number]>();
      const layers: LayerSpec[] = [{ units: 2, activation: name as keyof typeof losses }];
      const accepted = lossNames.map((loss) =>
        Network.create({ inputs: 2, layers, loss }).then(
          () => [loss],
          () => [],
        ),
      );
      expect((await Promise.all(accepted)).flat().sort()).toEqual([...valid].sort());
    },
  );
});
