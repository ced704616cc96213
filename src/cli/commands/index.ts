import type { Command } from '../options/command.js';

/** Each command is loaded when it is called for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import('./train.js')).train,
  predict: async () => (await import('./predict.js')).predict,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  diagnose: async () => (await import('./diagnose.js')).diagnose,
  export: async () => (await import('./export.js')).exportModel,
  inspect: async () => (await import('./inspect.js')).inspect,
  bench: async () => (await import('./bench.js')).bench,
};

/** In the order in which help lists them. */
export const commandNames: readonly string[] = Object.keys(commands);

/** @param name one of `commandNames` */
export const loadCommand = (name: string): Promise<Command> => commands[name]!();
