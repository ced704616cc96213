import type { Arguments } from './arguments.js';
import type { OptionGroup } from './command.js';
import { checkApart, checkFolderOf } from '../data/output-paths.js';

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

/**
 * Where the report is to go, if there is to be one: checked before all that leads to it.
 * @param inputs what is read, and must not be written over
 * @throws Failure where it may not be written
 */
export async function reportPath(args: Arguments, inputs: readonly string[]): Promise<string | undefined> {
  const path = args.string('report');
  if (path === undefined) return undefined;
  checkApart('--report', path, inputs);
  await checkFolderOf(path);
  return path;
}
