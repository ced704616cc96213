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
    'Train networks for bp4 search and bp4 train --shards on other machines. Any number of workers can serve a queue, and they can start and stop at any time: the results are exactly the same. Redis and Valkey need the packages bullmq and ioredis; PostgreSQL needs bullmq and pg.',
    'Ctrl-C, SIGTERM or SIGHUP returns the tasks to the queue and quits; a second signal quits immediately. If the environment variable BP4_SECRET is set, the worker takes only tasks that are signed with the same secret.',
  ],
  examples: [
    ['bp4 worker --queue redis://192.168.0.5:6379', 'Train with all processors.'],
    [
      'BP4_QUEUE=rediss://… bp4 worker --exit-when-idle 60',
      'Quit after a minute without work, as a batch job should.',
    ],
    ['bp4 worker --queue postgres://bp4@db/bp4 --data /data', 'Read datasets from a folder.'],
  ],
  groups: [
    {
      heading: 'Worker',
      options: [
        new Option(
          '--queue <url>',
          'URL of the queue: redis://, rediss:// or postgres:// (default: the environment variable BP4_QUEUE)',
        ),
        valueOption(
          '--threads <n>',
          'Number of networks to train in parallel, each in its own thread (default: the number of processors)',
          wholeNumber({ min: 1, max: 256 }),
        ),
        new Option('--data <folder>', 'Folder with datasets, each in a file named SHA256.bp4data'),
        valueOption(
          '--allow <urls>',
          'Prefixes of the URLs from which datasets may be fetched (default: none)',
          collectList,
        ),
        valueOption(
          '--exit-when-idle <seconds>',
          'Quit after this many seconds without work (default: never)',
          positiveNumber,
        ),
        valueOption(
          '--limit-seconds <n>',
          'Stop and reject tasks that take longer than this',
          positiveNumber,
        ),
        valueOption(
          '--limit-parameters <n>',
          'Reject networks with more weights and biases than this',
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
        output.say('Stopping: returning the tasks to the queue.');
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
