import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  Dataset,
  DataStream,
  detectDialect,
  profileTable,
  suggestColumns,
  Table,
} from '../../src/data/index.js';
import { findOddity } from '../../src/data/number-formats.js';
import { Network } from '../../src/index.js';
import { expectError } from '../support/patient.js';

// What surrounds the rows of a CSV text: titles, comments, the header, delimiters at the ends of lines, spaces.

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');

const shapes = lines(9, (n) => `${n % 4},${n % 3},${['round', 'flat'][n % 2]}`);
const plain = `size,edges,shape\n${shapes}`;

const spelledTwice = [
  { x: 1, kind: 'caf\u00e9' },
  { x: 2, kind: 'cafe\u0301' },
];
const escaped = JSON.stringify(spelledTwice).replace(
  /[\u0080-\uffff]/g,
  (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
);

/** A table of the text, with the detected dialect and stray rows skipped. */
function read(text: string): Table {
  return Table.fromCSV(text, detectDialect(text, { strayRows: 'skip' }));
}

const contents = (table: Table): unknown => ({
  names: table.names,
  rows: Array.from({ length: table.count }, (_, n) => table.names.map((_name, k) => table.cell(n, k))),
});

describe('rows around a table', () => {
  it.each([
    ['a separator line for Excel', `sep=;\n${plain.replaceAll(',', ';')}`],
    [
      'a separator line for Excel and CRLF',
      `\uFEFFSEP=;\r\n${plain.replaceAll(',', ';').replaceAll('\n', '\r\n')}`,
    ],
    ['a title', `Shapes of June\n${plain}`],
    ['a title that is filled up with empty fields', `Shapes of June,,\n${plain}`],
    ['a title and an empty line of a spreadsheet', `Shapes of June,,\n,,\n${plain}`],
    ['a header that ends in delimiters', plain.replace('shape\n', 'shape,,\n')],
    ['a byte order mark in the middle', plain.replace('1,1,flat', '\uFEFF1,1,flat')],
    [
      'a second file behind the first, with byte order mark and header',
      `\uFEFF${plain.replace('1,1,flat', '\uFEFFsize,edges,shape\n1,1,flat')}`,
    ],
    ['the header again with a space', plain.replace('1,1,flat', 'size, edges,shape\n1,1,flat')],
    ['a title and an empty line', `Shapes of June\n\n${plain}`],
    ['a title with a delimiter', `Shapes, counted\n${plain}`],
    ['two titles', `Shapes\nof June; or | July\n${plain}`],
    ['comments', `# Shapes, of June, 2026\n#\n${plain}`],
    ['comments with another mark', `// counted by hand\n${plain}`],
    ['comments between the rows', `# counted\n${plain.replace('0,0,round\n', '0,0,round\n# a pause\n')}`],
    ['empty lines first', `\n \n${plain}`],
    ['a line after the table', `${plain}(9 rows affected)\n`],
    ['lines after an empty line', `${plain}\nSource: me, 2026\nLicense: none\n`],
    ['the header again', plain.replace('1,1,flat\n', '1,1,flat\nsize,edges,shape\n')],
    ['delimiters at the ends of the rows', plain.replace(/(round|flat)\n/g, '$1,\n')],
    ['delimiters at the ends of all lines', plain.replaceAll('\n', ',,\n')],
    ['spaces after the delimiters', plain.replaceAll(',', ', ')],
    ['spaces instead of commas', plain.replaceAll(',', ' ')],
    ['columns that spaces and tabs align', plain.replace(/^/gm, '  ').replaceAll(',', ' \t  ')],
    ['spaces after the delimiters of the header', plain.replace('size,edges,shape', 'size, edges, shape')],
  ])('detectDialect and Table.fromCSV read the same table with %s', (_, text) => {
    expect(contents(read(text))).toEqual(contents(read(plain)));
  });

  it.each([
    [`Shapes\n${plain}`, [[1, 'Shapes', 'before']]],
    [`# counted\n${plain}`, [[1, '# counted', 'before']]],
    [
      `# counted\n${plain}# done\n`,
      [
        [1, '# counted', 'before'],
        [12, '# done', 'comment'],
      ],
    ],
    [plain.replace('1,1,flat\n', '1,1,flat\nsize,edges,shape\n'), [[4, 'size,edges,shape', 'names']]],
    [`${plain}(9 rows)\n`, [[11, '(9 rows)', 'after']]],
    [plain, []],
  ])('the profile of %j lists the skipped rows', (text, skipped) => {
    const listed = skipped.map(([row, words, reason]) => ({ row, text: words, reason }));
    expect(read(text).skipped).toEqual(listed);
    expect(profileTable(read(text)).skipped ?? []).toEqual(listed);
  });

  it('spaces are delimiters only in tables with a column of numbers', () => {
    expect(detectDialect('3.8e-02 5.07e-02\n-1.9e-03 -4.46e-02\n')).toEqual({
      delimiter: 'spaces',
      header: false,
    });
    const texts = 'a short note\nanother two words\nthe last note\n';
    expect(detectDialect(texts).delimiter).toBe(',');
    expect(detectDialect('when\n2026-01-05 10:00\n2026-01-06 11:00\n').delimiter).toBe(',');
  });

  it('quoted texts between spaces keep theirs, in pieces of any size', async () => {
    const text = '18.0   8\t"chevrolet  malibu "\n 15.5  8  "buick\n skylark"  \n9   6 ford\n';
    expect(contents(Table.fromCSV(text, { delimiter: 'spaces', header: false }))).toMatchObject({
      rows: [
        ['18.0', '8', 'chevrolet  malibu '],
        ['15.5', '8', 'buick\n skylark'],
        ['9', '6', 'ford'],
      ],
    });
    for (let size = 1; size < 9; size++) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
      const stream = await DataStream.fromCSV(() => pieces, {
        delimiter: 'spaces',
        header: false,
        label: '2',
      });
      expect(stream.classes).toEqual(['buick\n skylark', 'chevrolet  malibu ', 'ford']);
    }
  });

  it('a quote within a field between spaces is part of it', () => {
    const text = '5"  3  4\n7"  8   9\n';
    expect(contents(Table.fromCSV(text, { delimiter: 'spaces', header: false }))).toMatchObject({
      rows: [
        ['5"', '3', '4'],
        ['7"', '8', '9'],
      ],
    });
  });

  it('a given delimiter of one space means exactly one: empty fields keep their places', () => {
    const text = 'a b c\n1  3\n "" 5\n4 5 \n';
    const rows = [
      ['1', '', '3'],
      ['', '', '5'],
      ['4', '5', ''],
    ];
    expect(contents(Table.fromCSV(text, { delimiter: ' ' }))).toMatchObject({ rows });
    const dialect = detectDialect(text, { delimiter: ' ' });
    expect(dialect).toEqual({ delimiter: ' ', header: true });
    expect(contents(Table.fromCSV(text, dialect))).toMatchObject({ rows });
  });

  it.each([
    ['of the same width', '6,2,low,high\n', 4],
    ['of another width', '6,1,low,high,none\n', 2],
  ])(
    'the line of counts and classes that scikit-learn writes above numbers is skipped: %s',
    (_, line, width) => {
      const row = (n: number): string => Array.from({ length: width }, (_, k) => (n * (k + 3)) % 7).join();
      const counts = line.replace(/^6,\d/, `6,${width - 1}`);
      expect(detectDialect(counts + lines(6, row))).toEqual({ delimiter: ',', header: false, skip: 1 });
      const named = (n: number): string => row(n).replace(/\d$/, 'low');
      expect(detectDialect(counts + lines(6, named)).skip).toBeUndefined();
    },
  );

  it.each([
    ['a row without two of its numbers', '6,3,NA,?', 6],
    ['a row with an infinite number and without another', '6,3,inf,nan', 6],
    ['a smaller number than there are rows', '5,3,low,high', 6],
    ['one name twice', '6,3,low,low', 6],
  ])('a first row is data, not a line of counts: %s', (_, first, count) => {
    const row = (n: number): string => Array.from({ length: 4 }, (_, k) => (n * (k + 3)) % 7).join();
    expect(detectDialect(`${first}\n${lines(count, row)}`)).toEqual({ delimiter: ',', header: false });
  });

  it('a quote within a text between spaces quotes nothing, and other spaces than those of the keyboard part nothing', () => {
    const text = '5"  pipe 1\u00a0200\n6"   rod\t 900 \n';
    expect(contents(Table.fromCSV(text, { delimiter: 'spaces', header: false }))).toMatchObject({
      rows: [
        ['5"', 'pipe', '1\u00a0200'],
        ['6"', 'rod', '900'],
      ],
    });
  });

  it('names the row of a quoted text between spaces that never ends, however long it is', () => {
    const text = `1 2\n3 "${'a b'.repeat(5e6)}\n`;
    expect(() => Table.fromCSV(text, { delimiter: 'spaces', header: false })).toThrow(
      /^CSV row 2: a quoted field is never closed/,
    );
  });

  it('a stray first line does not decide the delimiter', () => {
    const text = `|2x5 folds\n${lines(6, (n) => `${20 + n}, Clerk, ${n * 31}`)}`;
    expect(detectDialect(text)).toEqual({ delimiter: ',', header: false, skip: 1, trim: true });
    expect(detectDialect(lines(5, (n) => `${n},5;${n},25;red`)).delimiter).toBe(';');
  });

  it('detectDialect keeps a given number of lines and a given comment', () => {
    expect(detectDialect(plain, { skip: 3, header: false })).toEqual({
      delimiter: ',',
      header: false,
      skip: 3,
    });
    expect(detectDialect(`!x\n${plain}`, { comment: '!' })).toMatchObject({ comment: '!', header: true });
  });

  it('a header that begins with a comment mark stays the header', () => {
    expect(read('# x,y\n1,2\n3,4\n').names).toEqual(['# x', 'y']);
    expect(read('#ff0000,1\n#00ff00,2\n#0000ff,3\n').count).toBe(3);
  });

  it.each([
    [
      'the header again',
      plain.replace('1,1,flat\n', '1,1,flat\nsize,edges,shape\n'),
      /^CSV row 4 is the row of column names again; delete it/,
    ],
    [
      'a line after the table',
      `${plain}(9 rows)\n`,
      /^CSV row 11: expected 3 fields, one for each column, got 1$/,
    ],
    ['a title', `Shapes\n${plain}`, /^CSV row 2: expected 1 field, .* got 3; row 1 has 1: .* set skip: 1$/],
    [
      'a comment',
      plain.replace('0,0,round\n', '0,0,round\n# a pause\n'),
      /^CSV row 3: .* got 1; if it is a comment, set comment: '#'$/,
    ],
    [
      'a header without the name of the first column',
      `edges,shape\n${shapes}`,
      /^CSV row 2: expected 2 fields, .* got 3; the header lacks a name/,
    ],
    [
      'a field after the named columns',
      `size,edges\n1,2,\n3,4,5\n`,
      /^CSV row 3 has a field after the last named column, got '5'; name all columns/,
    ],
    ['a NUL character', 'size,edges\n1,2\n3,\0\n', /^CSV row 3 has a NUL character/],
  ])('Table.fromCSV refuses %s, naming the row and the cure', async (_, text, message) => {
    await expectError(() => Table.fromCSV(text), [RangeError, message]);
  });

  it.each([
    ['a row that is cut off', `${plain}3,1\n`, /row 11: expected 3 fields/],
    ['a number alone', `${plain}3\n`, /row 11: expected 3 fields/],
    [
      'a lone line between the rows',
      plain.replace('1,1,flat\n', '(end of page)\n1,1,flat\n'),
      /row 3: expected 3 fields/,
    ],
  ])("strayRows: 'skip' doesn't skip %s", async (_, text, message) => {
    await expectError(() => Table.fromCSV(text, { strayRows: 'skip' }), [RangeError, message]);
  });

  it.each([
    [{ skip: -1 }, /^skip: expected a whole number of at least 0/],
    [{ comment: '' }, /^comment: expected a text/],
    [{ trim: 1 }, /^trim: /],
    [{ strayRows: 'ignore' }, /^strayRows: expected one of 'error', 'skip'/],
  ])('Table.fromCSV refuses the dialect %j', async (options, message) => {
    await expectError(() => Table.fromCSV(plain, options as object), [Error, message]);
  });

  it('Dataset.fromCSV takes the delimiter from the separator line', () => {
    const { classes, width } = Dataset.fromCSV('sep=|\nx|y|kind\n1|2|a\n3|4|b\n', { label: 'kind' });
    expect([classes, width]).toEqual([['a', 'b'], 2]);
  });
});

describe('the header', () => {
  it.each([
    ['years among the names', 'region,2019,2020,kind\nnorth,7,3,a\nsouth,9,5,b\nnorth,8,8,a', true],
    ['years alone', '2019,2020,2021\n5,7,1.5\n2,8,2.5', true],
    ['years above years', '2019,red\n2020,blue\n2021,red', false],
    ['numbers that count up', 'name,0,1,2\nann,5.5,6,7\nbob,8,9,1', true],
    ['numbers that count on', '0,1,2\n3,4,5\n6,7,8', false],
    ['texts that occur again', 'x,o,win\no,o,lose\nx,x,win\no,x,lose', false],
    ['texts that occur nowhere else', 'left,right,result\nx,o,win\no,o,lose\nx,o,win', true],
    ['a text that occurs again, and one above numbers', 'y,week\ny,0\ny,2\nn,4', true],
    ['dates', '2026-01-05,red\n2026-01-06,blue\n2026-01-07,green', false],
    ['names that are there twice', 'color,color,kind\nr,g,a\nr,r,b\ng,g,a', true],
    ['an unnamed index', ',x,kind\n0,5,a\n1,6,b', true],
  ])('detectDialect judges %s', (_, text, header) => {
    expect(detectDialect(text).header).toBe(header);
  });

  it.each(['2020-01-31', '0-9', '50%', '1/2'])('%s above plain numbers is a name', (name) => {
    const text = `region,${name},kind\n${lines(9, (n) => `r${n % 3},${n},${'ab'[n % 2]}`)}`;
    expect(detectDialect(text).header).toBe(true);
    const values = `region,${name},kind\n${lines(9, (n) => `region,${name},${'ab'[n % 2]}`)}`;
    expect(detectDialect(values).header).toBe(false);
  });

  it('an amount with thousands above smaller ones is no name', () => {
    expect(detectDialect(`"1,200",a\n${lines(9, (n) => `${n}.5,${'ab'[n % 2]}`)}`).header).toBe(false);
  });

  it('an incomplete first row is no title', () => {
    const text = `5.5,,\n${lines(9, (n) => `${n}.5,${n},${'ab'[n % 2]}`)}`;
    expect(detectDialect(text)).toEqual({ delimiter: ',', header: false });
  });

  it('names that are there twice are refused', async () => {
    const table = read('color,color,kind\nr,g,a\nr,r,b\ng,g,a\nr,g,b\n');
    await expectError(
      () => Dataset.fromTable(table, { label: 'kind' }),
      [RangeError, /^columns: two are named 'color'/],
    );
  });

  it('a header longer than 64 KiB is read whole', () => {
    const names = Array.from({ length: 9000 }, (_, k) => `gene${k}`);
    const rows = lines(3, (n) => names.map((_, k) => (n + k) % 10).join());
    expect(detectDialect(`${names.join()}\n${rows}`)).toEqual({ delimiter: ',', header: true });
  });
});

const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('encodings', () => {
  const text = 'Größe,kind\n1,café\n2,bar\n';
  const utf16 = (bigEndian: boolean, mark: boolean): Uint8Array => {
    const units = Uint16Array.from(`${mark ? '\uFEFF' : ''}${text}`, (c) => c.charCodeAt(0));
    const bytes = new Uint8Array(2 * units.length);
    units.forEach((unit, i) => new DataView(bytes.buffer).setUint16(2 * i, unit, !bigEndian));
    return bytes;
  };
  /** Opens the bytes in pieces of a size. */
  const inPieces = (bytes: Uint8Array, size: number) => () =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );

  it.each([
    ['UTF-8', toBytes(text)],
    ['UTF-8 with a byte order mark', toBytes(`\uFEFF${text}`)],
    ['UTF-16LE', utf16(false, false)],
    ['UTF-16LE with a byte order mark', utf16(false, true)],
    ['UTF-16BE', utf16(true, false)],
    ['UTF-16BE with a byte order mark', utf16(true, true)],
    ['UTF-16LE without a last line break', utf16(false, false).subarray(0, -2)],
  ])('DataStream.fromCSV reads %s', async (_, bytes) => {
    for (const size of [1, 7, 1000]) {
      const stream = await DataStream.fromCSV(inPieces(bytes, size), { label: 'kind' });
      expect([stream.columns, stream.classes]).toEqual([['Größe'], ['bar', 'café']]);
    }
  });

  it.each([
    [
      'Windows-1252',
      [...toBytes('x,kind\n1,caf'), 0xe9, 10],
      /^text: line 2 has bytes that are not valid UTF-8; .*new TextDecoderStream\('windows-1252'\)\)$/,
    ],
    [
      'Windows-1252 with letters side by side',
      [...toBytes('gr'), 0xf6, 0xdf, ...toBytes('e,art\n1,s'), 0xfc, 0xdf, 10],
      /TextDecoderStream\('windows-1252'\)/,
    ],
    ['GB18030', [...toBytes('x,kind\n1,'), 0xbb, 0xc6, 0xba, 0xec, 10], /TextDecoderStream\('gb18030'\)/],
    [
      'a workbook',
      [0x50, 0x4b, 3, 4, ...toBytes('....[Content_Types].xml')],
      /^text: it is an Excel .* workbook; save the sheet as CSV$/,
    ],
  ])('DataStream.fromCSV refuses bytes of %s', async (_, bytes, message) => {
    await expectError(
      () => DataStream.fromCSV(inPieces(Uint8Array.from(bytes), 100), { label: 'kind' }),
      [Error, message],
    );
  });

  it('names of columns are composed in JSON, JSON Lines and Parquet, and texts in JSON', async () => {
    const decomposed = '[{"Gro\u0308\u00dfe":1,"kind":"cafe\u0301"}]';
    for (const table of [Table.fromJSON(decomposed), Table.fromJSONLines(decomposed.slice(1, -1))])
      expect(Dataset.fromTable(table, { label: 'kind' })).toMatchObject({
        columns: ['Gr\u00f6\u00dfe'],
        classes: ['caf\u00e9'],
      });
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'Gro\u0308\u00dfe', data: [1, 2], type: 'DOUBLE' },
        { name: 'kind', data: [0, 1], type: 'INT32' },
      ],
    });
    const data = await Dataset.fromParquet(new Uint8Array(file), { label: 'kind' });
    expect([data.columns, [...data.inputs]]).toEqual([['Gr\u00f6\u00dfe'], [1, 2]]);
    const left = await Table.fromParquet(new Uint8Array(file), { ignore: ['Gro\u0308\u00dfe'] });
    expect(profileTable(left).columns[0]).toMatchObject({ holds: 'values that are ignored' });
  });

  it.each<[string, () => Dataset | Promise<Dataset>]>([
    [
      'of CSV',
      () =>
        Dataset.fromCSV('gro\u00df,caf\u00e9,kind\n1,"1,5",a\n2,2,b\n', {
          inputs: ['cafe\u0301', 'gro\u00df'],
          label: 'kind',
          formats: { ['cafe\u0301']: { kind: 'number', decimal: ',' } },
        }),
    ],
    [
      'of a label and categories',
      () =>
        Dataset.fromCSV('gro\u00df,caf\u00e9\n1,a\n2,b\n', {
          label: 'cafe\u0301',
          classes: ['a', 'b'],
          categorical: [],
        }),
    ],
    [
      'of arrays in JSON, which the caller names',
      () =>
        Dataset.fromJSON('[[1,"a"],[2,"b"]]', {
          columns: ['x', 'cafe\u0301'],
          label: 'caf\u00e9',
        }),
    ],
    [
      'of objects',
      () =>
        Dataset.fromObjects(
          [
            { x: 1, ['cafe\u0301']: 2 },
            { x: 2, ['cafe\u0301']: 3 },
          ],
          { targets: 'caf\u00e9' },
        ),
    ],
  ])('options find columns %s in both forms', async (_, read) => {
    expect((await read()).count).toBe(2);
  });

  it('suggestColumns finds names in both forms', () => {
    const profile = profileTable(Table.fromCSV('x,caf\u00e9,z\n1,2,3\n2,5,1\n3,4,2\n'));
    const { columns } = suggestColumns(profile, { answer: 'cafe\u0301', ignore: ['z'] });
    expect(columns).toMatchObject({ targets: ['caf\u00e9'], inputs: ['x'] });
  });

  type Read = Pick<Dataset, 'classes'> | Promise<Pick<Dataset, 'classes'>>;
  it.each<[string, () => Read]>([
    ['objects', () => Dataset.fromObjects(spelledTwice, { label: 'kind' })],
    ['escapes of JSON', () => Dataset.fromJSON(escaped, { label: 'kind' })],
    [
      'escapes of JSON Lines',
      () => Dataset.fromJSONLines(escaped.slice(1, -1).replace('},', '}\n'), { label: 'kind' }),
    ],
    ['a stream', () => DataStream.fromObjects(() => spelledTwice, { label: 'kind' })],
    [
      'Parquet',
      () =>
        Dataset.fromParquet(
          new Uint8Array(
            parquetWriteBuffer({
              columnData: [
                { name: 'x', data: [1, 2], type: 'DOUBLE' },
                { name: 'kind', data: spelledTwice.map(({ kind }) => kind), type: 'STRING' },
              ],
            }),
          ),
          { label: 'kind' },
        ),
    ],
    [
      'arrays',
      () => Dataset.fromArrays({ inputs: [[1], [2]], labels: spelledTwice.map(({ kind }) => kind) }),
    ],
    [
      'given classes',
      () => Dataset.fromCSV('x,kind\n1,caf\u00e9\n', { label: 'kind', classes: ['cafe\u0301'] }),
    ],
  ])('composed and decomposed texts of %s are one class', async (_, read) => {
    expect((await read()).classes).toEqual(['caf\u00e9']);
  });

  it('a network finds a category in both forms', async () => {
    const train = Dataset.fromCSV('c,y\ncafe\u0301,1\nbar,2\n', { targets: 'y', categorical: ['c'] });
    const net = await Network.create({
      inputs: 2,
      layers: [{ units: 1, activation: 'linear' }],
      loss: 'meanSquaredError',
      transforms: train.fitTransforms(),
    });
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'].map((c) => [...net.predict([{ c }])]);
    expect(decomposed).toEqual(composed);
  });

  it('composed and decomposed characters are one text', () => {
    const data = Dataset.fromCSV(`Gro\u0308ße,kind\n1,cafe\u0301\n2,caf\u00e9\n3,bar\n`, { label: 'kind' });
    expect([data.columns, data.classes]).toEqual([['Größe'], ['bar', 'café']]);
  });
});

it.each([
  ['JSON Lines', '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', /JSON Lines; read it with fromJSONLines$/],
  ['JSON', '[{"a": 1},\n {"a": 2}]\n', /it is JSON; read it with fromJSON$/],
  [
    'an ARFF file',
    '% iris\n@RELATION iris\n@attribute a numeric\n@data\n1\n',
    /ARFF file of Weka; save it as CSV/,
  ],
  ['a file of LIBSVM', '1 1:0.5 2:0.25\n-1 1:2 3:1\n', /sparse file of LIBSVM; write all columns/],
  ['an HTML page', '<!DOCTYPE html>\n<html><body>404</body></html>', /it is an HTML page; download/],
  [
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    /Git LFS pointer.*git lfs pull/,
  ],
])('Table.fromCSV refuses %s', async (_, text, message) => {
  await expectError(() => Table.fromCSV(text), [Error, message]);
});

it('a cell of 100,000 digits takes no quadratic search', () => {
  const csv = `size,color,kind\n${'9'.repeat(100_000)},red,a\n2.5,green,b\n`;
  expect(() => Dataset.fromCSV(csv, { label: 'kind' })).toThrow("CSV row 2, column 'size'");
  expect(findOddity(`${'9'.repeat(100_000)}a`)).toBeUndefined();
});
