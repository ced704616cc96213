import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  csvBatches,
  DataStream,
  Dataset,
  profileTable,
  Table,
  type CSVOptions,
  type TextChunks,
} from '../../src/data/index.js';
import type { Data } from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';
import { toRows } from '../support/rows.js';

// CSV texts, whole and in chunks: reading gives what was written, wherever the text is cut.

const rowsIn = ({ inputs, width }: Dataset): number[][] => toRows(inputs, width);

/** The contents of a dataset, for comparison. */
function contents(data: Dataset): unknown {
  const { inputs, targets, labels, columns, targetColumns, classes, categories } = data;
  return { inputs, targets, labels, columns, targetColumns, classes, categories };
}

const flowers = 'length,width,species\n5.1,3.5,setosa\n7,3.2,versicolor\n6.3,3.3,virginica\n4.9,3,setosa\n';

it('fromCSV turns labels into indices of sorted classes and reads the other columns as inputs', () => {
  const data = Dataset.fromCSV(flowers, { label: 'species' });
  expect(rowsIn(data)).toEqual([
    [5.1, 3.5],
    [7, 3.2],
    [6.3, 3.3],
    [4.9, 3],
  ]);
  expect(data.columns).toEqual(['length', 'width']);
  expect(data.classes).toEqual(['setosa', 'versicolor', 'virginica']);
  expect(Array.from(data.labels!)).toEqual([0, 1, 2, 0]);
  expect(data.targets).toBeUndefined();
});

it('fromCSV reads targets in the order in which they are named', () => {
  const data = Dataset.fromCSV('a,b,c\n1,2,3\n4,5,6', { targets: ['c', 'a'] });
  expect(rowsIn(data)).toEqual([[2], [5]]);
  expect(Array.from(data.targets!)).toEqual([3, 1, 6, 4]);
  expect(data.targetColumns).toEqual(['c', 'a']);
  expect(Dataset.fromCSV('a,b\n1,2', { targets: 'b' }).targets).toEqual(Float64Array.of(2));
});

it('fromCSV reads inputs alone without a label or targets', () => {
  const data = Dataset.fromCSV('a,b\n1,2');
  expect(rowsIn(data)).toEqual([[1, 2]]);
  expect(Object.keys(data)).toEqual(['inputs']);
});

it('fromCSV turns string categories into sorted indices and keeps categories that are numbers', () => {
  const text = 'color,doors,size,y\nred,5,1,0\nblue,3,2,1\nred,10,3,1';
  const data = Dataset.fromCSV(text, { targets: 'y', categorical: ['color', 'doors'] });
  expect(data.categories).toEqual({ color: ['blue', 'red'], doors: [3, 5, 10] });
  expect(rowsIn(data)).toEqual([
    [1, 5, 1],
    [0, 3, 2],
    [1, 10, 3],
  ]);
});

it('fromCSV sorts numeric classes as numbers', () => {
  const data = Dataset.fromCSV('x,y\n1,10\n1,9\n1,10\n1,9.0', { label: 'y' });
  expect(data.classes).toEqual([9, 10]);
  expect(Array.from(data.labels!)).toEqual([1, 0, 1, 0]);
});

it('fromCSV keeps the order of given classes and categories', () => {
  const text = 'c,n,y\nb,2,no\na,1,yes';
  const categorical = { c: ['c', 'b', 'a'], n: [2, 1] };
  const data = Dataset.fromCSV(text, { label: 'y', classes: ['yes', 'no'], categorical });
  expect(data.classes).toEqual(['yes', 'no']);
  expect(Array.from(data.labels!)).toEqual([1, 0]);
  expect(rowsIn(data)).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect(data.categories).toEqual(categorical);
});

describe('variants of RFC 4180', () => {
  const plain = contents(Dataset.fromCSV('a,b,c\n1,2,x\n3,4,y\n', { label: 'c' }));
  it.each([
    ['no line break at the end', 'a,b,c\n1,2,x\n3,4,y', {}],
    ['CRLF', 'a,b,c\r\n1,2,x\r\n3,4,y\r\n', {}],
    ['CR', 'a,b,c\r1,2,x\r3,4,y\r', {}],
    ['line breaks of every kind', 'a,b,c\r\n1,2,x\n3,4,y\r', {}],
    ['a byte order mark', '\uFEFFa,b,c\n1,2,x\n3,4,y\n', {}],
    ['a byte order mark before a quote', '\uFEFF"a",b,c\n1,2,x\n3,4,y\n', {}],
    ['empty lines', '\na,b,c\n\n\n1,2,x\n\r\n3,4,y\n\n\n', {}],
    ['quoted fields', '"a","b","c"\n"1","2","x"\n3,"4",y', {}],
    ['quoted fields and CRLF', '"a","b","c"\r\n"1","2","x"\r\n3,4,"y"\r\n', {}],
    ['spaces around numbers', 'a,b,c\n 1,2 ,x\n3,\t4,y\n', {}],
    ['numbers in other notations', 'a,b,c\n+1.0,2e0,x\n.3e1,4.,y\n', {}],
    ['semicolons', 'a;b;c\n1;2;x\n3;4;y', { delimiter: ';' }],
    ['tabs', 'a\tb\tc\n1\t2\tx\n3\t4\ty', { delimiter: '\t' }],
    ['given names in place of a header', '1,2,x\n3,4,y', { header: ['a', 'b', 'c'] }],
    ['further columns that are not read', 'z,a,b,c\nfoo,1,2,x\n,3,4,y', { inputs: ['a', 'b'] }],
  ] as [string, string, CSVOptions][])('fromCSV reads the same data with %s', (_, text, options) => {
    expect(contents(Dataset.fromCSV(text, { label: 'c', ...options }))).toEqual(plain);
  });

  it('fromCSV names columns by their numbers when there is no header', () => {
    const data = Dataset.fromCSV('7,1,2\n8,3,4', { header: false, label: '0' });
    expect(data.columns).toEqual(['1', '2']);
    expect(data.classes).toEqual([7, 8]);
    expect(rowsIn(data)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('fromCSV reads line breaks, delimiters and quotes within quotes', () => {
    const data = Dataset.fromCSV('x,"a ""b"",\r\nc"\n1,"one\ntwo, ""three"""\n', { label: 'a "b",\nc' });
    expect(data.classes).toEqual(['one\ntwo, "three"']);
  });
});

/** Any text as a quoted field, whether or not it needs the quotes. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

it('fromCSV reads any numbers and any names as they were written', () => {
  // Any line break is read as LF; an empty field is missing.
  const word = fc.string({ unit: fc.constantFrom(...Array.from('ab ,;"\n\t\'é𝛿')), minLength: 1 });
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const table = fc.array(fc.tuple(number, number, word), { minLength: 1 });
  fc.assert(
    fc.property(
      table,
      word,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      (rows, name, eol, isEnded) => {
        // Blanks alone are missing.
        fc.pre(name !== 'x' && name !== 'y' && rows.every(([, , c]) => c.trim() !== ''));
        const lines = [
          ['x', 'y', quoted(name)],
          ...rows.map(([x, y, c]) => [String(x), `"${y}"`, quoted(c)]),
        ];
        const text = lines.map((fields) => fields.join(',')).join(eol) + (isEnded ? eol : '');
        const data = Dataset.fromCSV(text, { label: name });
        // String(-0) is '0'.
        expect(rowsIn(data)).toEqual(rows.map(([x, y]) => [x + 0, y + 0]));
        const { classes, labels } = data;
        const isNumber = typeof classes![0] === 'number';
        const words = rows.map(([, , c]) => (isNumber ? Number(c) : c));
        expect(Array.from(labels!, (label) => classes![label])).toEqual(words);
      },
    ),
  );
});

describe('missing values', () => {
  const text = 'a,b,y\n1,10,1\n,20,2\nNA,?,3\n4,60,4\n';
  it('fromCSV rejects missing values by default', async () => {
    await expectError(
      () => Dataset.fromCSV(text, { targets: 'y' }),
      [
        RangeError,
        "CSV row 3, column 'a' is missing; fill it in, or choose missing: 'drop', 'mean' or 'category'",
      ],
    );
  });
  it("fromCSV drops rows with missing values when missing is 'drop'", () => {
    const data = Dataset.fromCSV(text, { targets: 'y', missing: 'drop' });
    expect(rowsIn(data)).toEqual([
      [1, 10],
      [4, 60],
    ]);
    expect(Array.from(data.targets!)).toEqual([1, 4]);
  });
  it("fromCSV fills in the mean of the column when missing is 'mean'", () => {
    const data = Dataset.fromCSV(text, { targets: 'y', missing: 'mean' });
    expect(rowsIn(data)).toEqual([
      [1, 10],
      [2.5, 20],
      [2.5, 30],
      [4, 60],
    ]);
  });
  it('a second file is filled in with the means of the first, as a whole and as a stream', async () => {
    const first = { targets: 'y', missing: 'mean' } as const;
    const { means } = Dataset.fromCSV(text, first);
    expect(means).toEqual({ a: 2.5, b: 30 });
    const source = (text: string) => () => [text];
    expect((await DataStream.fromCSV(source(text), first)).means).toEqual(means);
    const second = { inputs: ['a', 'b'], missing: 'mean', means } as const;
    const gaps = 'a,b\n,\n,7\n';
    expect(Dataset.fromCSV(gaps, second).inputs).toEqual(Float64Array.of(2.5, 30, 2.5, 7));
    for await (const { inputs } of (await DataStream.fromCSV(source(gaps), second)).batches())
      expect(inputs).toEqual(Float64Array.of(2.5, 30, 2.5, 7));
    expect(Dataset.fromCSV('a,b\n,\n3,7\n', { ...second, means: { b: 1 } }).inputs).toEqual(
      Float64Array.of(3, 1, 3, 7),
    );
    expect(Dataset.fromCSV(text, { targets: 'y', missing: 'drop' }).means).toEqual({});
    await expectError(
      () => Dataset.fromCSV(gaps, { ...second, means: { a: NaN } }),
      [RangeError, "means['a'] is NaN"],
    );
    await expectError(() => Dataset.fromCSV(gaps, { ...second, means: { q: 1 } }), [TypeError, /means/]);
  });
  it('fromCSV ignores missing values in columns that are not read', () => {
    expect(Dataset.fromCSV(text, { inputs: ['y'] }).count).toBe(4);
  });
  it('fromCSV reads NA and an empty field in a column of texts as missing, unless notGaps names it', async () => {
    const countries = 'c,y\nNA,1\n,2\nDE,3';
    expect(
      Dataset.fromCSV(countries, { targets: 'y', categorical: ['c'], missing: 'drop', notGaps: ['NA'] })
        .categories,
    ).toEqual({ c: ['DE', 'NA'] });
    expect(
      Dataset.fromCSV(countries, { targets: 'y', categorical: ['c'], missing: 'drop' }).categories,
    ).toEqual({ c: ['DE'] });
    await expectError(
      () => Dataset.fromCSV(countries, { targets: 'y', categorical: ['c'], missing: 'mean' }),
      [
        RangeError,
        "CSV row 2, column 'c' is missing, and only numeric inputs have a mean; choose missing: 'category' or 'drop'",
      ],
    );
  });
  it('fromCSV ignores the categories of dropped rows', () => {
    const data = Dataset.fromCSV('c,y\na,1\nb,\na,3', { targets: 'y', categorical: ['c'], missing: 'drop' });
    expect(data.categories).toEqual({ c: ['a'] });
  });
  it("fromCSV rejects a missing target when missing is 'mean'", async () => {
    await expectError(
      () => Dataset.fromCSV('x,y\n1,2\n1,\n', { targets: 'y', missing: 'mean' }),
      [RangeError, "CSV row 3, column 'y' is missing, and only numeric inputs have a mean"],
    );
  });
  it("fromCSV rejects a column without values when missing is 'mean'", async () => {
    await expectError(
      () => Dataset.fromCSV('x,z,y\n1,,2', { targets: 'y', missing: 'mean' }),
      [RangeError, "column 'z': every value is missing"],
    );
  });
});

describe('invalid CSV texts and options', () => {
  const cases: [string, unknown, unknown, Expected][] = [
    ['a number in place of a text', 5, {}, [TypeError, 'text: expected a CSV text as a string, got 5']],
    ['an empty text', '', {}, [RangeError, 'CSV: expected at least one row of data, got none']],
    ['a header alone', 'a,b\n', {}, [RangeError, 'CSV: there are no rows below the header']],
    [
      'a text whose rows are all dropped',
      'a,b\n1,\n',
      { missing: 'drop' },
      [RangeError, 'CSV: every row has a missing value'],
    ],
    [
      'a word among numbers',
      'a,b\n1,2\n3,x\n',
      {},
      [TypeError, "CSV row 3, column 'b': expected a number, got 'x'; name 'x' in gaps"],
    ],
    [
      'a word for a target',
      'a,b\n1,x',
      { targets: 'b' },
      [
        TypeError,
        /^CSV row 2, column 'b': expected a number, got 'x'; name 'x' in gaps, if it stands for a missing value$/,
      ],
    ],
    [
      'Infinity',
      'a,b\n1,Infinity',
      {},
      [RangeError, "CSV row 2, column 'b' is 'Infinity'; expected a finite number"],
    ],
    [
      'too few fields',
      'a,b\n1,2\n\n3\n',
      {},
      [RangeError, 'CSV row 4: expected 2 fields, one for each column, got 1'],
    ],
    [
      'too many fields',
      'a,b\n1,2,3',
      {},
      [RangeError, 'CSV row 2: expected 2 fields, one for each column, got 3'],
    ],
    [
      'a text with another delimiter',
      'a;b\n1;2',
      {},
      [RangeError, 'CSV row 1: it has a single field, which contains ";"; set { delimiter: ";" }'],
    ],
    [
      'a quote that is not closed',
      'a,b\n1,"2\n3,4',
      {},
      [RangeError, 'CSV row 2: a quoted field is never closed'],
    ],
    [
      'text after a closing quote',
      'a,b\n1,2\n1,"2"3\n',
      {},
      [RangeError, 'CSV row 3: a quoted field has characters after'],
    ],
    ['two columns of the same name', 'a,a\n1,2', {}, [RangeError, "columns: two are named 'a'"]],
    [
      'an unknown label',
      'a,b\n1,2',
      { label: 'c' },
      [RangeError, "label: there is no column 'c'; the columns are 'a', 'b'"],
    ],
    [
      'an unknown target',
      'a,b\n1,2',
      { targets: ['b', 'c'] },
      [RangeError, "targets: there is no column 'c'"],
    ],
    ['an unknown input', 'a,b\n1,2', { inputs: ['d'] }, [RangeError, "inputs: there is no column 'd'"]],
    ['an input named twice', 'a,b\n1,2', { inputs: ['a', 'a'] }, [RangeError, "inputs: 'a' is listed twice"]],
    [
      'inputs given as a string',
      'a,b\n1,2',
      { inputs: 'a' },
      [TypeError, "inputs: expected an array of names of columns, got 'a'"],
    ],
    ['a table without inputs', 'a\n1', { label: 'a' }, [RangeError, 'inputs: expected at least one column']],
    [
      'an answer as input',
      'a,b\n1,2',
      { inputs: ['a', 'b'], targets: 'b' },
      [RangeError, "inputs: 'b' is the label or a target"],
    ],
    [
      'a label beside targets',
      'a,b,c\n1,2,3',
      { label: 'a', targets: 'b' },
      [TypeError, 'targets: expected either targets or a label'],
    ],
    [
      'a categorical column that is no input',
      'a,b\n1,2',
      { categorical: ['c'] },
      [RangeError, "categorical: there is no column 'c'"],
    ],
    [
      'categories of a column that is no input',
      'a,b\n1,2',
      { categorical: { c: [] } },
      [RangeError, "categorical: there is no column 'c'"],
    ],
    [
      'an empty list of categories',
      'a,b\n1,2',
      { categorical: { a: [] } },
      [TypeError, "categorical['a']: expected an array of strings or of numbers"],
    ],
    [
      'a category that is not in the given list',
      'a,b\n1,2',
      { categorical: { a: ['2'] } },
      [RangeError, "CSV row 2, column 'a': '1' is not one of the categories '2'"],
    ],
    [
      'a class that is not in the given list',
      'a,b\n1,2',
      { label: 'b', classes: [1] },
      [RangeError, "CSV row 2, column 'b': '2' is not one of the classes 1"],
    ],
    ['classes without a label', 'a,b\n1,2', { classes: [1] }, [TypeError, 'classes is set without a label']],
    [
      'an unknown policy for missing values',
      'a,b\n1,2',
      { missing: 'zero' },
      [RangeError, "missing: expected one of 'error', 'drop', 'mean', 'category', got 'zero'"],
    ],
    ['an unknown option', 'a,b\n1,2', { lable: 'b' }, [TypeError, "options: unknown 'lable'"]],
    [
      'an empty delimiter',
      'a,b\n1,2',
      { delimiter: '' },
      [RangeError, "delimiter: expected a single character such as ',' or ';', or 'spaces', got ''"],
    ],
    [
      'a quote as delimiter',
      'a,b\n1,2',
      { delimiter: '"' },
      [RangeError, 'delimiter: expected a single character'],
    ],
    [
      'a header given as a string',
      'a,b\n1,2',
      { header: 'a,b' },
      [TypeError, "header: expected true, false or an array of names, got 'a,b'"],
    ],
  ];
  it.each(cases)('fromCSV rejects %s', async (_, text, options, expected) => {
    await expectError(() => Dataset.fromCSV(text as string, options as CSVOptions), expected);
  });

  it('fromCSV limits the length of a row whose quote is never closed', async () => {
    const text = `a,b\n"${'1,2\n'.repeat(5e6)}`;
    await expectError(
      () => Dataset.fromCSV(text),
      [RangeError, 'CSV row 2: a row of more than 16777216 characters'],
    );
  });
});

/** The rows of all batches in one. */
async function collected(
  batches: () => AsyncIterable<Data>,
): Promise<{ sizes: number[]; inputs: number[]; labels: number[]; targets: number[] }> {
  const all = {
    sizes: [] as number[],
    inputs: [] as number[],
    labels: [] as number[],
    targets: [] as number[],
  };
  for await (const { inputs, labels, targets } of batches()) {
    all.sizes.push((labels ?? targets)!.length);
    all.inputs.push(...(inputs as Float64Array));
    if (labels) all.labels.push(...(labels as number[]));
    if (targets) all.targets.push(...(targets as Float64Array));
  }
  return all;
}

describe('csvBatches', () => {
  const text =
    '\uFEFF"x","a ""name"""\r\n1,"one,\r\ntwo"\r\n\r\n"2.5","say ""é𝛿"""\n3,"""" \n-4e1,last\r\r\n5,"one,\ntwo"';
  const options: CSVOptions = {
    label: 'a "name"',
    classes: ['one,\ntwo', 'say "é𝛿"', '"', 'last'],
  };
  const whole = Dataset.fromCSV(text, options);
  const expected = {
    sizes: [2, 2, 1],
    inputs: Array.from(whole.inputs),
    labels: Array.from(whole.labels!),
    targets: [],
  };

  it('fromCSV reads the expected rows from the whole text', () => {
    expect(expected.inputs).toEqual([1, 2.5, 3, -40, 5]);
    expect(expected.labels).toEqual([0, 1, 2, 3, 0]);
  });

  it('csvBatches reads the same rows from a text cut in two anywhere', async () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const source = (): string[] => [text.slice(0, cut), text.slice(cut)];
      expect(await collected(csvBatches(source, options, 2)), `cut at ${cut}`).toEqual(expected);
    }
  });

  it('csvBatches reads the same rows from pieces of 1 to 11 characters', async () => {
    for (let size = 1; size < 12; size++) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(await collected(csvBatches(() => pieces, options, 2)), `pieces of ${size}`).toEqual(expected);
    }
  });

  it('csvBatches reads the same rows from bytes cut in two anywhere', async () => {
    const bytes = new TextEncoder().encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const source = (): Uint8Array[] => [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(await collected(csvBatches(source, options, 2)), `cut at ${cut}`).toEqual(expected);
    }
  });

  it('csvBatches reads the same rows from any table cut anywhere', async () => {
    const word = fc
      .string({ unit: fc.constantFrom(...Array.from('a ,"\n\r')), minLength: 1, maxLength: 6 })
      .filter((text) => text.trim() !== '');
    const rows = fc.array(fc.tuple(fc.integer(), word), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.array(fc.nat(200)),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (rows, cuts, eol) => {
          const text = ['x,y', ...rows.map(([x, y]) => `${x},${quoted(y)}`)].join(eol);
          const whole = Dataset.fromCSV(text, { label: 'y' });
          const borders = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
          const pieces = borders.slice(1).map((end, i) => text.slice(borders[i], end));
          const { inputs, labels } = await collected(
            csvBatches(() => pieces, { label: 'y', classes: whole.classes! }, 3),
          );
          expect({ inputs, labels }).toEqual({
            inputs: Array.from(whole.inputs),
            labels: Array.from(whole.labels!),
          });
        },
      ),
    );
  });

  const numbers = 'a,c,y\n1,red,2\n3,blue,4\n5,,6\n';
  const ofNumbers: CSVOptions = { targets: 'y', categorical: { c: ['blue', 'red'] }, missing: 'drop' };
  const chunks = ['a,c,y\n1,r', 'ed,2\n3,blue', ',4\n5,,6\n'];
  async function* generated(): AsyncGenerator<string> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  /** A stream as in engines where streams are not iterable. */
  function bare(): ReadableStream<string> {
    const stream = new ReadableStream<string>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    return { getReader: () => stream.getReader() } as ReadableStream<string>;
  }
  it.each([
    ['an array', () => chunks],
    ['a string', () => numbers],
    ['an async generator', generated],
    ['a promise of a stream', () => Promise.resolve(new Blob([numbers]).stream())],
    ['a stream that is not iterable', bare],
  ] as [string, () => TextChunks | Promise<TextChunks>][])(
    'csvBatches reads %s again at each call',
    async (_, source) => {
      const batches = csvBatches(source, ofNumbers, 10);
      const expected = { sizes: [2], inputs: [1, 1, 3, 0], labels: [], targets: [2, 4] };
      expect(await collected(batches)).toEqual(expected);
      expect(await collected(batches)).toEqual(expected);
    },
  );

  it('csvBatches yields batches before the text ends', async () => {
    async function* endless(): AsyncGenerator<string> {
      yield 'a,y\n';
      for (let i = 0; ; i++) yield await Promise.resolve(`${i},${2 * i}\n`);
    }
    const iterator = csvBatches(endless, { targets: 'y' }, 3)();
    await iterator.next();
    const { value } = await iterator.next();
    expect(Array.from((value as Data).inputs as Float64Array)).toEqual([3, 4, 5]);
    await iterator.return();
  });

  it('csvBatches names the row of the whole text in an error', async () => {
    const source = (): string[] => ['a,y\n1,2\n\n3,4', '\n5,6\nseven,8\n'];
    await expectError(
      () => collected(csvBatches(source, { targets: 'y' }, 1)),
      [TypeError, "CSV row 6, column 'a': expected a number, got 'seven'"],
    );
  });

  it('csvBatches rejects a text without rows', async () => {
    await expectError(
      () => collected(csvBatches(() => ['a,y\n'], { targets: 'y' }, 1)),
      [RangeError, 'CSV: there are no rows below the header'],
    );
  });

  it.each([
    [
      'a text in place of a source',
      ['a,b\n', {}, 5],
      [TypeError, "source: expected a function that opens the text, got 'a,b"],
    ],
    [
      'batches of 0 rows',
      [() => [], {}, 0],
      [RangeError, 'rowsPerBatch: expected a whole number of at least 1, got 0'],
    ],
    [
      'a label without classes',
      [() => [], { label: 'y' }, 5],
      [TypeError, 'classes: a stream needs the classes in advance'],
    ],
    [
      'categorical columns without categories',
      [() => [], { categorical: ['y'] }, 5],
      [TypeError, 'categorical: a stream needs the categories in advance'],
    ],
    [
      'the mean as policy for missing values',
      [() => [], { missing: 'mean' }, 5],
      [RangeError, "missing: a stream cannot compute the mean; choose 'error' or 'drop'"],
    ],
    ['an unknown option', [() => [], { delimeter: ';' }, 5], [TypeError, "options: unknown 'delimeter'"]],
  ] as unknown as [string, Parameters<typeof csvBatches>, Expected][])(
    'csvBatches rejects %s at the call',
    async (_, args, expected) => {
      await expectError(() => csvBatches(...args), expected);
    },
  );
});

/** What a reader returns, or the message of its error. */
function outcome<Result>(read: () => Result): Result | string {
  try {
    return read();
  } catch (error) {
    return (error as Error).message;
  }
}

it('empty lines are no rows, not even in a table of one column', () => {
  for (const name of ['x', '"x"']) {
    expect(Dataset.fromCSV(`${name}\n1\n\n2\n`).inputs).toEqual(Float64Array.of(1, 2));
  }
});

it('a skipped row is listed without the spaces that are trimmed, and its numbers keep their spelling', () => {
  const rows = Array.from({ length: 1100 }, (_, i) => `${i},${i / 8},1`).join('\n');
  const table = Table.fromCSV(`x,y,z\n${rows}\n\n a,2.50`, { trim: true, strayRows: 'skip' });
  expect(table.skipped).toEqual([{ row: 1103, text: 'a,2.50', reason: 'after' }]);
});

describe('a text without quotes, whose numbers are read in place, reads like one with quotes', () => {
  const cell = fc.oneof(
    { weight: 6, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }).map(String) },
    { weight: 6, arbitrary: fc.integer({ min: -1000, max: 1000 }).map((n) => String(n / 100)) },
    fc.constantFrom(
      ...[
        '',
        ' ',
        '-',
        '.',
        '-.',
        '.5',
        '5.',
        '-0',
        '+1',
        '00',
        '1.50',
        '1.500',
        '1 ',
        ' 1',
        '1e3',
        '1e',
        '0x1F',
      ],
      ...[
        '1.2.3',
        '1-',
        '--1',
        '123456789012345',
        '1234567890123456',
        '.123456789012345',
        '9007199254740993',
      ],
      ...['NA', '?', 'a', 'b', '#1', '-999', 'x', '2', 'Infinity', '½', '\uFEFF1'],
    ),
  );
  const row = fc.oneof(
    { weight: 20, arbitrary: fc.tuple(cell, cell, cell).map((cells) => [...cells]) },
    fc.array(cell, { minLength: 1, maxLength: 4 }),
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ['x', '2', 'z'],
        ['x', '2.0', 'z'],
        ['# 1', '2.50', '3'],
        [''],
        [' a', '2.50'],
      ),
    },
  );
  const dialect = fc.record(
    {
      trim: fc.boolean(),
      comment: fc.constantFrom('#', '-', '1'),
      strayRows: fc.constantFrom('error' as const, 'skip' as const),
      header: fc.constantFrom(true, false, ['x', '2', 'z']),
    },
    { requiredKeys: [] },
  );
  const text = fc
    .tuple(
      fc.array(row, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', ','),
      fc.boolean(),
    )
    .map(([rows, lineBreak, end, isEnded]) => {
      const lines = [['x', '2', 'z'], ['1', '2', '3'], ...rows].map((cells) => cells.join(',') + end);
      return lines.join(lineBreak) + (isEnded ? lineBreak : '');
    });
  const quoted = (text: string): string => text.replace(/^[^,\r\n]+/, '"$&"');

  it('as samples', () => {
    const columns = fc.record(
      {
        categorical: fc.constantFrom(['x'], ['2']),
        missing: fc.constantFrom('drop' as const, 'mean' as const, 'category' as const),
        gaps: fc.constant(['-999', '1.50']),
        notGaps: fc.constant(['-']),
      },
      { requiredKeys: [] },
    );
    const property = fc.property(text, dialect, columns, (text, dialect, columns) => {
      const names = dialect.header === false ? { inputs: ['0', '1'], targets: '2' } : { targets: 'z' };
      const options = { ...dialect, ...(dialect.header !== false && columns), ...names };
      const read = (text: string): unknown => outcome(() => contents(Dataset.fromCSV(text, options)));
      expect(read(text)).toEqual(read(quoted(text)));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('as a table', () => {
    const distinct = Array.from({ length: 1100 }, (_, i) => `${i / 8},${i},${i % 7}`).join('\n');
    const property = fc.property(text, dialect, (text, dialect) => {
      const long = text.replace('\n', `\n${distinct}\n`);
      const read = (text: string): unknown =>
        outcome(() => {
          const table = Table.fromCSV(text, dialect);
          const cells = Array.from({ length: table.count - 1100 }, (_, n) =>
            table.names.map((_, k) => table.cell(1100 + n, k)),
          );
          return { cells, skipped: table.skipped, profile: profileTable(table) };
        });
      expect(read(long)).toEqual(read(quoted(long)));
    });
    fc.assert(property, { numRuns: 200 });
  });
});
