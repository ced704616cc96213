import type { ThreadChoice } from './kernels.js';

interface BuiltinModules {
  getBuiltinModule?: (name: string) => Record<string, unknown> | undefined;
}

/** A module of Node, Bun or Deno; undefined in a page. */
export const builtin = (name: string): Record<string, unknown> | undefined =>
  (globalThis as { process?: BuiltinModules }).process?.getBuiltinModule?.(name);

/** The number of processors available to this program. */
export function processorCount(): number {
  const available = builtin('os')?.['availableParallelism'] as (() => number) | undefined;
  return available?.() ?? (globalThis as { navigator?: Navigator }).navigator?.hardwareConcurrency ?? 1;
}

/** Bytes of memory that this program can have. A gigabyte where that's unknown: in Safari, Firefox and Deno. */
export function availableMemory(): number {
  const { Deno, process, navigator } = globalThis as {
    Deno?: unknown;
    process?: { availableMemory?: () => number };
    navigator?: { deviceMemory?: number };
  };
  if (Deno !== undefined) return 2 ** 30; // it would ask the user for the permission to say
  const freeMemory = builtin('os')?.['freemem'] as (() => number) | undefined;
  return process?.availableMemory?.() ?? freeMemory?.() ?? (navigator?.deviceMemory ?? 1) * 2 ** 30;
}

/** Steps of smaller networks take less time than the meetings of threads. */
const FEWEST_WEIGHTS = 10_000;

/**
 * The reason why one thread must compute alone; undefined if several can.
 * @param weights the number of weights of the network
 */
export function reasonForOne(choice: ThreadChoice, weights: number): string | undefined {
  if (choice === 1) return 'threads is 1, the default';
  if (choice === 'auto' && weights < FEWEST_WEIGHTS) {
    return 'its steps are too short to gain from several threads';
  }
  if (choice === 'auto' && processorCount() < 2) return 'there is one processor';
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) {
    return 'the page is not cross-origin isolated, so threads cannot share memory';
  }
  return undefined;
}
