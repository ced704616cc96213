import { queue } from '../../../dist/queue/index.js';
import { run } from './studies.js';

// A study in a process of its own, to be killed: node --import tsx coordinator.ts PATH.
await run(queue(undefined, { threads: 1 }), { path: process.argv[2]!, epochs: 400 });
