// npm run bench:calls [-- PART OF A NAME] [--json FILE]: short calls to bp4 and to its peers, in turns in one process, by the
// processor's time; best on an idle core (`taskset -c 1`). It measures the build.

import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describe, thisMachine } from '../machine.js';
import { measure } from '../measure.js';
import { Table } from '../table.js';
import { warmUp, type CallCase } from './caller.js';
import { inferenceCalls } from './inference.js';
import { trainingCalls } from './training.js';

const ROUNDS = 25;

/** The processor's time of this process in milliseconds. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
if (!existsSync(new URL('../peers/node_modules', import.meta.url))) {
  throw new Error('the peers are missing: npm ci --prefix bench/peers --ignore-scripts');
}
const cases: readonly CallCase[] = [...trainingCalls, ...inferenceCalls].filter(({ name }) =>
  positionals.every((part) => name.includes(part)),
);
const machine = thisMachine();
console.log(describe(machine));
const table = new Table('calls, by the time of the processor', 'calls/s', 1, 'bp4');
let sink = 0;
for (const { name, callers } of cases) {
  const given = await callers();
  const contenders = [];
  for (const caller of given) contenders.push(await warmUp(caller, (result) => (sink += result)));
  const timings = await measure(contenders, ROUNDS, processorTime);
  // The last is what the others are compared with.
  table.add(
    name,
    1,
    contenders.map((contender, i) => ({ contender, timing: timings[i]!, checksum: sink })).reverse(),
  );
}
// Every result enters this number, so that no engine can drop a computation as unused.
console.log(`\nchecksum ${sink}`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, results: table.results }, undefined, 2)}\n`);
}
