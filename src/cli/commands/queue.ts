import type { QueueStatus } from '../../queue/manage.js';
import { chooseQueue } from '../options/queue.js';
import type { CommandGroup, Subcommand } from '../options/command.js';
import { formatCount } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';

const urlDefault = 'The default URL is the environment variable BP4_QUEUE.';

const init: Subcommand = {
  name: 'init',
  summary: 'Create or update the tables in PostgreSQL',
  operands: ['[url]'],
  description: [
    'Create or update the tables of the queue in PostgreSQL, as a user who can create schemas. Redis and Valkey need none.',
    urlDefault,
  ],
  examples: [['bp4 queue init postgres://admin@db/bp4', 'Create the tables, once.']],
  groups: [],
  run: async ({ operands: [given], output }) => {
    const { url, name } = chooseQueue('<url>', given);
    const { initQueue } = await import('../../queue/index.js');
    await initQueue(url);
    output.event('ready', { queue: name });
    output.say('The queue is ready.');
  },
};

const status: Subcommand = {
  name: 'status',
  summary: 'Count the workers, and the tasks of each study',
  operands: ['[url]'],
  description: ['Count the workers, and the tasks of each study.', urlDefault],
  examples: [
    ['bp4 queue status redis://192.168.0.5:6379', 'Count workers and tasks.'],
    ['BP4_QUEUE=postgres://bp4@db/bp4 bp4 queue status --json', 'Print the counts as JSON.'],
  ],
  groups: [],
  run: async ({ operands: [given], output }) => {
    const { url } = chooseQueue('<url>', given);
    const { readQueueStatus } = await import('../../queue/index.js');
    sayStatus(output, await readQueueStatus(url));
  },
};

const clear: Subcommand = {
  name: 'clear',
  summary: 'Remove the tasks, results and data of a study, or of all',
  operands: ['[url]', '[study]'],
  description: [
    'Remove the tasks, results, data and networks of a study from the queue, or those of all studies. A study has the name of its model file, without the extension. Its journal stays.',
    'First stop the study: while it is running, it adds the tasks again whose results it awaits.',
    `${urlDefault} If it is set, the name of a study may stand alone.`,
  ],
  examples: [
    ['bp4 queue clear redis://192.168.0.5:6379 iris', 'Remove the tasks of the search that writes iris.bp4.'],
    ['bp4 queue clear redis://192.168.0.5:6379', 'Empty the queue.'],
  ],
  groups: [],
  run: async ({ operands, output }) => {
    const isStudyAlone = operands.length === 1 && !operands[0]!.includes(':');
    const [given, study] = isStudyAlone ? [undefined, ...operands] : operands;
    const { url } = chooseQueue('<url>', given);
    const { clearQueue } = await import('../../queue/index.js');
    const tasks = await clearQueue(url, study);
    output.event('cleared', { tasks, ...(study !== undefined && { study }) });
    const of = study === undefined ? 'The queue is empty now' : `${study} is out of the queue`;
    output.say(`${of}: removed ${formatCount(tasks, 'task')}.`);
  },
};

export const queue: CommandGroup = {
  description: ['Manage the queue that searches and workers share.'],
  examples: [init, status, clear].map(({ examples: [first] }) => first!),
  commands: [init, status, clear],
};

function sayStatus(output: Output, status: QueueStatus): void {
  output.event('status', { ...status });
  const rows = Object.entries(status.studies).map(([name, { waiting, running, completed, failed }]) => [
    name,
    ...[waiting, running, completed, failed].map(String),
  ]);
  const isEmpty = rows.length === 0;
  output.say(
    isEmpty ? 'no tasks' : textTable(['tasks of', 'waiting', 'running', 'completed', 'failed'], rows),
  );
  output.say(formatCount(status.workers, 'worker'));
}
