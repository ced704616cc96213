import { Option } from 'commander';
import { checkApart, checkFolder } from '../data/output-paths.js';
import type { OptionGroup } from './command.js';

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

/**
 * Checks where the report is to go, if there is to be one: before all that leads to it.
 * @param inputs what is read, and must not be written over
 * @throws UsageError, DataError if it may not be written
 */
export async function checkReportPath(
  { report: path }: ReportFlags,
  inputs: readonly string[],
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  checkApart('--report', path, inputs);
  await checkFolder(path);
  return path;
}
