/**
 * npm run test:fuzz: gives each reader of bp4 200,000 broken files. Each must be read, or refused with a TypeError, a
 * RangeError or a FormatError of ours, within 100 ms and 16 MB, and nothing that other objects inherit may change.
 * `-- --only NAME` takes one reader, `--tries N` makes as many tries of each, and `--first N` begins with that one: what has
 * failed can so be tried alone. `--show` prints its file.
 */
import { parseArgs } from 'node:util';
import { readers } from './readers/index.js';
import { fileOfTry, run, type Outcome } from './run.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    tries: { type: 'string', default: '200000' },
    first: { type: 'string', default: '0' },
    show: { type: 'boolean', default: false },
  },
});
const all = readers.map(({ name }) => name);
const names = values.only ?? all;
const unknown = names.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: expected one of ${all.join(', ')}`);
  process.exit(2);
}
const [tries, first] = [Number(values.tries), Number(values.first)];

if (values.show) {
  for (const reader of readers.filter(({ name }) => names.includes(name)))
    process.stdout.write(await fileOfTry(reader, first));
  process.exit();
}

const row = (...cells: (string | number)[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(22) : String(cell).padStart(12))).join('');
const print = (outcome: Outcome): void => {
  const { reader, tries, read, refused, messages, slowest, largest, peakBytes, failures } = outcome;
  const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const slow = `${slowest.milliseconds.toFixed(1)} ms`;
  console.log(row(reader, tries, read, refused, messages, slow, mb(largest.bytes), mb(peakBytes)));
  for (const { try: n, what, file } of failures.slice(0, 5)) {
    console.error(`  try ${n}: ${what}`);
    if (file) console.error(`    ${file.length > 400 ? `${file.slice(0, 400)}…` : file}`);
    console.error(`    again: npm run test:fuzz -- --only ${reader} --first ${n} --tries 1`);
  }
};

const begun = performance.now();
console.log(row('reader', 'tries', 'read', 'refused', 'messages', 'slowest', 'largest', 'peak'));
const module = new URL('readers/index.js', import.meta.url).href;
const outcomes = await run({ module, names, tries, first, onOutcome: print });
const failed = outcomes.filter(({ failures }) => failures.length > 0).map(({ reader }) => reader);
console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s`);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
