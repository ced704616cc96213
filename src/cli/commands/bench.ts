import { availableParallelism, cpus } from 'node:os';
import { race, raceCases, type RaceResult } from '../bench/race.js';
import type { Command } from '../options/command.js';
import { counted, grouped } from '../terminal/format-numbers.js';
import { textTable } from '../terminal/text-table.js';

export const bench: Command = {
  summary: 'measures how fast this machine trains',
  usage: 'bench [options]',
  description: [
    'Trains networks of four sizes for some seconds, by bp4 and by a careful loop in plain JavaScript, from the same weights and in the same order, on data as sparse as handwritten digits. Figures are samples per second, medians of five rounds in turns. For figures that can be compared, let nothing else run.',
  ],
  examples: [
    ['bp4 bench', 'A table.'],
    ['bp4 bench --json', 'The same for other programs.'],
  ],
  options: [
    {
      title: 'Engine',
      options: {
        engine: { type: 'string', value: 'NAME', description: 'auto, wasm or reference. Default: auto.' },
      },
    },
  ],
  positionals: [0, 0],
  run: async (args, io) => {
    const engine = args.choice('engine', ['auto', 'wasm', 'reference']);
    const machine = {
      cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
      processors: availableParallelism(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    };
    io.event('machine', machine);
    io.say(
      `${io.bold(machine.cpu)}, ${counted(machine.processors, 'processor')}, Node ${machine.node}, ${machine.platform}`,
    );
    io.say(io.dim('measuring, for some ten seconds …'));
    const results: RaceResult[] = [];
    for (const job of raceCases) {
      const result = await race(job, engine);
      io.event('bench', { ...result });
      results.push(result);
    }
    const hasThreads = results.some(({ threaded }) => threaded);
    io.say();
    const head = ['samples/s', 'mini-batch', 'plain JavaScript', 'bp4', '×'];
    io.say(
      textTable(
        hasThreads ? [...head, 'with threads', '×'] : head,
        results.map((result) => rowOf(result, hasThreads)),
      ),
    );
  },
};

function rowOf({ name, miniBatchSize, plain, bp4, threaded }: RaceResult, hasThreads: boolean): string[] {
  const times = (speed: number): string => (speed / plain).toFixed(1);
  const row = [name, String(miniBatchSize), rounded(plain), rounded(bp4), times(bp4)];
  if (!hasThreads) return row;
  if (!threaded) return [...row, '–', ''];
  return [
    ...row,
    `${rounded(threaded.samplesPerSecond)} (${threaded.threads})`,
    times(threaded.samplesPerSecond),
  ];
}

/** Three digits are what a measurement has. */
const rounded = (speed: number): string => grouped(Number(speed.toPrecision(3)));
