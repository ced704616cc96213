import { describe, expect, it } from 'vitest';
import { chooseMissing, Dataset, profileTable, suggestColumns, Table } from '../../src/data/index.js';

const table = (header: string, row: (n: number) => string): Table =>
  Table.fromCSV([header, ...Array.from({ length: 60 }, (_, n) => row(n))].join('\n'));

describe('words among the numbers of an input', () => {
  const wordsAmong = (name: string, words: readonly string[]): ReturnType<typeof table> =>
    table(`${name},x,price`, (n) => `${words[n] ?? 20 + (n % 30)},${n / 7},${n * n}`);
  const suggest = (found: ReturnType<typeof table>, choice = {}): ReturnType<typeof suggestColumns> =>
    suggestColumns(profileTable(found), choice);

  it('count as missing, in this column alone, and a note says so', () => {
    const found = wordsAmong('cylinders', ['rotary', 'two', 'two']);
    const { columns, notes } = suggest(found);
    expect(columns.formats).toEqual({ cylinders: { kind: 'number', gaps: ['two', 'rotary'] } });
    expect(notes).toEqual([
      {
        name: 'cylinders',
        kind: 'words',
        note: "'two', 'rotary' count as missing",
        option: { name: 'categorical', values: ['two', 'rotary'] },
      },
    ]);
    const data = Dataset.fromTable(found, { ...columns, missing: 'drop' });
    expect([data.count, data.formats]).toEqual([found.count - 3, columns.formats]);
  });

  it('count as missing however many they are, while nine tenths are numbers', () => {
    const words = Array.from({ length: 6 }, (_, n) => 'w'.repeat(n + 1));
    const [{ note } = { note: '' }] = suggest(wordsAmong('size', words)).notes;
    expect(note).toBe("'w', 'ww', 'www', 'wwww', 'wwwww' and 1 more count as missing");
  });

  it('are categories in a categorical column', () => {
    const { columns, notes } = suggest(wordsAmong('size', ['big']), { categorical: ['size'] });
    expect([columns.categorical, columns.formats, notes]).toEqual([['size'], undefined, []]);
  });

  it('make identifiers of integers, if letters are added to some and the name says so', () => {
    const leftOut = (name: string, words: readonly string[]): unknown =>
      suggest(wordsAmong(name, words)).leftOut.map(({ reason }) => reason);
    expect(leftOut('subject', ['207a', '207b'])).toEqual(["identifiers such as '207a'"]);
    expect(leftOut('house', ['207a', '207b'])).toEqual([]);
    expect(leftOut('subject', ['207a', 'unclear'])).toEqual([]);
  });

  it('and gaps in more than half of the rows leave the column out', () => {
    const found = table('size,x,price', (n) => `${n % 2 ? '' : n < 5 ? 'big' : n},${n / 7},${n * n}`);
    expect(suggest(found).leftOut).toEqual([{ name: 'size', reason: 'missing in 33 of 60 rows' }]);
  });

  it.each(['x3', '0x1F', '3-5', '<5', '½'])('are none if one has a digit, and %s is refused', (text) => {
    const found = wordsAmong('size', ['big', text]);
    const { columns, notes } = suggest(found);
    expect([columns.formats, notes]).toEqual([undefined, []]);
    expect(() => Dataset.fromTable(found, columns)).toThrow("column 'size': expected a number, got 'big'");
  });

  it('are refused in the numbers to predict', () => {
    const found = table('a,price', (n) => `${n / 7},${n === 3 ? 'rotary' : n * n}`);
    const { columns } = suggest(found);
    expect(columns.formats).toBeUndefined();
    expect(() => Dataset.fromTable(found, columns)).toThrow(
      "column 'price': expected a number, got 'rotary'",
    );
  });
});

describe('chooseMissing', () => {
  const choose = async (found: Table): Promise<unknown[]> => {
    const profile = profileTable(found);
    const guess = suggestColumns(profile);
    const tried: string[] = [];
    const { data, missing } = await chooseMissing(profile, guess, (policy) => {
      tried.push(policy);
      return Dataset.fromTable(found, { ...guess.columns, missing: policy });
    });
    return [missing, data.count, ...tried];
  };
  const kind = (n: number): string => (n % 2 ? 'a' : 'b');

  it.each<[string, Table, unknown[]]>([
    [
      'refuses gaps where there are none',
      table('x,kind', (n) => `${n * n},${kind(n)}`),
      ['error', 60, 'error'],
    ],
    [
      'leaves a tenth of the rows out',
      table('x,kind', (n) => `${n < 6 ? 'NA' : n},${kind(n)}`),
      ['drop', 54, 'drop'],
    ],
    [
      'fills in the gaps of more',
      table('x,kind', (n) => `${n < 7 ? 'NA' : n},${kind(n)}`),
      ['mean', 60, 'drop', 'mean'],
    ],
    [
      'fills in the words of more',
      table('x,kind', (n) => `${n < 7 ? 'rotary' : n},${kind(n)}`),
      ['mean', 60, 'drop', 'mean'],
    ],
    [
      'fills in the gaps of fewer, if a class would be lost',
      table('x,kind', (n) => `${n < 2 ? 'NA' : n},${n < 2 ? 'rare' : kind(n)}`),
      ['mean', 60, 'drop', 'mean'],
    ],
    [
      'leaves out rows without an answer, however many',
      table('x,kind', (n) => `${n * n},${n < 9 ? 'NA' : kind(n)}`),
      ['drop', 51, 'drop'],
    ],
    [
      'takes a missing text as a category',
      table('x,color,kind', (n) => `${n < 9 ? 'NA' : n / 7},${n < 2 ? '' : `c${n % 3}`},${kind(n)}`),
      ['category', 60, 'category'],
    ],
  ])('%s', async (_, found, chosen) => {
    expect(await choose(found)).toEqual(chosen);
  });
});
