import { describeFault, isFault, type Fault } from '../../src/errors.js';
import { expect } from 'vitest';
import { Network, type NetworkOptions, type TrainOptions } from '../../src/index.js';
import { fingerprint } from './fingerprint.js';

/** The network on which all invalid calls are made. */
export const spec: NetworkOptions = {
  inputs: 3,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 2, activation: 'softmax' },
  ],
  seed: 1,
};

/** Valid data and options for it. */
export const goodData = {
  inputs: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
  labels: [0, 1, 1],
};
const goodOptions: TrainOptions = { epochs: 2, miniBatchSize: 2, learningRate: 0.1 };

const asCreated = await Network.create(spec).then(fingerprint);
const asTrained = await afterGoodTraining(await Network.create(spec));

/** @returns the fingerprint after a call that must succeed */
export async function afterGoodTraining(net: Network): Promise<string> {
  await net.train(goodData, goodOptions);
  return fingerprint(net);
}

/** The error that an invalid call must throw or reject with: its class, and a pattern of its message. */
export type Expected = readonly [Class: new (...args: never[]) => Error, message: RegExp | string];

/** Makes an invalid call and returns the error. */
export async function catchError(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, but the call succeeded');
}

/**
 * Expects the call to fail with this error. An error of bp4 carries its place, problem and cure, and its message follows from
 * them. A plain Error comes from the caller's code.
 */
export async function expectError(call: () => unknown, [Class, message]: Expected): Promise<void> {
  const error = await catchError(call);
  expect(error).toBeInstanceOf(Class);
  expect((error as Error).message).toMatch(message);
  if (Class === Error) return;
  expect(isFault(error), `${String(error)} has place, problem and cure`).toBe(true);
  expect((error as Error).message).toBe(describeFault(error as Error & Fault));
}

/** Expects the call to fail, to leave every bit of the network unchanged, and not to affect later training. */
export async function expectHarmlessError(
  call: (net: Network) => unknown,
  expected: Expected,
): Promise<void> {
  const net = await Network.create(spec);
  await expectError(() => call(net), expected);
  expect(fingerprint(net)).toBe(asCreated);
  expect(await afterGoodTraining(net)).toBe(asTrained);
  net.dispose();
}
