/**
 * Counts answers: [actual][predicted].
 * @param {Float32Array} outputs [n][classes]
 * @param {Uint8Array} labels [n]
 */
export function confusionMatrix(outputs, labels) {
  const classes = outputs.length / labels.length;
  const matrix = Array.from({ length: classes }, () => new Array(classes).fill(0));
  labels.forEach((label, n) => {
    const answer = outputs.subarray(n * classes, (n + 1) * classes);
    matrix[label][answer.indexOf(Math.max(...answer))]++;
  });
  return matrix;
}

/** The share of right answers: what lies on the diagonal. */
export function accuracyOf(matrix) {
  const right = matrix.reduce((sum, row, label) => sum + row[label], 0);
  return right / matrix.flat().reduce((sum, cell) => sum + cell);
}

/** The matrix as a table: actual classes by row, predicted ones by column. */
export function formatMatrix(matrix) {
  const line = (head, cells) => head.padStart(8) + cells.map((cell) => String(cell).padStart(5)).join('');
  const rows = matrix.map((row, label) =>
    line(
      label === 0 ? 'actual 0' : String(label),
      row.map((cell) => cell || '·'),
    ),
  );
  return ['predicted'.padStart(37), line('', [...matrix.keys()]), ...rows].join('\n');
}
