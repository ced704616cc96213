import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNPY, writeNPZ } from '../../src/formats/numpy/index.js';
import { Network } from '../../src/index.js';
import { bin, bp4, readEvent, irisCSV, type Ran } from '../support/cli.js';

// predict, evaluate, diagnose, export and inspect, as a user runs them.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-verbs-'));
const at = (name: string): string => join(cwd, name);

/** The bytes of a file, or of each file of a folder. */
const readAll = (path: string): Buffer[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => readFileSync(join(path, name)))
    : [readFileSync(path)];
const put = (name: string, content: string | Uint8Array): void => writeFileSync(at(name), content);
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });
const fed = (input: string, ...args: string[]): Promise<Ran> => bp4(args, { cwd, input });

/** Of a run that has gone well and printed nothing but warnings on stderr: most models here learn little, from few rows. */
async function captureOutput(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr: stderr.replace(/^bp4: warning: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Of a run that has failed: in one line. */
function expectFailure({ code, stdout, stderr }: Ran, exitCode: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
}

const lines = (text: string): string[] => text.trimEnd().split('\n');
const rows = irisCSV().trim().split('\n').slice(1);

/** As PyTorch saves an `nn.Linear(1, 1)`. */
function bareSafetensors(): Uint8Array {
  const tensor = { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] };
  const text = JSON.stringify({
    '0.weight': tensor,
    '0.bias': { ...tensor, shape: [1], data_offsets: [4, 8] },
  });
  const bytes = Buffer.alloc(8 + text.length + 8);
  bytes.writeUInt32LE(text.length);
  bytes.write(text, 8);
  return bytes;
}

const header = irisCSV().split('\n')[0]!;

/** What predict says of the flowers in the file: by this all other ways are judged. */
let answers = '';

const houses = `area,district,price
50,north,150
70,north,210
60,south,240
80,south,320
90,north,270
40,south,160
55,north,165
75,south,300
`;

beforeAll(async () => {
  put('iris.csv', irisCSV());
  put('houses.csv', houses);
  await captureOutput('train', 'iris.csv', '--epochs', '40');
  await captureOutput('train', 'houses.csv', '--target', 'price', '--epochs', '200', '--test-split', '0');
  answers = await captureOutput('predict', 'iris.bp4', 'iris.csv');
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('predict', () => {
  it('predict prints a line for each row: the class and the share of each', () => {
    const [head, ...others] = lines(answers);
    expect(head).toBe('class,setosa,versicolor,virginica');
    expect(others).toHaveLength(150);
    for (const line of others) {
      const [name, ...shares] = line.split(',');
      const values = shares.map(Number);
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(['setosa', 'versicolor', 'virginica'][values.indexOf(Math.max(...values))]).toBe(name);
    }
  });

  it('predict agrees with Network.predict', async () => {
    const net = await Network.load(readFileSync(at('iris.bp4')));
    const outputs = net.predict(rows.map((row) => row.split(',').slice(0, 4).map(Number)));
    const said = lines(answers)
      .slice(1)
      .flatMap((line) => line.split(',').slice(1).map(Number));
    // seven digits are written
    for (const [i, output] of outputs.entries())
      expect(Math.abs(said[i]! - output)).toBeLessThan(1e-6 * output);
  });

  const cells = rows.map((row) => row.split(','));
  const objects = cells.map(([a, b, c, d]) => ({
    sepal_length: Number(a),
    sepal_width: Number(b),
    petal_length: Number(c),
    petal_width: Number(d),
  }));
  const inputs = Float64Array.from(objects.flatMap((object) => Object.values(object)));
  const shuffled = ['petal_width;species;sepal_length;petal_length;sepal_width']
    .concat(cells.map(([a, b, c, d, species]) => [d, species, a, c, b].join(';')))
    .join('\r\n');
  const unlabeled = [header.replace(',species', ''), ...cells.map((row) => row.slice(0, 4).join(','))].join(
    '\n',
  );

  it.each<[string, string, string | Uint8Array]>([
    ['columns in another order, between semicolons', 'shuffled.csv', shuffled],
    ['rows without the label', 'unlabeled.csv', unlabeled],
    ['tabs', 'tabs.tsv', unlabeled.replaceAll(',', '\t')],
    ['a packed file', 'packed.csv.gz', gzipSync(unlabeled)],
    [
      'a quoted header and a mark of byte order',
      'quoted.csv',
      `\uFEFF${unlabeled.replace('sepal_width', '"sepal_width"')}`,
    ],
    ['an array of NumPy, whose columns have no names', 'inputs.npy', writeNPY(inputs, [150, 4])],
    ['JSON', 'objects.json', JSON.stringify(objects)],
    ['JSON Lines', 'objects.jsonl', objects.map((object) => JSON.stringify(object)).join('\n')],
    [
      'JSON Lines of arrays',
      'arrays.jsonl',
      objects.map((object) => JSON.stringify(Object.values(object))).join('\n'),
    ],
  ])('predict reads %s', async (_, name, content) => {
    put(name, content);
    expect(await captureOutput('predict', 'iris.bp4', name)).toBe(answers);
  });

  it('predict reads true and false, which were learned as 1 and 0', async () => {
    const learned = Array.from({ length: 40 }, (_, i) => ({ is: i % 2 === 0, kind: i % 2 ? 'odd' : 'even' }));
    put('bits.jsonl', learned.map((row) => JSON.stringify(row)).join('\n'));
    await captureOutput('train', 'bits.jsonl', '--epochs', '30', '--batch', '4', '--learning-rate', '0.1');
    const answers = lines(await captureOutput('predict', 'bits.bp4', 'bits.jsonl')).slice(1);
    expect(answers.map((line) => line.split(',')[0])).toEqual(learned.map(({ kind }) => kind));
  });

  it('predict reads CSV or JSON Lines from standard input', async () => {
    expect((await fed(irisCSV(), 'predict', 'iris.bp4', '-')).stdout).toBe(answers);
    expect((await fed(irisCSV(), 'predict', 'iris.bp4')).stdout).toBe(answers);
    const json = objects.map((object) => JSON.stringify(object)).join('\n');
    expect((await fed(json, 'predict', 'iris.bp4')).stdout).toBe(answers);
  });

  it('predict reads several files and writes the answers to a file', async () => {
    expect(await captureOutput('predict', 'iris.bp4', 'iris.csv', 'iris.csv')).toBe(
      answers + answers.slice(answers.indexOf('\n') + 1),
    );
    expect(await captureOutput('predict', 'iris.bp4', 'iris.csv', '--out', 'answers.csv')).toBe(
      '150 predictions written to answers.csv\n',
    );
    expect(readFileSync(at('answers.csv'), 'utf8')).toBe(answers);
  });

  it('predict prints an object for each sample with --json', async () => {
    const objects = lines(await captureOutput('predict', 'iris.bp4', 'iris.csv', '--json')).map(
      (line) => JSON.parse(line) as { class: string; outputs: Record<string, number> },
    );
    const csv = objects.map(({ class: name, outputs }) => [name, ...Object.values(outputs)].join(','));
    expect(csv).toEqual(lines(answers).slice(1));
  });

  it('predict reads categories as they are written, and prints numbers', async () => {
    const [head, ...prices] = lines(await captureOutput('predict', 'houses.bp4', 'houses.csv'));
    expect(head).toBe('price');
    for (const [n, price] of prices.entries()) {
      expect(Math.abs(Number(price) - Number(lines(houses)[n + 1]!.split(',')[2]))).toBeLessThan(40);
    }
    const json = await fed('{"district":"south","area":60}\n', 'predict', 'houses.bp4', '--json');
    expect(Object.keys(JSON.parse(json.stdout) as object)).toEqual(['price']);
  });

  it('predict prints an empty line for a row with a missing value when the training dropped such rows', async () => {
    put('gaps.csv', `${irisCSV().replace('5.1', '')}${irisCSV().split('\n')[1]}\n`);
    await captureOutput('train', 'gaps.csv', '--epochs', '2');
    const { code, stdout, stderr } = await run('predict', 'gaps.bp4', 'gaps.csv');
    expect(code).toBe(0);
    expect(lines(stdout)[1]).toBe(',,,');
    expect(lines(stdout)).toHaveLength(152);
    expect(stderr).toMatch(/1 sample has missing values, so its line has no prediction/);
  });

  it.each(['standardize', 'minMax', 'identity', 'log1p', 'robust', 'quantile', 'piecewiseLinear'])(
    'predict, evaluate and the training fill in the same mean with --scale %s',
    async (scale) => {
      const sizes = Array.from(
        { length: 40 },
        (_, n) => `${n % 8 === 0 ? '' : n % 8},${n % 3},${n % 8 > 4 ? 'b' : 'a'}`,
      );
      put('sizes.csv', `size,other,kind\n${sizes.join('\n')}\n`);
      await captureOutput('train', 'sizes.csv', '--missing', 'mean', '--scale', scale, '--epochs', '3');
      const predict = async (row: string): Promise<string> =>
        (await fed(`size,other\n${row}\n`, 'predict', 'sizes.bp4')).stdout;
      const filled = await predict('4,2');
      expect(filled).toMatch(/^class,a,b\n/);
      expect(await predict(',2')).toBe(filled);
      const losses = [];
      for (const [name, gap] of Object.entries({ full: '4', gap: '' })) {
        put(`${name}.csv`, `size,other,kind\n${gap},2,a\n1,1,b\n`);
        const ran = await run('evaluate', 'sizes.bp4', `${name}.csv`, '--json');
        losses.push(readEvent(ran, 'evaluation')['loss']);
      }
      expect(losses[0]).toBe(losses[1]);
    },
  );

  describe('--keep', () => {
    const learned = Array.from({ length: 40 }, (_, n) => `${n % 7},${n % 2 ? 'odd' : 'even'},${n % 2}`);
    const ids = ['900719925474099301', '007', 'x,1'];
    const areas = [1, null, 3];
    const asCSV = (mark: string): string =>
      [
        ['id', 'parity', 'area'].join(mark),
        ...ids.map((id, n) => [id.includes(mark) ? `"${id}"` : id, 'odd', areas[n] ?? ''].join(mark)),
      ].join('\n');
    const rows = ids.map((id, n) => ({ id, parity: 'odd', area: areas[n]! }));
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ids, type: 'STRING' },
        { name: 'parity', data: ids.map(() => 'odd'), type: 'STRING' },
        { name: 'area', data: areas, type: 'DOUBLE', nullable: true },
      ],
      rowGroupSize: 2,
    });

    beforeAll(async () => {
      put('few.csv', `area,parity,answer\n,odd,0\n${learned.join('\n')}\n`);
      await captureOutput(
        ...['train', 'few.csv', '--target', 'answer', '--epochs', '2', '--missing', 'drop'],
      );
    });

    it.each<[string, string, string | Uint8Array]>([
      ['CSV', 'keep.csv', asCSV(',')],
      ['TSV', 'keep.tsv', asCSV('\t')],
      ['JSON', 'keep.json', JSON.stringify(rows)],
      ['JSON Lines', 'keep.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
      ['Parquet in several row groups', 'keep.parquet', new Uint8Array(parquet)],
    ])(
      'predict --keep puts columns of %s beside the answers, and keeps rows without one',
      async (_, name, content) => {
        put(name, content);
        const plain = lines((await run('predict', 'few.bp4', name)).stdout);
        expect(plain[2]).toBe('NA');
        const { code, stdout, stderr } = await run('predict', 'few.bp4', name, '--keep', 'id');
        const [head, first, second, third] = lines(stdout);
        expect({ code, head }).toEqual({ code: 0, head: 'id,answer' });
        expect([first, second, third]).toEqual([
          `900719925474099301,${plain[1]!}`,
          '007,NA',
          `"x,1",${plain[3]!}`,
        ]);
        expect(stderr).toBe('bp4: 1 sample has missing values, so its line has no prediction\n');
      },
    );

    it('predict --keep --json puts the columns into each object', async () => {
      const json = (await fed(asCSV(','), 'predict', 'few.bp4', '--keep', 'id,area', '--json')).stdout;
      const objects = lines(json).map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(objects.map(({ id, area }) => [id, area])).toEqual(
        ids.map((id, n) => [id, `${areas[n] ?? ''}`]),
      );
      expect(objects.map(({ answer }) => typeof answer)).toEqual(['number', 'object', 'number']);
    });

    it('predict --keep numbers the columns of files without names', async () => {
      const bare = asCSV(',')
        .split('\n')
        .slice(1)
        .map((row) => row.split(',').slice(-1)[0]!.concat(',odd'));
      const kept = await fed(
        `${bare[0]!}\n${bare[2]!}\n`,
        'predict',
        'few.bp4',
        '--header',
        'no',
        '--keep',
        '1',
      );
      expect(lines(kept.stdout).map((line) => line.split(',')[0])).toEqual(['1', 'odd', 'odd']);
    });

    it.each<[string, string, readonly string[], number, RegExp]>([
      [
        'a column that is missing',
        asCSV(','),
        ['--keep', 'idd'],
        2,
        /^bp4: --keep: stdin has no column 'idd'; did you mean 'id'\?$/m,
      ],
      [
        'a column with the name of an answer',
        asCSV(',').replace('id', 'answer'),
        ['--keep', 'answer'],
        2,
        /^bp4: --keep: an answer is also called 'answer'; rename the column/m,
      ],
      [
        'a number that JSON rounds',
        '{"id":900719925474099301,"parity":"odd","area":1}',
        ['--keep', 'id'],
        3,
        /^bp4: stdin: line 1, column 'id' is a number of more than 53 bits, .*; write it in quotes$/m,
      ],
    ])('predict --keep refuses %s', async (_, text, args, code, message) => {
      expectFailure(await fed(text, 'predict', 'few.bp4', ...args), code, message);
    });

    it('predict --keep refuses arrays of samples', async () => {
      put(
        'keep.npz',
        writeNPZ({
          inputs: { values: Float64Array.of(1, 2), shape: [1, 2] },
          labels: { values: Int32Array.of(0), shape: [1] },
        }),
      );
      expectFailure(
        await run('predict', 'few.bp4', 'keep.npz', '--keep', 'id'),
        2,
        /^bp4: --keep: keep\.npz has no columns to choose from$/m,
      );
    });
  });

  it('predict names unused columns on stderr', async () => {
    put(
      'more.csv',
      irisCSV().replace(/$/gm, ',x').replace('species,x', 'species,note').replace(/\n,x$/, '\n'),
    );
    const { code, stdout, stderr } = await run('predict', 'iris.bp4', 'more.csv');
    expect({ code, stdout }).toEqual({ code: 0, stdout: answers });
    expect(stderr).toBe('bp4: more.csv: not used: note\n');
  });

  it.each<[string, string, RegExp]>([
    [
      'a word for a number',
      irisCSV().replace('4.9', 'long'),
      /bad\.csv: CSV row 3, column 'sepal_length': expected a number, got 'long'/,
    ],
    [
      'a missing value',
      irisCSV().replace('4.9', ''),
      /bad\.csv: CSV row 3, column 'sepal_length' is missing; fill it in/,
    ],
    [
      'a number that is too large',
      irisCSV().replace('4.9', '1e300'),
      /bad\.csv: CSV row 3, column 'sepal_length': expected a number, got '1e300'/,
    ],
    [
      'a short row',
      irisCSV().replace('4.9,', ''),
      /bad\.csv: CSV row 3: expected 5 fields, one for each column, got 4/,
    ],
    [
      'a file without one of the columns',
      irisCSV().replace('sepal_width', 'sepalwidth'),
      /bad\.csv: there is no column 'sepal_width'; did you mean 'sepalwidth'\?/,
    ],
    [
      'a file whose other columns are all used',
      irisCSV().replace(',petal_width,', ',width_of_petals,'),
      /bad\.csv: there is no column 'petal_width'; the columns are sepal_length, .*, width_of_petals, species$/m,
    ],
    [
      'a file without names',
      `${rows.join('\n')}\n`,
      /bad\.csv: there are no columns .*; (if its first row has no names, add --header no|the columns are)/,
    ],
    ['an open quote', `${header}\n"1,2,3,4,5\n`, /bad\.csv: CSV row 2: a quoted field is never closed/],
    ['a file of names only', `${header}\n`, /bad\.csv: there are no rows below the header; /m],
    ['an empty file', '', /bad\.csv: expected at least one row of data, got none/],
  ])('predict rejects %s', async (_, text, message) => {
    put('bad.csv', text);
    const ran = await run('predict', 'iris.bp4', 'bad.csv', '--out', 'never.csv');
    expectFailure(ran, 3, message);
    expect(readdirSync(cwd).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  it.each([
    [['evaluate', 'iris.bp4', 'names.csv']],
    [['train', 'names.csv', '--stream', '--out', 'never.bp4']],
  ])('%j rejects a file of names only in the same words', async (args) => {
    put('names.csv', `${header}\n`);
    expectFailure(await run(...args), 3, /^bp4: names\.csv: there are no rows below the header; /m);
  });

  it('predict counts a category that was not learned as none of them, and says so', async () => {
    const ran = await fed('area,district\n50,west\n', 'predict', 'houses.bp4');
    expect(ran.code).toBe(0);
    expect(ran.stdout.trim().split('\n')).toHaveLength(2);
    expect(ran.stderr).toBe(
      "bp4: stdin: 1 sample has categories that don't occur in the training samples; see --unknown of bp4 train\n",
    );
  });

  it('predict recognizes data in place of a model, and a model that is cut off', async () => {
    const swapped = await run('predict', 'iris.csv', 'iris.bp4');
    expectFailure(
      swapped,
      3,
      /^bp4: iris\.csv: it is data, not a model; give the model first, then the data$/m,
    );
    put('cut.bp4', readFileSync(at('iris.bp4')).subarray(0, 2000));
    const cut = await run('predict', 'cut.bp4', 'iris.csv');
    expectFailure(cut, 3, /cut\.bp4: the file is damaged or incomplete: its header .* only 1992 follow$/m);
  });

  it('predict rejects broken JSON', async () => {
    put('bad.jsonl', '{"area":50,"district":"north"}\n{"area":50,\n');
    expect((await run('predict', 'houses.bp4', 'bad.jsonl')).stderr).toMatch(
      /bad\.jsonl: line 2: invalid JSON/,
    );
    put('text.jsonl', '{"area":"50","district":"north"}\n');
    expectFailure(
      await run('predict', 'houses.bp4', 'text.jsonl'),
      3,
      /line 1, column 'area': expected a number, got '50'/,
    );
  });

  it('predict answers a row when it comes, while the input is still open', async () => {
    const child = spawn(process.execPath, [bin, 'predict', 'iris.bp4'], { cwd });
    const answered = (count: number): Promise<string> =>
      new Promise((resolve) => {
        let text = '';
        const onText = (more: Buffer): void => {
          text += more.toString();
          if (text.split('\n').length <= count) return;
          child.stdout.off('data', onText);
          resolve(text);
        };
        child.stdout.on('data', onText);
      });
    const [head, first, second] = lines(answers);
    const begun = answered(2);
    child.stdin.write(`${header}\n${rows[0]!}\n`);
    expect(await begun).toBe(`${head!}\n${first!}\n`);
    const then = answered(1);
    child.stdin.write(`${rows[1]!}\n`);
    expect(await then).toBe(`${second!}\n`);
    child.stdin.end();
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
  });

  it('predict accepts columns named as properties of every object', async () => {
    const csv = `__proto__,constructor,class\n${Array.from({ length: 30 }, (_, n) => `${n % 7},${n % 3},${n % 2 ? '__proto__' : 'toString'}`).join('\n')}\n`;
    put('odd.csv', csv);
    await captureOutput('train', 'odd.csv', '--epochs', '2');
    const [first] = lines(await captureOutput('predict', 'odd.bp4', 'odd.csv', '--json'));
    expect(first).toMatch(
      /^\{"class":"(__proto__|toString)","outputs":\{"__proto__":[\d.e-]+,"toString":[\d.e-]+\}\}$/,
    );
    const json = '{"__proto__":1,"constructor":2}\n{"constructor":2,"__proto__":1}\n';
    const [a, b] = lines((await fed(json, 'predict', 'odd.bp4')).stdout).slice(1);
    expect(a).toBe(b);
  });
});

describe('evaluate', () => {
  it('evaluate prints figures, a table by class and a confusion matrix, and says when the data were trained on', async () => {
    const { code, stdout, stderr } = await run('evaluate', 'iris.bp4', 'iris.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^iris\.csv: 150 samples, loss 0\.\d+\naccuracy [\d.]+%: 1\d\d of 150 right \(always predicting setosa: 33\.3%\)\n/,
    );
    expect(stdout).toMatch(/setosa +100% +100% +100% +50/);
    expect(stdout).toContain('predicted');
    expect(stderr).toBe(
      'bp4: warning: iris.csv is the training data: the model was trained on 120 samples in it; evaluate on other data\n',
    );
  });

  it('evaluate agrees with Network.evaluate with --json', async () => {
    const evaluation = readEvent(await run('evaluate', 'iris.bp4', 'iris.csv', '--json'), 'evaluation');
    const net = await Network.load(readFileSync(at('iris.bp4')));
    const species = ['setosa', 'versicolor', 'virginica'];
    const { loss, accuracy } = net.evaluate({
      inputs: rows.map((row) => row.split(',').slice(0, 4).map(Number)),
      labels: rows.map((row) => species.indexOf(row.split(',')[4]!)),
    });
    expect(evaluation).toMatchObject({ count: 150, loss, accuracy, classes: species });
    const confusion = evaluation['confusion'] as number[][];
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(150);
  });

  it('evaluate says what accuracy leaves unsaid, and how reliable the probabilities are with --json', async () => {
    const { stdout } = await run('evaluate', 'iris.bp4', 'iris.csv');
    expect(stdout).toMatch(
      /^balanced accuracy [\d.]+%, ROC-AUC [01]\.\d{3}, log loss [\d.]+, calibration error [\d.]+%$/m,
    );
    const evaluation = readEvent(await run('evaluate', 'iris.bp4', 'iris.csv', '--json'), 'evaluation');
    // the classes are of the same size
    expect(evaluation['balancedAccuracy']).toBeCloseTo(evaluation['accuracy'] as number, 12);
    const bins = evaluation['reliability'] as { count: number }[];
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(150);
  });

  it('evaluate names the threshold with the best F1 of two classes, and lists others with --json', async () => {
    const lines = Array.from({ length: 80 }, (_, n) => `${n % 20},${n % 20 > 13 - (n % 3) ? 'yes' : 'no'}`);
    put('bought.csv', ['x,bought', ...lines].join('\n'));
    await captureOutput('train', 'bought.csv', '--epochs', '40', '--quiet');
    const { stdout } = await run('evaluate', 'bought.bp4', 'bought.csv');
    expect(stdout).toMatch(
      /^best F1 of yes: [\d.]+% from a probability of 0\.\d+ on \(precision [\d.]+%, recall [\d.]+%\)$/m,
    );
    const { scores, thresholds } = readEvent(
      await run('evaluate', 'bought.bp4', 'bought.csv', '--json'),
      'evaluation',
    ) as {
      scores: { precision: number; recall: number; f1: number }[];
      thresholds: { best: { f1: number }; table: { threshold: number; f1: number }[] };
    };
    const { precision, recall, f1 } = scores[1]!;
    const { best, table } = thresholds;
    expect(table.map(({ threshold }) => threshold)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(table[4]).toEqual({ threshold: 0.5, precision, recall, f1: expect.closeTo(f1, 12) as number });
    expect(best.f1).toBeGreaterThanOrEqual(Math.max(...table.map(({ f1 }) => f1)));
  });

  it('predict --threshold predicts the second of two classes from a probability on', async () => {
    put('sums.csv', 'x,y\n1,2\n2,3\n3,5\n4,4\n');
    await captureOutput('train', 'sums.csv', '--target', 'y', '--epochs', '1', '--quiet');
    const lines = Array.from({ length: 80 }, (_, n) => `${n % 20},${n % 20 > 13 - (n % 3) ? 'yes' : 'no'}`);
    put('sold.csv', ['x,sold', ...lines].join('\n'));
    const ofOne = ['--output-activation', 'sigmoid', '--loss', 'binaryCrossEntropy', '--layers', '1,8,1'];
    for (const shape of [[], ofOne]) {
      await captureOutput('train', 'sold.csv', '--label', 'sold', '--epochs', '10', '--quiet', ...shape);
      const answers = async (...args: string[]): Promise<{ class: string; outputs: { yes: number } }[]> =>
        (await run('predict', 'sold.bp4', 'sold.csv', '--json', ...args)).stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { class: string; outputs: { yes: number } });
      const shares = (await answers()).map(({ outputs }) => outputs.yes);
      // Half of the probabilities are written larger than they are.
      const thresholds = [...new Set(shares)].sort((a, b) => a - b).slice(4, 12);
      for (const threshold of thresholds) {
        const given = ['--threshold', String(threshold)];
        const expected = shares.map((share) => (share >= threshold ? 'yes' : 'no'));
        expect((await answers(...given)).map((one) => one.class)).toEqual(expected);
        const { stdout } = await run('predict', 'sold.bp4', 'sold.csv', ...given);
        const written = stdout.trim().split('\n').slice(1);
        expect(written.map((line) => line.split(',')[0])).toEqual(expected);
      }
    }
    for (const [model, data, problem] of [
      [
        'iris.bp4',
        'unlabeled.csv',
        /^bp4: --threshold: it is for two classes, and the model has 3; leave it out$/m,
      ],
      ['sums.bp4', 'sums.csv', /^bp4: --threshold: the model predicts numbers, not classes; leave it out$/m],
    ] as const)
      expectFailure(await run('predict', model, data, '--threshold', '0.3'), 2, problem);
  });

  it('evaluate and the model card tell the R² of predictions without a network', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `${(n * 7) % 31},${2 * ((n * 7) % 31) + (n % 3)}`);
    put('rent.csv', ['x,y', ...lines].join('\n'));
    await captureOutput('train', 'rent.csv', '--target', 'y', '--epochs', '3', '--quiet');
    // 20 more than the mean of the training data, and as far apart: 1 − (s² + 20²)/s²
    const mean = lines.reduce((sum, line) => sum + Number(line.split(',')[1]) / 60, 0);
    put('dear.csv', `x,y\n1,${mean + 10}\n2,${mean + 30}\n`);
    const { stdout } = await run('evaluate', 'rent.bp4', 'dear.csv');
    const [, told] = /\(always the mean: (\S+)\)/.exec(stdout)!;
    expect(Number(told)).toBeGreaterThan(-6);
    expect(Number(told)).toBeLessThan(-3);
    put('wide.csv', `x,y\n1,${mean - 1000}\n2,${mean + 1000}\n`);
    // -0.00001 or so
    expect((await run('evaluate', 'rent.bp4', 'wide.csv')).stdout).toContain('(always the mean: 0.000)');
    const { targets } = readEvent(await run('evaluate', 'rent.bp4', 'dear.csv', '--json'), 'evaluation');
    expect(targets).toMatchObject([{ baselines: { mean: expect.closeTo(Number(told), 3) as number } }]);
    await captureOutput('export', 'rent.bp4', '--card', 'rent.md');
    const card = readFileSync(at('rent.md'), 'utf8');
    expect(card).toMatch(/^\| R² of always predicting the mean \| -?0\.\d{3} \|$/m);
    expect(card).toMatch(/^\| R² of a linear model \| 0\.99\d \|$/m);
  });

  it('evaluate prints the pinball loss and the coverage of quantiles, not R²', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `${n % 10},${(n % 10) + (n % 7)}`);
    put('spread.csv', ['x,y', ...lines].join('\n'));
    const options = ['--target', 'y', '--loss', 'quantile:q=0.9', '--epochs', '60', '--quiet'];
    await captureOutput('train', 'spread.csv', ...options);
    const { stdout } = await run('evaluate', 'spread.bp4', 'spread.csv');
    expect(stdout).toMatch(
      /^y: pinball loss [\d.]+, [\d.]+% of the values at or below the prediction \(the quantile is 0\.9\), of 60 samples$/m,
    );
    const evaluation = readEvent(await run('evaluate', 'spread.bp4', 'spread.csv', '--json'), 'evaluation');
    expect(evaluation).not.toHaveProperty('rSquared');
    expect(evaluation['targets']).toMatchObject([{ name: 'y', q: 0.9 }]);
    expect(evaluation['coverage']).toBeGreaterThan(0.6);
  });

  it('evaluate prints the errors of a regression', async () => {
    const { stdout } = await run('evaluate', 'houses.bp4', 'houses.csv');
    expect(stdout).toMatch(
      /^price: R² [01]\.\d+ \(always the mean: 0\.000\), mean absolute error [\d.]+, root mean squared error [\d.]+, of 8 samples$/m,
    );
  });

  it('evaluate writes a page with --report', async () => {
    const { stdout } = await run('evaluate', 'iris.bp4', 'iris.csv', '--report', 'evaluated.html');
    expect(stdout).toContain('Report: evaluated.html');
    const page = readFileSync(at('evaluated.html'), 'utf8');
    expect(page).toContain('Confusion matrix');
    expect(page).toContain('Reliability of the probabilities');
  });

  it('evaluate rejects data without answers, classes that were not learned, and a missing folder', async () => {
    put('blank.csv', 'area,district\n50,north\n');
    expectFailure(await run('evaluate', 'houses.bp4', 'blank.csv'), 3, /blank\.csv.*price/);
    put('rose.csv', irisCSV().replace('setosa', 'rose'));
    expectFailure(
      await run('evaluate', 'iris.bp4', 'rose.csv'),
      3,
      /rose\.csv: CSV row 2, column 'species': 'rose' is not one of/,
    );
    expectFailure(
      await run('evaluate', 'iris.bp4', 'rose.csv', '--report', 'no/where.html'),
      3,
      /no\/where\.html: no such folder: no/,
    );
  });
});

describe('explain', () => {
  it('explain prints a bar for each column, the most important first, and writes a page', async () => {
    const { code, stdout } = await run('explain', 'iris.bp4', 'iris.csv', '--report', 'columns.html');
    expect(code).toBe(0);
    const columns = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
    const shown = lines(stdout).filter((line) => columns.some((column) => line.startsWith(column)));
    expect(shown).toHaveLength(4);
    expect(shown[0]).toMatch(/^petal_\w+ .* ± .*█{30}/);
    expect(readFileSync(at('columns.html'), 'utf8')).toContain('Which columns matter in iris.csv');
  });

  it('explain prints the numbers with --json, the same again and others with another seed', async () => {
    const explain = async (...args: string[]) =>
      readEvent(await run('explain', 'iris.bp4', 'iris.csv', '--json', ...args), 'importance');
    const first = await explain();
    expect(first).toMatchObject({ samples: 150, columns: [{}, {}, {}, {}] });
    const importances = (first['columns'] as { importance: number }[]).map(({ importance }) => importance);
    expect(importances).toEqual([...importances].sort((a, b) => b - a));
    expect(await explain()).toEqual(first);
    expect(await explain('--seed', '1')).not.toEqual(first);
    expect(await explain('--samples', '50')).toMatchObject({ samples: 50 });
  });
});

describe('diagnose', () => {
  it('diagnose describes each layer in numbers, then words, and draws it with --report', async () => {
    const stdout = await captureOutput('diagnose', 'houses.bp4', 'houses.csv', '--report', 'layers.html');
    expect(stdout).toMatch(/layer +\|δ\| +‖∂C\/∂W‖\/‖W‖ +saturated +dead units +‖W‖/);
    expect(stdout).toMatch(/layers\[0\] +\d+ relu +0?\.?\d/);
    expect(readFileSync(at('layers.html'), 'utf8')).toContain('How fast each layer learns');
  });

  it('diagnose names a cause of slow learning', async () => {
    const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'sigmoid' }], seed: 1 });
    const json = net.toJSON();
    const layers = [{ ...json.layers[0]!, weights: [[40, 40]], biases: [40] }];
    put('stuck.json', JSON.stringify({ ...json, layers }));
    put('stuck.csv', 'a,b,c\n1,1,0\n2,1,0\n1,2,0\n');
    const stdout = await captureOutput('diagnose', 'stuck.json', 'stuck.csv', '--label', 'c');
    expect(stdout).toMatch(/! layers\[0\]: quadratic loss with saturated sigmoid outputs/);
    const { messages } = readEvent(
      await run('diagnose', 'stuck.json', 'stuck.csv', '--label', 'c', '--json'),
      'diagnosis',
    );
    expect(messages).toHaveLength(1);
  });
});

it('predict warns of predictions that overflow single precision', async () => {
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], seed: 1 });
  const json = net.toJSON();
  put('huge.json', JSON.stringify({ ...json, layers: [{ ...json.layers[0]!, weights: [[1e30]] }] }));
  put('far.csv', 'a\n1\n-1e30\n');
  const { code, stdout, stderr } = await run('predict', 'huge.json', 'far.csv');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'output\n1e+30\n-Infinity\n' });
  expect(stderr).toMatch(/^bp4: 1 prediction is too large for a 32-bit float/);
});

describe('export and back', () => {
  const formats = ['onnx', 'tfjs', 'safetensors', 'npz', 'json', 'bp4'];

  it.each(formats)('export to %s keeps the weights and the answers', async (format) => {
    const out = format === 'tfjs' ? 'out-tfjs' : `out.${format}`;
    const exported = await run('export', 'iris.bp4', out, '--to', format, '--json');
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const { files, bytes } = readEvent(exported, 'exported') as { files: string[]; bytes: number[] };
    for (const [i, file] of files.entries()) expect(readFileSync(at(file)).length).toBe(bytes[i]);
    const [before, after] = await Promise.all(
      ['iris.bp4', out].map(async (path) => readEvent(await run('inspect', path, '--json'), 'model')),
    );
    expect(after).toMatchObject({ format, hash: before!['hash'], parameters: before!['parameters'] });
    const names = format === 'bp4' ? [] : ['--classes', 'setosa,versicolor,virginica'];
    expect((await run('predict', out, 'unlabeled.csv', ...names)).stdout).toBe(answers);
  });

  it('export --card describes the model in Markdown, beside a baseline, and writes nothing else', async () => {
    const before = readdirSync(cwd);
    const exported = await run('export', 'iris.bp4', '--card', 'card.md', '--json');
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(readEvent(exported, 'card')).toMatchObject({ path: 'card.md' });
    expect(readdirSync(cwd).sort()).toEqual([...before, 'card.md'].sort());
    const card = readFileSync(at('card.md'), 'utf8');
    const { hash } = readEvent(await run('inspect', 'iris.bp4', '--json'), 'model');
    expect(card).toContain('by the column `species`: `setosa`, `versicolor`, `virginica`.');
    expect(card).toMatch(/^\| `sepal_length` \| standardized: mean /m);
    expect(card).toMatch(/^\| accuracy \| [\d.]+% \|$/m);
    expect(card).toMatch(/^\| accuracy of always predicting `\w+` \| 3\d\.\d% \|$/m);
    expect(card).toContain(`(SHA-256): \`${hash as string}\``);
    expect(card.match(/^## .*$/gm)).toEqual([
      '## Inputs',
      '## Data',
      '## Results',
      '## Training',
      '## Limits',
    ]);
    // of a file of another program, which says nothing about its training
    expect((await run('export', 'iris.bp4', 'plain.npz', '--card', 'both.md')).code).toBe(0);
    expect(existsSync(at('plain.npz')) && existsSync(at('both.md'))).toBe(true);
    await captureOutput('export', 'plain.npz', '--card', 'plain.md');
    expect(readFileSync(at('plain.md'), 'utf8')).toContain('The file does not say how it was trained.');
    for (const [path, problem] of [
      ['iris.bp4', 'bp4: --card'],
      ['card.js', 'bp4: --card: it is written as Markdown; give the name of a .md file'],
    ] as const) {
      const { code, stderr } = await run('export', 'iris.bp4', '--card', path);
      expect(code).toBe(2);
      expect(stderr).toContain(problem);
    }
  });

  it('a name in a model card keeps to its cell, whatever it holds', async () => {
    put(
      'odd.csv',
      `"a|b","c\`d",\u202Ee,hue,\`x\`,kind\n${Array.from({ length: 30 }, (_, n) => `${n % 7},${n % 5},${n % 3},${n % 4 ? 'red' : '&amp;'},0,<b|${n % 2}`).join('\n')}\n`,
    );
    await captureOutput('train', 'odd.csv', '--label', 'kind', '--epochs', '1', '--ignore', '`x`');
    await captureOutput('export', 'odd.bp4', '--card', 'odd.md');
    const card = readFileSync(at('odd.md'), 'utf8');
    expect(card).toContain('| `a\\|b` | standardized');
    expect(card).toContain('| ``c`d`` | standardized');
    expect(card).toContain('| `\\u202ee` | standardized');
    expect(card).toContain('| `hue` | one of \\&amp;, red |');
    expect(card).toContain('`<b|0`, `<b|1`.');
    expect(card).toContain("- Command: ``npx bp4 train odd.csv --label kind --epochs 1 --ignore '`x`'``");
  });

  it('export to code writes a module that imports nothing, and its types', async () => {
    const stdout = await captureOutput('export', 'iris.bp4', 'flower.mjs');
    expect(stdout).toContain("import { predict } from './flower.mjs'");
    expect(stdout).toMatch(/^flower\.d\.mts {2}TypeScript declarations, \d+ bytes$/m);
    const { predict, outputs } = (await import(pathToFileURL(at('flower.mjs')).href)) as {
      predict: (inputs: number[]) => Float32Array;
      outputs: string[];
    };
    expect(outputs).toEqual(['setosa', 'versicolor', 'virginica']);
    const [first] = predict(rows[0]!.split(',').slice(0, 4).map(Number));
    expect(String(Number(first!.toPrecision(7)))).toBe(lines(answers)[1]!.split(',')[1]);
    expect(existsSync(at('flower.d.mts'))).toBe(true);
  });

  it('export reports losses, and shows how to open the file', async () => {
    const stdout = await captureOutput('export', 'iris.bp4', '--to', 'safetensors');
    expect(stdout).toMatch(/^iris\.safetensors +safetensors, [\d.]+ kB\n/);
    expect(stdout).toMatch(/note: other programs must transform the inputs themselves/);
    expect(stdout).toMatch(
      /note: the file has no class names: its outputs are setosa, versicolor, virginica/,
    );
    expect(stdout).toMatch(/open: PyTorch/);
    expect(await captureOutput('export', 'houses.bp4', 'houses.onnx')).toMatch(
      /categories are given by their index: district/,
    );
  });

  it('inspect requires --activations for a file of weights alone', async () => {
    const w = { values: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const b = { values: Float32Array.of(0, 1), shape: [2] };
    put('bare.npz', writeNPZ({ '0.weight': w, '0.bias': b }));
    expectFailure(await run('inspect', 'bare.npz'), 2, /bare\.npz: .*give --activations, one for each layer/);
    put('bare.safetensors', bareSafetensors());
    expectFailure(
      await run('inspect', 'bare.safetensors'),
      2,
      /give --activations, one for each of its 1 layers/,
    );
    const stdout = await captureOutput('inspect', 'bare.npz', '--activations', 'softmax');
    expect(stdout).toMatch(/layers\[0\] +2 softmax +6 +1\.00|layers\[0\] +2 softmax +6 +1 /);
    expectFailure(
      await run('inspect', 'iris.bp4', '--activations', 'relu'),
      2,
      /--activations: iris\.bp4 names its activations itself/,
    );
  });

  it('inspect reads a network of either version of brain.js', async () => {
    const layer = { weights: [[1, -2]], biases: [0.5] };
    put(
      'brain2.json',
      JSON.stringify({ type: 'NeuralNetwork', sizes: [2, 1], layers: [{ weights: [], biases: [] }, layer] }),
    );
    const node = { bias: 0.5, weights: { a: 1, b: -2 } };
    put(
      'brain1.json',
      JSON.stringify({
        sizes: [2, 1],
        layers: [{ a: {}, b: {} }, { out: node }],
        outputLookup: true,
        inputLookup: true,
      }),
    );
    const models = ['brain1.json', 'brain2.json'].map(async (path) =>
      readEvent(await run('inspect', path, '--json'), 'model'),
    );
    const [one, two] = await Promise.all(models);
    expect(one).toMatchObject({
      format: 'json',
      parameters: 3,
      layers: [{ units: 1, activation: 'sigmoid' }],
    });
    expect(two!['hash']).toBe(one!['hash']);
  });

  it('export rejects names without a known extension, and inspect files that are not models', async () => {
    expectFailure(await run('export', 'iris.bp4', 'model.xyz'), 2, /model\.xyz: unknown extension/);
    expectFailure(
      await run('export', 'iris.bp4', '--to', 'onx'),
      2,
      /--to: expected one of .*, got 'onx'; did you mean 'onnx'\?/,
    );
    expectFailure(await run('export', 'iris.bp4'), 2, /give a file, or --to/);
    mkdirSync(at('folder'));
    expectFailure(await run('export', 'iris.bp4', 'folder', '--to', 'onnx'), 2, /folder: it is a folder/);
    for (const [name, content] of [
      ['iris.csv', undefined],
      ['zeros.bp4', new Uint8Array(100)],
      ['empty.onnx', new Uint8Array()],
      ['short.onnx', new Uint8Array([8, 7, 58, 200])],
      ['other.json', '{"a":1}'],
      ['list.npz', 'PK\u0003\u0004'],
    ] as const) {
      if (content !== undefined) put(name, content);
      const ran = await run('inspect', name);
      expectFailure(ran, 3, new RegExp(`^bp4: ${name.replace('.', '\\.')}`));
    }
    expectFailure(
      await run('inspect', 'folder'),
      3,
      /^bp4: folder: the folder has no model\.json; pass a model file, or a folder of TensorFlow\.js$/m,
    );
    expectFailure(await run('inspect', 'nothing.bp4'), 3, /nothing\.bp4: no such file/);
    put('folder/model.json', '{"modelTopology":{}}');
    for (const path of ['folder', 'folder/model.json'])
      expectFailure(
        await run('inspect', path),
        3,
        /^bp4: folder\/model\.json: weightsManifest: expected an array/,
      );
  });

  it('inspect rejects a truncated model in every format', async () => {
    for (const name of ['out.onnx', 'out.safetensors', 'out.npz', 'out.json', 'out.bp4']) {
      const bytes = readFileSync(at(name));
      put(`cut-${name}`, bytes.subarray(0, Math.floor(bytes.length / 2)));
      expectFailure(await run('inspect', `cut-${name}`), 3, new RegExp(`cut-${name.replace('.', '\\.')}`));
    }
  });
});

describe('inspect', () => {
  it('inspect prints task, inputs, training and weights', async () => {
    const stdout = await captureOutput('inspect', 'iris.bp4');
    for (const text of [
      /^iris\.bp4: bp4 model, [\d.]+ kB$/m,
      /^ {2}task +classification of species: setosa, versicolor, virginica$/m,
      /^ {13}sepal_length +standardized: mean 5\.\d+, deviation 0\.\d+$/m,
      /^ {2}trained +on iris\.csv: .* in .* s; on the test samples: loss [\d.]+, accuracy [\d.]+%$/m,
      /^ {2}training +adam, mini-batches of \d+, \d+ steps; (ended|can be resumed) after \d+ epochs$/m,
      /^ {2}weights +[0-9a-f]{16} /m,
      /^layers\[1\] +3 softmax +\d+/m,
    ]) {
      expect(stdout).toMatch(text);
    }
  });

  it('inspect prints the hash that train printed', async () => {
    const saved = readEvent(
      await run('train', 'iris.csv', '--epochs', '2', '--out', 'two.bp4', '--json'),
      'saved',
    );
    const model = readEvent(await run('inspect', 'two.bp4', '--json'), 'model');
    expect(model['hash']).toBe(saved['weights']);
  });
});

it('train --report draws curves by epoch and lists what was guessed', async () => {
  await captureOutput('train', 'iris.csv', '--epochs', '3', '--out', 'reported.bp4', '--report', 'iris.html');
  const page = readFileSync(at('iris.html'), 'utf8');
  for (const text of ['How it learned', 'Confusion matrix', '|δ| of each layer', 'recognized by its name'])
    expect(page).toContain(text);
});

it('help describes every command and every option', async () => {
  const overview = await captureOutput('--help');
  for (const name of ['search', 'predict', 'evaluate', 'diagnose', 'export', 'inspect', 'bench']) {
    expect(overview).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    const help = await captureOutput(name, '--help');
    expect(help).toContain(`Usage: bp4 ${name}`);
    expect(help).toContain('Examples');
    expect(Math.max(...help.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
  }
});

it('help train shows both forms of the line', async () => {
  expect(await captureOutput('help', 'train')).toMatch(
    /^Usage: bp4 train \[options\] <data>\n {7}bp4 train --resume \[model\] \[data\]\n/,
  );
});

it('help of a group lists its commands, each with help of its own', async () => {
  const group = await captureOutput('queue', '--help');
  expect(group).toMatch(/^Usage: bp4 queue <command>$/m);
  for (const name of ['init', 'status', 'clear']) {
    expect(group).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    const help = await captureOutput('queue', name, '--help');
    expect(help).toMatch(new RegExp(`^Usage: bp4 queue ${name} \\[options\\] \\[url\\]`));
    expect(help).toContain('  --json ');
    expect(await captureOutput('help', 'queue', name)).toBe(help);
  }
});

it('--help-all of a command with few options prints its help', async () => {
  for (const name of ['predict', 'inspect'])
    expect(await captureOutput(name, '--help-all')).toBe(await captureOutput(name, '--help'));
});

it('help of commands that read no data lists no options for data', async () => {
  for (const name of ['inspect', 'export']) {
    const help = await captureOutput('help', name);
    for (const option of ['--inputs', '--target', '--classes']) expect(help).toContain(`  ${option} `);
    for (const option of ['--label', '--delimiter', '--header']) expect(help).not.toContain(option);
  }
  expect(await captureOutput('help', 'evaluate')).toMatch(/--label .*[^]*--delimiter .*[^]*--header /);
});

it('prints the version with -v and --version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  for (const flag of ['-v', '--version']) expect(await captureOutput(flag)).toBe(`${version}\n`);
});

it('bench rejects an argument, and asks for none', async () => {
  expect(await captureOutput('bench', '--help')).toMatch(/^Usage: bp4 bench \[options\]$/m);
  const ran = await bp4(['bench', 'iris.csv'], { cwd });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(/^bp4: unexpected argument 'iris\.csv'; see bp4 bench --help$/m);
});

describe('a mistake in what is typed or read', () => {
  it('evaluate recommends no flag that it lacks', async () => {
    put('typo.csv', irisCSV().replace('4.9,3,', '4.9,x3,'));
    expectFailure(
      await run('evaluate', 'iris.bp4', 'typo.csv'),
      3,
      /^bp4: typo\.csv: CSV row 3, column 'sepal_width': expected a number, got 'x3'$/m,
    );
  });

  it('train suggests what was meant by a flag, a value or a folder', async () => {
    mkdirSync(at('flowers'));
    put('flowers/a.csv', irisCSV());
    const cases: [args: string[], code: number, message: RegExp][] = [
      [['train', 'iris.csv', '--lr', '1'], 2, /--lr: unknown option; did you mean --learning-rate\?$/m],
      [['train', 'iris.csv', '--hidden-layers', '8'], 2, /unknown option; did you mean --hidden\?$/m],
      [['train', 'iris.csv', '--activation', 'ReLU'], 2, /got 'ReLU'; did you mean 'relu'\?$/m],
      [['train', 'iris.csv', '--save', 'x'], 2, /--save: unknown option; did you mean --out\?$/m],
      [['train', 'iris.csv', '--hidden', '8,x'], 2, /--hidden: expected a whole number .*, got 'x'$/m],
      [['train', 'iris.csv', '--report', '-'], 2, /--report: expected a file, not stdout/],
      [['train', 'flowers'], 3, /flowers: it is a folder, not a file; it contains flowers.a\.csv$/m],
    ];
    for (const [args, code, message] of cases) expectFailure(await run(...args), code, message);
  });

  it('train refuses names of files that promise what it does not write', async () => {
    const all = '.onnx, .safetensors, .npz, .json, .mjs, .bp4, and folders named NAME-tfjs';
    const refused = (extension: string): string =>
      `--out: bp4 can't write models as ${extension} files; it writes ${all}; use --out saved.bp4`;
    put('notes.json', '{ "private": true }');
    put('notes.js', 'export const answer = 42;');
    const cases: [option: string, name: string, message: string][] = [
      ['--out', 'saved.html', refused('.html')],
      ['--out', 'saved.csv.gz', refused('.csv.gz')],
      ['--out', 'saved.h5', refused('.h5')],
      ['--out', 'saved.PT', refused('.PT')],
      ['--out', 'saved.bp4.gz', refused('.gz')],
      ['--checkpoint', 'saved.csv', '--checkpoint: checkpoints are .bp4 files; use --checkpoint saved.bp4'],
      ['--checkpoint', 'saved.npz', "--checkpoint: NumPy files can't be resumed; use --checkpoint saved.bp4"],
      [
        '--checkpoint',
        'saved.safetensors',
        "--checkpoint: safetensors files can't be resumed; use --checkpoint saved.bp4",
      ],
      ['--out', 'notes.json', "notes.json: it exists and isn't a model; choose another --out"],
      ['--out', 'notes.js', "notes.js: it exists and isn't a model; choose another --out"],
      ['--report', 'iris.pdf', '--report: expected a name that ends in .html'],
    ];
    for (const [option, name, message] of cases) {
      const had = existsSync(at(name)) && readFileSync(at(name), 'utf8');
      const ran = await run('train', 'iris.csv', '--epochs', '1', option, name);
      expect(ran).toMatchObject({ code: 2, stdout: '', stderr: `bp4: ${message}\n` });
      expect(existsSync(at(name)) && readFileSync(at(name), 'utf8')).toBe(had);
    }
  });

  it('train writes the format that the extension of --out promises, the same as export would', async () => {
    const train = ['train', 'iris.csv', '--epochs', '2'];
    await captureOutput(...train, '--out', 'direct.bp4');
    for (const name of ['.onnx', '.safetensors', '.npz', '.JSON', '.mjs', '-tfjs']) {
      const first = await captureOutput(...train, '--out', `direct${name}`);
      expect(first).toContain(`Saved direct${name}, `);
      expect(first).toContain("note: training can't be resumed from this file");
      expect(first).not.toContain('replacing');
      const direct = readAll(at(`direct${name}`));
      await captureOutput('export', 'direct.bp4', `exported${name}`);
      expect(direct).toEqual(readAll(at(`exported${name}`)));
      expect(await captureOutput(...train, '--out', `direct${name}`)).toContain('replacing the old file');
    }
    await captureOutput(...train, '--out', 'plain');
    expect(await captureOutput('inspect', 'plain')).toContain('plain: bp4 model');
  });

  it('train says how to name the model file, and where softmax goes', async () => {
    expectFailure(
      await run('train', 'iris.csv', 'my model.bp4'),
      2,
      /unexpected argument 'my model\.bp4'; to name the model file, use --out 'my model\.bp4'$/m,
    );
    expectFailure(
      await run('train', 'iris.csv', '--activation', 'softmax'),
      2,
      /^bp4: --activation: softmax is only for the last layer; use --output-activation softmax$/m,
    );
    expectFailure(
      await run('train', 'iris.csv', '--activation', 'x'),
      2,
      /--activation: expected one of sigmoid, .*, softsign, linear, got 'x'$/m,
    );
  });

  it('train quotes names of columns in what it recommends', async () => {
    put('spaces.csv', irisCSV().replace('petal_width', 'petal width').replace('species', 'the species'));
    expectFailure(
      await run('train', 'spaces.csv', '--label', 'petal width'),
      2,
      /; write --target 'petal width'$/m,
    );
    expectFailure(
      await run('train', 'spaces.csv', '--target', 'the species'),
      2,
      /; write --label 'the species'$/m,
    );
  });

  it('train recommends evaluate for new data', async () => {
    expect(await captureOutput('train', 'iris.csv', '--epochs', '1', '--out', 'next.bp4')).toMatch(
      /^ {2}npx bp4 evaluate next\.bp4 other\.csv +score it on new labeled data$/m,
    );
  });

  it('train reports that an old model file is replaced', async () => {
    const train = ['train', 'iris.csv', '--epochs', '1', '--out', 'twice.bp4'];
    expect(await captureOutput(...train)).not.toContain('replacing');
    expect(await captureOutput(...train)).toMatch(/^Saved twice\.bp4, .*, replacing the old file$/m);
  });
});
