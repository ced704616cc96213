import { Option } from 'commander';
import type { OptionGroup } from './command.js';
import type { DataFlags } from './data.js';
import type { NetworkFlags } from './network.js';
import type { ShardFlags } from './shards.js';
import type { CalibrateFlags, FindRateFlags, TrainingFlags } from './training.js';
import { valueOption, wholeNumber } from './values.js';

/** Options about the files of a run: what to save, and what to resume. */
interface TrainFileFlags {
  readonly out?: string;
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  readonly tensorboard?: string;
  /** True if no file was named. */
  readonly resume?: string | true;
}

/** All options of `bp4 train`. */
export type TrainFlags = DataFlags &
  NetworkFlags &
  TrainingFlags &
  FindRateFlags &
  CalibrateFlags &
  ShardFlags &
  TrainFileFlags &
  ReportFlags;

export const trainFileGroup: OptionGroup = {
  heading: 'Files',
  options: [
    new Option(
      '-o, --out <file>',
      'Model file; its extension sets the format (default: ./iris.bp4 for iris.csv)',
    ),
    new Option('--checkpoint <file>', 'File to save to during training, for --resume'),
    valueOption(
      '--checkpoint-every <n>',
      'Epochs between checkpoints (default: 1, with at most one checkpoint per second)',
      wholeNumber({ min: 1 }),
    ),
    new Option(
      '--tensorboard <directory>',
      'Write losses, scores and histograms of the weights after each epoch, for TensorBoard',
    ),
    new Option(
      '--resume [file]',
      'Continue a stopped run, or train a finished model on new data (default: the .bp4 argument, else --checkpoint, else --out)',
    ),
  ],
};

export interface ReportFlags {
  readonly report?: string;
}

/** The options of commands that can write a report. */
export const reportGroup: OptionGroup = {
  heading: 'Output',
  options: [new Option('--report <file>', 'Write a self-contained HTML report with charts')],
};
