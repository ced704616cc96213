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

// A loss that does not go with the last activation is refused by the compiler (`npm run check:types` reads this file),
// and where the compiler cannot know it, when it is run.

describe('the compiler', () => {
  const softmax = { units: 2, activation: 'softmax' } as const;
  const sigmoid = { units: 2, activation: 'sigmoid' } as const;

  it('refuses crossEntropy after sigmoid', async () => {
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

  it('refuses quadratic after softmax, even when softmax is in a constant', async () => {
    // @ts-expect-error -- it goes with the others
    await expect(Network.create({ inputs: 2, layers: [softmax], loss: 'quadratic' })).rejects.toThrow(
      RangeError,
    );
  });

  it('refuses hinge after sigmoid', async () => {
    // @ts-expect-error -- it goes with tanh and linear
    await expect(Network.create({ inputs: 2, layers: [sigmoid], loss: 'hinge' })).rejects.toThrow(RangeError);
  });

  it('refuses to smooth binary targets after softmax', async () => {
    const loss = { name: 'binaryCrossEntropy', labelSmoothing: 0.1 } as const;
    // @ts-expect-error -- it goes with sigmoid
    await expect(Network.create({ inputs: 2, layers: [softmax], loss })).rejects.toThrow(RangeError);
  });

  it('refuses a parameter that the loss does not have', async () => {
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

describe('the compiler, of valid options,', () => {
  it('accepts losses after their activations', async () => {
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 3, activation: 'leakyRelu', alpha: 0.2 },
        { units: 2, activation: 'softmax' },
      ],
      loss: { name: 'crossEntropy', labelSmoothing: 0.1 },
    });
    expect(net.loss).toBe('crossEntropy');
  });

  it('accepts layers and a loss that are known only at run time', async () => {
    const activation = (['sigmoid', 'softmax'] as ActivationName[])[0]!;
    const layers: LayerSpec[] = [2, 3].map((units) => ({ units, activation }));
    const loss = (['binaryCrossEntropy', 'crossEntropy'] as LossName[])[0]!;
    const options: NetworkOptions = { inputs: 2, layers, loss };
    expect((await Network.create({ inputs: 2, layers, loss })).loss).toBe(loss);
    expect((await Network.create(options)).loss).toBe(loss);
  });
});

it('LossFor lists the losses of an activation', () => {
  expectTypeOf<LossFor<'softmax'>>().toEqualTypeOf<'crossEntropy'>();
  expectTypeOf<LossFor<'tanh'>>().toEqualTypeOf<
    'quadratic' | 'meanSquaredError' | 'meanAbsoluteError' | 'huber' | 'hinge'
  >();
  expectTypeOf<LossFor<ActivationName>>().toEqualTypeOf<LossName>();
  expectTypeOf<LastActivation<readonly LayerSpec[]>>().toEqualTypeOf<ActivationName>();
  expectTypeOf<{ name: 'huber'; delta: number }>().toExtend<LossSpec>();
});
