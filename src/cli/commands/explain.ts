import { importance } from '../../explain/index.js';
import { rankColumns } from '../report/importance.js';
import { checkReportPath } from '../data/output-paths.js';
import { displayPath } from '../data/read-file.js';
import { inFile } from '../errors.js';
import { readMeasured } from '../model/labeled-data.js';
import { assertNetwork, openModel } from '../model/open-model.js';
import { describeSignature } from '../model/signature.js';
import type { CommandDefinition, OptionGroup } from '../options/command.js';
import { reportGroup, type ReportFlags } from '../options/files.js';
import { columnGroup, modelGroup, type ColumnFlags, type ModelFlags } from '../options/model.js';
import { valueOption, wholeNumber } from '../options/values.js';
import { formatCount, formatPrecise, groupDigits } from '../terminal/format.js';
import { textTable } from '../terminal/text-table.js';

interface ExplainFlags {
  readonly repeats?: number;
  readonly samples?: number;
  readonly seed?: number;
}

const explainGroup: OptionGroup = {
  heading: 'Permutations',
  options: [
    valueOption(
      '--repeats <n>',
      'How many times to permute each column (default: 5)',
      wholeNumber({ min: 1 }),
    ),
    valueOption('--samples <n>', 'Maximum number of samples to use (default: 5000)', wholeNumber({ min: 2 })),
    valueOption('--seed <n>', 'Seed of the permutations (default: 0)', wholeNumber()),
  ],
};

/** The length of the longest bar. */
const BAR = 30;

export const explain: CommandDefinition<ColumnFlags & ModelFlags & ReportFlags & ExplainFlags> = {
  operands: ['<model>', '<data>'],
  description: [
    "Print how much the model depends on each column of the data. bp4 permutes the values of the column among the samples several times, and measures how much the loss grows: mean and standard deviation. Use data on which the model wasn't trained. If two columns carry the same information, each may seem unimportant.",
  ],
  examples: [
    ['bp4 explain iris.bp4 other.csv', 'Print a bar for each column.'],
    ['bp4 explain iris.bp4 other.csv --report columns.html', 'Also write an HTML report.'],
    ['bp4 explain iris.bp4 other.csv --json', 'Print JSON.'],
  ],
  groups: [explainGroup, reportGroup, columnGroup, modelGroup],
  run: async ({ operands, options, output }) => {
    const [modelPath, path] = operands as [string, string];
    const { report, repeats, samples, seed } = options;
    await checkReportPath(report, [modelPath, path]);
    const model = await openModel(modelPath, options);
    if (report !== undefined) assertNetwork(model, '--report draws');
    const signature = describeSignature(model, options);
    const data = await readMeasured(path, model, signature, output);
    const name = displayPath(path);
    const chosen = {
      ...(repeats !== undefined && { repeats }),
      ...(samples !== undefined && { samples }),
      ...(seed !== undefined && { seed }),
    };
    const found = await inFile(name, () => importance(model.net, data, chosen));
    const columns = rankColumns(found.columns);
    output.event('importance', { path, samples: found.samples, loss: found.score, columns });
    const some =
      found.samples < data.count
        ? `${groupDigits(found.samples)} of the ${formatCount(data.count, 'sample')}`
        : formatCount(data.count, 'sample');
    output.say(`${output.bold(modelPath)} on ${some} of ${name}: loss ${formatPrecise(found.score)}`);
    output.say();
    const largest = Math.max(0, ...columns.map(({ importance }) => importance));
    const rows = columns.map(({ column, importance, deviation }) => [
      column,
      formatPrecise(importance, 3),
      `± ${formatPrecise(deviation, 2)}`,
      '█'.repeat(largest > 0 ? Math.max(0, Math.round((BAR * importance) / largest)) : 0).padEnd(BAR),
    ]);
    output.say(textTable(['column', 'the loss grows by', '', ''], rows));
    if (report === undefined) return;
    const { writeReport } = await import('../report/page.js');
    const { describeModel } = await import('../report/describe.js');
    assertNetwork(model, '--report draws');
    await writeReport(output, report, {
      ...describeModel(model, `${modelPath} on ${name}`),
      importance: columns,
      evaluated: name,
    });
  },
};
