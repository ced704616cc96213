import { Option } from 'commander';
import type { OptionGroup } from './command.js';
import type { DataFlags } from './data.js';
import type { NetworkFlags } from './network.js';
import type { ShardFlags } from './shards.js';
import type { TrainingFlags } from './training.js';
import { valueOption, wholeNumber } from './values.js';

/** Where a training is saved, and from where it goes on. */
interface TrainFileFlags {
  readonly out?: string;
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  /** True where no file was named. */
  readonly resume?: string | true;
}

/** All that `bp4 train` takes. */
export type TrainFlags = DataFlags & NetworkFlags & TrainingFlags & ShardFlags & TrainFileFlags & ReportFlags;

export const trainFileGroup: OptionGroup = {
  heading: 'Files',
  options: [
    new Option(
      '-o, --out <file>',
      'Model file to write; its extension sets the format, as for bp4 export (default: iris.bp4 for iris.csv, in the current folder)',
    ),
    new Option('--checkpoint <file>', 'File to save to during training, for --resume'),
    valueOption(
      '--checkpoint-every <n>',
      'Epochs between checkpoints (default: 1, with at most one checkpoint per second)',
      wholeNumber({ min: 1 }),
    ),
    new Option(
      '--resume [file]',
      'Continue training from this file; the result is the same as without the stop (default: the .bp4 argument, ' +
        'otherwise --checkpoint, otherwise --out)',
    ),
  ],
};

export interface ReportFlags {
  readonly report?: string;
}

/** What a command takes that can write a report. */
export const reportGroup: OptionGroup = {
  heading: 'Report',
  options: [new Option('--report <file>', 'Write a self-contained HTML report with charts')],
};
