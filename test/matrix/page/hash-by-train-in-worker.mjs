import { Network } from '/dist/index.js';
import { trainInWorker } from '/dist/worker/index.js';
import { weightHash } from '/weight-hash.mjs';

/** The same, trained by bp4's own worker. */
export default async function hashByTrainInWorker(options) {
  return await weightHash(Network, options, trainInWorker);
}
