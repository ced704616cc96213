import { Option } from 'commander';
import type { OptionGroup } from './command.js';
import type { DataFlags } from './data.js';
import type { NetworkFlags } from './network.js';
import type { TrainingFlags } from './training.js';
import { wholeNumber } from './values.js';

/** Where a training is saved, and from where it goes on. */
interface TrainFileFlags {
  readonly out?: string;
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  /** True where no file was named. */
  readonly resume?: string | true;
}

/** All that `bp4 train` takes. */
export type TrainFlags = DataFlags & NetworkFlags & TrainingFlags & TrainFileFlags & ReportFlags;

export const trainFileGroup: OptionGroup = {
  heading: 'Files',
  options: [
    new Option('-o, --out <file>', 'the model (default: iris.bp4 of iris.csv, in this folder)'),
    new Option(
      '--checkpoint <file>',
      'where to save the training while it goes on, so that --resume can go on with it',
    ),
    new Option(
      '--checkpoint-every <n>',
      'epochs between two checkpoints (default: each, but not more than one a second)',
    ).argParser(wholeNumber({ min: 1 })),
    new Option(
      '--resume [file]',
      'goes on with a training that was stopped, to the same bits as if it had not been: from FILE, or the .bp4 file ' +
        'among the arguments, or --checkpoint, or --out',
    ),
  ],
};

export interface ReportFlags {
  readonly report?: string;
}

/** What a command takes that can write a report. */
export const reportGroup: OptionGroup = {
  heading: 'Report',
  options: [
    new Option('--report <file>', 'a page of HTML, complete in itself, that shows the same in pictures'),
  ],
};
