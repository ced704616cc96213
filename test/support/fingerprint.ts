import { createHash } from 'node:crypto';
import type { Network } from '../../src/index.js';

/** SHA-256 of the state that training depends on: weights, biases and the state of the generator. */
export function fingerprint(net: Network): string {
  const hash = createHash('sha256');
  for (const { weights, biases } of net.layers) hash.update(weights).update(biases);
  return hash.update(String(net.toJSON().generator)).digest('hex');
}
