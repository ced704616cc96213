import { EngineError, RangeFault } from '../errors.js';
import { IdlePool } from './idle-pool.js';
import type { Kernels, ThreadChoice } from './kernels.js';
import { reasonForOne } from './processors.js';
import { isCore, isModule, wasmKernels } from './wasm.js';

/**
 * Which engine to use: 'auto' takes WebAssembly where it is to be had, and the reference elsewhere. Hosts that compile
 * nothing while they run take `bp4/core.wasm`, compiled: with `import core from 'bp4/core.wasm'`, as they mean it.
 */
export type EngineChoice = 'auto' | 'wasm' | 'reference' | (WebAssembly.Module & object);

/** Kernels that disposed networks gave back. */
const pool = new IdlePool<Kernels>(({ memory }) => memory);

/**
 * Kernels on a memory of their own; its content is undefined. They have a team where several threads are asked for and
 * can be had.
 * @throws EngineError where 'wasm' was asked for and is refused, where the reference is needed and cannot be loaded, or
 * where a module is not that of this version; RangeError where there is no memory for them
 */
export async function takeKernels(engine: EngineChoice, threads: ThreadChoice = 1): Promise<Kernels> {
  if (engine === 'reference') return await referenceKernels();
  const module = isModule(engine) ? engine : undefined;
  if (module && !isCore(module)) {
    throw new EngineError({
      place: 'engine',
      problem: "this module is not the 'bp4/core.wasm' of this version of bp4",
    });
  }
  if (reasonForOne(threads) === undefined) {
    try {
      const { threadedKernels } = await import('./threads.js');
      return await threadedKernels(threads);
    } catch {
      // No shared memory: one thread, then.
    }
  }
  const reused = pool.take();
  if (reused) return reused;
  try {
    return await wasmKernels(module);
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new RangeFault(
        {
          place: 'memory',
          problem: 'the engine has none left for another network',
          cure: 'dispose of those no longer used',
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
        problem: 'WebAssembly with SIMD is refused here',
        option: { name: 'engine', values: ['auto', 'reference'] },
        cure: "use engine: 'auto' or 'reference', or allow 'wasm-unsafe-eval' in the page's Content-Security-Policy",
      },
      { cause },
    );
  }
}

/** Makes reference kernels, where `bp4/reference` has been imported. */
let makeReference: (() => Kernels) | undefined;

/** Takes the reference engine, so that it need not be imported later. */
export function provideReference(make: () => Kernels): void {
  makeReference = make;
}

/**
 * The reference is fetched only where it computes: few programs need it.
 * @throws EngineError where it cannot be fetched
 */
async function referenceKernels(): Promise<Kernels> {
  if (!makeReference) {
    try {
      makeReference = (await import('./reference/reference.js')).referenceKernels;
    } catch (cause) {
      throw new EngineError(
        {
          place: 'engine',
          problem: 'the reference engine cannot be loaded here by import(), which service workers forbid',
          cure: "add import 'bp4/reference'",
        },
        { cause },
      );
    }
  }
  return makeReference();
}

/** Takes kernels back; the caller must not use them afterwards. */
export function giveBackKernels(kernels: Kernels): void {
  kernels.team?.end();
  if (kernels.engine === 'wasm' && !kernels.team) pool.giveBack(kernels);
}

/** Why one thread computes at present, where `threads` were asked for; undefined where several do. */
export function singleThreadReason({ engine, team }: Kernels, threads: ThreadChoice): string | undefined {
  if (team) return team.reason;
  if (engine === 'reference') return 'the reference engine has one thread';
  return reasonForOne(threads) ?? 'shared memory is unavailable';
}
