import { inFile } from '../errors.js';
import type { Evaluation } from '../model/evaluation.js';
import type { About } from '../model/model-file.js';
import { counted, grouped } from '../terminal/format-numbers.js';
import type { Session } from '../train/prepare-training.js';
import { nameOf } from '../data/read-file.js';
import { someOf } from '../data/some-of.js';
import { dataIn } from '../data/split-stream.js';
import { trainingOf } from '../model/training-state.js';
import type { EpochReport } from '../../training/options.js';
import { factsOf } from './facts.js';
import type { Fact, Report } from './page.js';
import { shapeOf } from './network-drawing.js';
import { exportNetwork } from '../../formats/portable.js';

/** What a report tells of a training that has ended. @param about with its results */
export async function reportOfTraining(
  { net, some, test, options, found }: Session,
  about: About,
  history: readonly EpochReport[],
  evaluation: Evaluation,
): Promise<Report> {
  const shape = shapeOf(net);
  const path = nameOf(about.training.data);
  const { earlyStopping } = options;
  const best = earlyStopping && earlyStopping.restoreBest !== false ? trainingOf(net)?.bestEpoch : undefined;
  return {
    title: path,
    summary: summaryOf(shape, about),
    ...{ shape, history, evaluation },
    bestEpoch: best === history.at(-1)?.epoch ? undefined : best,
    evaluated: test ? `the ${counted(test.count, 'sample')} of the test` : 'what was learnt from',
    diagnosis: await inFile(path, () => net.diagnose(dataIn(someOf(some)))),
    facts: [...factsOf(net, exportNetwork(net).spec.seed, about), ...guessFacts(found)],
  };
}

/** What nobody had said. */
function guessFacts(found: Session['found']): Fact[] {
  if (!found?.guess) return [];
  const { reason, leftOut } = found.guess;
  return [
    ...(reason === undefined ? [] : [{ name: 'what to predict was guessed', value: reason }]),
    ...(leftOut.length > 0
      ? [{ name: 'left out', value: leftOut.map(({ name, reason }) => `${name}: ${reason}`).join('; ') }]
      : []),
    ...(found.dropped > 0
      ? [{ name: 'rows left out', value: `${found.dropped}, with something missing` }]
      : []),
  ];
}

function summaryOf({ inputs, layers }: Report['shape'], { task, reading, training }: About): string {
  const sizes = [inputs, ...layers.map(({ units }) => units)].map(grouped).join(' → ');
  const { label, targets = [], classes } = reading;
  const aim =
    task === 'regression'
      ? `to predict ${targets.join(', ') || 'numbers'}`
      : `to tell ${counted(classes?.length ?? Math.max(2, layers.at(-1)!.units), 'class', 'classes')}${label === undefined ? '' : ` of ${label}`} apart`;
  return `A network of ${sizes} units learnt from ${counted(training.samples, 'sample')} ${aim}.`;
}
