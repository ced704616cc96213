import type { CommandDefinition, CommandGroup } from '../options/command.js';

/** A command as the overview lists it. Everything else about it is loaded when it is called. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<CommandDefinition | CommandGroup>;
}

/** In the order in which help lists them. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'train',
    summary: 'Train a network on a data file and test it',
    example: 'bp4 train iris.csv',
    load: async () => (await import('./train.js')).train,
  },
  {
    name: 'search',
    summary: 'Try many networks and training settings, and combine the best',
    example: 'bp4 search iris.csv',
    load: async () => (await import('./search.js')).search,
  },
  {
    name: 'predict',
    summary: 'Predict new samples',
    example: 'bp4 predict iris.bp4 new.csv',
    load: async () => (await import('./predict.js')).predict,
  },
  {
    name: 'evaluate',
    summary: 'Measure a network on labeled samples',
    example: 'bp4 evaluate iris.bp4 other.csv',
    load: async () => (await import('./evaluate.js')).evaluate,
  },
  {
    name: 'explain',
    summary: 'Show how much the model depends on each column',
    example: 'bp4 explain iris.bp4 other.csv',
    load: async () => (await import('./explain.js')).explain,
  },
  {
    name: 'diagnose',
    summary: 'Find what keeps a network from learning, and what to try',
    example: 'bp4 diagnose iris.bp4 iris.csv',
    load: async () => (await import('./diagnose.js')).diagnose,
  },
  {
    name: 'export',
    summary: 'Convert a model to another format',
    example: 'bp4 export iris.bp4 iris.onnx',
    load: async () => (await import('./export.js')).exportModel,
  },
  {
    name: 'inspect',
    summary: 'Show what a model file contains',
    example: 'bp4 inspect iris.bp4',
    load: async () => (await import('./inspect.js')).inspect,
  },
  {
    name: 'playground',
    summary: 'Serve a page that steps through backpropagation',
    example: 'bp4 playground --open',
    load: async () => (await import('./playground.js')).playground,
  },
  {
    name: 'bench',
    summary: 'Measure how fast this machine trains',
    example: 'bp4 bench',
    load: async () => (await import('./bench.js')).bench,
  },
  {
    name: 'worker',
    summary: 'Train networks for searches and runs started elsewhere',
    example: 'bp4 worker --queue redis://192.168.0.5:6379',
    load: async () => (await import('./worker.js')).worker,
  },
  {
    name: 'queue',
    summary: 'Manage the queue that searches and workers share',
    example: 'bp4 queue status redis://192.168.0.5:6379',
    load: async () => (await import('./queue.js')).queue,
  },
];
