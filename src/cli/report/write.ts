import { writeWhole } from '../../node/whole-file.js';
import { inFile } from '../errors.js';
import type { IO } from '../terminal/output.js';
import { reportPage, type Report } from './page.js';

/**
 * @throws Failure where the file cannot be written
 */
export async function writeReport(io: IO, path: string, report: Report): Promise<void> {
  const bytes = new TextEncoder().encode(reportPage(report));
  await inFile(path, () => writeWhole(path, bytes, true));
  io.event('report', { path });
  io.say(`Report: ${io.bold(path)}, to be opened in a browser`);
}
