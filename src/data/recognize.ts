import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { planColumns, UnknownFormat, type ColumnOptions } from './columns.js';
import { gapOptionNames, type GapOptions } from './gaps.js';
import type { ColumnFormat } from './number-formats.js';
import { profileRows, TableProfiler, type TableProfile } from './profile.js';
import type { OpenedRows, RowBlocks } from './rows.js';
import { surveyRows, type SampleSource } from './sample-source.js';
import { buildSamples } from './samples.js';
import type { SampleArrays } from './schema.js';

// Plain numbers are read at once. Only a column with other texts needs a look at all of them.

/** Profiles rows in memory. */
function profileRowsInMemory({ source, rows }: OpenedRows, options: GapOptions): TableProfile {
  const profiler = new TableProfiler(options);
  let count = 0;
  for (const { cells } of rows) {
    for (let k = profiler.width; k < source.names!.length; k++) profiler.addColumn(source.names![k]!, count);
    profiler.addRow(cells);
    count++;
  }
  return { count, columns: profiler.result(source) };
}

/**
 * Builds samples, and recognizes the formats of columns whose texts aren't plain numbers.
 * @param open opens the rows from the beginning
 * @throws TypeError or RangeError naming the option, or the row and column
 */
export const readSamples = (open: () => OpenedRows, options: ColumnOptions): SampleArrays =>
  recognizing(
    options,
    (options) => buildSamples(open(), options),
    () => profileRowsInMemory(open(), pickGapOptions(options)),
  );

/**
 * Reads columns, and once more with the formats of a profile if a text isn't a plain number.
 * @throws what `read` throws
 */
export function recognizing<Options extends ColumnOptions, Result>(
  options: Options,
  read: (options: Options) => Result,
  profile: () => TableProfile,
): Result {
  try {
    return read(options);
  } catch (error) {
    if (!(error instanceof UnknownFormat)) throw error;
    return read(addFormats(options, profile()));
  }
}

/**
 * The same for rows that arrive in blocks.
 * @throws what `read` throws
 */
export async function recognizingBlocks<Options extends ColumnOptions, Result>(
  options: Options,
  read: (options: Options) => Promise<Result>,
  open: () => RowBlocks,
): Promise<Result> {
  try {
    return await read(options);
  } catch (error) {
    if (!(error instanceof UnknownFormat)) throw error;
    return await read(addFormats(options, await profileRows(open(), pickGapOptions(options))));
  }
}

/**
 * Reads all rows once, as `surveyRows`; and twice more if the formats of columns must be recognized.
 * @param open opens the file from the beginning
 * @throws FormatError, TypeError or RangeError naming the option, or the row and column
 */
export const surveyColumns = (open: () => RowBlocks, options: ColumnOptions): Promise<SampleSource> =>
  recognizingBlocks(options, (options) => surveyRows(open, (opened) => planColumns(opened, options)), open);

const pickGapOptions = (options: GapOptions): GapOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => gapOptionNames.includes(name)));

/** Every column but those of plain numbers has a format then, so that no text is of an unknown one. */
function addFormats<Options extends ColumnOptions>(options: Options, { columns }: TableProfile): Options {
  const formats = columns.flatMap(({ name, kind, format, words }): [string, ColumnFormat][] => {
    if (kind !== 'number') return [[name, { kind: 'text' }]];
    if (format) return [[name, format]];
    return words.length > 0 ? [[name, { kind: 'number' }]] : [];
  });
  return { ...options, formats: { ...Object.fromEntries(formats), ...options.formats } };
}

/**
 * Names the format of a text that a stream cannot recognize, because it has read only the rows before.
 * @param error that of a column; others are returned as they are
 */
export function adviseFormat(error: unknown): unknown {
  if (!(error instanceof UnknownFormat)) return error;
  const { place, problem, cure, text, column } = error;
  const profiler = new TableProfiler();
  profiler.addColumn(column).add(text);
  const [{ format } = {}] = profiler.result({ origin: 'text' });
  if (!format) return new TypeFault({ place, problem, cure });
  const { kind, ...others } = format;
  const fields = Object.entries(others).map(([name, value]) => `, ${name}: ${show(value)}`);
  const advice = `set formats: { ${show(column)}: { kind: '${kind}'${fields.join('')} } }`;
  return new TypeFault({ place, problem, cure: cure === undefined ? advice : `${advice}, or ${cure}` });
}
