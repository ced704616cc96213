import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writePythonCell } from '../../playground/src/page/python-cell.ts';
import { startView } from '../../playground/src/page/view.ts';
import { describeProblem } from '../../playground/src/run/replies.ts';
import { activationNames } from '../../playground/src/run/choices.ts';
import { prepareTaskData } from '../../playground/src/run/task-data.ts';
import { tasks } from '../../playground/src/run/tasks.ts';
import { Trainer } from '../../playground/src/run/trainer.ts';
import { pythonText } from './python.mjs';

// A mini-batch of the playground as Python computes the gradients that the page shows.

const folder = mkdtempSync(join(tmpdir(), 'bp4-python-cell-'));
afterAll(() => rmSync(folder, { recursive: true }));

const runs = [
  ...activationNames.map((activation) => ({ task: 'xor', activation, hidden: [3, 4] })),
  { task: 'xor', loss: 'quadratic', activation: 'sigmoid', hidden: [3], miniBatchSize: 1 },
  { task: 'circle', loss: 'binaryCrossEntropy', features: ['x1', 'x1x2', 'sinx2'] },
  { task: 'hills', hidden: [5] },
  { task: 'circle', hidden: [] },
];

it.each(runs.map((run) => [JSON.stringify(run), run]))('computes the gradients of %s', async (_, changes) => {
  const settings = { ...tasks[changes.task].defaults, initializer: 'glorotUniform', ...changes };
  const data = await prepareTaskData(settings, undefined, () => Promise.reject(new Error('offline')));
  const trainer = await Trainer.create(settings, data);
  for (let step = 0; step < 20; step++) await trainer.walk();
  const view = startView(await trainer.walk(), describeProblem(trainer), settings);
  trainer.net.dispose();
  writeFileSync(join(folder, 'cell.py'), writePythonCell(view));
  const printed = pythonText("exec(open('cell.py').read())", [], ['python3-numpy'], folder);
  const differences = Array.from(printed.matchAll(/differs by (\S+)/g), ([, text]) => Number(text));
  expect(differences).toHaveLength(settings.hidden.length + 1);
  // gradients of about 1 in single precision
  for (const difference of differences) expect(difference).toBeLessThan(2e-6);
});
