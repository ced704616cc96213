import { Network } from 'bp4';
import { loadFile, saveFile } from 'bp4/node';
import { weightHash } from './weight-hash.mjs';

// Run by each runtime of runtimes.mjs, in a project where bp4 is installed: does the training in one way, and prints what came
// out. Its arguments are the engine's options as JSON, and by whom it is trained.

const [, , json, by] = process.argv;
const engineOptions = JSON.parse(json);

/** In the place of Network: stops after the first epoch, and goes on with what was saved to a file and loaded from it. */
const NetworkThroughFile = {
  async create(spec) {
    let net = await Network.create(spec);
    return {
      async train(data, options) {
        const stop = new AbortController();
        const stopped = net.train(data, { ...options, signal: stop.signal, onEpoch: () => stop.abort() });
        await stopped.catch((error) => {
          if (!stop.signal.aborted) throw error;
        });
        await saveFile(net, 'network.bp4');
        net.dispose();
        net = await loadFile('network.bp4', engineOptions);
        return await net.train(data, { ...options, resume: true });
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
  file: () => weightHash(NetworkThroughFile, engineOptions),
};

const version = globalThis.Bun?.version ?? globalThis.Deno?.version.deno ?? process.versions.node;
console.log(JSON.stringify({ ...(await ways[by]()), version, arch: process.arch }));
