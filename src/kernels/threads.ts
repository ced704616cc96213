import { LINE, roundUp } from '../memory/layout.js';
import { PagedMemory } from '../memory/memory.js';
import { Team } from '../memory/team.js';
import type { Kernels, ThreadChoice } from './kernels.js';
import { WorkerTeam } from './team.js';
import { wasmText } from './wasm-threads-module.js';
import { compile, instantiateKernels, type KernelExports } from './wasm.js';

// Loaded only if the caller asks for several threads.

/** The reach of a 32-bit pointer. A shared memory must declare its maximum at creation. */
const MOST_PAGES = 65536;

/** Multiplications of a pass outside of training that take longer than to wake the other threads: some 50 µs. */
const LEAST_WORK = 1e6;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Kernels whose `descend`, `feedForward` and `backpropagate` run on several threads once the team is prepared.
 * @param weights the number of weights of the network
 * @throws any error of WebAssembly, if the host lacks shared memory or refuses it
 */
export async function threadedKernels(choice: ThreadChoice, weights: number): Promise<Kernels> {
  compiled ??= compile(wasmText);
  const module = await compiled;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const { heapBase, ...exports } = await instantiateKernels<KernelExports & TeamExports>(module, memory);
  const { descendTogether, feedForwardTogether, backpropagateTogether, ...kernels } = exports;
  const team = new WorkerTeam(module, memory, heapBase.value, choice, kernels.descend);
  return {
    ...kernels,
    engine: 'wasm',
    bytesPerFloat: 4,
    memory: new PagedMemory(memory, heapBase.value + roundUp(Team.bytes, LINE)),
    team,
    descend(...job) {
      team.assertComplete();
      const { threads } = team;
      const start = performance.now();
      const learned = threads === 1 ? kernels.descend(...job) : descendTogether(threads, ...job);
      team.note(learned, job[4], performance.now() - start);
      return learned;
    },
    feedForward(net, rows, isTraining = 0) {
      const work = rows * weights;
      const alone = (): void => kernels.feedForward(net, rows, isTraining);
      if (work < LEAST_WORK) alone();
      else team.runPass(work, alone, (threads) => feedForwardTogether(threads, net, rows, isTraining));
    },
    backpropagate(net, rows, costWeights) {
      const work = 2 * rows * weights;
      const alone = (): void => kernels.backpropagate(net, rows, costWeights);
      if (work < LEAST_WORK) alone();
      else team.runPass(work, alone, (threads) => backpropagateTogether(threads, net, rows, costWeights));
    },
  };
}

/** The additional exports of the module for threads. */
interface TeamExports {
  descendTogether(this: void, threads: number, ...job: Parameters<Kernels['descend']>): number;
  feedForwardTogether(
    this: void,
    threads: number,
    ...pass: Required<Parameters<Kernels['feedForward']>>
  ): number;
  backpropagateTogether(this: void, threads: number, ...pass: Parameters<Kernels['backpropagate']>): number;
}
