import { createHash } from 'node:crypto';
import type { Network } from '../../network.js';

/** Of all weights and biases, layer by layer: 16 digits of SHA-256; the same wherever the same was trained. */
export function weightsHash(net: Network): string {
  const hash = createHash('sha256');
  for (const { weights, biases } of net.layers) hash.update(bytesOf(weights)).update(bytesOf(biases));
  return hash.digest('hex').slice(0, 16);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
