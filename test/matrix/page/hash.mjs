import { Network } from '/dist/index.js';
import { weightHash } from '/weight-hash.mjs';

/** The hash of the weights, and the reason if one thread computed although several were requested. */
export default async function hash(options) {
  const answer = await weightHash(Network, options);
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], ...options });
  const data = { inputs: [[1]], targets: [[1]] };
  await net.train(data, { epochs: 1 }); // threads start when they are first needed
  const { singleThreadReason: reason } = net;
  net.dispose();
  return { ...answer, reason };
}
