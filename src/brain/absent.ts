import { TypeFault } from '../errors.js';

// The classes of brain.js that bp4/brain leaves out. They stand in its default export, so that `new` names the reason.

/** @throws TypeError on construction */
type Absent = new (...args: never[]) => never;

const leaveOut = (name: string, cure: string): Absent =>
  class {
    constructor() {
      throw new TypeFault({
        place: name,
        problem: 'is not part of bp4/brain, which has only the dense NeuralNetwork',
        cure,
      });
    }
  } as Absent;

const recurrentCure = 'keep brain.js for recurrent networks';
const namesOfRecurrent = ['RNN', 'LSTM', 'GRU', 'RNNTimeStep', 'LSTMTimeStep', 'GRUTimeStep'];

export const absent = {
  recurrent: Object.fromEntries(
    namesOfRecurrent.map((name) => [name, leaveOut(`recurrent.${name}`, recurrentCure)]),
  ),
  Recurrent: leaveOut('Recurrent', recurrentCure),
  NeuralNetworkGPU: leaveOut(
    'NeuralNetworkGPU',
    'use NeuralNetwork, which takes the same options and needs no GPU',
  ),
  FeedForward: leaveOut('FeedForward', 'use NeuralNetwork with hiddenLayers'),
  AE: leaveOut('AE', 'use NeuralNetwork with the inputs as outputs'),
};
