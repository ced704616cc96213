import type { Command } from '../options/command.js';
import { inFile } from '../errors.js';
import { labelledData } from '../data/labelled-data.js';
import { meaningOf, meaningOptions } from '../model/signature.js';
import { counted, percent, precise } from '../terminal/format-numbers.js';
import { modelOptions, openModel } from '../model/open-model.js';
import { nameOf } from '../data/read-file.js';
import { reportOption, reportPath } from '../options/report.js';
import { someOf } from '../data/some-of.js';
import { textTable } from '../terminal/text-table.js';

export const diagnose: Command = {
  summary: 'says how fast each layer learns, and why',
  usage: 'diagnose MODEL DATA [options]',
  description: [
    'For each layer: |δ|, how far its units are from their optimum; ‖∂C/∂W‖/‖W‖, what a step with learning rate 1 would change of its weights; the share of its units that are saturated, where σ′ is below a tenth of its steepest; units that learn from no sample; and ‖W‖. Then, in words, what is not well and what to try. Nothing is changed.',
  ],
  examples: [
    ['bp4 diagnose iris.bp4 iris.csv', 'A table, and words.'],
    ['bp4 diagnose iris.bp4 iris.csv --report layers.html', 'The same as a page.'],
    ['bp4 diagnose iris.bp4 iris.csv --json', 'The numbers for other programs.'],
  ],
  options: [reportOption, meaningOptions, modelOptions],
  positionals: [2, 2],
  run: async (args, io) => {
    const [modelPath, path] = args.positionals as [string, string];
    const report = await reportPath(args, [modelPath, path]);
    const model = await openModel(modelPath, args);
    const { net } = model;
    const all = await labelledData(path, meaningOf(model, args));
    const name = nameOf(path);
    const data = someOf(all);
    const diagnosis = await inFile(name, () => net.diagnose(data));
    const { layers, messages } = diagnosis;
    io.event('diagnosis', { path, samples: data.count, ...diagnosis });
    const some =
      data.count < all.count
        ? `${counted(data.count, 'sample')} of ${all.count}`
        : counted(all.count, 'sample');
    io.say(`${io.bold(modelPath)} on ${some} of ${name}`);
    io.say();
    const rows = net.layers.map(({ units, activation }, l) => {
      const { delta, speed, saturated, dead, weights } = layers[l]!;
      return [
        `layers[${l}]  ${units} ${activation}`,
        ...[delta, speed].map((x) => precise(x, 3)),
        percent(saturated),
        String(dead),
        precise(weights, 3),
      ];
    });
    io.say(textTable(['layer', '|δ|', '‖∂C/∂W‖/‖W‖', 'saturated', 'dead units', '‖W‖'], rows));
    io.say();
    for (const message of messages) io.say(`! ${message}`);
    if (messages.length === 0) {
      io.say(
        io.green('All is well: no layer learns much more slowly than the others, none is saturated or dead.'),
      );
    }
    if (report === undefined) return;
    const { writeReport } = await import('../report/write.js');
    const { reportOf } = await import('../report/describe-model.js');
    await writeReport(io, report, { ...reportOf(model, `${modelPath} on ${name}`), diagnosis });
  },
};
