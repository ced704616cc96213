import type { Command } from '../command.js';

export const train: Command = {
  summary: 'Trains a network on a data file.',
  usage: 'train DATA [options]',
  description: [],
  examples: [['bp4 train iris.csv', 'Guesses the rest, and says what it guessed.']],
  options: [],
  positionals: [1, 1],
  run: async (args, io) => {
    io.say(`to be trained: ${args.positionals[0]}`);
    await Promise.resolve();
  },
};
