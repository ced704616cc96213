import { describe, expect, it } from 'vitest';
import {
  createReader,
  csvBatches,
  Dataset,
  DataStream,
  profileTable,
  suggestColumns,
  Table,
  type ColumnFormat,
  type ColumnProfile,
  type ProfileOptions,
} from '../../src/data/index.js';
import { expectError } from '../support/patient.js';

/** The profile of a column of texts, in a table that is written with tabs. */
const profileOf = (texts: readonly string[], options?: ProfileOptions): ColumnProfile =>
  profileTable(
    Table.fromCSV(['x\tn', ...texts.map((text) => `${text}\t1`)].join('\n'), { delimiter: '\t' }),
    options,
  ).columns[0]!;

describe('createReader', () => {
  it.each<[string, ColumnFormat | undefined, number]>([
    ['-2.5e3', undefined, -2500],
    ['−7', undefined, -7],
    ['１２', undefined, 12],
    ['(3.5)', undefined, -3.5],
    ['3.5-', undefined, -3.5],
    ['0x1F', undefined, NaN],
    ['0b1', undefined, NaN],
    ['1_000', undefined, NaN],
    ['1e999', undefined, NaN],
    ['', undefined, NaN],
    ['  ', undefined, NaN],
    ['2,75', { kind: 'number', decimal: ',' }, 2.75],
    ['2.75', { kind: 'number', decimal: ',' }, NaN],
    ['1.234,5', { kind: 'number', decimal: ',', thousands: '.' }, 1234.5],
    ['12,34', { kind: 'number', thousands: ',' }, NaN],
    ['12,34,567', { kind: 'number', thousands: ',' }, 1234567],
    ['1\u202f234', { kind: 'number', thousands: ' ' }, 1234],
    ['1’234.5', { kind: 'number', thousands: "'" }, 1234.5],
    ['-$1,250.5', { kind: 'number', thousands: ',', unit: '$' }, -1250.5],
    ['8.5 %', { kind: 'number', unit: '%' }, 8.5],
    ['8.5', { kind: 'number', unit: '%' }, NaN],
    ['8 kg', { kind: 'number', unit: 'cm' }, NaN],
    ['1970-01-03', { kind: 'date', order: 'ymd' }, 2],
    ['1970-01-02T06:00:00Z', { kind: 'date', order: 'ymd' }, 1.25],
    ['1970-01-02 02:00+02:00', { kind: 'date', order: 'ymd' }, 1],
    ['31/1/1970', { kind: 'date', order: 'dmy' }, 30],
    ['31/1/1970', { kind: 'date', order: 'mdy' }, NaN],
    ['2023-02-29', { kind: 'date', order: 'ymd' }, NaN],
    ['5 Jan 1970', { kind: 'date', order: 'ymd' }, 4],
    ['05-Jan-70', { kind: 'date', order: 'mdy' }, 4],
    ['05JAN1970', { kind: 'date', order: 'dmy' }, 4],
    ['January 5th, 1970', { kind: 'date', order: 'ymd' }, 4],
    ['Mon, 05 Jan 1970 06:00:00 GMT', { kind: 'date', order: 'ymd' }, 4.25],
    ['31 Feb 1970', { kind: 'date', order: 'ymd' }, NaN],
    ['5 may be 1970', { kind: 'date', order: 'ymd' }, NaN],
    ['Jan-70', { kind: 'date', order: 'ymd' }, NaN],
    ['١٬٢٣٤٫٥', { kind: 'number', thousands: ',' }, 1234.5],
    ['−९८', undefined, -98],
    ['𝟏𝟗', undefined, 19],
    ['1:30', { kind: 'duration' }, 5400],
    ['0:01:30.5', { kind: 'duration' }, 90.5],
    ['1:30 pm', { kind: 'duration' }, 48600],
    ['Yes', { kind: 'boolean' }, 1],
    ['OFF', { kind: 'boolean' }, 0],
    ['maybe', { kind: 'boolean' }, NaN],
  ])('createReader reads %j as %j: %d', (text, format, number) => {
    expect(createReader(format)(text)).toBe(number);
  });
});

it('a plain number is never called too large, whatever format its column has', async () => {
  await expectError(
    () =>
      Dataset.fromCSV('x,y\n50%,1\n0,1\n', { targets: ['y'], formats: { x: { kind: 'number', unit: '%' } } }),
    [TypeError, /expected percent, got '0'; name/],
  );
});

describe('numbers in quotes, or in another format', () => {
  const profileObjects = (values: readonly (string | number)[]): ColumnProfile =>
    profileTable(Table.fromJSON(JSON.stringify(values.map((x) => ({ x }))))).columns[0]!;

  it('integers above 2^53 are rounded in quotes, too', () => {
    const ids = ['1152921504606846976', '1152921504606846977', '1152921504606847999'];
    expect(profileObjects(ids)).toMatchObject({ kind: 'number', isRounded: true });
    expect(profileObjects(['1.5', '9007199254740993']).isRounded).toBe(false);
  });

  it('numbers that count the rows do so in quotes, too', () => {
    expect(profileObjects(['1', '2', '3', '4']).isCounter).toBe(true);
    expect(profileObjects(['1', '2', '3', '3']).isCounter).toBe(false);
    // Points for thousands: not 1, 2, 3.
    expect(profileOf(['1.000', '2.000', '3.000', '4.000,5'], { decimal: ',' }).isCounter).toBe(false);
  });

  it('-999 is suspected among decimal commas', () => {
    expect(profileOf(['1,5', '-999', '2,5', '-999', '7,25']).suspects).toEqual([-999]);
    expect(profileOf(['1,5', '-999', '-1002,5', '-999', '7,25']).suspects).toEqual([]);
  });
});

describe('the format of a column', () => {
  it.each<[string, string[], ColumnFormat | undefined]>([
    ['plain numbers', ['1', '2.5', '-3e2'], undefined],
    ['decimal commas', ['1,5', '2'], { kind: 'number', decimal: ',' }],
    ['points and commas', ['1.234,5', '2'], { kind: 'number', decimal: ',', thousands: '.' }],
    ['commas and points', ['1,234.5', '999'], { kind: 'number', thousands: ',' }],
    ['spaces', ['1 234', '999'], { kind: 'number', thousands: ' ' }],
    ['a unit', ['1.5 cm', '2 cm'], { kind: 'number', unit: 'cm' }],
    ['euros', ['1,50 €', '2 €'], { kind: 'number', decimal: ',', unit: '€' }],
    ['percent', ['1%', '20%'], { kind: 'number', unit: '%' }],
    ['typographic minuses', ['−1', '2'], { kind: 'number' }],
    ['dates', ['2024-01-31', '2024-02-01'], { kind: 'date', order: 'ymd' }],
    ['days first', ['31/01/2024', '01/02/2024'], { kind: 'date', order: 'dmy' }],
    ['months first', ['01/31/2024', '01/02/2024'], { kind: 'date', order: 'mdy' }],
    ['months by their names', ['3 Jan 2024', '4 Feb 2024'], { kind: 'date', order: 'ymd' }],
    ['digits of another script', ['٤٫٥', '٧'], { kind: 'number' }],
    ['times', ['8:30', '12:05'], { kind: 'duration' }],
    ['truths', ['yes', 'No', 'YES'], { kind: 'boolean' }],
  ])('profileTable recognizes %s', (_what, texts, format) => {
    const profile = profileOf(texts);
    expect(profile.kind).toBe('number');
    expect(profile.format).toEqual(format);
  });

  it.each<[string, string[]]>([
    ['hexadecimal', ['0x1F', '0x2A']],
    ['fractions', ['1/2', '3/4']],
    ['uncertainty', ['1±0.1', '2±0.2']],
    ['limits', ['<5', '>9']],
    ['ranges', ['1-5', '6-9']],
    ['degrees', ["1°30'", "2°15'"]],
    ['months', ['Jan-24', 'Feb-24']],
    ['powers of ten', ['1.5D+02', '2.5d-3']],
    ['powers of ten', ['1.5×10^3', '2 x 10-4']],
    ['other marks', ['1·5', '2·5']],
    ['other marks', ["'1.5", "'2.5"]],
    ['different units', ['1 kg', '300 g']],
    ['day and month', ['01/02/2024', '03/04/2024']],
  ])('profileTable says what texts look like that it does not read: %s', (what, texts) => {
    const { kind, looksLike } = profileOf(texts);
    expect(kind).toBe('text');
    expect(looksLike).toContain(what);
  });

  it('profileTable decides by the other columns, by the option, or says that it is in doubt', () => {
    const formatOf = (text: string, options?: ProfileOptions): ColumnProfile =>
      profileTable(Table.fromCSV(text, { delimiter: ';' }), options).columns[0]!;
    expect(formatOf('a;b\n1,234;0.5\n5,678;0.25').format).toEqual({ kind: 'number', thousands: ',' });
    expect(formatOf('a;b\n1,234;0,5\n5,678;0,25').format).toEqual({ kind: 'number', decimal: ',' });
    const point = formatOf('a;b\n1,234;1\n5,678;2', { decimal: '.' });
    expect(point).toMatchObject({ format: { thousands: ',' } });
    expect(point.doubt).toBeUndefined();
    const doubtful = formatOf('a;b\n1,234;1\n5,678;2');
    expect(doubtful.doubt).toEqual({ option: 'decimal', value: '.' });
    expect(formatOf('a;b\n1.234;0,5\n5.678;0,25').format).toEqual({
      kind: 'number',
      decimal: ',',
      thousands: '.',
    });
    expect(formatOf('a;b\n01/02/2024;1\n03/04/2024;2', { dates: 'dmy' }).format).toEqual({
      kind: 'date',
      order: 'dmy',
    });
  });

  it('profileTable counts other names of gaps in numbers, and only signs in texts', () => {
    expect(profileOf(['1', '2', 'unknown', '1.#IND', '-inf', '']).missing).toBe(4);
    const texts = profileOf(['red', 'blue', 'None', '?']);
    expect(texts).toMatchObject({ missing: 1, gaps: [{ text: '?', count: 1 }], kept: [{ text: 'None' }] });
    expect(profileOf(['red', 'None', '?'], { gaps: ['None'], notGaps: ['?'] }).gaps).toEqual([
      { text: 'None', count: 1 },
    ]);
  });

  it('profileTable suspects a repeated number far from all others', () => {
    expect(profileOf(['1', '2', '-999', '3', '-999']).suspects).toEqual([-999]);
    expect(profileOf(['998', '999', '999', '1000']).suspects).toEqual([]);
  });
});

describe('reading', () => {
  const text = 'day;width;price\n2024-01-01;1,5;3,25\n2024-01-03;2;4,5\n';
  const formats = {
    day: { kind: 'date', order: 'ymd' },
    width: { kind: 'number', decimal: ',' },
    price: { kind: 'number', decimal: ',' },
  };

  it('fromCSV and DataStream recognize formats, and name them', async () => {
    const data = Dataset.fromCSV(text, { delimiter: ';', targets: 'price' });
    expect([...data.inputs]).toEqual([19723, 1.5, 19725, 2]);
    expect([...data.targets!]).toEqual([3.25, 4.5]);
    expect(data.formats).toEqual(formats);
    const stream = await DataStream.fromCSV(() => [text], { delimiter: ';', targets: 'price' });
    expect(stream.formats).toEqual(formats);
    for await (const batch of stream.batches())
      expect([...(batch.inputs as Float64Array)]).toEqual([...data.inputs]);
  });

  it('csvBatches reads with given formats, and names the format that it needs', async () => {
    const read = async (options: object): Promise<number[]> => {
      const rows: number[] = [];
      const batches = csvBatches(
        () => [text],
        { delimiter: ';', targets: 'price', inputs: ['width'], ...options },
        1,
      );
      for await (const { inputs } of batches()) rows.push(...(inputs as Float64Array));
      return rows;
    };
    expect(await read({ formats })).toEqual([1.5, 2]);
    await expectError(
      () => read({}),
      [TypeError, `set formats: { 'width': { kind: 'number', decimal: ',' } }`],
    );
  });

  it('fromJSON reads numbers in quotes as numbers, and booleans as 1 and 0 or as classes', () => {
    const data = Dataset.fromJSON('[{"x":"2.5","on":true,"ok":false},{"x":"3","on":false,"ok":true}]', {
      label: 'ok',
    });
    expect([...data.inputs]).toEqual([2.5, 1, 3, 0]);
    expect(data.formats).toEqual({ x: { kind: 'number' } });
    expect(data.classes).toEqual(['false', 'true']);
  });

  it('fromCSV names row, column and cures of a word among numbers, and treats it as missing by gaps', async () => {
    const ages = 'age,y\n1,1\nabc,2\n3,3';
    await expectError(
      () => Dataset.fromCSV(ages, { targets: 'y' }),
      [TypeError, "CSV row 3, column 'age': expected a number, got 'abc'; name 'abc' in gaps"],
    );
    const data = Dataset.fromCSV(ages, { targets: 'y', gaps: ['abc'], missing: 'drop' });
    expect([...data.inputs]).toEqual([1, 3]);
  });

  it('Infinity is missing where missing values are dropped or filled in', () => {
    const rates = 'a,y\n1,1\nInfinity,2\n3,3';
    expect([...Dataset.fromCSV(rates, { targets: 'y', missing: 'drop' }).inputs]).toEqual([1, 3]);
    expect([...Dataset.fromCSV(rates, { targets: 'y', missing: 'mean' }).inputs]).toEqual([1, 2, 3]);
  });
});

describe('suggestColumns', () => {
  const rows = (row: (n: number) => string): string =>
    Array.from({ length: 40 }, (_, n) => row(n)).join('\n');

  it('suggestColumns passes on formats, notes guesses, and gives reasons for what it leaves out', () => {
    const text = `w;span;when;kind\n${rows((n) => `${n},5;${n}-${n + 9};0${1 + (n % 9)}/02/2024;${n % 2 ? 'a' : 'None'}`)}`;
    const { columns, notes, leftOut } = suggestColumns(profileTable(Table.fromCSV(text, { delimiter: ';' })));
    expect(columns).toMatchObject({
      inputs: ['w', 'when'],
      formats: { w: { kind: 'number', decimal: ',' } },
    });
    expect(leftOut).toEqual([{ name: 'span', reason: "looks like ranges such as '0-9'" }]);
    expect(notes.map(({ name, note }) => `${name}: ${note}`)).toEqual([
      'w: decimal commas',
      "when: categories; they look like dates such as '01/02/2024', in which day and month can't be told apart",
      "kind: 'None' is a category",
    ]);
  });

  it('suggestColumns leaves out integers that JavaScript has rounded', () => {
    const lines = rows((n) => `{"key":${2n ** 60n + BigInt(3 * n)},"x":${n % 7},"kind":"${'ab'[n % 2]!}"}`);
    const { leftOut } = suggestColumns(profileTable(Table.fromJSONLines(lines)));
    expect(leftOut).toEqual([{ name: 'key', reason: 'integers above 2^53, which JavaScript rounds' }]);
  });
});
