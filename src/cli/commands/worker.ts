import { Option } from 'commander';
import type { CommandDefinition } from '../options/command.js';
import { chooseQueue } from '../options/queue.js';
import { collectList, positiveNumber, valueOption, wholeNumber } from '../options/values.js';
import { formatCount } from '../terminal/format.js';
import { writeMessage } from '../terminal/output.js';
import { Stop } from '../terminal/stop-signals.js';

interface WorkerFlags {
  readonly queue?: string;
  readonly threads?: number;
  readonly data?: string;
  readonly allow?: string[];
  readonly exitWhenIdle?: number;
  readonly limitSeconds?: number;
  readonly limitParameters?: number;
}

export const worker: CommandDefinition<WorkerFlags> = {
  operands: [],
  description: [
    'Train networks for the searches of other machines, as long as it runs. Any number of workers can serve a queue, and come and go: a search finds the same networks, to the bit. Needs the packages bullmq and ioredis for Redis or Valkey, bullmq and pg for PostgreSQL.',
    'Ctrl-C, SIGTERM or SIGHUP returns the tasks to the queue and quits; a second one quits at once. With the variable BP4_SECRET set, it takes only tasks that are signed with the same secret.',
  ],
  examples: [
    ['bp4 worker --queue redis://192.168.0.5:6379', 'Train with all processors.'],
    [
      'BP4_QUEUE=rediss://… bp4 worker --exit-when-idle 60',
      'End after a minute without work, as batch jobs should.',
    ],
    ['bp4 worker --queue postgres://bp4@db/bp4 --data /data', 'Read datasets from a folder.'],
  ],
  groups: [
    {
      heading: 'Worker',
      options: [
        new Option('--queue <url>', 'redis://, rediss:// or postgres:// (default: the variable BP4_QUEUE)'),
        valueOption(
          '--threads <n>',
          'Networks to train at a time (default: the number of processors)',
          wholeNumber({ min: 1, max: 256 }),
        ),
        new Option('--data <folder>', 'Folder with datasets, each as SHA256.bp4data'),
        valueOption(
          '--allow <urls>',
          'What the URLs begin with from which datasets may be fetched',
          collectList,
        ),
        valueOption('--exit-when-idle <seconds>', 'Quit after so many seconds without work', positiveNumber),
        valueOption('--limit-seconds <n>', 'Refuse tasks that take longer', positiveNumber),
        valueOption(
          '--limit-parameters <n>',
          'Refuse networks with more weights and biases',
          wholeNumber({ min: 1 }),
        ),
      ],
    },
  ],
  run: async ({ options, output }) => {
    const { startWorker } = await import('../../queue/index.js');
    const { queue, threads, data, allow, exitWhenIdle, limitSeconds, limitParameters } = options;
    const { url, name } = chooseQueue('--queue', queue);
    const running = await startWorker(url, {
      ...(threads !== undefined && { threads }),
      ...(data !== undefined && { data }),
      ...(allow && { allow }),
      ...(exitWhenIdle !== undefined && { idle: exitWhenIdle }),
      limits: {
        ...(limitSeconds !== undefined && { seconds: limitSeconds }),
        ...(limitParameters !== undefined && { parameters: limitParameters }),
      },
      onWarning: writeMessage,
    });
    const stop = new Stop(
      () => {
        output.say('Stopping: the tasks return to the queue.');
        void running.close();
      },
      () => undefined,
    );
    output.event('ready', { queue: name, threads: running.threads });
    output.say(
      `Ready: ${formatCount(running.threads, 'thread')} for ${name}. Ctrl-C returns the tasks to the queue and quits.`,
    );
    await running.done;
    stop.close();
  },
};
