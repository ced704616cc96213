// npm run bench:peers [-- --case 784,30,10] [--peer NAME]... [--json FILE]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describe, thisMachine } from '../machine.js';
import { peerCases, writeCase } from './cases.js';
import {
  buildC,
  javaScript,
  nativeContenders,
  type Contender,
  type Missing,
  type Program,
} from './contenders.js';
import { judge } from './goals.js';
import { fastestCoreType } from './openblas.js';
import { race, type Row } from './race.js';
import { goalTable, formatTable } from './report.js';

const { values } = parseArgs({
  options: { case: { type: 'string' }, peer: { type: 'string', multiple: true }, json: { type: 'string' } },
});
installJavaScriptPeers();
const directory = mkdtempSync(join(tmpdir(), 'bp4-peers-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const machine = thisMachine();
console.log(`${describe(machine)}\none thread each; bp4 and its peers in turns, medians\n`);
let lastPhase = '';
const contenders = await chooseContenders(values.peer);
const rows: Row[] = [];
const errors: string[] = [];
for (const [i, job] of peerCases(values.case).entries()) {
  const files = join(directory, String(i));
  await writeCase(files, job);
  const outcome = await race(job, contenders, files, showProgress);
  showProgress('', '');
  const count = `${job.data.labels.length.toLocaleString('en')} samples × ${job.epochs}`;
  console.log(formatTable(`${job.name}, ${job.loss}, accuracy and loss after ${count}`, outcome.rows));
  for (const error of outcome.errors) console.error(`\n${error}`);
  rows.push(...outcome.rows);
  errors.push(...outcome.errors);
}
console.log(goalTable(judge(rows, !values.peer)));
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, results: rows }, undefined, 2)}\n`);
}
// Children that were told to stop may still be running.
process.exit(errors.length > 0 ? 1 : 0);

/** The peers are a separate package, which only this race needs. */
function installJavaScriptPeers(): void {
  const here = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(join(here, 'node_modules'))) return;
  console.error('npm ci, in bench/peers');
  // brain.js would build a binding to OpenGL, which isn't needed on a CPU.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('bench/peers: npm ci failed');
}

/**
 * Native peers run with the OpenBLAS kernels that are fastest here.
 * @param filter parts of names; bp4 is always included, because the others are measured against it
 */
async function chooseContenders(filter: string[] | undefined): Promise<Contender[]> {
  const c = buildC(directory);
  const [chosen, missing] = findContenders(filter, c);
  for (const { label, why, cure } of missing) console.log(`not here: ${label} (${why}); to have it, ${cure}`);
  if (!('file' in c) || !chosen.some(({ kind }) => kind === 'native')) return chosen;
  const [job] = peerCases('784,128,10');
  const coreType = await fastestCoreType(c.file, job!, join(directory, 'core-types'), showProgress);
  return findContenders(filter, c, coreType)[0];
}

function findContenders(
  filter: string[] | undefined,
  c: Program | Missing,
  coreType?: string,
): [Contender[], Missing[]] {
  const all = [...javaScript, ...nativeContenders(c, coreType)];
  const found = all.filter((contender): contender is Contender => 'command' in contender);
  const missing = all.filter((one): one is Missing => 'cure' in one);
  if (!filter) return [found, missing];
  const unknown = filter.find((part) => !found.some(({ name }) => name.includes(part)));
  if (unknown !== undefined) {
    throw new RangeError(`no peer '${unknown}': there are ${found.map(({ name }) => name).join(', ')}`);
  }
  const chosen = found.filter(
    ({ name, kind }) => kind === 'bp4' || filter.some((part) => name.includes(part)),
  );
  return [chosen, missing];
}

/** In a terminal, one line that is rewritten; elsewhere a line for each phase. */
function showProgress(phase: string, who: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${phase}${who && `: ${who}`}`);
  else if (phase !== lastPhase && phase) process.stderr.write(`${phase}\n`);
  lastPhase = phase;
}
