/** A CSV text taken apart. */
export interface CsvRows {
  /** Those of the header; 'column 1' … where the first row is all numbers. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Without the header and empty lines. */
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
}

/**
 * Takes a CSV text apart: commas, semicolons, tabs or bars between the fields, whichever it seems to be.
 * @param most how many rows are read; by default all
 * @throws RangeError where there are no two columns
 */
export async function csvRows(text: string, most = 0): Promise<CsvRows> {
  // papaparse, which no other task needs; with it 0 stands for all
  const { default: Papa } = await import('papaparse');
  const { data, meta } = Papa.parse<string[]>(text, {
    skipEmptyLines: true,
    delimitersToGuess: [',', ';', '\t', '|'],
    preview: most && most + 1,
  });
  const [first] = data;
  if (!first || first.length < 2)
    throw new RangeError('CSV: expected at least two columns, separated by commas, semicolons or tabs');
  const hasHeader = !first.every(isNumber);
  return {
    names: hasHeader ? first : first.map((_, k) => `column ${k + 1}`),
    hasHeader,
    rows: hasHeader ? data.slice(1) : data,
    delimiter: meta.delimiter,
  };
}

export const isNumber = (cell: string): boolean => cell.trim() !== '' && Number.isFinite(Number(cell));
