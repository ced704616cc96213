import type { OptionGroup } from '../command.js';

/** What a command takes that can write a report. */
export const reportOption: OptionGroup = {
  title: 'Report',
  options: {
    report: {
      type: 'string',
      value: 'FILE',
      description: 'A page of HTML, complete in itself, that tells the same in pictures.',
    },
  },
};
