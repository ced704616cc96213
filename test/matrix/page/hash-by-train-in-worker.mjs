import { Network } from '/dist/index.js';
import { trainInWorker } from '/dist/worker/index.js';
import { weightHash } from '/weight-hash.mjs';

/** The hash of the weights, trained with `trainInWorker`. */
export default async function hashByTrainInWorker(options) {
  return await weightHash(Network, options, trainInWorker);
}
