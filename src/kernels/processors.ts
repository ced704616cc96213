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

/** The reason why one thread must compute alone; undefined if several can. */
export function reasonForOne(choice: ThreadChoice): string | undefined {
  if (choice === 1) return 'threads is 1, the default';
  if (choice === 'auto' && processorCount() < 2) return 'there is one processor';
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) {
    return 'the page is not cross-origin isolated, so threads cannot share memory';
  }
  return undefined;
}
