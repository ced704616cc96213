import { describe, expect, it } from 'vitest';
import { csvRows } from '../../playground/src/run/csv-rows.js';

describe('a CSV text, taken apart', () => {
  it('has names, and rows without empty lines', async () => {
    expect(await csvRows('\uFEFFa,b\n1,"x, y"\n\n2,z\n')).toEqual({
      names: ['a', 'b'],
      hasHeader: true,
      rows: [
        ['1', 'x, y'],
        ['2', 'z'],
      ],
      delimiter: ',',
    });
  });

  it('gets names where the first row is all numbers', async () => {
    const { names, hasHeader, rows } = await csvRows('1;2\n3;4');
    expect({ names, hasHeader, rows }).toEqual({
      names: ['column 1', 'column 2'],
      hasHeader: false,
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
  });

  it('finds what stands between the fields', async () => {
    const delimiters = [',', ';', '\t', '|'];
    const found = delimiters.map(async (by) => (await csvRows(`a${by}b\n1${by}2\n`)).delimiter);
    expect(await Promise.all(found)).toEqual(delimiters);
  });

  it('reads no more rows than asked for', async () => {
    expect((await csvRows('a,b\n1,2\n3,4\n5,6', 2)).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('is refused where there is a single column', async () => {
    await expect(csvRows('a\n1\n2')).rejects.toThrow('at least two columns');
    await expect(csvRows('')).rejects.toThrow('at least two columns');
  });
});
