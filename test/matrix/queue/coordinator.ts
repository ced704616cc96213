import { writeFileSync } from 'node:fs';
import { queue } from 'bp4/queue';
import { run } from './studies.js';

// A study in a process of its own, to be killed: node --import tsx coordinator.ts PATH EPOCHS. Writes what it came to beside its
// journal.
const [path, epochs] = process.argv.slice(2);
const ran = await run(queue(undefined, { threads: 1, onWarning: (text) => console.error(text) }), {
  ...{ path: path!, epochs: Number(epochs) },
});
writeFileSync(`${path}.ran`, JSON.stringify(ran));
