/** Mean, least and most of the numbers that are there; null where there are none. */
export function spread(values) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return {
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    least: Math.min(...known),
    most: Math.max(...known),
  };
}

/** Mean of the numbers that are there; null where there are none. */
export const mean = (values) => spread(values)?.mean ?? null;

/** `0.62  0.58 to 0.66`, or a dash where there is nothing. */
export function spreadText(values, digits = 2) {
  const found = spread(values);
  if (found === null) return '-';
  const [middle, least, most] = [found.mean, found.least, found.most].map((value) => value.toFixed(digits));
  return `${middle}  ${least} to ${most}`;
}

export const percent = (share, digits = 0) => (share === null ? '-' : `${(100 * share).toFixed(digits)} %`);

/** Rows of cells as lines: the first column to the left, the others to the right, two spaces between. */
export function tableLines(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('   ')
      .trimEnd(),
  );
}
