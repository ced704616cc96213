import { describe, expect, it } from 'vitest';
import { parseTable, suggestTarget } from '../../playground/src/run/csv.js';

const readRows = async (text: string): Promise<{ names: readonly string[]; rows: unknown[][] }> => {
  const table = await parseTable(text);
  const rows = Array.from({ length: table.count }, (_, r) => table.names.map((_, c) => table.cell(r, c)));
  return { names: table.names, rows };
};

describe('parseTable', () => {
  it('takes column names from the header, and skips empty lines and a byte order mark', async () => {
    expect(await readRows('\uFEFFa,b\n1,"x, y"\n\n2,z\n')).toEqual({
      names: ['a', 'b'],
      rows: [
        ['1', 'x, y'],
        ['2', 'z'],
      ],
    });
  });

  it('numbers the columns when the first row holds only numbers', async () => {
    expect(await readRows('1;2\n3;4')).toEqual({
      names: ['column 1', 'column 2'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
  });

  it.each([',', ';', '\t', '|'])('detects %j as the delimiter', async (delimiter) => {
    const { names } = await parseTable(`a${delimiter}b\n1${delimiter}2\n`);
    expect(names).toEqual(['a', 'b']);
  });

  it('rejects a text without rows of data', async () => {
    await expect(parseTable('')).rejects.toThrow('csv.noRows');
    await expect(parseTable('a,b\n')).rejects.toThrow('csv.noRows');
  });
});

describe('suggestTarget', () => {
  it('suggests the column whose name marks it as the target, else the last column', async () => {
    expect(await suggestTarget(await parseTable('species,size\na,1.5\nb,2.5\na,2\nb,3'))).toBe('species');
    expect(await suggestTarget(await parseTable('size,weight\n1.5,3\n2.5,5\n2,4'))).toBe('weight');
  });

  it('rejects a table of a single column', async () => {
    await expect(parseTable('a\n1.5\n2.5').then(suggestTarget)).rejects.toThrow('csv.oneColumn');
  });
});
