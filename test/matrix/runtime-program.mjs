import { Network } from 'bp4';
import { loadFile, saveFile } from 'bp4/node';
import { trainInWorker } from 'bp4/worker';
import { weightHash } from './weight-hash.mjs';

// Run by each runtime of runtimes.mjs, in a project where bp4 is installed: does the training in one way, and prints what came
// out. Its arguments are the engine's options as JSON, and by whom it is trained.

const [, , json, by] = process.argv;
const engineOptions = JSON.parse(json);

/** In the place of Network: its worker is stopped after the first epoch, and another goes on with what a file has kept. */
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
  trainInWorker: () => weightHash(Network, engineOptions, trainInWorker),
  file: () => weightHash(NetworkThroughFile, engineOptions),
};

const version = globalThis.Bun?.version ?? globalThis.Deno?.version.deno ?? process.versions.node;
console.log(JSON.stringify({ ...(await ways[by]()), version, arch: process.arch }));
