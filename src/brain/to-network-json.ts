import { shortest } from '../base/shortest.js';
import type { NetworkJSON } from '../model/json.js';
import { rowsOf, type Written } from './json.js';
import { specOf } from './machine.js';

/** A network for bp4's own Network.fromJSON. */
export function networkJSONOf({ sizes, parameters, trainOpts }: Written): NetworkJSON {
  const { activation, leakyReluAlpha: alpha } = trainOpts;
  const { inputs, loss, layers } = specOf({ sizes, activation, alpha });
  return {
    format: 'bp4',
    version: 1,
    inputs,
    loss,
    layers: layers.map(({ units, activation }, l) => {
      const { weights, biases } = parameters[l]!;
      return {
        units,
        activation,
        ...(activation === 'leakyRelu' && { alpha }),
        weights: rowsOf(weights, units).map((row) => row.map(shortest)),
        biases: Array.from(biases, shortest),
      };
    }),
  };
}
