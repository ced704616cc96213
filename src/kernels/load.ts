import { isCore, isModule, wasmKernels } from './wasm.js';
import { EngineError, RangeFault } from '../errors.js';
import { loaded } from '../base/loaded.js';
import type { Kernels, ThreadChoice } from './kernels.js';
import { reasonForOne } from './processors.js';

/**
 * The engine: 'auto' uses WebAssembly if the host supports it, and the reference otherwise. On hosts that can't compile
 * WebAssembly at run time, pass the compiled module of `bp4/core.wasm`, from `import core from 'bp4/core.wasm'`.
 */
export type EngineChoice = 'auto' | 'wasm' | 'reference' | (WebAssembly.Module & object);

/**
 * Kernels of disposed networks. The next network reuses them with their memory, because engines collect a WebAssembly memory late and
 * allow only a limited number. Large memories are dropped, because memories can't shrink.
 */
const idle: Kernels[] = [];
const MOST_IDLE = 4;
const MOST_BYTES = 64 * 1024 * 1024;

/** Whether the host had memory for WebAssembly before. */
let hasMemory = false;

/**
 * Takes kernels with a memory to themselves; its content is undefined. They have a team if the caller asks for several
 * threads and the host supports them.
 * @param weights the number of weights of the network that will use them
 * @throws EngineError if the host refuses 'wasm', if the reference is needed and can't be loaded, or if a module belongs to
 * another version; RangeError if the host has no memory for them
 */
export async function takeKernels(
  engine: EngineChoice,
  threads: ThreadChoice = 1,
  weights = Infinity,
): Promise<Kernels> {
  if (engine === 'reference') return await referenceKernels();
  const module = isModule(engine) ? engine : undefined;
  if (module && !isCore(module)) {
    throw new EngineError({
      place: 'engine',
      problem: "this module is not the 'bp4/core.wasm' of this version of bp4",
    });
  }
  if (reasonForOne(threads, weights) === undefined) {
    try {
      const { threadedKernels } = await import('./threads.js');
      return await threadedKernels(threads, weights);
    } catch {
      // Without shared memory, one thread computes.
    }
  }
  const reused = idle.pop();
  if (reused) return reused;
  try {
    const kernels = await wasmKernels(module);
    hasMemory = true;
    return kernels;
  } catch (cause) {
    // Without address space (`ulimit -v`), the first memory fails already: then the reference computes.
    if (cause instanceof RangeError && (hasMemory || engine !== 'auto')) {
      throw new RangeFault(
        {
          place: 'memory',
          problem: 'the engine has none left for another network',
          cure: 'dispose of unused networks',
        },
        {
          cause,
        },
      );
    }
    // No SIMD, or a Content-Security-Policy without 'wasm-unsafe-eval'.
    if (engine === 'auto') return await referenceKernels();
    throw new EngineError(
      {
        place: 'engine',
        problem: 'this host refuses WebAssembly with SIMD',
        option: { name: 'engine', values: ['auto', 'reference'] },
        cure: "use engine: 'auto' or 'reference', or allow 'wasm-unsafe-eval' in the page's Content-Security-Policy",
      },
      { cause },
    );
  }
}

/** Creates reference kernels; set by the import of `bp4/reference`. */
let makeReference: (() => Kernels) | undefined;

/** Provides the reference engine, so that it needs no import() later. */
export function provideReference(make: () => Kernels): void {
  makeReference = make;
}

/**
 * Loads the reference only when it computes, because few programs need it.
 * @throws EngineError if it can't be loaded
 */
async function referenceKernels(): Promise<Kernels> {
  makeReference ??= (await loaded('engine', import('./reference/reference.js'))).referenceKernels;
  return makeReference();
}

/** Takes kernels back; the caller must not use them afterward. */
export function giveBackKernels(kernels: Kernels): void {
  kernels = kernels.base ?? kernels; // not the loss of the user's own
  kernels.team?.end();
  if (kernels.engine !== 'wasm' || kernels.team || kernels.memory.buffer.byteLength > MOST_BYTES) return;
  if (idle.push(kernels) > MOST_IDLE) idle.shift();
}

/** The reason why one thread computes now, although the caller asked for `threads`; undefined if several compute. */
export function singleThreadReason(
  { engine, team }: Kernels,
  threads: ThreadChoice,
  weights: number,
): string | undefined {
  if (team) return team.reason;
  if (engine === 'reference') return 'the reference engine has one thread';
  return reasonForOne(threads, weights) ?? 'shared memory is unavailable';
}
