import { show } from '../../base/check.js';
import { UsageError } from '../errors.js';
import { chooseQueue } from '../options/queue.js';
import type { CommandDefinition } from '../options/command.js';

export const queue: CommandDefinition<object> = {
  operands: ['<action>', '[url]'],
  usage: ['init [url]', 'status [url]', 'clear [url]'],
  description: [
    'Manage the queue that searches and workers share. init creates or updates its tables in PostgreSQL; Redis and Valkey need none. status counts tasks and workers. clear removes all tasks, results and data.',
    'The default URL is the environment variable BP4_QUEUE.',
  ],
  examples: [
    ['bp4 queue init postgres://admin@db/bp4', 'Create the tables, once.'],
    ['bp4 queue status redis://192.168.0.5:6379', 'Count tasks and workers.'],
  ],
  groups: [],
  run: async ({ operands, output }) => {
    const [action, given] = operands as [string, string | undefined];
    if (!['init', 'status', 'clear'].includes(action))
      throw new UsageError('', `expected init, status or clear, got ${show(action)}`);
    const { url } = chooseQueue('<url>', given);
    const { clearQueue, initQueue, readQueueStatus } = await import('../../queue/index.js');
    switch (action) {
      case 'init':
        await initQueue(url);
        output.say('The queue is ready.');
        break;
      case 'status': {
        const status = await readQueueStatus(url);
        output.event('status', { ...status });
        for (const [name, count] of Object.entries(status)) output.say(`${name.padEnd(10)} ${count}`);
        break;
      }
      case 'clear':
        await clearQueue(url);
        output.say('The queue is empty.');
        break;
    }
  },
};
