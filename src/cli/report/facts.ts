import type { Network } from '../../network.js';
import { listed } from '../terminal/listed.js';
import type { About } from '../model/model-file.js';
import { counted, duration } from '../terminal/format-numbers.js';
import { optionWords, quotedPath } from '../terminal/shell.js';
import { weightsHash } from '../model/weights-hash.js';
import type { Fact } from './page.js';

/** What is to be known of a network, and of how it was made as far as its file tells. */
export function factsOf(net: Network, seed: number | undefined, about: About | undefined): Fact[] {
  return [
    ...(about ? [...dataFacts(about), ...trainingFacts(about)] : []),
    ...(seed === undefined ? [] : [{ name: 'seed', value: String(seed) }]),
    { name: 'engine', value: `${net.engine}, ${counted(net.threads, 'thread')}` },
    { name: 'weights and biases (SHA-256)', value: weightsHash(net), isCode: true },
    { name: 'Node', value: `${process.version}, ${process.platform} ${process.arch}` },
    { name: 'written', value: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC` },
  ];
}

function dataFacts({ reading, training }: About): Fact[] {
  const { inputs, label, targets, missing, categorical } = reading;
  const { data, testFile, samples, testSamples } = training;
  const test = testSamples > 0 ? `, ${counted(testSamples, 'other')} to test with` : '';
  const facts: (Fact | undefined)[] = [
    { name: 'data', value: testFile === undefined ? data : `${data}; ${testFile} to test with` },
    { name: 'samples', value: `${counted(samples, 'sample')} to learn from${test}` },
    inputs && {
      name: 'inputs',
      value: listed(
        inputs.map((name) =>
          categorical && Object.hasOwn(categorical, name) ? `${name} (categories)` : name,
        ),
        20,
      ),
    },
    label === undefined ? undefined : { name: 'label', value: label },
    targets && { name: 'targets', value: targets.join(', ') },
    missing === undefined || missing === 'error'
      ? undefined
      : {
          name: 'missing values',
          value: missing === 'drop' ? 'rows with some were left out' : 'the mean of the column',
        },
  ];
  return facts.filter((fact) => fact !== undefined);
}

function trainingFacts({ training, results }: About): Fact[] {
  const options = Object.entries(training.options).map(([name, value]) => `${name} ${optionText(value)}`);
  const given = Object.entries(training.given).flatMap(([name, values]) =>
    values.map((value) => optionWords(name, value)),
  );
  return [
    { name: 'options', value: options.join(', ') },
    ...(results
      ? [{ name: 'time', value: `${counted(results.epochs, 'epoch')} in ${duration(results.seconds)}` }]
      : []),
    {
      name: 'command',
      value: ['npx bp4 train', quotedPath(training.data), ...given].join(' '),
      isCode: true,
    },
  ];
}

/** Without the marks of JSON. */
const optionText = (value: unknown): string =>
  JSON.stringify(value).replace(/"/g, '').replace(/[,:]/g, '$& ');
