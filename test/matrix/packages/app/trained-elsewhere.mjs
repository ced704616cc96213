import { Network } from 'bp4';
import { trainInWorker } from 'bp4/worker';
import { where } from './where.mjs';
import { EXPECTED, weightHash } from './weight-hash.mjs';

/** The check that needs bp4's worker, whose file a bundler has to find. */
export const workerChecks = {
  async 'bp4/worker'(engine) {
    const { hash } = await weightHash(Network, engine, (net, data, options) =>
      trainInWorker(net, data, options, where),
    );
    return hash === EXPECTED;
  },
};
