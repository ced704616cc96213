import { TypeFault } from '../errors.js';

/** What bp4/brain has instead of the other networks of brain.js. */
export const INSTEAD =
  'bp4/brain has only the dense NeuralNetwork, which also takes the place of NeuralNetworkGPU';

/** @throws TypeError on construction */
type Absent = new (...args: never[]) => never;

/** The classes of brain.js that are left out stand in the default export, so that `new` names the reason. */
const leaveOut = <Name extends string>(...names: Name[]): Record<Name, Absent> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      function () {
        throw new TypeFault({ place: name, problem: 'is not included', cure: INSTEAD });
      },
    ]),
  ) as unknown as Record<Name, Absent>;

export const absent = {
  ...leaveOut('Recurrent', 'NeuralNetworkGPU', 'FeedForward', 'AE'),
  recurrent: leaveOut('RNN', 'LSTM', 'GRU', 'RNNTimeStep', 'LSTMTimeStep', 'GRUTimeStep'),
};
