// The peer's side of the protocol in child.ts: one line per command, one line per answer.

import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readCase } from './case.mjs';

/**
 * @param {(job: import('./case.d.mts').Case) => import('./serve.d.mts').Peer | Promise<import('./serve.d.mts').Peer>} prepare
 */
export async function serve(prepare) {
  // Libraries print greetings to stdout, which is for answers.
  console.log = console.info = console.warn = console.error;
  let job;
  let peer;
  let nextOrder;
  const commands = {
    async prepare(directory) {
      job = readCase(directory);
      nextOrder = drawOrders(job);
      peer = await prepare(job);
      return peer.note ?? '';
    },
    async train(samples, epochs) {
      const start = performance.now();
      await train(Number(samples), Number(epochs));
      return (performance.now() - start) / 1000;
    },
    async predict(file) {
      writeFileSync(file, await peer.predict(job.questions));
      return '';
    },
  };
  async function train(samples, epochs) {
    if (peer.train) return peer.train(samples, epochs);
    if (!job.shuffle) return peer.learn(nextOrder(samples), epochs);
    for (let epoch = 0; epoch < epochs; epoch++) await peer.learn(nextOrder(samples), 1);
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ');
    process.stdout.write(`ok ${await commands[command](...words)}\n`);
  }
}

/** The first epoch has the order that all peers share; later epochs draw their own. */
function drawOrders(job) {
  let given = job.order;
  return (samples) => {
    if (given?.length === samples) {
      const order = given;
      given = undefined;
      return order;
    }
    const order = Uint32Array.from({ length: samples }, (_, n) => n);
    if (job.shuffle) shuffle(order);
    return order;
  };
}

function shuffle(order) {
  for (let n = order.length - 1; n > 0; n--) {
    const other = Math.floor(Math.random() * (n + 1));
    [order[n], order[other]] = [order[other], order[n]];
  }
}
