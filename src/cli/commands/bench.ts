import { availableParallelism, cpus } from 'node:os';
import { race, raceCases, type RaceResult } from '../bench/race.js';
import type { CommandDefinition } from '../options/command.js';
import { engineName, valueOption } from '../options/values.js';
import { formatCount, groupDigits } from '../terminal/format.js';
import { textTable } from '../terminal/text-table.js';

interface BenchFlags {
  readonly engine?: 'auto' | 'wasm' | 'reference';
}

export const bench: CommandDefinition<BenchFlags> = {
  operands: [],
  description: [
    'Train networks of four sizes with bp4 and with a hand-optimized loop in plain JavaScript, and print samples per second: medians of five alternating rounds. Both start from the same weights and visit the samples in the same order. The data has the same proportion of zeros as images of handwritten digits, and bp4 skips zeros. The benchmark takes about ten seconds. For reliable figures, close other programs.',
  ],
  examples: [
    ['bp4 bench', 'Print a table.'],
    ['bp4 bench --json', 'Print JSON.'],
  ],
  groups: [
    {
      heading: 'Engine',
      options: [
        valueOption('--engine <name>', 'Engine: auto, wasm or reference (default: auto)', engineName),
      ],
    },
  ],
  run: async ({ options: { engine }, output }) => {
    const machine = {
      cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
      processors: availableParallelism(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    };
    output.event('machine', machine);
    output.say(
      `${output.bold(machine.cpu)}, ${formatCount(machine.processors, 'processor')}, Node ${machine.node}, ${machine.platform}`,
    );
    output.say(output.dim('measuring for about ten seconds …'));
    const results: RaceResult[] = [];
    for (const job of raceCases) {
      const result = await race(job, engine);
      output.event('bench', { ...result });
      results.push(result);
    }
    const hasThreads = results.some(({ threaded }) => threaded);
    output.say();
    const head = ['samples/s', 'mini-batch', 'JavaScript', 'bp4', '×'];
    output.say(
      textTable(
        hasThreads ? [...head, 'with threads', '×'] : head,
        results.map((result) => formatRow(result, hasThreads)),
      ),
    );
  },
};

function formatRow({ name, miniBatchSize, plain, bp4, threaded }: RaceResult, hasThreads: boolean): string[] {
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

/** A measurement has three significant digits. */
const rounded = (speed: number): string => groupDigits(Number(speed.toPrecision(3)));
