/**
 * The history of a layer as `columns` cells evenly spread over the steps: the mean of the values measured in a cell,
 * or else the last one before it. Steps need not be evenly spaced.
 */
export function resampleFlow(steps: readonly number[], values: readonly number[], columns: number): Float32Array {
  const cells = new Float32Array(columns);
  const first = steps[0] ?? 0;
  const span = (steps.at(-1) ?? 0) - first;
  let next = 0;
  let last = values[0] ?? NaN;
  for (let column = 0; column < columns; column++) {
    // The end of a cell is part of it, so that the newest value is in the last cell.
    const end = first + (span * (column + 1)) / columns;
    let sum = 0;
    let counted = 0;
    for (; next < steps.length && (steps[next]! <= end || column === columns - 1); next++, counted++)
      sum += values[next]!;
    if (counted > 0) last = sum / counted;
    cells[column] = last;
  }
  return cells;
}
