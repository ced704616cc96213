import { TypeFault } from '../errors.js';

/** What bp4/brain has instead of the other networks of brain.js. */
export const INSTEAD =
  'bp4/brain has only the dense NeuralNetwork, which also takes the place of NeuralNetworkGPU; keep brain.js beside it for the others';

/** @throws TypeError on construction, and when called */
export type Absent = new (...args: unknown[]) => never;

/** Throws only when used, so that programs which merely name it run. */
const leaveOut = (name: string): Absent =>
  function () {
    throw new TypeFault({ place: name, problem: 'is not included', cure: INSTEAD });
  } as unknown as Absent;

/** Every name in it is left out. */
const leaveOutAll = (): Readonly<Record<string, Absent>> =>
  new Proxy<Record<string, Absent>>(
    {},
    {
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? leaveOut(name) : undefined) as Absent,
    },
  );

export const AE = leaveOut('AE');
export const FeedForward = leaveOut('FeedForward');
export const Recurrent = leaveOut('Recurrent');
export const recurrent = {
  RNN: leaveOut('RNN'),
  LSTM: leaveOut('LSTM'),
  GRU: leaveOut('GRU'),
  RNNTimeStep: leaveOut('RNNTimeStep'),
  LSTMTimeStep: leaveOut('LSTMTimeStep'),
  GRUTimeStep: leaveOut('GRUTimeStep'),
};
/** The layers of FeedForward. */
export const layer = leaveOutAll();
export const layerTypes = leaveOutAll();
/** The update rules of FeedForward. */
export const praxis = leaveOutAll();
