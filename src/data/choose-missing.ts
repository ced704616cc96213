import type { MissingPolicy } from './columns.js';
import type { Dataset } from './dataset.js';
import type { TableProfile } from './profile.js';
import type { ColumnSuggestion } from './suggest-columns.js';

/** If more than this share of the rows would be left out, their gaps are filled in. */
const MOST_DROPPED = 0.1;
/** A class that no row is left of is noticed among up to this many. */
const MOST_COUNTED = 1000;

/**
 * Reads a table, and chooses how to handle missing values. 'category' if a categorical input has some. Otherwise 'drop',
 * unless it loses more than a tenth of the rows, or a class; then 'mean', if only numeric inputs have missing values.
 * 'error' if there are none.
 * @param read reads the suggested columns with a policy; it's called once or twice
 * @throws what `read` throws
 */
export async function chooseMissing<Data extends Pick<Dataset, 'count' | 'classes'>>(
  { count, columns }: TableProfile,
  { columns: { inputs, label, targets = [], categorical, formats = {} } }: ColumnSuggestion,
  read: (missing: MissingPolicy) => Data | Promise<Data>,
): Promise<{ data: Data; missing: MissingPolicy }> {
  const areInputs = new Set(inputs);
  const used = new Set([...inputs, ...(label === undefined ? targets : [label])]);
  const withGaps = columns.filter(
    ({ name, missing }) => used.has(name) && (missing > 0 || formats[name]?.gaps !== undefined),
  );
  if (withGaps.length === 0) return { data: await read('error'), missing: 'error' };
  const ofCategories = new Set(categorical);
  if (withGaps.some(({ name }) => ofCategories.has(name)))
    return { data: await read('category'), missing: 'category' };
  const data = await read('drop');
  const answer = columns.find(({ name }) => name === label);
  const losesClass = answer !== undefined && data.classes!.length < Math.min(answer.distinct, MOST_COUNTED);
  const areFillable = withGaps.every(({ name, kind }) => kind === 'number' && areInputs.has(name));
  if (!areFillable || !(losesClass || count - data.count > count * MOST_DROPPED))
    return { data, missing: 'drop' };
  return { data: await read('mean'), missing: 'mean' };
}
