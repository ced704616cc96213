import { show } from '../../base/check.js';
import type { QueueStatus } from '../../queue/manage.js';
import { UsageError } from '../errors.js';
import { chooseQueue } from '../options/queue.js';
import type { CommandDefinition } from '../options/command.js';
import { formatCount } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';

export const queue: CommandDefinition<object> = {
  operands: ['<action>', '[url]', '[study]'],
  usage: ['init [url]', 'status [url]', 'clear [url] [study]'],
  description: [
    'Manage the queue that searches and workers share. init creates or updates its tables in PostgreSQL; Redis and Valkey need none. status counts workers, and the tasks of each study. clear removes the tasks, results and data of a study, or of all. A study has the name of its model file, without the extension.',
    'The default URL is the environment variable BP4_QUEUE.',
  ],
  examples: [
    ['bp4 queue init postgres://admin@db/bp4', 'Create the tables, once.'],
    ['bp4 queue status redis://192.168.0.5:6379', 'Count workers and tasks.'],
    ['bp4 queue clear redis://192.168.0.5:6379 iris', 'Remove the tasks of the search that writes iris.bp4.'],
  ],
  groups: [],
  run: async ({ operands, output }) => {
    const [action, ...rest] = operands as [string, ...string[]];
    if (!['init', 'status', 'clear'].includes(action))
      throw new UsageError('', `expected init, status or clear, got ${show(action)}`);
    // With BP4_QUEUE set, the name of a study may stand alone.
    const given = action === 'clear' && !rest[0]?.includes(':') ? undefined : rest.shift();
    const [study, extra] = rest;
    const unexpected = action === 'clear' ? extra : study;
    if (unexpected !== undefined) throw new UsageError('', `unexpected argument ${show(unexpected)}`);
    const { url } = chooseQueue('<url>', given);
    const { clearQueue, initQueue, readQueueStatus } = await import('../../queue/index.js');
    switch (action) {
      case 'init':
        await initQueue(url);
        output.say('The queue is ready.');
        break;
      case 'status':
        sayStatus(output, await readQueueStatus(url));
        break;
      case 'clear': {
        const tasks = await clearQueue(url, study);
        output.event('cleared', { tasks, ...(study !== undefined && { study }) });
        const of = study === undefined ? 'The queue is empty now' : `${study} is out of the queue`;
        output.say(`${of}: removed ${formatCount(tasks, 'task')}.`);
        break;
      }
    }
  },
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
