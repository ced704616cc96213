import { createRequire } from 'node:module';
import { Network } from 'bp4';
import { loadFile, saveFile } from 'bp4/node';
import { trainInWorker } from 'bp4/worker';
import { weightHash } from './weight-hash.mjs';

// Each runtime of runtimes.mjs runs this program in a project with bp4: it does the training in one way and prints the
// result. Its arguments are the engine's options as JSON, and the trainer.

const [, , json, by] = process.argv;
const engineOptions = JSON.parse(json);

/** Replaces Network: stops its worker after the first epoch and continues in another from a saved file. */
const NetworkThroughFile = {
  async create(spec) {
    let net = await Network.create(spec);
    return {
      async train(data, options) {
        const stop = new AbortController();
        const stoppable = { ...options, signal: stop.signal, onEpoch: () => stop.abort() };
        await trainInWorker(net, data, stoppable).catch((error) => {
          if (!stop.signal.aborted) throw error;
        });
        await saveFile(net, 'network.bp4');
        net.dispose();
        net = await loadFile('network.bp4', engineOptions);
        return await trainInWorker(net, data, { ...options, resume: true });
      },
      get layers() {
        return net.layers;
      },
      get engine() {
        return net.engine;
      },
      get threads() {
        return net.threads;
      },
      dispose: () => net.dispose(),
    };
  },
};

const ways = {
  train: () => weightHash(Network, engineOptions),
  require: () => weightHash(createRequire(import.meta.url)('bp4').Network, engineOptions),
  trainInWorker: () => weightHash(Network, engineOptions, trainInWorker),
  file: () => weightHash(NetworkThroughFile, engineOptions),
};

const version = globalThis.Bun?.version ?? globalThis.Deno?.version.deno ?? process.versions.node;
console.log(JSON.stringify({ ...(await ways[by]()), version, arch: process.arch }));
