import type { NeuralNetwork } from './neural-network.js';

/**
 * The key, or the index, of the network's largest output.
 * @returns a string, as in brain.js
 * @throws as `run` does
 */
export function likely<Input, Output>(input: Partial<Input>, net: NeuralNetwork<Input, Output>): string {
  const output = Object.entries(net.run(input) as Readonly<Record<string, number>>);
  return output.reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}
