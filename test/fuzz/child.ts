// A process of its own for some tries of one reader: its heap is limited, and it may hang or break down.
import { openSync, writeSync } from 'node:fs';
import { fuzz, type Report } from './fuzz.js';
import type { Reader } from './reader.js';

export interface Job {
  /** The URL of a module that exports `readers`. */
  readonly module: string;
  readonly reader: string;
  readonly first: number;
  readonly tries: number;
  /** A file in which the number of the try that goes on is to be found. */
  readonly progress: string;
}

export interface Result extends Report {
  readonly peakBytes: number;
}

const job = JSON.parse(process.argv[2]!) as Job;
const { readers } = (await import(job.module)) as { readers: readonly Reader[] };
const reader = readers.find(({ name }) => name === job.reader);
if (!reader) throw new Error(`no reader ${job.reader}`);

process.on('disconnect', () => process.exit()); // nobody waits anymore

const place = openSync(job.progress, 'w');
const number = Buffer.alloc(4);
const report = await fuzz(reader, {
  ...job,
  onTry(n) {
    number.writeUInt32LE(n);
    writeSync(place, number, 0, 4, 0);
  },
});
const result: Result = { ...report, peakBytes: process.resourceUsage().maxRSS * 1024 };
process.send!(result, () => process.exit());
