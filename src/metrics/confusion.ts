import { RangeFault } from '../errors.js';
import { readClasses, type Truth } from './predictions.js';

/**
 * The number of samples by actual and predicted class, [actual][predicted], as in scikit-learn. A single output has two
 * classes, 0 and 1.
 * @throws TypeError or RangeError if outputs and answers differ in shape, or a number is not finite
 */
export function confusionMatrix(outputs: Float32Array, truth: Truth): number[][] {
  const { count, classes, actual, predicted } = readClasses(outputs, truth);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let n = 0; n < count; n++) matrix[actual[n]!]![predicted[n]!]!++;
  return matrix;
}

/**
 * Formats the matrix as a table: actual classes by row, predicted classes by column, and a dot for zero.
 * @param names of the classes; default their indices
 * @throws RangeError unless there are as many names as classes
 */
export function formatConfusionMatrix(
  matrix: readonly (readonly number[])[],
  names: readonly string[] = matrix.map((_, label) => String(label)),
): string {
  if (names.length !== matrix.length) {
    throw new RangeFault({
      place: 'names',
      problem: `expected ${matrix.length}, one for each class, got ${names.length}`,
    });
  }
  const rows = matrix.map((row) => row.map((count) => (count === 0 ? '·' : String(count))));
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const widths = names.map((name, j) => widest([name, ...rows.map((row) => row[j]!)]));
  const head = widest(names);
  const line = (left: string, name: string, cells: readonly string[]): string =>
    [left.padEnd(6), name.padStart(head), ...cells.map((cell, j) => ` ${cell.padStart(widths[j]!)}`)].join(
      ' ',
    );
  return [
    `${' '.repeat(head + 9)}predicted`,
    line('', '', names),
    ...rows.map((row, label) => line(label === 0 ? 'actual' : '', names[label]!, row)),
  ].join('\n');
}
