import type { CommandDefinition } from '../options/command.js';
import { columnGroup, modelGroup, type ColumnFlags, type ModelFlags } from '../options/model.js';
import { checkReportPath } from '../data/output-paths.js';
import { reportGroup, type ReportFlags } from '../options/files.js';
import { readLabeledData } from '../model/labeled-data.js';
import { describeSignature } from '../model/signature.js';
import { formatCount, formatPercent, formatPrecise } from '../terminal/format.js';
import { openModel } from '../model/open-model.js';
import { displayPath } from '../data/read-file.js';
import { diagnoseNetwork, pickSamples } from '../model/evaluation.js';
import { textTable } from '../terminal/text-table.js';

export const diagnose: CommandDefinition<ColumnFlags & ModelFlags & ReportFlags> = {
  operands: ['<model>', '<data>'],
  description: [
    'For each layer: |δ|, how far its units are from their optimum; ‖∂C/∂W‖/‖W‖, what a step with learning rate 1 would change of its weights; the share of its units that are saturated, where σ′ is below a tenth of its steepest; units that learn from no sample; and ‖W‖. Then, in words, what is not well and what to try. Nothing is changed.',
  ],
  examples: [
    ['bp4 diagnose iris.bp4 iris.csv', 'A table, and words.'],
    ['bp4 diagnose iris.bp4 iris.csv --report layers.html', 'The same as a page.'],
    ['bp4 diagnose iris.bp4 iris.csv --json', 'The numbers for other programs.'],
  ],
  groups: [reportGroup, columnGroup, modelGroup],
  run: async ({ operands, options, output }) => {
    const [modelPath, path] = operands as [string, string];
    const { report } = options;
    await checkReportPath(report, [modelPath, path]);
    const model = await openModel(modelPath, options);
    const { net } = model;
    const all = await readLabeledData(path, describeSignature(model, options));
    const name = displayPath(path);
    const data = pickSamples(all);
    const diagnosis = await diagnoseNetwork(net, name, data);
    const { layers, messages } = diagnosis;
    output.event('diagnosis', { path, samples: data.count, ...diagnosis });
    const some =
      data.count < all.count
        ? `${formatCount(data.count, 'sample')} of ${all.count}`
        : formatCount(all.count, 'sample');
    output.say(`${output.bold(modelPath)} on ${some} of ${name}`);
    output.say();
    const rows = net.layers.map(({ units, activation }, l) => {
      const { delta, speed, saturated, dead, weights } = layers[l]!;
      return [
        `layers[${l}]  ${units} ${activation}`,
        ...[delta, speed].map((x) => formatPrecise(x, 3)),
        formatPercent(saturated),
        String(dead),
        formatPrecise(weights, 3),
      ];
    });
    output.say(textTable(['layer', '|δ|', '‖∂C/∂W‖/‖W‖', 'saturated', 'dead units', '‖W‖'], rows));
    output.say();
    for (const message of messages) output.say(`! ${message}`);
    if (messages.length === 0) {
      output.say(
        output.green(
          'All is well: no layer learns much more slowly than the others, none is saturated or dead.',
        ),
      );
    }
    if (report === undefined) return;
    const { writeReport } = await import('../report/page.js');
    const { describeModel } = await import('../report/describe.js');
    await writeReport(output, report, { ...describeModel(model, `${modelPath} on ${name}`), diagnosis });
  },
};
