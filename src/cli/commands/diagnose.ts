import type { CommandDefinition } from '../options/command.js';
import { columnGroup, modelGroup, type ColumnFlags, type ModelFlags } from '../options/model.js';
import { checkReportPath } from '../data/output-paths.js';
import { reportGroup, type ReportFlags } from '../options/files.js';
import { readLabeledData } from '../model/labeled-data.js';
import { showReading } from '../terminal/reading.js';
import { describeSignature } from '../model/signature.js';
import { formatCount, groupDigits, formatPercent, formatPrecise } from '../terminal/format.js';
import { openNetwork } from '../model/open-model.js';
import { displayPath } from '../data/read-file.js';
import { describeScore, diagnoseNetwork, pickSamples, sayFindings } from '../model/diagnosis.js';
import { textTable } from '../terminal/text-table.js';

export const diagnose: CommandDefinition<ColumnFlags & ModelFlags & ReportFlags> = {
  operands: ['<model>', '<data>'],
  description: [
    "Print what keeps a network from learning or makes its score misleading, what to try, and how fast each layer learns. If the network hasn't learned well, bp4 tries cures on new networks first. Pass the training data. The model stays unchanged. The columns of the table are:",
    [
      '|δ|: the error that reaches the layer, ∂C/∂z (root mean square)',
      '‖∂C/∂W‖/‖W‖: the relative change of its weights in a step with learning rate 1',
      "saturated: how often σ′, the slope of the layer's activation, is less than a tenth of its maximum",
      'dead units: units whose slope is zero for all samples',
      '‖W‖: the norm of its weights',
    ].join('\n'),
  ],
  examples: [
    ['bp4 diagnose iris.bp4 iris.csv', 'Print a table, then the problems with their cures.'],
    ['bp4 diagnose iris.bp4 iris.csv --report layers.html', 'Also write an HTML report.'],
    ['bp4 diagnose iris.bp4 iris.csv --json', 'Print JSON.'],
  ],
  groups: [reportGroup, columnGroup, modelGroup],
  run: async ({ operands, options, output }) => {
    const [modelPath, path] = operands as [string, string];
    const { report } = options;
    await checkReportPath(report, [modelPath, path]);
    const model = await openNetwork(modelPath, options, 'diagnose measures');
    const { net } = model;
    const signature = describeSignature(model, options);
    const all = await showReading(output, (onRead) => readLabeledData(path, signature, onRead));
    const name = displayPath(path);
    const data = pickSamples(all);
    const training = model.about?.training.options;
    const diagnosis = await diagnoseNetwork(net, name, data, training && { training });
    const { layers } = diagnosis;
    output.event('diagnosis', { path, samples: data.count, ...diagnosis });
    const some =
      data.count < all.count
        ? `${groupDigits(data.count)} of the ${formatCount(all.count, 'sample')}`
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
    output.sayWrapped(describeScore(diagnosis, data.labels !== undefined));
    output.say();
    sayFindings(output, diagnosis);
    if (report === undefined) return;
    const { writeReport } = await import('../report/page.js');
    const { describeModel } = await import('../report/describe.js');
    await writeReport(output, report, {
      ...describeModel(model, `${modelPath} on ${name}`),
      diagnosis,
      isClassified: data.labels !== undefined,
    });
  },
};
